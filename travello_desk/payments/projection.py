"""Facts -> statuses, balances, alerts. The only place where it is decided that a booking is paid. Pure.

Source: PAYMENTS 1.4. Status columns in the store are copies of what `project` returns and are never written otherwise.
"""

from __future__ import annotations

from dataclasses import replace

from travello_desk.payments.alerts import alerts
from travello_desk.payments.facts import AttemptFacts, DeskEntry, DisputeFacts, Ledger, Payment, RefundFacts
from travello_desk.payments.views import API_STATUS, Alert, BookingView, PaymentView, online_minor, settles
from travello_desk.values import value

__all__ = [
    "API_STATUS",
    "Alert",
    "BookingView",
    "PaymentView",
    "Standing",
    "online_minor",
    "project",
    "settles",
    "stand",
]


@value(frozen=True, slots=True)
class Standing:
    """What everything else of a booking's view follows from; all that a change is told against (narrative.py)."""

    status: str
    payments: tuple[PaymentView, ...]
    paid_minor: int
    desk_minor: int
    desk_entry: DeskEntry | None


def stand(ledger: Ledger) -> Standing:
    """The payments of one booking and its status."""
    desk_minor, desk_entry = desk_balance(ledger.desk)
    views = tuple([payment_view(payment, ledger) for payment in ledger.payments])
    paid = desk_minor + sum([online_minor(view, ledger) for view in views])
    views = flag_duplicates(views, ledger, desk_entry, paid)
    return Standing(booking_status(ledger, views, desk_entry is not None), views, paid, desk_minor, desk_entry)


