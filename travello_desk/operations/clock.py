"""This computer's clock against Stripe's: measured, corrected for, and told when it is wrong (E9).

Stripe says its time with every answer. A wrong clock here would refuse every webhook, because a signature is good for
five minutes; with the offset known they are taken, and a person is asked to mend the clock.
"""

from __future__ import annotations

import logging

from travello_desk.operations.context import Context
from travello_desk.operations.errors import is_refused
from travello_desk.payments.projection import Alert
from travello_desk.store import attention
from travello_desk.store.tx import Tx
from travello_desk.stripe_gateway.errors import GatewayError

log = logging.getLogger(__name__)
KIND = "clock"
NOISE_SECONDS = 3.0
"""Stripe's clock comes in whole seconds and after a journey: less than this says nothing."""
WRONG_SECONDS = 60.0


async def watch_clock(ctx: Context) -> None:
    """Measure once and keep the offset. Never raises for what Stripe does."""
    if ctx.gateway is None:
        return
    try:
        server_at, latency_seconds = await ctx.gateway.server_time()
    except GatewayError as error:
        log.info("Stripe's clock was not heard: %s", error)
        ctx.health.stripe_failed(error.sentence, refused=is_refused(error))
        return
    ctx.health.stripe_answered(int(ctx.clock()))
    offset = server_at + 0.5 - (ctx.clock() - latency_seconds / 2)
    ctx.clock_offset_seconds = offset if abs(offset) > NOISE_SECONDS else 0.0
    ctx.health.clock_fault = clock_words(ctx.clock_offset_seconds)
    await tell(ctx)


def clock_words(offset_seconds: float) -> str:
    """`this computer's clock is 10 min slow`, or empty while it is near enough."""
    off = abs(offset_seconds)
    if off < WRONG_SECONDS:
        return ""
    span = (
        f"{off / 86400:.0f} days"
        if off >= 2 * 86400
        else f"{off / 3600:.0f} h"
        if off >= 7200
        else f"{off / 60:.0f} min"
    )
    return f"this computer's clock is {span} {'slow' if offset_seconds > 0 else 'fast'}"


async def tell(ctx: Context) -> None:
    """Keep the attention inbox in step: opened once, closed by itself when the clock is right again."""
    words = ctx.health.clock_fault
    waits = await ctx.store.read(lambda tx: attention.is_open(tx, KIND))
    if words and not waits:
        await ctx.store.write(lambda tx: attention.raise_alert(tx, None, Alert(KIND, detail=words)))
    elif waits and not words:
        await ctx.store.write(withdraw)


def withdraw(tx: Tx) -> None:
    attention.withdraw(tx, KIND)
