"""Every report of Stripe's comes in here: webhook, polling, look-up, reply. One road, one transaction (DESIGN).

The answer to a webhook is given only after `ingest_event` has returned: then the event is durable.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from travello_desk.operations.context import Context
from travello_desk.payments.events import StripeEvent, observe_event
from travello_desk.payments.narrative import Cause
from travello_desk.payments.observe import Observation
from travello_desk.payments.projection import Alert
from travello_desk.payments.resolve import Outcome
from travello_desk.store import attention, inbox, timeline
from travello_desk.store.tx import Tx

ACTOR = "Stripe"
MOST_SEEN = 10_000
"""How many ids are remembered as probably known. Only the store says what is known; this says where to ask it first."""


async def ingest_event(ctx: Context, event: StripeEvent, body: str, source: str = "webhook") -> str:
    """Store and apply one event; what became of it: applied, duplicate, ignored, loose, orphan, adopted,
    quarantined. Raises StoreUnavailable when it could not be stored."""
    seen = ctx.seen_events
    if event.id in seen and await ctx.store.peek(lambda tx: inbox.known_event(tx, event.id)):
        return "duplicate"  # without a place among the writers
    livemode = ctx.livemode
    install = ctx.store.install
    outcome = await ctx.store.write(lambda tx: ingest_in(tx, event, body, source, livemode, install))
    seen[event.id] = None
    if len(seen) > MOST_SEEN:
        del seen[next(iter(seen))]
    return outcome


def ingest_in(tx: Tx, event: StripeEvent, body: str, source: str, livemode: bool, install: str) -> str:
    """The same inside a transaction, so that polling can store its cursor with its events."""
    if inbox.known_event(tx, event.id):
        return "duplicate"
    outcome, booking_id = apply_event(tx, event, source, livemode, install)
    inbox.keep_event(tx, event, body, source, outcome, booking_id)
    return outcome


def apply_event(tx: Tx, event: StripeEvent, source: str, livemode: bool, install: str) -> tuple[str, int | None]:
    if event.livemode != livemode:
        return quarantine(tx, event)
    observation = observe_event(event)
    if observation is None:
        return "ignored", None
    return apply_observation(tx, observation, Cause(event.type, source), install, event.object, event.created)


def apply_observation(
    tx: Tx, observation: Observation, cause: Cause, install: str, source: Mapping[str, Any], seen: int
) -> tuple[str, int | None]:
    """Give one report to its owner; the outcome and the booking it touched."""
    found = inbox.find_owner(tx, observation, install)
    if found.outcome is Outcome.LOOSE:
        inbox.keep_loose(tx, observation, dict(source), seen, cause.source)
    elif found.outcome is Outcome.ORPHAN:
        raise_orphan(tx, observation)
    elif found.outcome is Outcome.ADOPT:
        payment_id = inbox.adopt(tx, found.booking_id, observation)
        timeline.add(tx, found.booking_id, ACTOR, "adopted", "Adopted a session this desk had lost")
        inbox.apply(tx, payment_id, found.booking_id, observation, cause, ACTOR)
        for subject in orphan_subjects(observation):
            attention.withdraw(tx, "orphan", subject)
        return "adopted", found.booking_id
    elif found.payment is not None:
        inbox.apply_to(tx, found.payment, observation, cause, ACTOR)
        return "applied", found.payment.booking_id
    return ("ignored" if found.outcome is Outcome.IGNORE else found.outcome.value), None


def quarantine(tx: Tx, event: StripeEvent) -> tuple[str, None]:
    """An event of the other mode: kept, alerted, without effect (A32)."""
    mode = "LIVE" if event.livemode else "TEST"
    attention.raise_alert(tx, None, Alert("livemode", mode, detail=mode))
    return "quarantined", None


def raise_orphan(tx: Tx, observation: Observation) -> None:
    """Money with our mark for a booking this desk does not have (B24). Only money is worth a person's time."""
    facts = observation.attempt
    if facts is None or not facts.paid:
        return
    subject = orphan_subjects(observation)[0]
    amount_minor, currency = facts.received
    attention.raise_alert(tx, None, Alert("orphan", subject, amount_minor, currency, f"Stripe {subject}"))


def orphan_subjects(observation: Observation) -> list[str]:
    """The names under which this money may wait for its booking."""
    facts = observation.attempt
    return [name for name in (facts.payment_intent_id, facts.session_id) if name] if facts else []


async def ingest_objects(
    ctx: Context, observations: Sequence[tuple[Observation, Mapping[str, Any]]], source: str
) -> None:
    """Apply what was looked up or answered, in one transaction. Objects without an owner are left alone."""
    install, seen = ctx.store.install, int(ctx.clock())

    def work(tx: Tx) -> None:
        for observation, document in observations:
            apply_observation(tx, observation, Cause("", source), install, document, seen)

    await ctx.store.write(work)
