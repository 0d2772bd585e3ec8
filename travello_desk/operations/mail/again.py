"""Mails that have failed, once more: by a person's key, after the address or the server was mended."""

from __future__ import annotations

from travello_desk.operations.context import Context
from travello_desk.operations.mail.queue import mail_refusal
from travello_desk.payments.rules import NOT_FOUND, Refusal, Refused
from travello_desk.store import attention, bookings, outbox, timeline
from travello_desk.store.outbox import Mail
from travello_desk.store.tx import Tx

SENT_AGAIN = "E-mail is sent again"
NOT_FAILED = Refusal("not_failed", "Only a mail that has failed or still waits is sent again")


async def try_again(ctx: Context, mail_id: int, actor: str) -> Mail:
    """Queue it anew, to the booking's address as it is now; what waits for its next try is due at once. Raises
    Refused, StoreError."""
    return await ctx.store.write(lambda tx: again_in(tx, mail_id, actor))


def again_in(tx: Tx, mail_id: int, actor: str) -> Mail:
    mail = outbox.get(tx, mail_id)
    if mail is None or mail.status not in ("failed", "queued"):
        raise Refused(NOT_FAILED)
    booking = bookings.get(tx, mail.booking_id or 0)
    recipient = booking.guest_email if booking else mail.recipient
    if booking is not None and (refusal := mail_refusal(booking)):
        raise Refused(refusal)
    outbox.due_now(tx, mail, recipient)
    if booking is not None and mail.status == "failed":
        timeline.add(tx, booking.id, actor, "mail_again", SENT_AGAIN, recipient)
        attention.withdraw(tx, "mail_failed", str(booking.id))
        attention.recount(tx, booking.id)
    return outbox.get(tx, mail_id) or mail


async def send_again(ctx: Context, booking_id: int, actor: str) -> int:
    """Queue the booking's failed mails again, to the address it has now; how many. Raises Refused."""

    def work(tx: Tx) -> int:
        booking = bookings.get(tx, booking_id)
        refusal = mail_refusal(booking) if booking else NOT_FOUND
        if booking is None or refusal:
            raise Refused(refusal or NOT_FOUND)
        count = outbox.revive(tx, booking_id, booking.guest_email)
        if count:
            timeline.add(tx, booking_id, actor, "mail_again", SENT_AGAIN, booking.guest_email)
        return count

    return await ctx.store.write(work)
