"""One booking for the order proof: its books without anything Stripe has told, as they stand, and its own events."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

from travello_desk import quick_json
from travello_desk.payments.events import EventShapeError, observe_event, read_event
from travello_desk.payments.facts import AttemptFacts, Payment, RefundFacts
from travello_desk.payments.proof import Report
from travello_desk.payments.replica import Replica, Row
from travello_desk.payments.resolve import links_of
from travello_desk.store import ledger
from travello_desk.store.activity import first_at
from travello_desk.store.tx import Tx

DAY_SECONDS = 24 * 3600
# The booking stands behind the body in a row: so many rows are read only around what happened to the booking.
EVENTS = (
    "SELECT event_id, type, body, outcome FROM inbox WHERE id >= ? AND id < ? AND (booking_id = ? OR outcome = 'loose')"
    " ORDER BY created, id"
)
TOUCHED = (
    "SELECT MIN(p.created_at), MAX(p.updated_at), MAX(r.updated_at), MAX(d.updated_at) FROM payments p"
    " LEFT JOIN refunds r ON r.payment_id = p.id LEFT JOIN disputes d ON d.payment_id = p.id WHERE p.booking_id = ?"
)


@dataclass(frozen=True, slots=True)
class Told:
    """`start` knows what the desk itself wrote, `stored` everything; `reports` is what Stripe's events say."""

    start: Replica
    stored: Replica
    reports: list[Report]


def told_of(tx: Tx, booking_id: int, install: str) -> Told | None:
    """What the proof needs, or None when there is no such booking."""
    loaded = ledger.load(tx, booking_id)
    if loaded is None:
        return None
    rows = tuple(Row(loaded.payments[p.seq].uid, p) for p in loaded.ledger.payments)
    stored = Replica(loaded.ledger, rows, booking_id=booking_id, install=install)
    untold = tuple(replace(row, payment=without_reports(row.payment)) for row in rows)
    return Told(replace(stored, rows=untold), stored, list(reports_of(tx, stored)))


def without_reports(payment: Payment) -> Payment:
    """The payment as the desk made it: asked, answered with a session, perhaps with refunds that were asked for."""
    known = payment.facts
    facts = AttemptFacts(create="CREATED" if known.session_id else known.create, session_id=known.session_id)
    if not known.session_id:  # adopted by its money alone
        facts = replace(facts, payment_intent_id=known.payment_intent_id, charge_id=known.charge_id)
    refunds = tuple(unanswered(refund) for refund in payment.refunds if refund.uid)
    return replace(payment, facts=facts, refunds=refunds, disputes=())


def unanswered(refund: RefundFacts) -> RefundFacts:
    """A refund of ours before Stripe said anything of it; one that never was Stripe's stays as it is."""
    if not refund.stripe_refund_id:
        return refund
    return replace(refund, stripe_refund_id="", status="SENDING", failure_reason="", pending_reason="", seen=0)


def reports_of(tx: Tx, stored: Replica) -> Iterator[Report]:
    """The booking's events, oldest first, with those that waited for their payment before it was known."""
    since_at, *touched = tx.one(TOUCHED, (stored.booking_id,)) or (None,)
    if since_at is None:
        return
    first = first_at(tx, "inbox", "received_at", since_at - DAY_SECONDS)
    last = first_at(tx, "inbox", "received_at", max(at or 0 for at in touched) + DAY_SECONDS)
    ours = {stripe_id for row in stored.rows for stripe_id in links_of(row.payment.facts)}
    for event_id, kind, body, outcome in tx.all(EVENTS, (first, last, stored.booking_id)):
        try:
            seen = observe_event(read_event(quick_json.loads(body)))
        except (ValueError, EventShapeError):
            continue
        if seen is not None and (outcome != "loose" or ours & set(seen.keys.object_ids)):
            yield Report(f"{kind} {event_id}", seen)
