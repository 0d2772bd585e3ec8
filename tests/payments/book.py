"""The desk's books in memory: one booking, loose facts, and the road every report takes. No store, no I/O.

The very replica of payments/replica.py, for the booking and the installation of the stories.
"""

from __future__ import annotations

from dataclasses import dataclass

from tests.payments.stripe_objects import INSTALL
from travello_desk.payments.observe import Observation
from travello_desk.payments.projection import Alert, PaymentView
from travello_desk.payments.replica import Replica, Row

__all__ = ["BOOKING_ID", "Book", "Row", "outcome"]

BOOKING_ID = 15


@dataclass(frozen=True)
class Book(Replica):
    """One booking and everything told about it so far."""

    booking_id: int = BOOKING_ID
    install: str = INSTALL

    def told(self, seen: Observation) -> Book:
        after = super().told(seen)
        assert isinstance(after, Book)
        return after


def outcome(book: Book) -> str:
    """What the story must end in, as lines a person can read: the booking, its payments, its alerts.

    Left out is only what depends on who was asked: the card, the page's address, the second a payment was seen.
    """
    view = book.view
    lines = [
        f"{view.status} {view.payment_status} {view.badge} paid={view.paid_minor} due={view.balance_minor}",
        *(payment_line(each.payment.seq, each) for each in view.payments),
        *sorted(alert_line(alert) for alert in view.alerts),
    ]
    return "\n".join(lines)


def alert_line(alert: Alert) -> str:
    words = (alert.kind, alert.subject, str(alert.amount_minor), alert.currency, alert.detail)
    return " ".join(("!", *(word for word in words if word)))


def payment_line(seq: int, view: PaymentView) -> str:
    facts = view.payment.facts
    told: list[tuple[str, object]] = [
        ("got", view.received_minor),
        ("back", view.refunded_minor),
        ("settled", view.settled_refund_minor),
        ("flying", view.in_flight_minor),
        ("sending", view.sending_minor),
        ("lost", view.lost_minor),
        ("left", view.refundable_minor),
        ("payable", view.payable),
        ("review", view.review),
        ("duplicate", view.duplicate),
        ("overlay", view.dispute),
        ("declined", " ".join(sorted(f.code for f in facts.failures))),
        ("refunds", " ".join(sorted(f"{r.uid or r.stripe_refund_id}:{r.status}" for r in view.payment.refunds))),
        ("disputes", " ".join(d.status for d in view.payment.disputes)),
    ]
    state = f"{facts.session_status or '-'}/{facts.session_payment_status or '-'}/{facts.attempt}"
    extra = " ".join(f"{name}={value}" for name, value in told if value)
    return f"{seq} {view.status} {state} {extra}".rstrip()
