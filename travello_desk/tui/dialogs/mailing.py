"""Mailing a payment link from a dialog, in a clerk's words."""

from __future__ import annotations

from travello_desk.operations import mail
from travello_desk.operations.context import Context
from travello_desk.payments.rules import Refusal, Refused
from travello_desk.store.bookings import Booking


async def queue_link(ctx: Context, booking: Booking, actor: str, uid: str = "") -> str:
    """Queue the mail; what to tell the clerk. Raises Refused without an address."""
    if not booking.guest_email:
        raise Refused(Refusal("no_email", "no e-mail address is known"))
    queued = await mail.queue_link(ctx, booking.id, actor, uid)
    return f"✓ queued for {queued.recipient}"
