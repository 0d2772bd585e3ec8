"""What a refund may take, from where, and how the booking stands afterwards. Pure: the future is computed by the same
projection that will write it (UX 0.4).

Sums are in the booking's currency wherever the payment has a rate to it, else in the payment's own.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

from travello_desk.money import describe_minor
from travello_desk.payments.facts import DeskEntry, Ledger, RefundFacts
from travello_desk.payments.projection import BookingView, PaymentView, project
from travello_desk.payments.rules import refund_refusal, refund_share, refund_target
from travello_desk.store.ledger import with_payment

PREVIEW = "preview"
WAY_BACK = "Stripe sends it to the card, 5 to 10 days"
DRAWER = "Paid out from the drawer, the guest signs"


@dataclass(frozen=True, slots=True)
class Source:
    """Where the money would come from: one online payment, or (None) the drawer. `most_minor` in `currency`."""

    payment: PaymentView | None
    currency: str
    paid_minor: int
    refunded_minor: int
    most_minor: int
    label: str

    @property
    def key(self) -> int:
        """What names it for good: the payment, or 0 for the drawer."""
        return 0 if self.payment is None else self.payment.payment.seq

    @property
    def foreign(self) -> bool:
        """Charged in another currency than the sums of this dialog: both are shown."""
        return self.payment is not None and self.payment.currency != self.currency


@dataclass(frozen=True, slots=True)
class After:
    """How it will be. `leaves_minor` is what moves, in the payment's own currency."""

    view: BookingView
    refunded_minor: int
    kept_minor: int
    leaves_minor: int
    leaves_currency: str


def sources(ledger: Ledger, view: BookingView) -> list[Source]:
    """Everything that could be given back, the one that is meant most likely first."""
    found = [online(payment, ledger) for payment in view.payments if payment.refundable_minor > 0]
    target = refund_target(view)
    found.sort(key=lambda source: source.payment is not target)
    if view.desk_minor > 0:
        found.append(drawer(ledger, view))
    return found


def online(view: PaymentView, ledger: Ledger) -> Source:
    """One payment as a source; in the booking's currency when the snapshot has a rate to it."""
    asked = view.payment.asked
    label = view.payment.facts.card or "online"
    whole = view.in_booking_currency(view.received_minor)
    if view.currency == ledger.currency or asked.booking_currency != ledger.currency or whole <= 0:
        return Source(view, view.currency, view.received_minor, view.refunded_minor, view.refundable_minor, label)
    refunded = view.refunded_in_booking_currency
    gone = refunded + view.in_booking_currency(view.sending_minor + view.lost_minor)
    return Source(view, ledger.currency, whole, refunded, max(0, whole - gone), label)


def drawer(ledger: Ledger, view: BookingView) -> Source:
    """The money that was taken at the desk and is still held for this booking."""
    out = sum(entry.amount_minor for entry in ledger.desk if entry.kind == "payout" and after_last_undo(ledger, entry))
    held = view.desk_minor
    return Source(None, ledger.currency, held + out, out, held, "drawer")


def after_last_undo(ledger: Ledger, entry: DeskEntry) -> bool:
    last = max((item.seq for item in ledger.desk if item.kind == "undo"), default=0)
    return entry.seq > last


def own_minor(source: Source, amount_minor: int) -> int:
    """The sum in the payment's own currency: what Stripe is told (PAYMENTS 2.5 point 8)."""
    if source.payment is None or not source.foreign:
        return amount_minor
    if amount_minor >= source.most_minor:
        return source.payment.refundable_minor
    return refund_share(source.payment, amount_minor)


def after(ledger: Ledger, source: Source, amount_minor: int) -> After:
    """The booking as it will be once this has gone through."""
    if source.payment is None:
        return after_payout(ledger, source, amount_minor)
    payment = source.payment.payment
    leaves = own_minor(source, amount_minor)
    meant = amount_minor if source.foreign else 0
    refund = RefundFacts(
        uid=PREVIEW, amount_minor=leaves, currency=source.payment.currency, status="pending", booking_minor=meant
    )
    view = project(with_payment(ledger, payment.with_refund(refund)))
    now = next(item for item in view.payments if item.payment.seq == payment.seq)
    refunded, kept = now.refunded_minor, now.net_minor
    if source.foreign:
        refunded, kept = now.refunded_in_booking_currency, now.net_in_booking_currency
    return After(view, refunded, kept, leaves, source.payment.currency)


def after_payout(ledger: Ledger, source: Source, amount_minor: int) -> After:
    seq = max((entry.seq for entry in ledger.desk), default=0) + 1
    entry = DeskEntry(seq, "payout", amount_minor)
    view = project(replace(ledger, desk=(*ledger.desk, entry)))
    return After(view, source.refunded_minor + amount_minor, view.desk_minor, amount_minor, source.currency)


def status_words(before: BookingView, then: BookingView, sign: str) -> str:
    """What becomes of the booking, in one line; `sign` is the badge as the list shows it."""
    if then.status == "CANCELLED":
        return "the booking stays cancelled"
    if before.status == "PAID" and then.status == "PENDING":
        return "booking goes back to PENDING and can be paid again"
    if then.status == "PAID":
        verb = "stays" if then.badge == before.badge else "becomes"
        return f"{verb} {sign}, the room stays booked"
    return f"stays {then.status}, the room stays booked"


def nothing_words(view: BookingView) -> str:
    """Why there is nothing to give back."""
    paid = [payment for payment in view.payments if payment.payment.facts.paid]
    refusal = refund_refusal(paid[-1] if paid else None, 1)
    return refusal.text if refusal else "There is nothing to refund yet"


def sending_words(view: BookingView) -> str:
    """A refund whose answer is not known: said as it is, or empty."""
    for payment in view.payments:
        for refund in payment.payment.refunds:
            if refund.status == "SENDING":
                amount = describe_minor(refund.amount_minor, refund.currency or payment.currency)
                return (
                    f"A refund of {amount} has left for Stripe and its outcome is not known yet. "
                    "The desk keeps asking with the same request; no second one can leave meanwhile"
                )
    return ""
