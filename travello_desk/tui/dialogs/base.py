"""A dialog about one booking: reads it, shows what will be, does the deed once, and dismisses with an Outcome.

The deed runs in a worker of the app, because closing the window must not cut a request short. The booking is read
again whenever it changes; when the ground has moved, the dialog says so and its deed is off (UX 2.2, 2.3).
"""

from __future__ import annotations

import logging
from collections.abc import Iterable
from dataclasses import dataclass
from typing import ClassVar, Final

from textual import events, on
from textual.binding import Binding, BindingType
from textual.containers import Horizontal
from textual.content import Content
from textual.widget import Widget
from textual.widgets import Button, Input

from travello_desk.actions import User
from travello_desk.operations.context import Context
from travello_desk.operations.errors import StripeFailed
from travello_desk.payments.rules import Refused
from travello_desk.store.errors import StoreError
from travello_desk.tui.crash import story_of
from travello_desk.tui.dialogs.booking_modal import BookingModal
from travello_desk.tui.dialogs.choice import Choice
from travello_desk.tui.dialogs.fields import Field, GuardedButton, Words
from travello_desk.tui.dialogs.reading import Seen

log = logging.getLogger(__name__)
ON_TO_THE_BUTTON: Final = "Tab goes to the button, Enter there does it"
HAS_LEFT = "The request has left; closing this window does not stop it"


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a dialog did: the booking, one sentence for a toast, and what is still open (empty: nothing)."""

    booking_id: int
    text: str
    warning: str = ""
    then: str = ""
    """The id of the action to go on with, when the clerk asked for it: `refund` after cancelling a paid booking."""


class DeskDialog(BookingModal[Outcome | None]):
    """`DeskDialog(ctx, user, booking_id)`. Subclasses give the parts, the words and the deed."""

    DEFAULT_CSS = """
    DeskDialog {
        & #said { display: none; margin-top: 1; color: $error; text-style: bold; }
        & #said.shown { display: block; }
        & #buttons { height: auto; margin-top: 1; }
        & .quiet { color: $text-muted; }
        & .strong { text-style: bold; }
        & .warning { color: $warning; text-style: bold; }
    }
    """
    BINDINGS: ClassVar[list[BindingType]] = [Binding("y", "confirm", "Yes", show=False, id="dialog.yes")]
    HINT: ClassVar[str] = "Tab next · Esc cancel"
    BUSY: ClassVar[str] = "Working…"
    BACK: ClassVar[str] = "Cancel"
    HARM: ClassVar[bool] = False
    YES_KEY: ClassVar[bool] = True
    """Whether `y` outside a field means the deed: never where money leaves."""

    def __init__(self, ctx: Context, user: User, booking_id: int | None) -> None:
        super().__init__(ctx, user, booking_id)
        self.busy = False
        self.warned = False
        self.stopped = ""
        self.finished: Outcome | None = None

    # What subclasses say.

    def parts(self) -> Iterable[Widget]:
        """The widgets between the frame and the buttons, made once the booking is known."""
        return ()

    def refresh_words(self) -> None:
        """Bring every live text up to date with the fields and the booking."""

    def label(self) -> str:
        """What the deed's button says: the deed and the sum."""
        return self.VERB

    def ready(self) -> bool:
        """Whether the fields are such that the deed may be done."""
        return True

    def stop_reason(self, seen: Seen) -> str:
        """Why the deed is off on this ground, or empty. Asked again whenever the booking changes."""
        return ""

    async def carry_out(self) -> Outcome:
        """Do it. Raises Refused, StripeFailed or StoreError."""
        raise NotImplementedError

    # Opening.

    async def on_mount(self) -> None:
        if not await self.opened():
            return
        await self.prepare()
        self.entitle(self.title_words(), self.HINT)
        parts = [*self.parts()]
        self.deed = GuardedButton(self.label(), self.click_counts, deed=True, harm=self.HARM)
        self.back = GuardedButton(self.BACK, self.click_counts)
        buttons = Horizontal(self.deed, self.back, id="buttons")
        await self.box.mount_all([*parts, Words("", id="said"), buttons])
        if self.stands:
            self.look_again()
            self.first_focus()
            self.arm()

    async def prepare(self) -> None:
        """Read what else the dialog needs before its parts are made."""

    def first_focus(self) -> None:
        """The first field, else the harmless button; never the deed."""
        fields = [widget for widget in self.focus_chain if isinstance(widget, (Field, Choice))]
        (fields[0] if fields else self.back).focus()

    # Living.

    def look_again(self) -> None:
        """Judge the ground, then write every text anew."""
        if self.seen is not None and not self.busy:
            self.stopped = self.stop_reason(self.seen)
        self.refresh_words()
        if self.stopped:
            self.say(self.stopped)
        self.show_buttons()

    def show_buttons(self) -> None:
        self.deed.label = Content(self.BUSY if self.busy else self.label())
        self.deed.refresh(layout=True)  # a longer sum needs a wider button
        self.deed.disabled = self.busy or bool(self.stopped) or not self.ready()

    def say(self, text: str) -> None:
        """One sentence about what the clerk can mend here; the fields keep what was typed."""
        if not self.stands:
            return
        said = self.query_one("#said", Words)
        said.update(text)
        said.set_class(bool(text), "shown")
        if text:
            self.call_after_refresh(said.scroll_visible, animate=False)

    @on(Input.Changed)
    @on(Choice.Changed)
    def typed(self) -> None:
        if self.is_mounted and self.query("#said") and not self.stopped:
            self.say("")
            self.refresh_words()
            self.show_buttons()

    @on(Input.Submitted)
    def next_field(self, event: Input.Submitted) -> None:
        """Enter goes on to the next field and stays in the last one: a held Enter never reaches a button."""
        event.stop()
        chain = self.focus_chain
        after = chain[chain.index(event.input) + 1 :] if event.input in chain else []
        fields = [widget for widget in after if isinstance(widget, (Field, Choice))]
        if fields:
            fields[0].focus()
        elif self.ready() and not (self.busy or self.stopped):
            self.say(ON_TO_THE_BUTTON)

    # The deed.

    @on(Button.Pressed, "#deed")
    def deed_pressed(self, event: Button.Pressed) -> None:
        event.stop()
        self.meant(self.do_it)

    @on(Button.Pressed, "#back")
    def back_pressed(self, event: Button.Pressed) -> None:
        event.stop()
        self.action_back()

    def action_confirm(self) -> None:
        if self.YES_KEY:
            self.meant(self.do_it)

    def do_it(self) -> None:
        if self.busy or self.stopped or self.finished or not self.ready():
            return
        self.busy = True
        self.say("")
        self.show_buttons()
        self.by_app(self.work())

    async def work(self) -> None:
        """The deed with all its ends; in a worker of the app, so that it outlives the window."""
        try:
            outcome = await self.carry_out()
        except Refused as refused:
            await self.refused(refused)
        except (StripeFailed, StoreError) as failed:
            await self.failed(failed)
        except Exception as fault:  # noqa: BLE001 - a worker's edge: a bug must not leave the button in flight for ever
            log.error("%s failed: %s", self.VERB, story_of(fault))  # not its text: that may name a guest
            await self.failed(fault)
        else:
            self.finish(outcome)

    def finish(self, outcome: Outcome) -> None:
        """Done: close, now or as soon as nothing is on top (a lock screen must not be popped)."""
        if not self.stands:
            self.app.notify(outcome.text, markup=False)
            return
        self.finished = outcome
        self.leave(outcome)

    @on(events.ScreenResume)
    def resumed(self) -> None:
        if self.finished is not None:
            self.leave(self.finished)

    async def refused(self, refused: Refused) -> None:
        """A rule said no: in the dialog while it is open, else in a window of its own."""
        self.busy = False
        if not self.stands:
            await self.show_trouble(refused)
            return
        await self.reread()
        if not self.stopped:
            self.say(self.refusal_words(refused))

    async def failed(self, error: Exception) -> None:
        self.busy = False
        if self.stands:
            self.show_buttons()
            await self.reread()
        await self.show_trouble(error)

    def action_back(self) -> None:
        """Close. With a request under way say once that closing does not stop it."""
        if self.busy and not self.warned:
            self.warned = True
            self.say(HAS_LEFT)
            return
        self.leave(None)
