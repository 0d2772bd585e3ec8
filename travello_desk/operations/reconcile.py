"""Ask Stripe for everything missed and apply it: by events while Stripe keeps them, by objects beyond (E8, E10).

Used at start, by `travello-desk reconcile`, and whenever a person does not believe the screen.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from travello_desk.operations.context import Context
from travello_desk.operations.ingest import ingest_objects
from travello_desk.operations.look_up import disputes_of, look_up_payment, look_up_session
from travello_desk.operations.poll import Polled, Progress, Stage, is_too_old, poll
from travello_desk.operations.resume import Resumed, resume
from travello_desk.payments.observe import observe_session, text
from travello_desk.store import payments
from travello_desk.stripe_gateway.errors import GatewayError
from travello_desk.stripe_gateway.refusals import is_missing


@dataclass(frozen=True, slots=True)
class Reconciled:
    """What was looked at; `by_object` counts sessions and payments asked for one by one."""

    events: int
    new_events: int
    by_object: int
    missing: int
    resumed: Resumed

    @property
    def sentence(self) -> str:
        parts = [f"{self.events} events, {self.new_events} new"]
        if self.by_object:
            parts.append(f"{self.by_object} reconciled by object")
        if self.missing:
            parts.append(f"{self.missing} unknown to Stripe")
        if self.resumed.sentence:
            parts.append(self.resumed.sentence)
        return ", ".join(parts)


async def reconcile(
    ctx: Context, *, since: int | None = None, by_object: bool = False, progress: Progress | None = None
) -> Reconciled:
    """Everything missed since `since` (unix seconds; None: the cursor). Raises GatewayError, NoStripe, StoreError."""
    report = progress or (lambda stage: None)
    resumed = await resume(ctx)
    looked, missing = 0, 0
    # First the objects: polling moves the cursor, and a gap that is closed is not looked into again.
    if by_object or await is_too_old(ctx, since):
        await adopt_lost_sessions(ctx, since)
        looked, missing = await look_at_objects(ctx, since, report)
    polled: Polled = await poll(ctx, since=since, progress=report)
    return Reconciled(polled.seen, polled.new, looked, missing, resumed)


async def adopt_lost_sessions(ctx: Context, since: int | None) -> None:
    """Sessions at Stripe that this store does not know come back by their own marks (B27)."""
    sessions = await ctx.stripe.list_sessions(created_gte=since)
    at = int(ctx.clock())
    await ingest_objects(ctx, [(observe_session(session, at), session) for session in sessions], "look-up")


async def look_at_objects(ctx: Context, since: int | None, report: Progress) -> tuple[int, int]:
    """Each session that could have changed, and each payment that could have been refunded or disputed."""
    # Money of long ago may have been given back or disputed since; without a `since` every payment is looked at anyhow.
    about: list[dict[str, Any]] = []
    if since:
        about = await ctx.stripe.list_refunds(created_gte=since) + await disputes_of(ctx, created_gte=since)
    named = {text(each, "payment_intent") for each in about} - {""}
    sessions, intents = await ctx.store.read(lambda tx: payments.to_look_at(tx, since or 0, sorted(named)))
    looked, missing = 0, 0
    wanted = [(look_up_session, s) for s in sessions] + [(look_up_payment, i) for i in intents]
    for look, object_id in wanted:
        try:
            await look(ctx, object_id)
        except GatewayError as error:
            if not is_missing(error):
                raise
            missing += 1
        looked += 1
        report(Stage("objects", looked, looked, len(wanted)))
    return looked, missing
