"""One question that wants a sentence: why. Esc gives nothing; an empty answer is none."""

from __future__ import annotations

from functools import partial
from typing import ClassVar

from textual import on
from textual.containers import Horizontal
from textual.widgets import Button, Input

from travello_desk.tui.dialogs.fields import Field, GuardedButton, Words
from travello_desk.tui.dialogs.guarded import GuardedModal

MOST = 200


class ReasonScreen(GuardedModal[str | None]):
    """`ReasonScreen(title, question, deed)`: the sentence, or None."""

    DEFAULT_CSS = """
    ReasonScreen {
        & #reason { width: 100%; margin-top: 1; }
        & #buttons { height: auto; margin-top: 1; }
    }
    """
    WIDTH: ClassVar[int] = 66

    def __init__(self, title: str, question: str, deed: str) -> None:
        super().__init__()
        self.title_words, self.question = title, question
        self.field = Field(id="reason", most=MOST, placeholder="why")
        self.deed = GuardedButton(deed, self.click_counts, deed=True)
        self.deed.disabled = True
        self.back = GuardedButton("Leave it", self.click_counts)

    async def on_mount(self) -> None:
        self.entitle(self.title_words, "Tab next · Esc leave it")
        await self.box.mount_all([Words(self.question), self.field, Horizontal(self.deed, self.back, id="buttons")])
        self.field.focus()
        self.arm()

    @on(Input.Changed)
    def typed(self) -> None:
        self.deed.disabled = not self.field.value.strip()

    @on(Input.Submitted)
    def submitted(self) -> None:
        """Enter leads to the button, not past it."""
        (self.back if self.deed.disabled else self.deed).focus()

    @on(Button.Pressed)
    def pressed(self, event: Button.Pressed) -> None:
        event.stop()
        if event.button is self.deed:
            self.meant(partial(self.leave, " ".join(self.field.value.split())))
        else:
            self.leave(None)
