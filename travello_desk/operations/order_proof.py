"""Replay a booking's own stored events in every order, in memory: nothing is written, nobody is asked."""

from __future__ import annotations

import asyncio
import random

from travello_desk.operations.context import Context
from travello_desk.payments.proof import MOST_EXACT, Order, Proof, prove
from travello_desk.payments.rules import NOT_FOUND, Refused
from travello_desk.store.replicas import told_of

SAMPLES = 400


async def order_proof(ctx: Context, booking_id: int) -> Proof:
    """The proof for this booking; the same every time. Raises Refused when there is no such booking."""
    told = await ctx.store.read(lambda tx: told_of(tx, booking_id, ctx.store.install))
    if told is None:
        raise Refused(NOT_FOUND)
    drawn = draw(len(told.reports), str(booking_id)) if len(told.reports) > MOST_EXACT else []
    return await asyncio.to_thread(prove, told.start, told.reports, drawn, told.stored)


def draw(count: int, seed: str) -> list[Order]:
    """As they came, in reverse, and shuffled with some told twice; the same orders for the same seed."""
    plain, dice = tuple(range(count)), random.Random(f"order proof {seed}")
    return [plain, plain[::-1], *(shuffled(plain, dice) for _ in range(SAMPLES - 2))]


def shuffled(plain: Order, dice: random.Random) -> Order:
    order = [*plain, *dice.sample(plain, dice.randint(0, len(plain)))]
    dice.shuffle(order)
    return tuple(order)
