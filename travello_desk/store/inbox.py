"""Events and reports on their way in: each event once, each report to the payment it belongs to (PAYMENTS 1.2).

A report whose payment is not known yet is kept as a loose fact and picked up when the link becomes known; that is what
makes "refund before completed" end like the other order.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from functools import partial
from typing import Any

from travello_desk.payments.events import StripeEvent
from travello_desk.payments.narrative import Cause
from travello_desk.payments.observe import (
    Observation,
    observe_charge,
    observe_dispute,
    observe_intent,
    observe_refund,
    observe_session,
)
from travello_desk.payments.projection import Alert
from travello_desk.payments.resolve import Resolution, absorb, gather, links_of, resolve
from travello_desk.store import attention
from travello_desk.store import ledger as ledgers
from travello_desk.store.tx import Row, Tx
from travello_desk.values import value

OBSERVE_AGAIN = {
    "checkout.session": observe_session,
    "payment_intent": observe_intent,
    "charge": observe_charge,
    "refund": observe_refund,
    "dispute": observe_dispute,
}


@value(frozen=True, slots=True)
class Owner:
    """A payment of ours and its booking."""

    payment_id: int
    booking_id: int
    paid_by: str
    session_id: str
    rows: Sequence[Row] = ()
    """The booking with its payments, where that was asked at once (ledger.read). Good until something is written."""


def look_up(tx: Tx, event_ids: Sequence[str]) -> None:
    """Ask for all of a shared commit at once which are new; `known_event` then asks for the others only."""
    marks = ",".join("?" * len(event_ids))
    known = tx.all(f"SELECT event_id FROM inbox WHERE event_id IN ({marks})", event_ids)
    tx.new_events = set(event_ids).difference(event_id for (event_id,) in known)


def known_event(tx: Tx, event_id: str) -> bool:
    if event_id in tx.new_events:
        tx.new_events.discard(event_id)  # when it comes a second time, it is known
        return False
    return tx.one("SELECT 1 FROM inbox WHERE event_id = ?", (event_id,)) is not None


def keep_event(tx: Tx, event: StripeEvent, body: str, source: str, outcome: str, booking_id: int | None) -> None:
    """Store the event with its outcome. The unique id is the last word against duplicates."""
    tx.insert(
        "INSERT INTO inbox (event_id, type, object_id, livemode, created, api_version, received_at, source, body,"
        " outcome, booking_id) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
        (
            event.id,
            event.type,
            event.object_id,
            int(event.livemode),
            event.created,
            event.api_version,
            tx.now,
            source,
            body,
            outcome,
            booking_id,
        ),
    )


OWNER = (
    "o.id, o.booking_id, CASE WHEN o.received_minor > 0 THEN o.payment_intent_id ELSE '' END,"
    " COALESCE(o.session_id, '')"
)
# Nearly every event is found by this one and asks for its booking next: one statement.
BY_UID = (
    f"SELECT {ledgers.COLUMNS}, {OWNER} FROM payments o JOIN bookings b ON b.id = o.booking_id"
    " JOIN payments p ON p.booking_id = b.id WHERE o.uid = ? ORDER BY p.id"
)
BY_STRIPE_ID = f"SELECT {OWNER} FROM stripe_links l JOIN payments o ON o.id = l.payment_id WHERE l.object_id = ?"
OWNER_COLUMNS = 4
HAS_BOOKING = "SELECT 1 FROM bookings WHERE id = ?"


class StoreIndex:
    """The look-ups of payments/resolve.py, by SQL."""

    __slots__ = ("tx",)

    def __init__(self, tx: Tx) -> None:
        self.tx = tx

    def by_uid(self, payment_uid: str) -> Owner | None:
        rows = self.tx.all(BY_UID, (payment_uid,))
        if not rows:
            return None
        payment_id, booking_id, paid_by, session_id = rows[0][-OWNER_COLUMNS:]
        return Owner(payment_id, booking_id, paid_by, session_id, rows)

    def by_stripe_id(self, stripe_id: str) -> Owner | None:
        row = self.tx.one(BY_STRIPE_ID, (stripe_id,))
        return Owner(*row) if row else None

    def has_booking(self, booking_id: int) -> bool:
        return self.tx.one(HAS_BOOKING, (booking_id,)) is not None


def find_owner(tx: Tx, observation: Observation, install: str) -> Resolution[Owner]:
    """Whose report it is, in the order of PAYMENTS 1.2."""
    return resolve(observation, install, StoreIndex(tx))


def keep_loose(tx: Tx, observation: Observation, source: dict[str, Any], seen: int, origin: str) -> None:
    """Keep the object itself under each id that may lead to its payment later."""
    keys = observation.keys
    tx.nothing_loose = False
    for object_key in {keys.payment_intent_id, keys.charge_id} - {""}:
        tx.insert(
            "INSERT INTO loose_facts (object_key, kind, body, seen, source, at) VALUES (?, ?, ?, ?, ?, ?)",
            (object_key, str(source.get("object", "")), json.dumps(source), seen, origin, tx.now),
        )


def adopt(tx: Tx, booking_id: int, observation: Observation) -> int:
    """A payment row for a session this desk had lost (B27). Asked is what the booking asks now: the amount check."""
    keys = observation.keys
    named = f"adopted-{keys.session_id or keys.payment_intent_id}"
    uid = keys.payment_uid or keys.client_reference_id or named
    if tx.one("SELECT 1 FROM payments WHERE uid = ?", (uid,)):
        uid = f"{named}-{keys.payment_intent_id}"  # the second one under one mark (resolve.find)
    amount_minor, currency = tx.one("SELECT amount_minor, currency FROM bookings WHERE id = ?", (booking_id,)) or (
        0,
        "",
    )
    return tx.insert(
        "INSERT INTO payments (uid, booking_id, amount_minor, currency, booking_amount_minor, booking_currency, origin,"
        " idempotency_key, params, facts, status, created_at, updated_at)"
        " VALUES (?, ?, ?, ?, ?, ?, 'adopted', ?, '{}', '{\"create\":\"CREATED\"}', 'OPEN', ?, ?)",
        (uid, booking_id, amount_minor, currency, amount_minor, currency, f"adopted:{uid}", tx.now, tx.now),
    )


def apply_to(tx: Tx, owner: Owner, observation: Observation, cause: Cause, actor: str) -> None:
    """Merge one report into the payment that `find_owner` found."""
    loaded = ledgers.read(tx, owner.booking_id, owner.rows) if owner.rows else None
    apply(tx, owner.payment_id, owner.booking_id, observation, cause, actor, loaded)


def apply(
    tx: Tx,
    payment_id: int,
    booking_id: int,
    observation: Observation,
    cause: Cause,
    actor: str,
    loaded: ledgers.Loaded | None = None,
) -> None:
    """Merge one report into its payment, with every loose fact its new links lead to, and save the booking."""
    loaded = loaded or ledgers.load(tx, booking_id)
    if loaded is None:
        raise LookupError(f"payment {payment_id} has no booking {booking_id}")
    payment = loaded.ledger.payment(payment_id)
    grown = absorb(payment, observation)
    known = links_of(payment.facts)
    if links_of(grown.facts) != known:
        grown = gather(grown, partial(claim, tx, payment_id, known))
    ledgers.save(tx, loaded, ledgers.with_payment(loaded.ledger, grown), cause, actor)


def claim(tx: Tx, payment_id: int, known: tuple[str, ...], stripe_ids: tuple[str, ...]) -> list[Observation]:
    """Make the ids lead to this payment; what was kept loose under them, which is dropped with that.

    An id among the `known` was claimed when it was learned. One that leads to another payment goes on doing so, and
    nothing is loose under it: whoever claimed it has picked that up.
    """
    fresh = tuple(stripe_id for stripe_id in stripe_ids if stripe_id not in known)
    if not fresh:
        return []
    link, find_loose, drop_loose = CLAIM[len(fresh)]
    tx.execute(link, [value for stripe_id in fresh for value in (stripe_id, payment_id)])
    if nothing_loose(tx):
        return []
    rows = tx.all(find_loose, fresh)
    if rows:
        tx.execute(drop_loose, fresh)
    return [OBSERVE_AGAIN[kind](json.loads(body), seen) for kind, body, seen in rows]


def nothing_loose(tx: Tx) -> bool:
    """Whether nothing at all is kept loose, as nearly always: asked once for all events of a shared commit."""
    if not tx.nothing_loose:
        tx.nothing_loose = tx.one("SELECT 1 FROM loose_facts LIMIT 1") is None
    return tx.nothing_loose


def claim_statements(count: int) -> tuple[str, str, str]:
    """For so many ids at once: link them, find what is loose under them, drop that."""
    pairs, marks = ", ".join(["(?, ?)"] * count), ", ".join("?" * count)
    under = "SELECT kind, body, seen FROM loose_facts WHERE object_key = ?"
    return (
        f"INSERT INTO stripe_links (object_id, payment_id) VALUES {pairs} ON CONFLICT (object_id) DO NOTHING",
        " UNION ALL ".join([under] * count),  # for an IN, SQLite would make and drop a table of its own every time
        f"DELETE FROM loose_facts WHERE object_key IN ({marks})",
    )


# A payment has three ids: its session, its PaymentIntent and its charge.
CLAIM = {count: claim_statements(count) for count in (1, 2, 3)}


def booking_of_session(tx: Tx, session_id: str) -> int | None:
    """The booking a Checkout Session belongs to, or None."""
    booking_id: int | None = tx.value("SELECT p.booking_id FROM payments p WHERE p.session_id = ?", (session_id,))
    return booking_id


def last_event_at(tx: Tx) -> int:
    """When the newest event was stored, or 0."""
    return tx.value("SELECT received_at FROM inbox ORDER BY id DESC LIMIT 1") or 0


COUNTERS = {
    "events": "SELECT COALESCE(MAX(id), 0) FROM inbox",
    "last_event_at": "SELECT received_at FROM inbox ORDER BY id DESC LIMIT 1",
    "dead": "SELECT COUNT(*) FROM dead_letters",
    "attention": "SELECT COUNT(*) FROM attention WHERE closed_at IS NULL",
    "unfinished": "SELECT (SELECT COUNT(*) FROM payments WHERE status = 'CREATING')"
    " + (SELECT COUNT(*) FROM refunds WHERE status = 'SENDING')",
    "mails": "SELECT COUNT(*) FROM outbox WHERE status IN ('queued', 'sending')",
}


def counters(tx: Tx) -> dict[str, int]:
    """Numbers for the machine's watchers. Each is read from an index that stays small."""
    return {name: tx.value(sql) or 0 for name, sql in COUNTERS.items()}


