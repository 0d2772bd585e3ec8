"""Closing a problem by hand: with a reason, in a person's name, in the timeline. Its remedy needs none of that."""

from __future__ import annotations

from travello_desk.operations.arrival import required_reason
from travello_desk.operations.context import Context
from travello_desk.payments.rules import Refusal, Refused
from travello_desk.store import attention, timeline
from travello_desk.store.attention import Problem
from travello_desk.store.tx import Tx

NOT_OPEN = Refusal("not_open", "This problem is closed already", 404)


async def dismiss(ctx: Context, problem_id: int, reason: str, actor: str) -> Problem:
    """Close one problem. Raises Refused without a reason, or when it is not open."""
    why = required_reason(reason)

    def work(tx: Tx) -> Problem:
        closed = attention.dismiss(tx, problem_id, actor, why)
        if closed is None:
            raise Refused(NOT_OPEN)
        timeline.add(tx, closed.booking_id, actor, "dismissed", f"Closed: {closed.sentence}", why)
        return closed

    return await ctx.store.write(work)
