"""The guest's permanent link: a new address for one that went astray, or none. Asks for a reason, says what follows."""

from __future__ import annotations

from collections.abc import Iterable

from textual.widget import Widget

from travello_desk.actions import User
from travello_desk.operations.context import Context
from travello_desk.operations.guest_link import renew_guest_link, revoke_guest_link
from travello_desk.tui.dialogs.base import DeskDialog, Outcome
from travello_desk.tui.dialogs.choice import Choice
from travello_desk.tui.dialogs.fields import Field, Row, Words
from travello_desk.tui.dialogs.link_state import guest_url, shown_url
from travello_desk.tui.dialogs.reading import Seen
from travello_desk.tui.dialogs.stories import link_story

RENEW, REVOKE = "renew", "revoke"
CHOICES = ((RENEW, "New address"), (REVOKE, "Switch off"))


class GuestLinkDialog(DeskDialog):
    """Nothing is sent to the guest: `e` afterwards mails the new address."""

    VERB = "Guest's link"
    HINT = "Tab next · Esc leave it as it is"
    BUSY = "Changing…"
    BACK = "Leave it"
    YES_KEY = False

    def __init__(self, ctx: Context, user: User, booking_id: int) -> None:
        super().__init__(ctx, user, booking_id)
        self.deed_choice: Choice[str] = Choice(CHOICES, id="choice")
        self.reason = Field(id="reason", most=200, placeholder="why, for the timeline")
        self.code_at_start = ""

    async def prepare(self) -> None:
        self.code_at_start = self.booking.booking.guest_code

    def parts(self) -> Iterable[Widget]:
        yield Words(id="now", classes="strong")
        yield Row("Do", self.deed_choice)
        yield Row("Reason", self.reason)
        yield Words(id="means")

    def refresh_words(self) -> None:
        booking = self.booking.booking
        address = shown_url(guest_url(self.ctx.settings, booking.guest_code))
        self.query_one("#now", Words).update("Switched off" if booking.code_revoked else address)
        self.query_one("#means", Words).update("\n".join(self.means()))

    def means(self) -> list[str]:
        """What will be, line by line."""
        renew = self.deed_choice.value == RENEW
        lines = [
            "The old address stops working at once, in every mail and on every printed QR code."
            if renew
            else "The guest has no pay page until a new address is made.",
        ]
        if link_story(self.booking, self.ctx.settings.hotel_timezone):
            lines.append("The open payment page is switched off too; a payment that has just gone through counts.")
        lines.append("The guest is not told: e mails the new address." if renew else "Mails that wait are not sent.")
        return lines

    def label(self) -> str:
        return "Make a new address" if self.deed_choice.value == RENEW else "Switch the link off"

    def ready(self) -> bool:
        return bool(self.reason.value.strip())

    def stop_reason(self, seen: Seen) -> str:
        moved = self.code_at_start and seen.booking.guest_code != self.code_at_start
        if moved:
            return "The link was renewed by somebody else meanwhile: close this window and look again"
        off = seen.booking.code_revoked and self.deed_choice.value == REVOKE
        return "The link is switched off already; a new address can be made" if off else ""

    async def carry_out(self) -> Outcome:
        booking_id, why, actor = self.booking.booking.id, self.reason.value, self.user.name
        if self.deed_choice.value == RENEW:
            changed = await renew_guest_link(self.ctx, booking_id, why, actor)
            return Outcome(booking_id, "New address made: e mails it, l shows it", changed.warning)
        changed = await revoke_guest_link(self.ctx, booking_id, why, actor)
        return Outcome(booking_id, "Guest's link switched off", changed.warning)
