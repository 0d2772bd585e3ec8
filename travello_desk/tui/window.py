"""What every window over the desk has: the header, so that TEST, LIVE and SANDBOX stand above each sum that is
confirmed, and one sentence instead of a text that is cut off where there is no room for it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from typing import Any, ClassVar, Final

from textual import events
from textual.app import ComposeResult
from textual.content import Content
from textual.screen import ModalScreen
from textual.widget import Widget

from travello_desk.tui import bars
from travello_desk.tui.paced import PacedScreen, Result
from travello_desk.tui.widgets.bar import Bar

SMALLEST: Final = (60, 15)


def is_too_small(width: int, height: int) -> bool:
    return width < SMALLEST[0] or height < SMALLEST[1]


class TooSmall(Widget):
    """Stands alone on a screen of class `-small` (desk.tcss)."""

    DEFAULT_CSS = "TooSmall { display: none; width: 100%; height: 100%; content-align: center middle; }"

    def render(self) -> Content:
        return Content("This window is too small: {} columns and {} lines at least".format(*SMALLEST))


class Header(Bar):
    """The desk's first line, kept up to date by itself."""

    def __init__(self, *, named: bool) -> None:
        """`named`: with the person who is signed in."""
        super().__init__(id="header")
        self.named = named

    def on_mount(self) -> None:
        self.set_interval(1.0, self.look)
        self.look()

    def on_resize(self) -> None:
        self.look()

    def look(self) -> None:
        desk: Any = self.app
        state = desk.header_state()
        shown = state if self.named else replace(state, user="", role="")
        self.tell(bars.header, shown, desk.size.width, desk.glyphs)


class Window(PacedScreen[Result], ModalScreen[Result]):
    """Subclasses give the body. Where no desk is around it, as in a test of one dialog, it has no header."""

    NAMED: ClassVar[bool] = True

    def compose(self) -> ComposeResult:
        if hasattr(self.app, "header_state"):
            yield Header(named=self.NAMED)
        yield from self.body()
        yield TooSmall()

    def body(self) -> Iterable[Widget]:
        return ()

    def on_resize(self, event: events.Resize) -> None:
        self.set_class(is_too_small(*event.size), "-small")
