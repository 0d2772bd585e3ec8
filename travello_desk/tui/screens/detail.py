"""One booking over the whole screen, for windows too narrow for the pane."""

from __future__ import annotations

from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import VerticalScroll
from textual.screen import ModalScreen
from textual.visual import VisualType
from textual.widgets import Static


class DetailScreen(ModalScreen[None]):
    """The pane's text; Esc goes back."""

    DEFAULT_CSS = "DetailScreen > VerticalScroll { width: 100%; height: 100%; background: $surface; padding: 0 1; }"
    BINDINGS: ClassVar[list[BindingType]] = [Binding("escape,enter,q", "back", "Back", id="detail.back")]

    def __init__(self, content: VisualType) -> None:
        super().__init__()
        self.content = content

    def compose(self) -> ComposeResult:
        with VerticalScroll():
            yield Static(self.content, markup=False)

    def action_back(self) -> None:
        self.dismiss(None)
