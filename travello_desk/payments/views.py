"""What the projection says: one payment, one booking, one alert, as they stand. Pure values; nothing is decided here
but sums.

Source: PAYMENTS 1.4. Every front end reads these; only projection.py makes them.
"""

from __future__ import annotations

from typing import Final

from travello_desk.money import share
from travello_desk.payments.facts import RETURNED_REFUND, DeskEntry, Ledger, Payment, RefundFacts
from travello_desk.values import value

# Internal payment status -> the API's word (PAYMENTS 1.4).
API_STATUS: Final = {
    "REFUNDED": "REFUNDED",
    "SUCCEEDED": "SUCCEEDED",
    "FAILED": "FAILED",
    "SETTLING": "PROCESSING",
    "EXPIRED": "NOT_INITIATED",
    "OPEN": "PROCESSING",
    "CREATING": "PROCESSING",
    "REFUSED": "NOT_INITIATED",
}


@value(frozen=True, slots=True)
class Alert:
    """Something a person must look at. (kind, subject) names it for good; the sentence is made in narrative.py."""

    kind: str
    subject: str = ""
    amount_minor: int = 0
    currency: str = ""
    detail: str = ""


@value(frozen=True, slots=True)
class PaymentView:
    """One payment as it stands. All amounts in minor units of `currency`, the payment's own.

    `refunded_minor` is what Stripe has accepted (pending or done), `sending_minor` what has left for Stripe without an
    answer: it stops a second refund but proves nothing (PAYMENTS 1.4). `in_flight_minor` is all of both that has not
    settled. `lost_minor` went with lost disputes.
    """

    payment: Payment
    status: str
    payable: bool
    received_minor: int
    currency: str
    refunded_minor: int
    settled_refund_minor: int
    in_flight_minor: int
    review: str = ""
    duplicate: bool = False
    dispute: str = ""
    sending_minor: int = 0
    lost_minor: int = 0

    @property
    def api_status(self) -> str:
        return API_STATUS[self.status]

    @property
    def net_minor(self) -> int:
        """What the guest has paid and not got back."""
        return self.received_minor - self.refunded_minor if self.received_minor > self.refunded_minor else 0

    @property
    def kept_minor(self) -> int:
        """What is still there to give back: net, without what a lost dispute took (C25)."""
        return max(0, self.net_minor - self.lost_minor)

    @property
    def refundable_minor(self) -> int:
        """What a new refund may take at most (C7)."""
        return max(0, self.kept_minor - self.sending_minor) if self.payment.facts.paid else 0

    @property
    def returned(self) -> list[RefundFacts]:
        """Refunds that came back and were not made good another way since, oldest first (C13)."""
        made_good = sum(r.amount_minor for r in self.payment.refunds if r.outside)
        came_back = []
        for refund in sorted(self.payment.refunds, key=lambda r: (r.created_at, r.stripe_refund_id)):
            if refund.status not in RETURNED_REFUND:
                continue
            if made_good >= refund.amount_minor:
                made_good -= refund.amount_minor
            else:
                came_back.append(refund)
        return came_back

    @property
    def returned_minor(self) -> int:
        """What came back and nobody has given back since, at most what is left of the payment."""
        came_back = sum(r.amount_minor for r in self.payment.refunds if r.status in RETURNED_REFUND)
        made_good = sum(r.amount_minor for r in self.payment.refunds if r.outside)
        return max(0, min(came_back - made_good, self.refundable_minor))

    def in_booking_currency(self, amount_minor: int) -> int:
        """Some of this payment in the booking's currency, at the rate of the snapshot (PAYMENTS 2.5 points 6 to 8).

        0 when there is no such rate: money in a currency that was never asked for.
        """
        asked = self.payment.asked
        if self.currency == asked.booking_currency:
            return amount_minor
        if self.currency != asked.currency or asked.amount_minor <= 0:
            return 0
        return share(amount_minor, asked.amount_minor, asked.booking_amount_minor)

    @property
    def refunded_in_booking_currency(self) -> int:
        """What was given back, as the desk meant it where it said so, else at the snapshot's rate."""
        meant = [r for r in self.payment.refunds if r.accepted and r.booking_minor]
        rest = max(0, self.refunded_minor - sum(r.amount_minor for r in meant))
        return sum(r.booking_minor for r in meant) + self.in_booking_currency(rest)

    @property
    def net_in_booking_currency(self) -> int:
        """`net_minor` in the booking's currency; nothing is left when nothing is left in the payment's own."""
        net_minor = self.net_minor
        if net_minor == 0 or self.currency == self.payment.asked.booking_currency:
            return net_minor
        return max(0, self.in_booking_currency(self.received_minor) - self.refunded_in_booking_currency)


@value(frozen=True, slots=True)
class BookingView:
    """One booking as it stands: what the list, the API and every dialog show."""

    status: str
    payment_status: str
    badge: str
    paid_minor: int
    balance_minor: int
    desk_minor: int
    payments: tuple[PaymentView, ...]
    alerts: tuple[Alert, ...]
    desk_entry: DeskEntry | None = None

    @property
    def payment_required(self) -> bool:
        """Section 0: the caller adds the method; here: nothing is paid and nothing is cancelled."""
        return self.status == "PENDING"


def online_minor(view: PaymentView, ledger: Ledger) -> int:
    """What this payment adds to the booking, in the booking's currency; 0 when that has changed since."""
    return view.net_in_booking_currency if view.payment.asked.booking_currency == ledger.currency else 0


def settles(view: PaymentView) -> bool:
    """A payment that makes its booking PAID: paid, as asked, and not wholly given back."""
    if not view.payment.facts.paid or view.review:
        return False
    return view.net_minor > 0 or view.payment.asked.amount_minor == 0
