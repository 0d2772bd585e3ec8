"""Finish what a crash, a time-out or a lost line left open: same keys, same parameters (PAYMENTS 1.6, E5, C4)."""

from __future__ import annotations

import logging
from dataclasses import dataclass

from travello_desk.operations.checkout import make_session
from travello_desk.operations.context import Context
from travello_desk.operations.errors import StripeFailed
from travello_desk.operations.expire import finish_expiry
from travello_desk.operations.look_first import SKEW_SECONDS, find_refund, refund_needs_look
from travello_desk.operations.refund import send_refund
from travello_desk.payments.rules import Refused
from travello_desk.store import payments

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Resumed:
    """What was finished, and what must be tried again later."""

    links: int = 0
    refunds: int = 0
    expired: int = 0
    waiting: int = 0

    @property
    def sentence(self) -> str:
        """`1 link recovered, 1 refund confirmed`, or empty."""
        parts = [
            (self.links, "link recovered", "links recovered"),
            (self.refunds, "refund that was being sent: confirmed", "refunds that were being sent: confirmed"),
            (self.expired, "old link switched off", "old links switched off"),
        ]
        return ", ".join(f"{count} {one if count == 1 else many}" for count, one, many in parts if count)


async def resume(ctx: Context, *, older_than_seconds: int = 0) -> Resumed:
    """Resume every intention whose last change is at least that old. Never raises for what Stripe does."""
    if ctx.gateway is None:
        return Resumed()
    now = int(ctx.clock())

    def is_due(updated_at: int) -> bool:
        """Not just written by whoever is at it; what seems to come from the future was written before a clock went
        back."""
        return not now - older_than_seconds < updated_at <= now + SKEW_SECONDS

    creating, sending, expiring = await ctx.store.read(payments.unfinished)
    done = [0, 0, 0, 0]
    for row in creating:
        if is_due(row.updated_at):
            done[await attempt_link(ctx, row)] += 1
    for refund_row in sending:
        if is_due(refund_row.updated_at):
            done[await attempt_refund(ctx, refund_row)] += 1
    for row in expiring:
        done[await attempt_expiry(ctx, row)] += 1
    return Resumed(*done)


async def attempt_link(ctx: Context, row: payments.PaymentRow) -> int:
    async with ctx.lock(row.booking_id):
        current = await ctx.store.read(lambda tx: payments.get_payment(tx, row.id))
        if current is None or current.status != "CREATING":
            return 0
        try:
            await make_session(ctx, current, "system")
        except (StripeFailed, Refused) as failed:
            log.info("payment %d: the session is still not made: %s", row.id, failed)
            return 3
    return 0


async def attempt_refund(ctx: Context, row: payments.RefundRow) -> int:
    owner = await ctx.store.read(lambda tx: payments.get_payment(tx, row.payment_id))
    if owner is None:
        return 3
    async with ctx.lock(owner.booking_id):
        current = await ctx.store.read(lambda tx: payments.get_refund(tx, row.uid or ""))
        if current is None or current.status != "SENDING":
            return 1
        try:
            if refund_needs_look(ctx, current):
                await find_refund(ctx, current, owner.booking_id)
            else:
                await send_refund(ctx, current, owner.booking_id)
        except (StripeFailed, Refused) as failed:
            log.info("refund %d: not known yet: %s", row.id, failed)
            return 3
    return 1


async def attempt_expiry(ctx: Context, row: payments.PaymentRow) -> int:
    async with ctx.lock(row.booking_id):
        try:
            await finish_expiry(ctx, row.id, "system")
        except StripeFailed as failed:
            log.info("payment %d: the old link is still live: %s", row.id, failed)
            return 3
    return 2
