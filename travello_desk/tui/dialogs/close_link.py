"""Switch the open payment link off. The guest's permanent address stays and makes a new session when asked."""

from __future__ import annotations

from collections.abc import Iterable

from textual.widget import Widget

from travello_desk.operations.expire import expire_payment
from travello_desk.payments.rules import Refusal, Refused
from travello_desk.tui.dialogs.base import DeskDialog, Outcome
from travello_desk.tui.dialogs.fields import Words
from travello_desk.tui.dialogs.reading import Seen
from travello_desk.tui.dialogs.stories import link_story, open_link


class CloseLinkDialog(DeskDialog):
    """Undone by making a new link."""

    VERB = "Close link"
    HINT = "y yes · Esc cancel"
    BUSY = "Switching off…"
    BACK = "Leave it open"
    WIDTH = 64

    def parts(self) -> Iterable[Widget]:
        yield Words(id="link", classes="strong")
        yield Words(
            "The guest's payment page stops working; somebody who is typing a card there sees an error. "
            "If the payment has just gone through, it counts and the booking is paid."
        )

    def refresh_words(self) -> None:
        self.query_one("#link", Words).update(link_story(self.booking, self.ctx.settings.hotel_timezone))

    def label(self) -> str:
        return "Switch the link off"

    def stop_reason(self, seen: Seen) -> str:
        return "" if open_link(seen) else "No link is out any more"

    async def carry_out(self) -> Outcome:
        view = open_link(self.booking)
        if view is None:
            raise Refused(Refusal("no_link", "No link is out any more"))
        await expire_payment(self.ctx, view.payment.seq, self.user.name)
        return Outcome(self.booking.booking.id, "Payment link switched off")
