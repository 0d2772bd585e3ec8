"""Views -> alerts: everything about a booking's money that a person has to settle. Pure.

An alert stands as long as its cause does; the store opens and closes rows by comparing what this returns. The
sentences are made in narrative.py. Source: the last column of PAYMENTS 3B and 3C.
"""

from __future__ import annotations

from travello_desk.payments.facts import DeskEntry, Ledger
from travello_desk.payments.views import Alert, PaymentView, online_minor, settles


def alerts(
    ledger: Ledger, views: tuple[PaymentView, ...], desk_minor: int, desk_entry: DeskEntry | None, status: str
) -> tuple[Alert, ...]:
    """Everything about this booking's money that a person has to settle."""
    found = cancelled_alerts(ledger, views, desk_minor) if status == "CANCELLED" else []
    for view in views:
        if status != "CANCELLED":
            found.extend(money_alerts(view, ledger, desk_entry))
        if view.payment.refunds:
            found.extend(refund_alerts(view))
        if view.payment.disputes:
            found.extend(dispute_alerts(view))
    return tuple(found)


def cancelled_alerts(ledger: Ledger, views: tuple[PaymentView, ...], desk_minor: int) -> list[Alert]:
    """Money on a cancelled booking (B30): a sum in its currency, and each payment that has no rate to it."""
    kept = [view for view in views if view.kept_minor > 0]
    total = desk_minor + sum(online_minor(view, ledger) for view in kept)
    found = [Alert("money_on_cancelled", "", total, ledger.currency)] if total > 0 else []
    for view in kept:
        if online_minor(view, ledger) == 0:
            found.append(Alert("money_on_cancelled", str(view.payment.seq), view.kept_minor, view.currency))
    return found


def money_alerts(view: PaymentView, ledger: Ledger, desk_entry: DeskEntry | None) -> list[Alert]:
    """What is odd about money that has come in: twice, not as asked, or not expected here."""
    subject = str(view.payment.seq)
    if view.duplicate:
        detail = "desk" if desk_entry else "online"
        return [Alert("paid_twice", subject, view.kept_minor, view.currency, detail)]
    if view.review and desk_entry is None and (view.net_minor > 0 or view.received_minor == 0):
        return [Alert("wrong_amount", subject, view.received_minor, view.currency, view.review)]
    if ledger.method == "ARRIVAL" and settles(view):
        return [Alert("online_for_arrival", subject, view.net_minor, view.currency)]
    return []


def refund_alerts(view: PaymentView) -> list[Alert]:
    """Refunds that came back (C13), until the money has gone some other way."""
    if view.net_minor <= 0:
        return []
    return [
        Alert(
            "refund_failed",
            refund.stripe_refund_id or refund.uid,
            refund.amount_minor,
            view.currency,
            refund.failure_reason or refund.status,
        )
        for refund in view.returned
    ]


def dispute_alerts(view: PaymentView) -> list[Alert]:
    """Disputes and inquiries that wait for an answer, and lost ones."""
    found = []
    for dispute in view.payment.disputes:
        kind = "dispute_lost" if dispute.status == "lost" else ""
        if dispute.open:
            kind = "inquiry" if dispute.inquiry else "dispute"
        if kind:
            found.append(Alert(kind, dispute.dispute_id, dispute.amount_minor, dispute.currency, dispute.reason))
    return found
