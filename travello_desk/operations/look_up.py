"""Ask Stripe directly about one object and apply the answer like any other report. Never called on a guest's GET
except once for a session that a guest has just returned from (D42)."""

from __future__ import annotations

from travello_desk.operations.context import Context
from travello_desk.operations.ingest import ingest_objects
from travello_desk.payments.observe import observe_charge, observe_intent, observe_refund, observe_session

SOURCE = "look-up"


async def look_up_session(ctx: Context, session_id: str) -> None:
    """Retrieve one session with its payment and apply both. Raises GatewayError."""
    session = await ctx.stripe.retrieve_session(session_id)
    await ingest_objects(ctx, [(observe_session(session, int(ctx.clock())), session)], SOURCE)


async def look_up_payment(ctx: Context, payment_intent_id: str) -> None:
    """Retrieve a PaymentIntent with its charge and all its refunds, and apply everything (C8, C17)."""
    at = int(ctx.clock())
    intent = await ctx.stripe.retrieve_payment_intent(payment_intent_id)
    refunds = await ctx.stripe.list_refunds(payment_intent=payment_intent_id)
    seen = [(observe_refund(refund, at), refund) for refund in refunds]
    seen.append((observe_intent(intent, at), intent))
    charge = intent.get("latest_charge")
    if isinstance(charge, dict):
        seen.append((observe_charge(charge, at), charge))
    await ingest_objects(ctx, seen, SOURCE)
