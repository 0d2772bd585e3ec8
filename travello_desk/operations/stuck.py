"""Requests that Stripe has not answered for ten minutes: a person is told, and told no more once it has (UX 2.3).

They go on being asked by themselves all the while (resume.py); this only says so in the attention inbox.
"""

from __future__ import annotations

from collections.abc import Iterator

from travello_desk.operations.context import Context
from travello_desk.payments.projection import Alert
from travello_desk.store import attention, inbox, payments
from travello_desk.store.tx import Tx

STUCK_SECONDS = 600
KINDS = ("stuck_refund", "stuck_link", "link_live")
Stuck = tuple[int, Alert]


async def watch_stuck(ctx: Context) -> None:
    """Bring the inbox in step with what is unfinished, and forget events that were applied after all."""
    found, known = await ctx.store.read(
        lambda tx: (list(stuck(tx)), attention.open_of_kinds(tx, (*KINDS, inbox.NOT_APPLIED)))
    )
    if not found and not known:
        return
    await ctx.store.write(settle)


def settle(tx: Tx) -> None:
    inbox.settle_dead_letters(tx)
    wanted = {(alert.kind, alert.subject): (booking_id, alert) for booking_id, alert in stuck(tx)}
    for problem in attention.open_of_kinds(tx, KINDS):
        if (problem.kind, problem.subject) not in wanted and attention.close(tx, problem.id, "remedy", ""):
            attention.recount(tx, problem.booking_id or 0)
    for booking_id, alert in wanted.values():
        attention.raise_alert(tx, booking_id, alert)


def stuck(tx: Tx) -> Iterator[Stuck]:
    """Every intention of more than ten minutes, with its booking."""
    creating, sending, expiring = payments.unfinished(tx)
    limit = tx.now - STUCK_SECONDS
    for row in creating:
        if row.created_at <= limit and row.attempts:
            yield row.booking_id, Alert("stuck_link", str(row.id), row.amount_minor, row.currency, row.last_error)
    for refund in sending:
        owner = payments.get_payment(tx, refund.payment_id)
        if refund.created_at <= limit and owner is not None:
            words = refund.last_error or "no answer yet"
            yield owner.booking_id, Alert("stuck_refund", refund.uid or "", refund.amount_minor, refund.currency, words)
    for row in expiring:
        if row.expire_asked_at <= limit:
            words = "Stripe has not switched it off"
            yield row.booking_id, Alert("link_live", str(row.id), row.amount_minor, row.currency, words)