MOST_REJECTIONS = 10_000
NOT_APPLIED = "not_applied"


def reject(tx: Tx, reason: str, remote: str) -> None:
    """Count a refused delivery, without its body (A1). Only the newest are kept: strangers may not fill the disk."""
    newest = tx.insert("INSERT INTO rejections (at, reason, remote) VALUES (?, ?, ?)", (tx.now, reason, remote))
    tx.execute("DELETE FROM rejections WHERE id <= ?", (newest - MOST_REJECTIONS,))


def dead_letter(tx: Tx, event_id: str, error: str, body: str) -> None:
    """Keep an event that a bug of ours could not apply; Stripe goes on trying."""
    tx.execute(
        "INSERT INTO dead_letters (event_id, error, body, at) VALUES (?, ?, ?, ?)"
        " ON CONFLICT (event_id)"
        " DO UPDATE SET failures = dead_letters.failures + 1, error = excluded.error, at = excluded.at",
        (event_id, error, body, tx.now),
    )
    attention.raise_alert(tx, None, Alert(NOT_APPLIED, event_id, detail=error[:120]))


def settle_dead_letters(tx: Tx) -> int:
    """Forget what has been applied since, by Stripe's next try or by a replay, and close its alerts; how many."""
    rows = tx.all("SELECT d.event_id FROM dead_letters d JOIN inbox i ON i.event_id = d.event_id")
    for (event_id,) in rows:
        tx.execute("DELETE FROM dead_letters WHERE event_id = ?", (event_id,))
        attention.withdraw(tx, NOT_APPLIED, event_id)
    return len(rows)
