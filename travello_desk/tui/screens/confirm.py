"""A question with a harmless answer that has the focus. For leaving, not for money: money has dialogs of its own."""

from __future__ import annotations

from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, Vertical
from textual.content import Content
from textual.widgets import Button, Static

from travello_desk.tui.window import Window


class ConfirmScreen(Window[bool]):
    """True when the deed was chosen; Esc, and whatever else closes it, is no."""

    DEFAULT_CSS = """
    ConfirmScreen {
        align: center middle;
        & > Vertical {
            width: 60; max-width: 100%; height: auto; border: round $primary; padding: 1 2; background: $surface;
        }
        & Horizontal { height: auto; margin-top: 1; }
        & Button { margin-right: 2; }
    }
    """
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape", "no", "No", show=False, id="confirm.no"),
        Binding("left,right", "app.focus_next", "Other", show=False, id="confirm.other"),
    ]

    def __init__(self, question: str, deed: str, harmless: str) -> None:
        super().__init__()
        self.question, self.deed, self.harmless = question, deed, harmless

    def body(self) -> ComposeResult:
        with Vertical() as box:
            box.border_subtitle = Content(f"← → choose · Enter does it · Esc {self.harmless.lower()}")
            yield Static(self.question, markup=False)
            with Horizontal():
                yield Button(self.harmless, id="no", variant="primary", compact=True)
                yield Button(self.deed, id="yes", compact=True)

    def on_mount(self) -> None:
        self.query_one("#no", Button).focus()

    @on(Button.Pressed)
    def pressed(self, event: Button.Pressed) -> None:
        self.dismiss(event.button.id == "yes")

    def action_no(self) -> None:
        self.dismiss(False)
