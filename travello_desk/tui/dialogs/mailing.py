"""Mailing a payment link from a dialog: through operations.mail where this version has it."""

from __future__ import annotations

import importlib
from collections.abc import Awaitable, Callable
from importlib.util import find_spec
from typing import Any

from travello_desk.operations.context import Context
from travello_desk.payments.rules import Refusal, Refused
from travello_desk.store.bookings import Booking

MODULE = "travello_desk.operations.mail"


def sender() -> Callable[..., Awaitable[Any]] | None:
    """`operations.mail.queue_link`, or None."""
    if find_spec(MODULE) is None:
        return None
    found: Callable[..., Awaitable[Any]] | None = getattr(importlib.import_module(MODULE), "queue_link", None)
    return found


async def queue_link(ctx: Context, booking: Booking, actor: str) -> str:
    """Queue the mail; what to tell the clerk. Raises Refused without an address."""
    if not booking.guest_email:
        raise Refused(Refusal("no_email", "no e-mail address is known"))
    send = sender()
    if send is None:
        raise Refused(Refusal("no_mail", "e-mail is not part of this version"))
    await send(ctx, booking.id, actor)
    return f"✓ queued for {booking.guest_email}"
