"""Cancel a booking, or note a no-show, with a reason. Paid money is asked about, never silently kept or sent (D37)."""

from __future__ import annotations

from collections.abc import Iterable

from textual.widget import Widget

from travello_desk.actions import User
from travello_desk.money import format_minor
from travello_desk.operations.bookings import cancel
from travello_desk.operations.context import Context
from travello_desk.payments.rules import cancel_refusal, no_show_refusal
from travello_desk.tui.dialogs import words
from travello_desk.tui.dialogs.base import DeskDialog, Outcome
from travello_desk.tui.dialogs.choice import Choice
from travello_desk.tui.dialogs.fields import Field, Row, Words
from travello_desk.tui.dialogs.reading import Seen
from travello_desk.tui.dialogs.stories import link_story

KINDS = ((False, "Cancel"), (True, "No-show"))
REFUND = (("", "please say"), ("refund", "yes, next"), ("keep", "no, the hotel keeps it"))


class CancelDialog(DeskDialog):
    """With `Outcome.then == "refund"` the clerk wants the refund dialog next."""

    VERB = "Cancel booking"
    HINT = "Tab next · Esc leave it as it is"
    BUSY = "Cancelling…"
    BACK = "Keep the booking"
    HARM = True
    YES_KEY = False

    def __init__(self, ctx: Context, user: User, booking_id: int) -> None:
        super().__init__(ctx, user, booking_id)
        self.kind: Choice[bool] = Choice(KINDS, id="kind")
        self.reason = Field(id="reason", most=200, placeholder="why, for the timeline")
        self.refund: Choice[str] = Choice(REFUND, id="refund")

    def parts(self) -> Iterable[Widget]:
        self.refund_row = Row("Refund too?", self.refund)
        yield Words(id="stay", classes="quiet")
        yield Row("Do", self.kind)
        yield Row("Reason", self.reason)
        yield self.refund_row
        yield Words(id="means")

    @property
    def paid_minor(self) -> int:
        return self.booking.view.paid_minor

    def refresh_words(self) -> None:
        seen = self.booking
        booking = seen.booking
        room = f"Room {booking.room}" if booking.room else "no room yet"
        self.query_one("#stay", Words).update(f"{words.arrival(booking.check_in, seen.today_on)} · {room}")
        self.refund_row.display = self.paid_minor > 0
        self.query_one("#means", Words).update("\n".join(self.means()))

    def means(self) -> list[str]:
        """What will be, line by line."""
        if too_early := self.too_early():
            return [f"{too_early}."]
        seen = self.booking
        lines = ["The room is free again. Undo with z brings the booking back."]
        if link_story(seen, self.ctx.settings.hotel_timezone):
            lines.append("The open payment link is switched off at once.")
        if self.paid_minor:
            paid = format_minor(self.paid_minor, seen.booking.currency)
            lines.append(f"{paid} is paid and stays with the hotel until it is refunded; Problems keeps it in sight.")
        return lines

    def too_early(self) -> str:
        """Why this is no no-show yet, where that is what is chosen."""
        refusal = no_show_refusal(self.booking.booking.check_in, self.booking.today_on.isoformat())
        return refusal.text if refusal and self.kind.value else ""

    def label(self) -> str:
        return "Mark as no-show" if self.kind.value else "Cancel the booking"

    def ready(self) -> bool:
        answered = self.paid_minor == 0 or bool(self.refund.value)
        return bool(self.reason.value.strip()) and answered and not self.too_early()

    def stop_reason(self, seen: Seen) -> str:
        refusal = cancel_refusal(seen.view)
        return refusal.text if refusal else ""

    async def carry_out(self) -> Outcome:
        no_show, paid_minor = self.kind.value, self.paid_minor
        booking_id = self.booking.booking.id
        changed = await cancel(self.ctx, booking_id, self.reason.value, self.user.name, no_show=no_show)
        then = "refund" if paid_minor and self.refund.value == "refund" else ""
        return Outcome(changed.booking_id, "No-show noted" if no_show else "Booking cancelled", changed.warning, then)
