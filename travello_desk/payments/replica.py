"""One booking's books in memory, and the road every report takes into them. Pure: no store, no I/O, immutable.

What store/inbox.py does with SQL stands here in values, so that a proof can walk a tree of orders (payments/proof.py);
both resolve and merge with the same functions of the heart only.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

from travello_desk.payments.facts import Asked, AttemptFacts, Ledger, Payment
from travello_desk.payments.observe import Observation
from travello_desk.payments.projection import BookingView, project
from travello_desk.payments.resolve import Outcome, absorb, gather, links_of, resolve


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
class Replica:
    """A booking and everything told about it so far. It is its own Index (payments/resolve.py)."""

    ledger: Ledger
    rows: tuple[Row, ...] = ()
    loose: frozenset[Observation] = frozenset()
    booking_id: int = 0
    install: str = ""

    def by_uid(self, payment_uid: str) -> Row | None:
        return next((row for row in self.rows if row.uid == payment_uid), None)

    def by_stripe_id(self, stripe_id: str) -> Row | None:
        return next((row for row in self.rows if stripe_id in links_of(row.payment.facts)), None)

    def has_booking(self, booking_id: int) -> bool:
        return booking_id == self.booking_id

    def told(self, seen: Observation) -> Replica:
        """The books after one more report."""
        answer = resolve(seen, self.install, self)
        if answer.outcome is Outcome.KNOWN and answer.payment is not None:
            return self.merged(answer.payment, seen)
        if answer.outcome is Outcome.ADOPT:
            return self.merged(self.adopted(seen), seen)
        if answer.outcome is Outcome.LOOSE:
            return replace(self, loose=self.loose | {seen})
        return self

    def adopted(self, seen: Observation) -> Row:
        """A row for a session this desk had lost: it asks what the booking asks now (B27)."""
        asked = Asked(self.ledger.amount_minor, self.ledger.currency, self.ledger.amount_minor, self.ledger.currency)
        uid = seen.keys.payment_uid or seen.keys.client_reference_id or seen.keys.session_id
        if self.by_uid(uid) is not None:
            uid = f"adopted-{seen.keys.session_id}-{seen.keys.payment_intent_id}"
        newest = max((row.payment.seq for row in self.rows), default=0)
        return Row(uid, Payment(newest + 1, asked, AttemptFacts()))

    def merged(self, row: Row, seen: Observation) -> Replica:
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