def project(ledger: Ledger) -> BookingView:
    """The view of one booking. Total: every ledger has exactly one view, whatever the order of its facts."""
    stands = stand(ledger)
    status, views, desk_minor = stands.status, stands.payments, stands.desk_minor
    leading = leading_payment(views)
    return BookingView(
        status=status,
        payment_status=api_payment_status(ledger.method, leading),
        badge=badge(status, ledger.method, views, leading, desk_minor),
        paid_minor=stands.paid_minor,
        balance_minor=max(0, ledger.amount_minor - stands.paid_minor) if status == "PENDING" else 0,
        desk_minor=desk_minor,
        payments=views,
        alerts=alerts(ledger, views, desk_minor, stands.desk_entry, status),
        desk_entry=stands.desk_entry,
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


@value(frozen=True, slots=True)
class Returned:
    """What has gone back of one payment, as PaymentView tells it."""

    refunded_minor: int
    settled_minor: int = 0
    in_flight_minor: int = 0
    sending_minor: int = 0


def returned(facts: AttemptFacts, refunds: tuple[RefundFacts, ...]) -> Returned:
    """Rows that Stripe has accepted and that have not failed, plus what the charge says beyond all rows (PAYMENTS 1.3).

    The charge's figure is held against all rows, failed ones too: Stripe may or may not lower it after a failure.
    Refunds on their way to Stripe count less what the charge already tells of them.
    """
    if not refunds:
        return Returned(facts.charge_refunded_minor)
    accepted = sum(r.amount_minor for r in refunds if r.accepted)
    settled = sum(r.amount_minor for r in refunds if r.settled)
    told = sum(r.amount_minor for r in refunds if r.stripe_refund_id)
    untold = max(0, facts.charge_refunded_minor - told)
    sending = max(0, sum(r.amount_minor for r in refunds if r.status == "SENDING") - untold)
    return Returned(accepted + untold, settled, accepted - settled + sending, sending)


def payment_view(payment: Payment, ledger: Ledger) -> PaymentView:
    facts, disputes = payment.facts, payment.disputes
    received, currency = facts.received if facts.paid else (0, "")
    back = returned(facts, payment.refunds)
    return PaymentView(
        payment=payment,
        status=payment_status(facts, received, back.refunded_minor),
        payable=may_still_be_paid(facts),
        received_minor=received,
        currency=currency or payment.asked.currency,
        refunded_minor=back.refunded_minor,
        settled_refund_minor=back.settled_minor,
        in_flight_minor=back.in_flight_minor,
        review=review_reason(payment, ledger) if facts.paid else "",
        dispute=dispute_overlay(disputes),
        sending_minor=back.sending_minor,
        lost_minor=sum(d.amount_minor for d in disputes if d.status == "lost") if disputes else 0,
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
    if not disputes:
        return ""
    if any(d.open and not d.inquiry for d in disputes):
        return "DISPUTED"
    if any(d.open for d in disputes):
        return "INQUIRY"
    return "LOST" if any(d.status == "lost" for d in disputes) else ""


def desk_balance(entries: tuple[DeskEntry, ...]) -> tuple[int, DeskEntry | None]:
    """Money held at the desk for this booking, and the mark it came from; the last row wins.

    Without a mark the booking is not desk-paid. A mark over nothing (nothing was due any more) is a mark all the same.
    """
    if not entries:
        return 0, None
    held, mark = 0, None
    for entry in sorted(entries, key=lambda item: item.seq):
        if entry.kind == "mark":
            held, mark = held + entry.amount_minor, entry
        elif entry.kind == "undo":
            held, mark = 0, None
        elif entry.kind == "payout":
            held = max(0, held - entry.amount_minor)
            mark = mark if held else None
    return held, mark


def flag_duplicates(
    views: tuple[PaymentView, ...], ledger: Ledger, desk_entry: DeskEntry | None, paid_minor: int
) -> tuple[PaymentView, ...]:
    """All settling payments but the first are duplicates (B32); with desk money every payment is (B31).

    Desk money beside a payment in review is the rest of a wrong amount, as long as both together are not too much.
    """
    if desk_entry is None and len(views) < 2:
        return views
    kept = [view for view in views if view.kept_minor > 0]
    if desk_entry is None and len(kept) < 2:
        return views
    if desk_entry is None:
        settling = sorted((v for v in kept if settles(v)), key=lambda v: (v.payment.facts.paid_at, v.payment.seq))
        extra = settling[1:]
    else:
        extra = [v for v in kept if paid_minor > ledger.amount_minor or online_minor(v, ledger) == 0]
    if not extra:
        return views
    seqs = {view.payment.seq for view in extra}
    return tuple(replace(view, duplicate=True) if view.payment.seq in seqs else view for view in views)


def booking_status(ledger: Ledger, views: tuple[PaymentView, ...], desk_paid: bool) -> str:
    """The first condition that holds, top to bottom as in PAYMENTS 1.4."""
    if ledger.cancelled:
        return "CANCELLED"
    if desk_paid or any(settles(view) for view in views):
        return "PAID"
    return "PENDING"


def api_payment_status(method: str, leading: PaymentView | None) -> str:
    """Several payments, one word: the strongest state, the newest among equals (PAYMENTS 1.4)."""
    if method == "ARRIVAL":
        return "PAY_ON_ARRIVAL"
    return leading.api_status if leading else "NOT_INITIATED"


def leading_payment(views: tuple[PaymentView, ...]) -> PaymentView | None:
    """The payment that speaks for the booking."""
    if len(views) == 1:
        return views[0]
    return max(views, key=lambda view: (strength(view.status, view.payable), view.payment.seq), default=None)


def strength(status: str, payable: bool) -> int:
    """SUCCEEDED > SETTLING > OPEN > FAILED(open) > REFUNDED > FAILED(closed) > the rest."""
    if status == "FAILED":
        return 3 if payable else 1
    return STRENGTH.get(status, 0)


STRENGTH = {"SUCCEEDED": 6, "SETTLING": 5, "OPEN": 4, "CREATING": 4, "REFUNDED": 2}


BADGES = {
    "SUCCEEDED": "REVIEW",
    "SETTLING": "SETTLING",
    "OPEN": "LINK OUT",
    "CREATING": "CHECKING",
    "FAILED": "FAILED",
    "REFUNDED": "REFUNDED",
    "EXPIRED": "EXPIRED",
    "REFUSED": "DUE",
}


def badge(
    status: str, method: str, views: tuple[PaymentView, ...], leading: PaymentView | None, desk_minor: int
) -> str:
    """The word of the STATUS column (UX 2.6)."""
    if status == "CANCELLED":
        return "CANCEL"
    if any(is_unknown(view) for view in views):
        return "CHECKING"
    if status == "PAID":
        part = desk_minor == 0 and any(0 < view.refunded_minor < view.received_minor for view in views)
        return "PART REF" if part else "PAID"
    over = leading is None or (leading.status in ("EXPIRED", "REFUSED", "REFUNDED", "FAILED") and not leading.payable)
    if leading is None or (method == "ARRIVAL" and over):
        return "ON ARRIVAL" if method == "ARRIVAL" else "DUE"
    return BADGES[leading.status]


def is_unknown(view: PaymentView) -> bool:
    """Whether a request has left whose outcome is not known yet."""
    refunds = view.payment.refunds
    return view.status == "CREATING" or (bool(refunds) and any(r.status == "SENDING" for r in refunds))
