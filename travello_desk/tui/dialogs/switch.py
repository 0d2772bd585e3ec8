"""Switch a booking between ONLINE and pay on arrival; an open link is closed first (D35)."""

from __future__ import annotations

from collections.abc import Iterable

from textual.widget import Widget

from travello_desk.operations.bookings import switch_method
from travello_desk.payments.rules import switch_refusal
from travello_desk.tui.dialogs import words
from travello_desk.tui.dialogs.base import DeskDialog, Outcome
from travello_desk.tui.dialogs.fields import Words
from travello_desk.tui.dialogs.reading import Seen
from travello_desk.tui.dialogs.stories import link_story

MEANS = {
    "ARRIVAL": "The guest pays at the desk. No payment link can be made until it is moved back.",
    "ONLINE": "The guest pays by a payment link. The desk cannot take the money until it is moved back.",
}


class SwitchDialog(DeskDialog):
    """One button, undone by doing it again."""

    VERB = "Switch method"
    HINT = "y yes · Esc cancel"
    BUSY = "Moving…"
    BACK = "Leave it"
    WIDTH = 64

    async def prepare(self) -> None:
        self.wanted = "ARRIVAL" if self.booking.booking.method == "ONLINE" else "ONLINE"

    def parts(self) -> Iterable[Widget]:
        return Words(id="from", classes="strong"), Words(MEANS[self.wanted]), Words(id="link", classes="warning")

    def refresh_words(self) -> None:
        booking = self.booking.booking
        self.query_one("#from", Words).update(f"{booking.method} → {self.wanted}")
        story = link_story(self.booking, self.ctx.settings.hotel_timezone)
        text = f"{story}. It is switched off first; if the guest has just paid with it, the booking is paid online."
        line = self.query_one("#link", Words)
        line.update(text)
        line.display = bool(story)

    def label(self) -> str:
        return f"Move to {self.wanted}"

    def stop_reason(self, seen: Seen) -> str:
        refusal = switch_refusal(seen.ledger, seen.view, self.wanted)
        return words.sentence(refusal.text) if refusal else ""

    async def carry_out(self) -> Outcome:
        changed = await switch_method(self.ctx, self.booking.booking.id, self.wanted, self.user.name)
        return Outcome(changed.booking_id, f"Pays {self.wanted} now", changed.warning)
