"""Events and reports on their way in: each event once, each report to the payment it belongs to (PAYMENTS 1.2).

A report whose payment is not known yet is kept as a loose fact and picked up when the link becomes known; that is what
makes "refund before completed" end like the other order.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, replace
from typing import Any

from travello_desk.payments.events import StripeEvent
from travello_desk.payments.facts import AttemptFacts, Ledger, Payment
from travello_desk.payments.narrative import Cause
from travello_desk.payments.observe import (
    Keys,
    Observation,
    observe_charge,
    observe_dispute,
    observe_intent,
    observe_refund,
    observe_session,
)
from travello_desk.store import ledger as ledgers
from travello_desk.store.tx import Tx

OBSERVE_AGAIN = {
    "checkout.session": observe_session,
    "payment_intent": observe_intent,
    "charge": observe_charge,
    "refund": observe_refund,
    "dispute": observe_dispute,
}


@dataclass(frozen=True, slots=True)
class Owner:
    """Whose report it is: a payment we have, a booking to adopt it for, or neither with the reason."""

    payment_id: int = 0
    booking_id: int = 0
    outcome: str = "applied"


FOREIGN = Owner(outcome="foreign")
IGNORED = Owner(outcome="ignored")
LOOSE = Owner(outcome="loose")
ORPHAN = Owner(outcome="orphan")
ADOPT = "adopted"


def known_event(tx: Tx, event_id: str) -> bool:
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


def find_owner(tx: Tx, observation: Observation, install: str) -> Owner:
    """The first hit wins, in the order of PAYMENTS 1.2."""
    keys = observation.keys
    if keys.install and keys.install != install:
        return FOREIGN
    for sql, value in look_ups(keys):
        row = tx.one(sql, (value,))
        if row is not None:
            return Owner(row[0], row[1])
    return unowned(tx, observation)


BY_UID = "SELECT id, booking_id FROM payments WHERE uid = ?"
BY_OBJECT = "SELECT p.id, p.booking_id FROM stripe_links l JOIN payments p ON p.id = l.payment_id WHERE l.object_id = ?"
BY_REFUND = "SELECT p.id, p.booking_id FROM refunds r JOIN payments p ON p.id = r.payment_id WHERE r.uid = ?"
BY_STRIPE_REFUND = (
    "SELECT p.id, p.booking_id FROM refunds r JOIN payments p ON p.id = r.payment_id WHERE r.stripe_refund_id = ?"
)


def look_ups(keys: Keys) -> list[tuple[str, str]]:
    """The statements to try for these keys, strongest first."""
    tries = [(BY_UID, keys.payment_uid)] if keys.payment_uid else []
    if keys.refund_uid:
        tries.append((BY_REFUND, keys.refund_uid))
    tries.extend((BY_OBJECT, object_id) for object_id in keys.object_ids)
    if keys.client_reference_id:
        tries.append((BY_UID, keys.client_reference_id))
    return tries


def unowned(tx: Tx, observation: Observation) -> Owner:
    """No payment of ours: adopt by booking, keep loose, raise an orphan, or ignore."""
    keys = observation.keys
    if observation.refund or observation.dispute:
        return LOOSE
    if keys.booking_id and (keys.session_id or keys.payment_intent_id):
        if tx.one("SELECT 1 FROM bookings WHERE id = ?", (keys.booking_id,)) is not None:
            return Owner(0, keys.booking_id, ADOPT)
        return ORPHAN if keys.marked else IGNORED
    if keys.marked and (keys.session_id or keys.payment_intent_id):
        return ORPHAN
    return LOOSE if keys.charge_id and not keys.session_id else IGNORED


def keep_loose(tx: Tx, observation: Observation, source: dict[str, Any], seen: int, origin: str) -> None:
    """Keep the object itself under each id that may lead to its payment later."""
    keys = observation.keys
    for object_key in {keys.payment_intent_id, keys.charge_id} - {""}:
        tx.insert(
            "INSERT INTO loose_facts (object_key, kind, body, seen, source, at) VALUES (?, ?, ?, ?, ?, ?)",
            (object_key, str(source.get("object", "")), json.dumps(source), seen, origin, tx.now),
        )


def adopt(tx: Tx, booking_id: int, observation: Observation) -> int:
    """A payment row for a session this desk had lost (B27). Asked is what the booking asks now: the amount check."""
    keys = observation.keys
    uid = keys.payment_uid or keys.client_reference_id or f"adopted-{keys.session_id or keys.payment_intent_id}"
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


def apply(
    tx: Tx, payment_id: int, booking_id: int, observation: Observation, cause: Cause, actor: str
) -> ledgers.Loaded:
    """Merge one report into its payment, with every loose fact its new links lead to, and save the booking."""
    loaded = ledgers.load(tx, booking_id)
    if loaded is None:
        raise LookupError(f"payment {payment_id} has no booking {booking_id}")
    payment = next(p for p in loaded.ledger.payments if p.seq == payment_id)
    grown = merge(payment, observation)
    grown = pick_up_loose(tx, payment, grown, observation.keys)
    view = ledgers.save(tx, loaded, ledgers.with_payment(loaded.ledger, grown), cause, actor)
    return replace(loaded, view=view)


def merge(payment: Payment, observation: Observation) -> Payment:
    """One payment with one more report about it."""
    if observation.refund is not None:
        payment = payment.with_refund(observation.refund)
    if observation.dispute is not None:
        payment = payment.with_dispute(observation.dispute)
    if observation.attempt is not None:
        payment = replace(payment, facts=payment.facts.merge(observation.attempt))
    return payment


def new_links(before: AttemptFacts, after: AttemptFacts, keys: Keys) -> list[str]:
    """Stripe ids that lead to this payment from now on."""
    known = {before.session_id, before.payment_intent_id, before.charge_id}
    ids = (*keys.object_ids, after.session_id, after.payment_intent_id, after.charge_id)
    return [object_id for object_id in dict.fromkeys(ids) if object_id and object_id not in known]


def pick_up_loose(tx: Tx, before: Payment, payment: Payment, keys: Keys) -> Payment:
    """Record new links; merge and drop what was waiting for them, until nothing more is found."""
    pending = new_links(before.facts, payment.facts, keys)
    while pending:
        object_id = pending.pop()
        linked = tx.execute(
            "INSERT INTO stripe_links (object_id, payment_id) VALUES (?, ?) ON CONFLICT (object_id) DO NOTHING",
            (object_id, payment.seq),
        )
        if not linked:
            continue
        for row_id, kind, body, seen in tx.all(
            "SELECT id, kind, body, seen FROM loose_facts WHERE object_key = ?", (object_id,)
        ):
            found = OBSERVE_AGAIN[kind](json.loads(body), seen)
            grown = merge(payment, found)
            pending.extend(new_links(payment.facts, grown.facts, found.keys))
            payment = grown
            tx.execute("DELETE FROM loose_facts WHERE id = ?", (row_id,))
    return payment


def booking_of_session(tx: Tx, session_id: str) -> int | None:
    """The booking a Checkout Session belongs to, or None."""
    booking_id: int | None = tx.value("SELECT p.booking_id FROM payments p WHERE p.session_id = ?", (session_id,))
    return booking_id


def last_event_at(tx: Tx) -> int:
    """When the newest event was stored, or 0."""
    return tx.value("SELECT received_at FROM inbox ORDER BY id DESC LIMIT 1") or 0


def empty_ledger_of(loaded: ledgers.Loaded) -> Ledger:
    """The same booking without anything Stripe has told: where a replay starts."""
    payments = tuple(
        Payment(p.seq, p.asked, AttemptFacts(create="CREATED"), (), (), p.accepted) for p in loaded.ledger.payments
    )
    return replace(loaded.ledger, payments=payments)


def reject(tx: Tx, reason: str, remote: str) -> None:
    """Count a refused delivery, without its body (A1)."""
    tx.insert("INSERT INTO rejections (at, reason, remote) VALUES (?, ?, ?)", (tx.now, reason, remote))


def dead_letter(tx: Tx, event_id: str, error: str, body: str) -> None:
    """Keep an event that a bug of ours could not apply; Stripe goes on trying."""
    tx.execute(
        "INSERT INTO dead_letters (event_id, error, body, at) VALUES (?, ?, ?, ?)"
        " ON CONFLICT (event_id) DO UPDATE SET failures = failures + 1, error = excluded.error, at = excluded.at",
        (event_id, error, body, tx.now),
    )
