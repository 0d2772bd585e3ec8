"""A list of any length: it holds a few pages of rows and paints only the lines on screen (UX 3.4).

The cursor belongs to a booking, not to a line: fresh rows never move it. A booking that leaves the list while the
cursor is on it stays there, with its new status, until the cursor moves: no key may hit another guest's booking.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import partial
from typing import ClassVar, Generic, TypeVar

from textual import events
from textual.binding import Binding, BindingType
from textual.geometry import Size
from textual.message import Message
from textual.strip import Strip

from travello_desk.store.errors import StoreError
from travello_desk.tui.widgets.bare_lines import BareLines
from travello_desk.tui.widgets.columns import Column, column_at, fit
from travello_desk.tui.widgets.line_painter import CURSOR, GUTTER, PARTS, REST, ROW, STRIPE, LinePainter
from travello_desk.tui.widgets.moving import Moving
from travello_desk.tui.widgets.pages import HasId, Opening, Pages, RowSource, Snapshot, Wanted, pages_near, pages_on
from travello_desk.tui.work import start

T = TypeVar("T", bound=HasId)


class VirtualTable(BareLines, Generic[T], can_focus=True):
    """See the module. Give it rows with `show`, freshen them with `reload`."""

    DEFAULT_CSS = """
    VirtualTable { height: 1fr; width: 1fr; scrollbar-size-vertical: 1; overflow-x: hidden; }
    VirtualTable > .table--header { background: $panel; color: $foreground; text-style: bold; }
    VirtualTable > .table--row { background: $background; color: $foreground; }
    VirtualTable > .table--stripe { background: $stripe; color: $foreground; }
    VirtualTable > .table--cursor { background: $cursor; color: $cursor-ink; text-style: bold; }
    VirtualTable > .table--rest { background: $cursor-rest; color: $cursor-rest-ink; text-style: bold; }
    VirtualTable > .table--quiet { color: $quiet; }
    """
    COMPONENT_CLASSES: ClassVar[set[str]] = set(PARTS)
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("up,k", "move(-1)", "Up", show=False, id="list.up"),
        Binding("down,j", "move(1)", "Down", show=False, id="list.down"),
        Binding("pageup", "page(-1)", "Page up", show=False, id="list.page_up"),
        Binding("pagedown", "page(1)", "Page down", show=False, id="list.page_down"),
        Binding("home,g", "jump(0)", "First", show=False, id="list.first"),
        Binding("end,G", "jump(-1)", "Last", show=False, id="list.last"),
    ]

    class Highlighted(Message):
        """The cursor is on another row, or its row has changed. `row` None: nothing is selected."""

        def __init__(self, table: VirtualTable[T], row: T | None) -> None:
            super().__init__()
            self.table = table
            self.row = row

    class Opened(Message):
        """A double click on a row."""

    class Counted(Message):
        """The number of rows is known, or has changed."""

        def __init__(self, total: int) -> None:
            super().__init__()
            self.total = total

    class Placed(Message):
        """The columns may have other widths."""

    class Sorted(Message):
        """A click on a column's title."""

        def __init__(self, column: str) -> None:
            super().__init__()
            self.column = column

    class Failed(Message):
        """The rows could not be read; those on screen are old."""

        def __init__(self, error: StoreError) -> None:
            super().__init__()
            self.error = error

    def __init__(self, columns: Sequence[Column[T]] = (), *, more: str = "…", id: str | None = None) -> None:
        super().__init__(id=id)
        self.columns = tuple(columns)
        self.placed = self.columns
        self._painter: LinePainter[T] = LinePainter(self, more)
        self.marked: set[int] = set()
        self.cursor_index = 0
        self.cursor_id: int | None = None
        self.total: int | None = None
        self.sorted_by = ""
        self._known = 0
        self._source: RowSource[T] | None = None
        self._generation = 0
        self._loading = 0
        self._pages: Pages[T] = Pages()
        self._ghost: tuple[int, T] | None = None
        self._stale = False
        self.moving = Moving()

    def set_columns(self, columns: Sequence[Column[T]], more: str = "…") -> None:
        """Other columns, or the same with other words; `more` stands where a text was cut."""
        self.columns = tuple(columns)
        self._painter.more = more
        self._fit()
        self.refresh()

    def _fit(self) -> None:
        self.placed = fit(self.columns, self.size.width - GUTTER - 1)  # the scrollbar's

    # Rows

    def show(self, source: RowSource[T], *, keep_id: int | None = None) -> None:
        """Show another list from its beginning; with `keep_id`, from that row if the list has it."""
        self._source = source
        self._generation += 1
        opening = source.at_hand(keep_id)
        if opening is None:
            start(self, partial(self._first, source, self._generation, keep_id), "rows")
        else:
            self._begin(opening)
            start(self, partial(self._rest, source, self._generation), "rows")

    async def _first(self, source: RowSource[T], generation: int, keep_id: int | None) -> None:
        try:
            opening = await source.opening(keep_id, self.lines)
            if generation == self._generation:
                self._begin(opening)
                await self._rest(source, generation)
        except StoreError as error:
            self.post_message(self.Failed(error))

    async def _rest(self, source: RowSource[T], generation: int) -> None:
        """The first rows stand: their number, where it is not known yet, and the pages around."""
        try:
            if self.total is None:
                total = await source.count()
                if generation == self._generation:
                    self._set_total(total)
            await self._load_visible(generation)
        except StoreError as error:
            self.post_message(self.Failed(error))

    def _begin(self, opening: Opening[T]) -> None:
        """Put up what a list begins with; its cursor stands on the row that was to be kept, or on the first."""
        self._pages.replace(opening.pages)
        self._ghost = None
        self.total = opening.total
        self._resized(opening.known)
        self.cursor_index = opening.position or 0
        self._take_id()
        if opening.total is not None:
            self.post_message(self.Counted(opening.total))
        self.scroll_to(y=max(0, self.cursor_index - self.lines + 1), animate=False)
        self.refresh()
        self._tell()

    def _set_total(self, total: int) -> None:
        before, self.total = self.total, total
        self._resized(total)
        if total != before:
            self.post_message(self.Counted(total))

    def _resized(self, known: int) -> None:
        self._known = known + (1 if self._ghost else 0)
        self.virtual_size = Size(self.size.width, self._known + 1)

    def reload(self) -> None:
        """Read what is on screen again; the cursor stays with its booking. Many calls become one."""
        if self._source is not None and not self._stale:
            self._stale = True
            start(self, self._freshen, "freshen")

    async def _freshen(self) -> None:
        while self._stale and self._source is not None:
            await self.moving.over()
            self._stale = False
            generation = self._generation
            wanted = Wanted(self.cursor_id, self.cursor_index, self.first_line, self.lines)
            try:
                snapshot = await self._source.snapshot(wanted)
            except StoreError as error:
                self._stale = False
                self.post_message(self.Failed(error))
                return
            if generation == self._generation:
                self._apply(snapshot, wanted)

    def _apply(self, snapshot: Snapshot[T], wanted: Wanted) -> None:
        """Swap in fresh rows. When the cursor has moved since they were asked for, they are asked for again."""
        if self.cursor_id != wanted.cursor_id or self.first_line != wanted.top:
            self._stale = True
            self.moving.moved()
            return
        before, under = self._in_sight(), (self.cursor_index, self.cursor_row)
        self._ghost = None
        line = self.cursor_index - self.first_line
        if snapshot.position is not None:
            self.cursor_index = snapshot.position
        elif self.cursor_id is not None and snapshot.cursor_row is not None:
            self.cursor_index = min(self.cursor_index, snapshot.total)
            self._ghost = (self.cursor_index, snapshot.cursor_row)
        self._pages.replace(snapshot.pages)
        self._set_total(snapshot.total)
        self.scroll_to(y=max(0, self.cursor_index - line), animate=False)
        if self.cursor_id is None:
            self._take_id()
        if self._in_sight() != before:  # news of bookings that nobody looks at paint nothing
            self.refresh()
        if (self.cursor_index, self.cursor_row) != under:
            self._tell()
        self._ensure_visible_pages()

    def _in_sight(self) -> tuple[int, range, list[T | None]]:
        """What is painted: the cursor's line, the lines that there are, and their rows."""
        lines = range(self.first_line, min(self._known, self.first_line + self.lines))
        return self.cursor_index, lines, [self.row_at(index) for index in lines]

    def row_at(self, index: int) -> T | None:
        """The row on a line, or None while its page is on its way."""
        if self._ghost is not None:
            if index == self._ghost[0]:
                return self._ghost[1]
            if index > self._ghost[0]:
                index -= 1
        return self._pages.row(index)

    @property
    def cursor_row(self) -> T | None:
        """The row under the cursor: the booking that keys act on."""
        return self.row_at(self.cursor_index) if self._known else None

    # Loading

    def _ensure_visible_pages(self) -> None:
        """Have what the screen needs loaded; a loader that is at work already sees it by itself."""
        if self._source is not None and self._loading != self._generation and self._missing():
            start(self, partial(self._load_visible, self._generation), "pages", exclusive=False)

    def _missing(self) -> list[int]:
        """Numbers of pages that the screen needs, and of the neighbours it will need next."""
        near = pages_near(self.first_line, self.lines, self.cursor_index, self._known)
        return [number for number in near if number not in self._pages]

    async def _load_visible(self, generation: int) -> None:
        """Load what is missing, one page after the other, always the one most needed now."""
        self._loading = generation
        try:
            while self._source is not None and generation == self._generation and (missing := self._missing()):
                rows = await self._source.page(missing[0], self.total)
                if generation == self._generation:
                    self._arrived(missing[0], rows)
        except StoreError as error:
            self.post_message(self.Failed(error))
        finally:
            if self._loading == generation:
                self._loading = 0

    def _arrived(self, number: int, rows: Sequence[T]) -> None:
        self._pages.put(number, rows)
        if number in pages_on(self.first_line, self.lines):
            self.refresh()
        if self.cursor_id is None:
            self._take_id()
            self._tell()

    def _take_id(self) -> None:
        self.cursor_id = row.id if (row := self.cursor_row) is not None else None

    # Cursor

    @property
    def lines(self) -> int:
        """Rows that fit on screen."""
        return max(1, self.size.height - 1)

    @property
    def first_line(self) -> int:
        return self.scroll_offset.y

    def move_to(self, index: int) -> None:
        """Put the cursor on a line and bring it into sight."""
        index = max(0, min(index, self._known - 1))
        if self._ghost is not None and index != self._ghost[0]:
            index -= index > self._ghost[0]
            self._ghost, self.cursor_id = None, None
            self._resized(self.total or 0)
            self.refresh()
        if not self._known or (index == self.cursor_index and self.cursor_id is not None):
            return
        before, self.cursor_index = self.cursor_index, index
        self.moving.moved()
        self._take_id()
        self.refresh_line(before + 1)
        self.refresh_line(index + 1)
        self._bring_into_sight(index)
        self._tell()
        self._ensure_visible_pages()

    def _bring_into_sight(self, index: int) -> None:
        if index < self.first_line:
            self.scroll_to(y=index, animate=False)
        elif index >= self.first_line + self.lines:
            self.scroll_to(y=index - self.lines + 1, animate=False)

    def _tell(self) -> None:
        self.post_message(self.Highlighted(self, self.cursor_row))

    def go_to_id(self, row_id: int) -> None:
        """Put the cursor on a booking, wherever in the list it is; nothing happens when the list has not got it."""
        start(self, partial(self._go_to_id, row_id), "go")

    async def _go_to_id(self, row_id: int) -> None:
        if self._source is None:
            return
        if (position := self._pages.index_of(row_id)) is None:
            position = await self._source.locate(row_id)
        if position is not None:
            self.move_to(position)

    def action_move(self, delta: int) -> None:
        self.move_to(self.cursor_index + delta)

    def action_page(self, direction: int) -> None:
        self.move_to(self.cursor_index + direction * self.lines)

    def action_jump(self, where: int) -> None:
        self.move_to(0 if where == 0 else self._known - 1)

    def toggle_mark(self) -> None:
        """Mark the row under the cursor, or take its mark away, and go on to the next."""
        if self.cursor_id is None:
            return
        self.marked ^= {self.cursor_id}
        self.refresh_line(self.cursor_index + 1)
        self.move_to(self.cursor_index + 1)

    def set_marks(self, ids: Iterable[int]) -> None:
        self.marked = set(ids)
        self.refresh()

    # Events

    def watch_scroll_y(self, old_value: float, new_value: float) -> None:
        super().watch_scroll_y(old_value, new_value)
        self._ensure_visible_pages()

    def on_resize(self, event: events.Resize) -> None:
        self._fit()
        self.post_message(self.Placed())
        self.virtual_size = Size(self.size.width, self._known + 1)
        self._bring_into_sight(self.cursor_index)
        self._ensure_visible_pages()

    def on_click(self, event: events.Click) -> None:
        if event.y == 0:
            if column := column_at(self.placed, event.x - GUTTER):
                self.post_message(self.Sorted(column))
            return
        index = event.y - 1 + self.first_line
        if index < self._known:
            self.move_to(index)
            if event.chain == 2:
                self.post_message(self.Opened())

    # Painting

    def forget_lines(self) -> None:
        self._painter.forget_lines()

    def notify_style_update(self) -> None:
        self._painter.forget()
        super().notify_style_update()

    def watch_has_focus(self, value: bool) -> None:
        super().watch_has_focus(value)
        self.refresh_line(self.cursor_index + 1)

    def render_line(self, y: int) -> Strip:
        width = self.size.width
        if y == 0:
            return self._painter.header(self.placed, self.sorted_by, width)
        index = y - 1 + self.first_line
        if index >= self._known:
            return self._painter.blank(width)
        row = self.row_at(index)
        name = self._row_style(index)
        if row is None:
            return self._painter.waiting(name, width)
        return self._painter.row(self.placed, row, name, row.id in self.marked, width)

    def _row_style(self, index: int) -> str:
        if index == self.cursor_index:
            return CURSOR if self.has_focus else REST
        return STRIPE if index % 2 else ROW
