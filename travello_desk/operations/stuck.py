"""Requests that Stripe has not answered for ten minutes: a person is told, and told no more once it has (UX 2.3).

They go on being asked by themselves all the while (resume.py); this only says so in the attention inbox.
"""

from __future__ import annotations

from collections.abc import Iterator

from travello_desk.operations.context import Context
from travello_desk.operations.look_first import SKEW_SECONDS
from travello_desk.payments.projection import Alert
from travello_desk.store import attention, inbox, payments
from travello_desk.store.tx import Tx

STUCK_SECONDS = 600
WENT_BACK = "this computer's clock went back: set it right"
KINDS = ("stuck_refund", "stuck_link", "link_live")
Stuck = tuple[int, Alert]


async def watch_stuck(ctx: Context) -> None:
    """Bring the inbox in step with what is unfinished, and forget events that were applied after all."""
    now = int(ctx.clock())
    found, known = await ctx.store.read(
        lambda tx: (list(stuck(tx, now)), attention.open_of_kinds(tx, (*KINDS, inbox.NOT_APPLIED)))
    )
    if not found and not known:
        return
    await ctx.store.write(lambda tx: settle(tx, now))


def settle(tx: Tx, now: int) -> None:
    inbox.settle_dead_letters(tx)
    wanted = {(alert.kind, alert.subject): (booking_id, alert) for booking_id, alert in stuck(tx, now)}
    for problem in attention.open_of_kinds(tx, KINDS):
        if (problem.kind, problem.subject) not in wanted and attention.close(tx, problem.id, "remedy", ""):
            attention.recount(tx, problem.booking_id or 0)
    for booking_id, alert in wanted.values():
        attention.raise_alert(tx, booking_id, alert)


def is_ahead(now: int, at: int) -> bool:
    """Written before this computer's clock went back: how long it has waited cannot be told, so it counts as long."""
    return at > now + SKEW_SECONDS


def stuck(tx: Tx, now: int) -> Iterator[Stuck]:
    """Every intention that has waited for more than ten minutes, with its booking."""
    creating, sending, expiring = payments.unfinished(tx)

    def waits(since: int) -> bool:
        return since <= now - STUCK_SECONDS or is_ahead(now, since)

    for row in creating:
        if waits(row.created_at) and row.attempts:
            words = WENT_BACK if is_ahead(now, row.created_at) else row.last_error
            yield row.booking_id, Alert("stuck_link", str(row.id), row.amount_minor, row.currency, words)
    for refund in sending:
        owner = payments.get_payment(tx, refund.payment_id)
        if waits(refund.created_at) and owner is not None:
            words = WENT_BACK if is_ahead(now, refund.created_at) else refund.last_error or "no answer yet"
            yield owner.booking_id, Alert("stuck_refund", refund.uid or "", refund.amount_minor, refund.currency, words)
    for row in expiring:
        if waits(row.expire_asked_at):
            words = "Stripe has not switched it off"
            yield row.booking_id, Alert("link_live", str(row.id), row.amount_minor, row.currency, words)
