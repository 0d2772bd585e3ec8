"""The attention inbox's own deeds: try again, and close by hand. Its other remedies are the operations of everything
else. Closing by hand needs a reason and a name; a remedy needs none of that, because the cause is gone."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from typing import Final

from travello_desk.operations import mail
from travello_desk.operations.arrival import required_reason
from travello_desk.operations.clock import watch_clock
from travello_desk.operations.context import Context
from travello_desk.operations.errors import StripeFailed
from travello_desk.operations.look_up import look_up_payment, look_up_session
from travello_desk.operations.replay import replay
from travello_desk.operations.resume import resume
from travello_desk.operations.stuck import settle
from travello_desk.payments.rules import Refusal, Refused
from travello_desk.store import attention, timeline
from travello_desk.store.attention import Problem
from travello_desk.store.tx import Tx
from travello_desk.stripe_gateway.errors import GatewayError

NOT_OPEN = Refusal("not_open", "This problem is closed already", 404)
NO_SUCH = Refusal("not_found", "There is no such problem", 404)
NO_AGAIN = Refusal("no_again", "There is nothing to try again here: another key helps")


async def dismiss(ctx: Context, problem_id: int, reason: str, actor: str) -> Problem:
    """Close one problem. Raises Refused without a reason, or when it is not open."""
    why = required_reason(reason)

    def work(tx: Tx) -> Problem:
        closed = attention.dismiss(tx, problem_id, actor, why)
        if closed is None:
            raise Refused(NOT_OPEN if attention.get(tx, problem_id) else NO_SUCH)
        timeline.add(tx, closed.booking_id, actor, "dismissed", f"Closed: {closed.sentence}", why)
        return closed

    return await ctx.store.write(work)


async def again(ctx: Context, problem_id: int, actor: str) -> str:
    """Try what may end this problem by itself; what came of it. Raises Refused, StripeFailed, StoreError."""
    problem = await ctx.store.read(lambda tx: attention.get(tx, problem_id))
    if problem is None:
        raise Refused(NO_SUCH)
    if problem.closed_at is not None:
        raise Refused(NOT_OPEN)
    try_it = AGAIN.get(problem.kind)
    if try_it is None:
        raise Refused(NO_AGAIN)
    try:
        said = await try_it(ctx, problem, actor)
    except GatewayError as error:
        raise StripeFailed(error) from error
    now = await ctx.store.read(lambda tx: attention.get(tx, problem_id))
    return said if now is not None and now.closed_at is None else f"{said} The problem is closed."


async def look_for_owner(ctx: Context, problem: Problem, actor: str) -> str:
    """Money without a booking: ask Stripe for it once more, because its booking may have been made meanwhile."""
    _ = ctx.stripe
    look = look_up_session if problem.subject.startswith("cs_") else look_up_payment
    await look(ctx, problem.subject)
    return "Stripe was asked again."


async def send_mails(ctx: Context, problem: Problem, actor: str) -> str:
    count = await mail.send_again(ctx, problem.booking_id or 0, actor)
    return "The mail is sent again." if count else "No mail of this booking waits to be sent again."


async def measure_clock(ctx: Context, problem: Problem, actor: str) -> str:
    _ = ctx.stripe
    await watch_clock(ctx)
    fault = ctx.health.clock_fault
    return f"{fault[:1].upper()}{fault[1:]}." if fault else "The clock is right."


async def apply_again(ctx: Context, problem: Problem, actor: str) -> str:
    done = await replay(ctx, problem.subject, actor)
    return f"The event was applied: {done.outcome}."


async def ask_stripe(ctx: Context, problem: Problem, actor: str) -> str:
    """Everything unfinished is asked again now, with its own keys."""
    _ = ctx.stripe
    done = await resume(ctx)
    await ctx.store.write(lambda tx: settle(tx, int(ctx.clock())))
    return f"{done.sentence}." if done.sentence else "Stripe was asked and has no answer yet."


AGAIN: Final[Mapping[str, Callable[[Context, Problem, str], Awaitable[str]]]] = {
    "orphan": look_for_owner,
    "mail_failed": send_mails,
    "clock": measure_clock,
    "not_applied": apply_again,
    "stuck_refund": ask_stripe,
    "stuck_link": ask_stripe,
    "link_live": ask_stripe,
}
