"""Facts -> statuses, balances, alerts. The only place where it is decided that a booking is paid. Pure.

Source: PAYMENTS 1.4. Status columns in the store are copies of what `project` returns and are never written otherwise.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from travello_desk.money import share
from travello_desk.payments.facts import AttemptFacts, DeskEntry, DisputeFacts, Ledger, Payment, RefundFacts

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


@dataclass(frozen=True, slots=True)
class Alert:
    """Something a person must look at. (kind, subject) names it for good; the sentence is made in narrative.py."""

    kind: str
    subject: str = ""
    amount_minor: int = 0
    currency: str = ""
    detail: str = ""


@dataclass(frozen=True, slots=True)
class PaymentView:
    """One payment as it stands. All amounts in minor units of the payment's own currency (`received` says which)."""

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

    @property
    def api_status(self) -> str:
        return API_STATUS[self.status]

    @property
    def net_minor(self) -> int:
        """What the hotel keeps of it."""
        return max(0, self.received_minor - self.refunded_minor)

    @property
    def net_in_booking_currency(self) -> int:
        """`net_minor` in the booking's currency, at the rate of the snapshot (PAYMENTS 2.5 points 6 to 8)."""
        asked = self.payment.asked
        if self.currency == asked.booking_currency:
            return self.net_minor
        if self.currency != asked.currency or asked.amount_minor <= 0:
            return 0
        return share(self.net_minor, asked.amount_minor, asked.booking_amount_minor)


@dataclass(frozen=True, slots=True)
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


def project(ledger: Ledger) -> BookingView:
    """The view of one booking. Total: every ledger has exactly one view, whatever the order of its facts."""
    desk_minor, desk_entry = desk_balance(ledger.desk)
    views = flag_duplicates(tuple(payment_view(p, ledger) for p in ledger.payments), desk_minor > 0)
    status = booking_status(ledger, views, desk_minor)
    online = sum(view.net_in_booking_currency for view in views)
    paid = desk_minor + online
    due = max(0, ledger.amount_minor - paid) if status == "PENDING" else 0
    api = api_payment_status(ledger.method, views)
    return BookingView(
        status=status,
        payment_status=api,
        badge=badge(status, ledger.method, views, desk_minor),
        paid_minor=paid,
        balance_minor=due,
        desk_minor=desk_minor,
        payments=views,
        alerts=alerts(ledger, views, desk_minor, status),
        desk_entry=desk_entry,
    )


def payment_status(facts: AttemptFacts, received_minor: int, refunded_minor: int) -> str:
    """The first condition that holds, top to bottom as in PAYMENTS 1.4."""
    if facts.paid:
        return "REFUNDED" if refunded_minor >= received_minor > 0 else "SUCCEEDED"
    if facts.attempt == "async_failed":
        return "FAILED"
    if facts.attempt == "complete_unpaid":
        return "SETTLING"
    if facts.session_status == "expired":
        return "EXPIRED"
    if facts.attempt == "card_failed":
        return "FAILED"
    if facts.session_status == "open":
        return "OPEN"
    if facts.create == "REFUSED":
        return "REFUSED"
    return "CREATING" if facts.create == "CREATING" else "OPEN"


def refunded_sum(facts: AttemptFacts, refunds: tuple[RefundFacts, ...]) -> int:
    """Rows that have not failed, plus what the charge says was refunded beyond all rows (PAYMENTS 1.3).

    A row still being sent counts as well (it may have happened), but never explains the charge's figure.
    """
    known = sum(r.amount_minor for r in refunds if r.counts)
    told = sum(r.amount_minor for r in refunds if r.stripe_refund_id)
    sending = sum(r.amount_minor for r in refunds if r.counts and not r.stripe_refund_id)
    unexplained = max(0, facts.charge_refunded_minor - told - sending)
    return known + unexplained


