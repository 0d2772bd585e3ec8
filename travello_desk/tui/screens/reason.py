"""One question that wants a sentence: why. Esc gives nothing; an empty answer is none."""

from __future__ import annotations

from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, Vertical
from textual.content import Content
from textual.widgets import Button, Input, Static

from travello_desk.tui.window import Window

MOST = 200


class ReasonScreen(Window[str | None]):
    """`ReasonScreen(title, question, deed)`: the sentence, or None."""

    DEFAULT_CSS = """
    ReasonScreen {
        align: center middle;
        & > Vertical {
            width: 70; max-width: 100%; height: auto; border: round $primary; padding: 1 2; background: $surface;
        }
        & Input { margin-top: 1; }
        & Horizontal { height: auto; margin-top: 1; }
        & Button { margin-right: 2; }
    }
    """
    BINDINGS: ClassVar[list[BindingType]] = [Binding("escape", "no", "No", show=False, id="reason.no")]

    def __init__(self, title: str, question: str, deed: str) -> None:
        super().__init__()
        self.title_words, self.question, self.deed = title, question, deed
        self.field = Input(max_length=MOST, compact=True, placeholder="why", id="reason")

    def body(self) -> ComposeResult:
        with Vertical() as box:
            box.border_title = Content(self.title_words)
            box.border_subtitle = Content("Tab next · Esc leave it")
            yield Static(self.question, markup=False)
            yield self.field
            with Horizontal():
                yield Button(self.deed, id="yes", compact=True, disabled=True)
                yield Button("Leave it", id="no", compact=True)

    def on_mount(self) -> None:
        self.field.focus()

    @on(Input.Changed)
    def typed(self) -> None:
        self.query_one("#yes", Button).disabled = not self.field.value.strip()

    @on(Input.Submitted)
    def submitted(self) -> None:
        """Enter leads to the button, not past it."""
        self.query_one("#yes" if self.field.value.strip() else "#no", Button).focus()

    @on(Button.Pressed)
    def pressed(self, event: Button.Pressed) -> None:
        self.dismiss(" ".join(self.field.value.split()) if event.button.id == "yes" else None)

    def action_no(self) -> None:
        self.dismiss(None)
