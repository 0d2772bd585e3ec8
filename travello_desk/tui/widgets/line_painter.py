"""Lines of a list as strips of text: styles looked up once per theme, few segments per line. Decides nothing."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final, Generic, TypeVar

from rich.segment import Segment
from rich.style import Style
from textual.strip import Strip
from textual.widget import Widget

from travello_desk.tui.widgets.columns import GAP, Column, Tone, cell

T = TypeVar("T")
GUTTER: Final = 1
MARK: Final = "+"
HEADER: Final = "table--header"
ROW: Final = "table--row"
STRIPE: Final = "table--stripe"
CURSOR: Final = "table--cursor"
REST: Final = "table--rest"
"""The cursor's row while another widget has the focus."""
QUIET: Final = "table--quiet"
MOST_KEPT: Final = 512
PARTS: Final = (HEADER, ROW, STRIPE, CURSOR, REST, QUIET)


class LinePainter(Generic[T]):
    """Paints for one widget, whose component styles it uses."""

    def __init__(self, widget: Widget, more: str) -> None:
        self.widget = widget
        self.more = more
        self._styles: dict[str, Style] = {}
        self._kept: dict[tuple[T, str, bool], Strip] = {}
        self._kept_for: tuple[Sequence[Column[T]], int] = ((), 0)

    def forget(self) -> None:
        """The theme has changed."""
        self._styles.clear()
        self._kept.clear()

    def forget_lines(self) -> None:
        """What columns say of a row may have changed."""
        self._kept.clear()

    def style(self, name: str) -> Style:
        if name not in self._styles:
            self._styles[name] = self.widget.get_component_rich_style(name)
        return self._styles[name]

    def toned(self, name: str, tone: Tone) -> Style:
        key = f"{name}|{tone.variable}|{tone.bold}|{tone.reverse}"
        if key not in self._styles:
            color = self.widget.app.theme_variables.get(tone.variable)
            more = Style(color=color, bold=tone.bold or None, reverse=tone.reverse or None)
            self._styles[key] = self.style(name) + more
        return self._styles[key]

    def blank(self, width: int) -> Strip:
        return Strip.blank(width, self.style(ROW))

    def waiting(self, name: str, width: int) -> Strip:
        """A line whose row is on its way."""
        base = self.style(name)
        return self.fill([Segment(" " * GUTTER + self.more, base + self.style(QUIET))], base, width)

    def header(self, columns: Sequence[Column[T]], sorted_by: str, width: int) -> Strip:
        base = self.style(HEADER)
        titles = []
        for column in columns:
            title = f"{column.title}*" if column.id == sorted_by else column.title
            titles.append(cell(title, column.width, right=column.right, more=self.more))
        return self.fill([Segment(" " * GUTTER + (" " * GAP).join(titles), base)], base, width)

    def row(self, columns: Sequence[Column[T]], row: T, name: str, marked: bool, width: int) -> Strip:
        """A row's line; the same row is not put together again while nothing is changed about it."""
        if self._kept_for[0] is not columns or self._kept_for[1] != width or len(self._kept) > MOST_KEPT:
            self._kept_for = (columns, width)
            self._kept.clear()
        key = (row, name, marked)
        if key not in self._kept:
            self._kept[key] = self._composed(columns, row, name, marked, width)
        return self._kept[key]

    def _composed(self, columns: Sequence[Column[T]], row: T, name: str, marked: bool, width: int) -> Strip:
        """One segment for each run of cells that look the same."""
        base = self.style(name)
        on_cursor = name in (CURSOR, REST)
        segments, run = [], (MARK if marked else " ")
        for column in columns:
            text = cell(column.text(row), column.width, right=column.right, more=self.more)
            tone = column.tone(row) if column.tone else None
            if tone is None or (on_cursor and not tone.reverse):
                run += text + " " * GAP
                continue
            segments.append(Segment(run, base))
            segments.append(Segment(text, self.toned(name, tone)))
            run = " " * GAP
        return self.fill([*segments, Segment(run, base)], base, width)

    def fill(self, segments: list[Segment], base: Style, width: int) -> Strip:
        return Strip(segments).adjust_cell_length(width, base)