def payment_view(payment: Payment, ledger: Ledger) -> PaymentView:
    facts = payment.facts
    received, currency = facts.received if facts.paid else (0, "")
    refunded = refunded_sum(facts, payment.refunds)
    settled = sum(r.amount_minor for r in payment.refunds if r.settled)
    status = payment_status(facts, received, refunded)
    return PaymentView(
        payment=payment,
        status=status,
        payable=may_still_be_paid(facts),
        received_minor=received,
        currency=currency or payment.asked.currency,
        refunded_minor=refunded,
        settled_refund_minor=settled,
        in_flight_minor=max(0, sum(r.amount_minor for r in payment.refunds if r.counts) - settled),
        review=review_reason(payment, ledger) if facts.paid else "",
        dispute=dispute_overlay(payment.disputes),
    )


def may_still_be_paid(facts: AttemptFacts) -> bool:
    """Whether a guest could still pay on this session's page, as far as we know."""
    return (
        facts.create != "REFUSED" and facts.attempt in ("open", "card_failed") and facts.session_status in ("", "open")
    )


def review_reason(payment: Payment, ledger: Ledger) -> str:
    """Why this money is not simply "the booking is paid": `currency`, `amount`, `price`, or empty."""
    if payment.accepted:
        return ""
    received, currency = payment.facts.received
    asked = payment.asked
    if currency and currency != asked.currency:
        return "currency"
    if received != asked.amount_minor:
        return "amount"
    if (asked.booking_amount_minor, asked.booking_currency) != (ledger.amount_minor, ledger.currency):
        return "price"
    return ""


def dispute_overlay(disputes: tuple[DisputeFacts, ...]) -> str:
    """The heaviest of the payment's disputes: DISPUTED, INQUIRY, LOST, or empty. Never a status."""
    if any(d.open and not d.inquiry for d in disputes):
        return "DISPUTED"
    if any(d.open for d in disputes):
        return "INQUIRY"
    return "LOST" if any(d.status == "lost" for d in disputes) else ""


def desk_balance(entries: tuple[DeskEntry, ...]) -> tuple[int, DeskEntry | None]:
    """Money held at the desk for this booking, and the mark it came from; the last row wins."""
    held, mark = 0, None
    for entry in sorted(entries, key=lambda item: item.seq):
        if entry.kind == "mark":
            held, mark = held + entry.amount_minor, entry
        elif entry.kind == "undo":
            held, mark = 0, None
        elif entry.kind == "payout":
            held = max(0, held - entry.amount_minor)
    return (held, mark) if held > 0 else (0, None)


def settles(view: PaymentView) -> bool:
    """A payment that makes its booking PAID: paid, as asked, and not wholly given back."""
    if not view.payment.facts.paid or view.review:
        return False
    return view.net_minor > 0 or view.payment.asked.amount_minor == 0


def flag_duplicates(views: tuple[PaymentView, ...], desk_paid: bool) -> tuple[PaymentView, ...]:
    """All settling payments but the first are duplicates; with desk money every one of them is (B31, B32)."""
    settling = sorted((view for view in views if settles(view)), key=lambda v: (v.payment.facts.paid_at, v.payment.seq))
    extra = {view.payment.seq for view in (settling if desk_paid else settling[1:])}
    if not extra:
        return views
    return tuple(as_duplicate(view) if view.payment.seq in extra else view for view in views)


def as_duplicate(view: PaymentView) -> PaymentView:
    return PaymentView(
        payment=view.payment,
        status=view.status,
        payable=view.payable,
        received_minor=view.received_minor,
        currency=view.currency,
        refunded_minor=view.refunded_minor,
        settled_refund_minor=view.settled_refund_minor,
        in_flight_minor=view.in_flight_minor,
        review=view.review,
        duplicate=True,
        dispute=view.dispute,
    )


def booking_status(ledger: Ledger, views: tuple[PaymentView, ...], desk_minor: int) -> str:
    if ledger.cancelled:
        return "CANCELLED"
    if desk_minor > 0 or any(settles(view) for view in views):
        return "PAID"
    return "PENDING"


