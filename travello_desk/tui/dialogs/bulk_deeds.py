"""One booking of a bulk action: what is done to it, told for the result list. Asks operations, decides nothing."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from travello_desk.operations.checkout import checkout
from travello_desk.operations.context import Context
from travello_desk.operations.expire import expire_payment
from travello_desk.operations.mail.queue import queue_link
from travello_desk.payments.rules import Refusal, Refused
from travello_desk.store import ledger, outbox
from travello_desk.store.tx import Tx
from travello_desk.tui.detail import Detail, load_detail


def press_of(day_on: date) -> str:
    """The name of today's bulk mail: whoever presses again, at whichever desk, presses the same."""
    return f"bulk-{day_on.isoformat()}"


def read_marked(tx: Tx, booking_ids: Sequence[int], day_on: date) -> tuple[list[Detail], frozenset[int]]:
    """The bookings as they stand, those that are gone left out; and whom today's bulk mail has reached already."""
    details = [detail for booking_id in booking_ids if (detail := load_detail(tx, booking_id))]
    keys = {detail.booking.id: f"link:{detail.booking.id}:{press_of(day_on)}" for detail in details}
    mails = {booking_id: outbox.by_key(tx, key) for booking_id, key in keys.items()}
    return details, frozenset(booking_id for booking_id, mail in mails.items() if mail and mail.status != "failed")


async def do_one(ctx: Context, bulk_id: str, booking_id: int, actor: str, day_on: date) -> str:
    """Do it; what was done. Raises Refused, StripeFailed, FallbackOffered or StoreError."""
    if bulk_id == "link":
        link = await checkout(ctx, booking_id, actor)
        return "had a link already" if link.reused else "link made"
    if bulk_id == "email":
        mail = await queue_link(ctx, booking_id, actor, press_of(day_on))
        if mail.status == "failed":
            raise Refused(
                Refusal("mail_failed", f"today's mail failed, e on the booking sends another: {mail.last_error}")
            )
        return f"queued for {mail.recipient}"
    return await close_links(ctx, booking_id, actor)


async def close_links(ctx: Context, booking_id: int, actor: str) -> str:
    loaded = await ctx.store.read(lambda tx: ledger.load(tx, booking_id))
    payable = [view.payment.seq for view in loaded.view.payments if view.payable] if loaded else []
    if not payable:
        raise Refused(Refusal("no_link", "no link is out any more"))
    for payment_id in payable:
        await expire_payment(ctx, payment_id, actor)
    return "link closed"
