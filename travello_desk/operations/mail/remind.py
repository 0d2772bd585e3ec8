"""Reminders by themselves: unpaid guests, a set number of days before they arrive, once, and not in the night."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Final

from travello_desk.operations.context import Context
from travello_desk.operations.mail.queue import mail_refusal, put
from travello_desk.payments.rules import checkout_refusal
from travello_desk.settings.model import Settings
from travello_desk.store import bookings, ledger, outbox
from travello_desk.store.tx import Tx

FIRST_HOUR, LAST_HOUR = 9, 20
"""Hotel time: nobody is written to outside of these hours by himself."""
QUIET_SECONDS: Final = 24 * 3600
"""A guest who booked or was written to within a day is left alone."""
AT_ONCE: Final = 200


async def remind(ctx: Context) -> int:
    """Queue the reminders that are due now; how many."""
    now = datetime.fromtimestamp(ctx.clock(), ctx.settings.hotel_timezone)
    if ctx.settings.reminder_days <= 0 or not FIRST_HOUR <= now.hour < LAST_HOUR:
        return 0
    if not await ctx.store.read(lambda tx: due(tx, ctx.settings, now)):
        return 0
    return await ctx.store.write(lambda tx: remind_in(tx, ctx.settings, now))


def due(tx: Tx, settings: Settings, now: datetime) -> list[int]:
    """Bookings whose guests should be reminded now."""
    first = now.date()
    last = first + timedelta(days=settings.reminder_days)
    quiet_since = int(now.timestamp()) - QUIET_SECONDS
    return outbox.unpaid_arrivals(tx, first.isoformat(), last.isoformat(), quiet_since, AT_ONCE)


def remind_in(tx: Tx, settings: Settings, now: datetime) -> int:
    count = 0
    for booking_id in due(tx, settings, now):
        booking, loaded = bookings.get(tx, booking_id), ledger.load(tx, booking_id)
        if booking is None or loaded is None or mail_refusal(booking):
            continue
        if checkout_refusal(loaded.ledger, loaded.view) is None:
            count += put(tx, settings, booking, "reminder", booking.check_in, "system", {}) is not None
    return count