def api_payment_status(method: str, views: tuple[PaymentView, ...]) -> str:
    """Several payments, one word: the strongest state, the newest among equals (PAYMENTS 1.4)."""
    if method == "ARRIVAL":
        return "PAY_ON_ARRIVAL"
    leading = leading_payment(views)
    return leading.api_status if leading else "NOT_INITIATED"


def leading_payment(views: tuple[PaymentView, ...]) -> PaymentView | None:
    """The payment that speaks for the booking."""
    return max(views, key=lambda view: (strength(view), view.payment.seq), default=None)


def strength(view: PaymentView) -> int:
    """SUCCEEDED > SETTLING > OPEN > FAILED(open) > REFUNDED > FAILED(closed) > the rest."""
    if view.status == "SUCCEEDED":
        return 6
    if view.status == "SETTLING":
        return 5
    if view.status in ("OPEN", "CREATING"):
        return 4
    if view.status == "FAILED":
        return 3 if view.payable else 1
    return 2 if view.status == "REFUNDED" else 0


def badge(status: str, method: str, views: tuple[PaymentView, ...], desk_minor: int) -> str:
    """The word of the STATUS column (UX 2.6)."""
    if status == "CANCELLED":
        return "CANCEL"
    if any(is_unknown(view) for view in views):
        return "CHECKING"
    if status == "PAID":
        part = any(0 < view.refunded_minor < view.received_minor for view in views) and desk_minor == 0
        return "PART REF" if part else "PAID"
    leading = leading_payment(views)
    if leading is None or (method == "ARRIVAL" and leading.status in ("EXPIRED", "REFUSED")):
        return "ON ARRIVAL" if method == "ARRIVAL" else "DUE"
    return {
        "SUCCEEDED": "REVIEW",
        "SETTLING": "SETTLING",
        "OPEN": "LINK OUT",
        "CREATING": "CHECKING",
        "FAILED": "FAILED",
        "REFUNDED": "REFUNDED",
        "EXPIRED": "EXPIRED",
        "REFUSED": "DUE",
    }[leading.status]


def is_unknown(view: PaymentView) -> bool:
    """Whether a request has left whose outcome is not known yet."""
    return view.status == "CREATING" or any(r.status == "SENDING" for r in view.payment.refunds)


def alerts(ledger: Ledger, views: tuple[PaymentView, ...], desk_minor: int, status: str) -> tuple[Alert, ...]:
    """Everything about this booking's money that a person has to settle."""
    found: list[Alert] = []
    kept = sum(view.net_in_booking_currency for view in views)
    if status == "CANCELLED" and kept + desk_minor > 0:
        found.append(Alert("money_on_cancelled", "", kept + desk_minor, ledger.currency))
    for view in views:
        found.extend(payment_alerts(view, ledger, desk_minor))
    return tuple(found)


def payment_alerts(view: PaymentView, ledger: Ledger, desk_minor: int) -> list[Alert]:
    subject = str(view.payment.seq)
    found: list[Alert] = []
    if (view.review and view.net_minor > 0) or (view.review and view.received_minor == 0):
        found.append(Alert("wrong_amount", subject, view.received_minor, view.currency, view.review))
    if view.duplicate and not ledger.cancelled:
        detail = "desk" if desk_minor > 0 else "online"
        found.append(Alert("paid_twice", subject, view.net_minor, view.currency, detail))
    if ledger.method == "ARRIVAL" and settles(view) and not view.duplicate and not ledger.cancelled:
        found.append(Alert("online_for_arrival", subject, view.net_minor, view.currency))
    for refund in view.payment.refunds:
        if refund.status == "failed" and view.net_minor > 0:
            key = refund.stripe_refund_id or refund.uid
            found.append(Alert("refund_failed", key, refund.amount_minor, view.currency, refund.failure_reason))
    for dispute in view.payment.disputes:
        kind = {"lost": "dispute_lost"}.get(dispute.status, "dispute" if dispute.open else "")
        if kind:
            found.append(Alert(kind, dispute.dispute_id, dispute.amount_minor, dispute.currency, dispute.reason))
    return found
