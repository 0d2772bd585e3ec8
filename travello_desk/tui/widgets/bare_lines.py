"""A scrolling widget that is nothing but its own lines: no border, padding or tint that would have to be laid on them.

Of what a page further down costs, half went into asking for each line which borders and tints it has not, and into
painting a scroll bar anew that looks as before: in a long list it moves by an eighth of a cell every few pages.
"""

from __future__ import annotations

from typing import Final, Self

from textual.geometry import Region
from textual.scroll_view import ScrollView
from textual.scrollbar import ScrollBar
from textual.strip import Strip

STEPS: Final = 8
"""A scroll bar's thumb begins at an eighth of a cell."""


class BareLines(ScrollView):
    """Subclasses give `render_line`, as wide as the widget, and keep themselves what need not be painted again until
    `forget_lines`."""

    def forget_lines(self) -> None:
        """Every line may look otherwise."""

    def refresh(self, *regions: Region, repaint: bool = True, layout: bool = False, recompose: bool = False) -> Self:
        if not regions:
            self.forget_lines()
        return super().refresh(*regions, repaint=repaint, layout=layout, recompose=recompose)

    def render_lines(self, crop: Region) -> list[Strip]:
        background = self.background_colors[1]
        strips = [self.render_line(y) for y in crop.line_range]
        for line_filter in self.get_line_filters():
            strips = [strip.apply_filter(line_filter, background) for strip in strips]
        if crop.column_span != (0, self.size.width):
            strips = [strip.crop(*crop.column_span) for strip in strips]
        return strips

    def watch_scroll_y(self, old_value: float, new_value: float) -> None:
        bar = self.vertical_scrollbar if self.show_vertical_scrollbar else None
        if bar is not None and looks_at(bar, new_value) == looks_at(bar, bar.position):
            bar.set_reactive(ScrollBar.position, bar.validate_position(new_value))
        super().watch_scroll_y(old_value, new_value)


def looks_at(bar: ScrollBar, position: float) -> int:
    """Where the thumb of a vertical bar begins, in eighths of a cell: two positions with the same look the same."""
    return thumb(bar.size.height, bar.window_virtual_size, bar.window_size, position)


def thumb(height: int, lines: int, window: int, position: float) -> int:
    """As Textual draws it: a thumb of at least one cell, on the way that is left to it."""
    if not (height and window and lines > window):
        return 0
    way = height - max(1.0, window / (lines / height))
    return int(way * (position / (lines - window)) * STEPS)
