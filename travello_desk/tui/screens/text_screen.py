"""A text in full over the screen: a log's entry, an event's payload. Esc closes, `c` or `y` copies."""

from __future__ import annotations

from collections.abc import Collection
from functools import partial
from typing import ClassVar

from textual import events
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.content import Content

from travello_desk.tui.clipboard import copy_text
from travello_desk.tui.widgets.text_pane import TextPane
from travello_desk.tui.window import Window
from travello_desk.tui.work import start


class TextScreen(Window[str | None]):
    """`TextScreen(title, content, onward)`: None, or the key of `onward` that closed it and is to be acted upon."""

    DEFAULT_CSS = """
    TextScreen {
        align: center middle;
        & > Vertical { width: 96%; height: 90%; border: round $primary; padding: 0 1; background: $surface; }
        & TextPane { height: 1fr; background: $surface; }
    }
    """
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape,enter,q", "close", "Close", show=False, id="text.close"),
        Binding("c,y", "copy", "Copy", show=False, id="text.copy"),
    ]

    def __init__(self, title: str, content: Content, onward: Collection[str] = ()) -> None:
        super().__init__()
        self.onward = onward
        self.title_words = title
        self.text = TextPane(content)

    def body(self) -> ComposeResult:
        with Vertical() as box:
            box.border_title = Content(self.title_words)
            box.border_subtitle = Content(f"{'y' if 'c' in self.onward else 'c'} copy · Esc close")
            yield self.text

    def on_mount(self) -> None:
        self.text.focus()

    def on_key(self, event: events.Key) -> None:
        if event.key in self.onward:
            event.stop()
            event.prevent_default()
            self.dismiss(event.key)

    def action_close(self) -> None:
        self.dismiss(None)

    def action_copy(self) -> None:
        start(self, partial(self._copy, self.text.content.plain), "copy")

    async def _copy(self, text: str) -> None:
        self.app.notify(await copy_text(self.app, text), markup=False)
