"""After a report that leaves a question open: ask Stripe once, long after the webhook was answered (E16, C17)."""

from __future__ import annotations

import asyncio
import logging

from travello_desk.operations.context import Context
from travello_desk.operations.look_up import look_up_payment
from travello_desk.store import inbox, ledger
from travello_desk.store.errors import StoreError
from travello_desk.store.tx import Tx
from travello_desk.stripe_gateway.errors import GatewayError

log = logging.getLogger(__name__)
WAIT_SECONDS = 5.0
"""Stripe sends the refund itself beside `charge.refunded`: only when it does not come is there anything to ask."""


async def follow_up(ctx: Context, payment_intent_id: str) -> None:
    """Wait, and look the payment up if its refunds are still not known. Never raises for what Stripe or the store do:
    polling and `reconcile` ask the same later."""
    await asyncio.sleep(WAIT_SECONDS)
    try:
        if ctx.gateway is not None and await ctx.store.read(lambda tx: is_unexplained(tx, payment_intent_id)):
            await look_up_payment(ctx, payment_intent_id)
    except (GatewayError, StoreError) as error:
        log.info("the refunds of %s could not be looked up: %s", payment_intent_id, error)


def is_unexplained(tx: Tx, payment_intent_id: str) -> bool:
    """Whether the charge tells of more given back than its refunds do."""
    owner = inbox.StoreIndex(tx).by_stripe_id(payment_intent_id)
    loaded = ledger.load(tx, owner.booking_id) if owner else None
    payments = [p for p in loaded.ledger.payments if p.seq == owner.payment_id] if loaded and owner else []
    return any(
        payment.facts.charge_refunded_minor > sum(r.amount_minor for r in payment.refunds if r.stripe_refund_id)
        for payment in payments
    )
