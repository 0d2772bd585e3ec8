"""One booking of a bulk action: what is done to it, told for the result list. Asks operations, decides nothing."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

from travello_desk.operations.checkout import checkout
from travello_desk.operations.context import Context
from travello_desk.operations.expire import expire_payment
from travello_desk.payments.rules import Refusal, Refused
from travello_desk.store import ledger, outbox
from travello_desk.store.tx import Tx

ENOUGH = 3
"""So many failures of Stripe one after another, and the rest is not tried: it would only take longer to say so."""


def press_of(day_on: date) -> str:
    """The name of today's bulk mail: whoever presses again, at whichever desk, presses the same."""
    return f"bulk-{day_on.isoformat()}"


def mailed_today(tx: Tx, booking_ids: Iterable[int], day_on: date) -> frozenset[int]:
    """Whom today's bulk mail has reached already, or will."""
    mails = {one: outbox.by_key(tx, f"link:{one}:{press_of(day_on)}") for one in booking_ids}
    return frozenset(booking_id for booking_id, mail in mails.items() if mail and mail.status != "failed")


async def do_one(
    ctx: Context, bulk_id: str, booking_id: int, actor: str, day_on: date, *, at_once: bool = False
) -> str:
    """Do it; what was done. Raises Refused, StripeFailed, FallbackOffered or StoreError.

    `at_once` sends the mail before it answers, for a command that does not stay; a desk's background sends it soon.
    """
    if bulk_id == "link":
        link = await checkout(ctx, booking_id, actor)
        return "had a link already" if link.reused else "link made"
    if bulk_id == "email":
        from travello_desk.operations.mail.deliver import send_now  # brings templates along, which a link needs not
        from travello_desk.operations.mail.queue import queue_link

        mail = await queue_link(ctx, booking_id, actor, press_of(day_on))
        if at_once and mail.status != "failed":
            mail = await send_now(ctx, mail)
        if mail.status == "failed":
            raise Refused(
                Refusal("mail_failed", f"today's mail failed, e on the booking sends another: {mail.last_error}")
            )
        return f"mailed to {mail.recipient}" if mail.status == "sent" else f"queued for {mail.recipient}"
    return await close_links(ctx, booking_id, actor)


async def close_links(ctx: Context, booking_id: int, actor: str) -> str:
    loaded = await ctx.store.read(lambda tx: ledger.load(tx, booking_id))
    payable = [view.payment.seq for view in loaded.view.payments if view.payable] if loaded else []
    if not payable:
        raise Refused(Refusal("no_link", "no link is out"))
    for payment_id in payable:
        await expire_payment(ctx, payment_id, actor)
    return "link closed"
