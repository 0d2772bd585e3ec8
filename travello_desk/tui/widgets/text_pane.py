"""Styled text that scrolls, painted line by line: new text costs a repaint, never a layout of the screen."""

from __future__ import annotations

from typing import ClassVar

from textual import events
from textual.binding import Binding, BindingType
from textual.content import Content
from textual.geometry import Size
from textual.scroll_view import ScrollView
from textual.selection import Selection
from textual.strip import Strip
from textual.visual import Visual

from travello_desk.tui.bars import CLICK
from travello_desk.tui.widgets.bar import Words


class TextPane(ScrollView, can_focus=True):
    """`update` shows other text; pieces with an action can be clicked, and text can be selected with the mouse."""

    ALLOW_SELECT = True
    DEFAULT_CSS = "TextPane { scrollbar-size-vertical: 1; overflow-x: hidden; }"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("up,k", "scroll_up", "Up", show=False, id="text.up"),
        Binding("down,j", "scroll_down", "Down", show=False, id="text.down"),
        Binding("pageup", "page_up", "Page up", show=False, id="text.page_up"),
        Binding("pagedown", "page_down", "Page down", show=False, id="text.page_down"),
        Binding("home,g", "scroll_home", "Start", show=False, id="text.start"),
        Binding("end,G", "scroll_end", "End", show=False, id="text.end"),
    ]

    def __init__(self, content: Content | None = None, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self.content = content or Content("")
        self._strips: list[Strip] = []
        self._width = 0

    def update(self, content: Content, *, home: bool = True) -> None:
        """Show this text, from its beginning unless `home` is false."""
        self.content = content
        self._width = 0
        if home and self.scroll_offset.y:
            self.scroll_to(y=0, animate=False)
        self._lay_out()
        self.refresh()

    def _lay_out(self) -> None:
        width = self.scrollable_content_region.width
        if width and width != self._width:
            self._width = width
            self._strips = Visual.to_strips(self, self.content, width, None, self.visual_style)
            # Never less than what is seen: then texts that fit differ in nothing the layout would have to know.
            self.virtual_size = Size(width, max(len(self._strips), self.scrollable_content_region.height))

    def on_resize(self, event: events.Resize) -> None:
        self._lay_out()

    def notify_style_update(self) -> None:
        self._width = 0
        super().notify_style_update()

    def render_line(self, y: int) -> Strip:
        self._lay_out()
        line = y + self.scroll_offset.y
        width, style = self.size.width, self.rich_style
        if line >= len(self._strips):
            return Strip.blank(width, style)
        return self._strips[line].adjust_cell_length(width, style).apply_offsets(0, line)

    def on_click(self, event: events.Click) -> None:
        action_id = event.style.meta.get(CLICK)
        if isinstance(action_id, str):
            event.stop()
            self.post_message(Words.Clicked(action_id))

    def get_selection(self, selection: Selection) -> tuple[str, str] | None:
        return selection.extract("\n".join(strip.text.rstrip() for strip in self._strips)), "\n"

    def selection_updated(self, selection: Selection | None) -> None:
        self._width = 0
        self.refresh()
