"""The desk's books in memory: rows of one booking, loose facts, and the road every report takes. No store, no I/O.

Immutable, so that a proof can walk a tree of orders; it resolves and merges only with the heart's own functions.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace

from tests.payments.stripe_objects import INSTALL
from travello_desk.payments.facts import Asked, AttemptFacts, Ledger, Payment
from travello_desk.payments.observe import Observation
from travello_desk.payments.projection import Alert, BookingView, PaymentView, project
from travello_desk.payments.resolve import Outcome, absorb, gather, links_of, resolve

BOOKING_ID = 15


@dataclass(frozen=True)
class Row:
    """One payment row: its uid and the payment."""

    uid: str
    payment: Payment

    @property
    def paid_by(self) -> str:
        return self.payment.facts.payment_intent_id if self.payment.facts.received[0] else ""

    @property
    def session_id(self) -> str:
        return self.payment.facts.session_id


@dataclass(frozen=True)
class Book:
    """One booking and everything told about it so far. It is its own Index."""

    ledger: Ledger
    rows: tuple[Row, ...] = ()
    loose: frozenset[Observation] = frozenset()
    ignored: int = field(default=0, compare=False)

    # the Index protocol

    def by_uid(self, payment_uid: str) -> Row | None:
        return next((row for row in self.rows if row.uid == payment_uid), None)

    def by_stripe_id(self, stripe_id: str) -> Row | None:
        return next((row for row in self.rows if stripe_id in links_of(row.payment.facts)), None)

    def has_booking(self, booking_id: int) -> bool:
        return booking_id == BOOKING_ID

    # one road for every report

    def told(self, seen: Observation) -> Book:
        answer = resolve(seen, INSTALL, self)
        if answer.outcome is Outcome.KNOWN and answer.payment is not None:
            return self.merged(answer.payment, seen)
        if answer.outcome is Outcome.ADOPT:
            return self.merged(self.adopted(seen), seen)
        if answer.outcome is Outcome.LOOSE:
            return replace(self, loose=self.loose | {seen})
        return replace(self, ignored=self.ignored + 1)

    def adopted(self, seen: Observation) -> Row:
        """A row for a session this desk had lost: it asks what the booking asks now (B27)."""
        asked = Asked(self.ledger.amount_minor, self.ledger.currency, self.ledger.amount_minor, self.ledger.currency)
        uid = seen.keys.payment_uid or seen.keys.client_reference_id or seen.keys.session_id
        if self.by_uid(uid) is not None:
            uid = f"adopted-{seen.keys.session_id}-{seen.keys.payment_intent_id}"
        return Row(uid, Payment(len(self.rows) + 1, asked, AttemptFacts()))

    def merged(self, row: Row, seen: Observation) -> Book:
        taken: set[Observation] = set()

        def kept_under(stripe_ids: tuple[str, ...]) -> list[Observation]:
            found = [o for o in self.loose if set(stripe_ids) & set(o.keys.object_ids)]
            taken.update(found)
            return found

        payment = gather(absorb(row.payment, seen), kept_under)
        others = tuple(known for known in self.rows if known.uid != row.uid)
        rows = tuple(sorted((*others, Row(row.uid, payment)), key=lambda known: known.payment.seq))
        return replace(self, rows=rows, loose=self.loose - taken)

    @property
    def view(self) -> BookingView:
        return project(replace(self.ledger, payments=tuple(row.payment for row in self.rows)))


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
