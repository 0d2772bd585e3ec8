"""A window about one booking: reads it, reads it again whenever it changes, and tells failures in four lines."""

from __future__ import annotations

import logging
from collections.abc import Coroutine
from datetime import datetime
from typing import Any, ClassVar, TypeVar

from travello_desk.actions import User
from travello_desk.operations.context import Context
from travello_desk.payments.rules import Refused
from travello_desk.store.errors import StoreError
from travello_desk.tui import when
from travello_desk.tui.dialogs import words
from travello_desk.tui.dialogs.guarded import GuardedModal
from travello_desk.tui.dialogs.problem import ErrorDialog, trouble_of
from travello_desk.tui.dialogs.reading import Seen, see
from travello_desk.tui.messages import BookingsChanged

log = logging.getLogger(__name__)
Result = TypeVar("Result")


class BookingModal(GuardedModal[Result]):
    """`X(ctx, user, booking_id)`; None for a booking that is still to be made."""

    VERB: ClassVar[str] = ""
    MOVES_MONEY: ClassVar[bool] = False
    """Whether a deed without an answer may have moved money."""

    def __init__(self, ctx: Context, user: User, booking_id: int | None) -> None:
        super().__init__()
        self.ctx, self.user, self.booking_id = ctx, user, booking_id
        self.seen: Seen | None = None

    @property
    def booking(self) -> Seen:
        """What is known of the booking; only once the window has opened."""
        if self.seen is None:
            raise LookupError("the window has not read its booking yet")
        return self.seen

    def title_words(self) -> str:
        if self.seen is None:
            return self.VERB
        return f"{self.VERB} · {self.seen.booking.reference} · {self.seen.booking.guest_name}"

    async def read(self) -> bool:
        """Read the booking; False when it is gone."""
        if self.booking_id is None:
            return True
        self.seen = await see(self.ctx, self.booking_id)
        return self.seen is not None

    async def opened(self) -> bool:
        """The first reading; without its booking the window closes again."""
        try:
            if await self.read():
                return True
            self.app.notify("This booking is not there any more", severity="warning", markup=False)
        except StoreError as failed:
            self.by_app(self.show_trouble(failed))
        self.leave(None)
        return False

    async def on_bookings_changed(self, message: BookingsChanged) -> None:
        if self.booking_id in message.ids and self.seen is not None:
            await self.reread()

    async def reread(self) -> None:
        """Read again and show it; while the store cannot be read, the window keeps what it last knew."""
        try:
            found = await self.read()
        except StoreError as failed:
            log.warning("%s: the booking could not be read again: %s", self.VERB, failed)
            return
        if found and self.stands:
            self.look_again()

    def look_again(self) -> None:
        """Bring the window up to date with the booking."""

    def by_app(self, work: Coroutine[Any, Any, None]) -> None:
        """Run in a worker of the app: closing the window must not cut a request short."""
        self.app.run_worker(work, name=f"{self.VERB} {self.booking_id}", group="deeds", exit_on_error=False)

    async def show_trouble(self, error: Exception) -> None:
        trouble = trouble_of(error, self.code(), moves_money=self.MOVES_MONEY)
        await self.app.push_screen_wait(ErrorDialog.of(trouble, self.private()))

    def refusal_words(self, refused: Refused) -> str:
        """The sentence, with the instant it is about in the hotel's time."""
        at = refused.refusal.at
        text = words.sentence(str(refused))
        return f"{text} {when.clock_text(at, self.ctx.settings.hotel_timezone)}" if at else text

    def code(self) -> str:
        """What to quote beside Stripe's request id: the booking and the time."""
        reference = self.seen.booking.reference if self.seen else "new booking"
        zone, now = self.ctx.settings.hotel_timezone, int(self.ctx.clock())
        day = datetime.fromtimestamp(now, zone).date().isoformat()
        return f"{reference} · {day} {words.second(now, zone)}"

    def private(self) -> tuple[str, ...]:
        """Words that must not be copied with an error."""
        if self.seen is None:
            return ()
        booking = self.seen.booking
        return (booking.guest_name, booking.guest_email, booking.guest_phone, *booking.guest_name.split())
