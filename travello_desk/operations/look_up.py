"""Ask Stripe directly about one object and apply the answer like any other report. Never called on a guest's GET
except once for a session that a guest has just returned from (D42)."""

from __future__ import annotations

import logging
from typing import Any

from travello_desk.operations.context import Context
from travello_desk.operations.ingest import ingest_objects
from travello_desk.payments.observe import (
    observe_charge,
    observe_dispute,
    observe_intent,
    observe_refund,
    observe_session,
)
from travello_desk.stripe_gateway.errors import Forbidden

log = logging.getLogger(__name__)
SOURCE = "look-up"


async def look_up_session(ctx: Context, session_id: str) -> None:
    """Retrieve one session with its payment and apply both. Raises GatewayError."""
    session = await ctx.stripe.retrieve_session(session_id)
    await ingest_objects(ctx, [(observe_session(session, int(ctx.clock())), session)], SOURCE)


async def look_up_payment(ctx: Context, payment_intent_id: str) -> None:
    """Retrieve a PaymentIntent with its charge, all its refunds and disputes, and apply everything (C8, C17, E10)."""
    at = int(ctx.clock())
    intent = await ctx.stripe.retrieve_payment_intent(payment_intent_id)
    refunds = await ctx.stripe.list_refunds(payment_intent=payment_intent_id)
    seen = [(observe_refund(refund, at), refund) for refund in refunds]
    seen.append((observe_intent(intent, at), intent))
    charge = intent.get("latest_charge")
    if isinstance(charge, dict):
        seen.append((observe_charge(charge, at), charge))
        if charge.get("disputed"):
            disputes = await disputes_of(ctx, payment_intent=payment_intent_id)
            seen += [(observe_dispute(dispute, at), dispute) for dispute in disputes]
    await ingest_objects(ctx, seen, SOURCE)


async def disputes_of(
    ctx: Context, *, payment_intent: str | None = None, created_gte: int | None = None
) -> list[dict[str, Any]]:
    """Stripe's disputes; none where the key may not read them: that must not hide all the rest. Raises GatewayError."""
    try:
        return await ctx.stripe.list_disputes(payment_intent=payment_intent, created_gte=created_gte)
    except Forbidden as error:
        log.warning("disputes cannot be looked up: %s", error.sentence)
        return []
