"""A day's list that is read and searched in memory: activity, events, problems. Subclasses say what and how."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Mapping, Sequence
from datetime import date, timedelta
from functools import partial
from typing import ClassVar, Generic, TypeVar

from rich.cells import cell_len
from textual import on
from textual.binding import BindingType
from textual.content import Content
from textual.widget import Widget
from textual.widgets import Input, Static

from travello_desk.operations.report import bounds
from travello_desk.operations.spreadsheet import plain_cell
from travello_desk.store.errors import StoreError
from travello_desk.tui import bars
from travello_desk.tui.bars import Part
from travello_desk.tui.export import save_text
from travello_desk.tui.keys import bindings_for
from travello_desk.tui.memory_rows import MemoryRows
from travello_desk.tui.messages import BookingsChanged
from travello_desk.tui.screens.base import DeskScreen
from travello_desk.tui.screens.text_screen import TextScreen
from travello_desk.tui.when import long_day
from travello_desk.tui.widgets.columns import Column
from travello_desk.tui.widgets.pages import HasId
from travello_desk.tui.widgets.search_box import SearchBox
from travello_desk.tui.widgets.virtual_table import VirtualTable
from travello_desk.tui.work import start

T = TypeVar("T", bound=HasId)


class LogPlace(DeskScreen, Generic[T]):
    """Left and right change the day, `/` narrows, Enter looks, `o` goes to the booking, `x` exports."""

    BINDINGS: ClassVar[list[BindingType]] = [*bindings_for("log", "desk")]
    SCOPES: ClassVar[tuple[str, ...]] = ("log", "anywhere")
    NAME: ClassVar[str] = ""
    EMPTY: ClassVar[str] = ""
    BY_DAY: ClassVar[bool] = True
    FOOTER: ClassVar[tuple[str, ...]] = (
        *("filter", "inspect", "go_booking", "day_before", "day_after", "export_log"),
        *("help", "palette"),
    )

    def __init__(self, day_on: date) -> None:
        super().__init__()
        self.day_on = day_on
        self.all_rows: Sequence[T] = ()
        self.rows: MemoryRows[T] = MemoryRows(())
        self.table: VirtualTable[T] = VirtualTable(id="list")
        self.box = SearchBox(id="search")
        self.empty = Static("", id="empty", markup=False)

    # What subclasses say

    def columns(self) -> Sequence[Column[T]]:
        raise NotImplementedError

    async def read(self, since_at: int, until_at: int) -> Sequence[T]:
        """The rows of [since_at, until_at), unix seconds, newest first."""
        raise NotImplementedError

    def words(self, row: T) -> str:
        """What `/` searches."""
        return " ".join(column.text(row) for column in self.columns())

    def wanted(self, row: T) -> bool:
        return True

    def booking_of(self, row: T) -> int | None:
        return None

    async def full(self, row: T) -> Content:
        """The row in full."""
        return Content(self.words(row))

    def onward(self, row: T) -> Mapping[str, str]:
        """The keys that act on the row while it is shown in full, and their actions."""
        return {}

    def note(self) -> str:
        """What stands at the right end of the title line."""
        return ""

    # Life

    def body(self) -> Iterable[Widget]:
        glyphs = self.desk.glyphs
        self.box.placeholder = glyphs.text("/ words in any column")
        self.table.set_columns(self.columns(), glyphs.text("…"))
        yield self.bars["tabs"]
        yield self.box
        yield self.table
        yield self.empty

    def on_mount(self) -> None:
        super().on_mount()
        self.table.focus()
        self.load()

    def load(self) -> None:
        start(self, self._load, "log")

    async def _load(self) -> None:
        day = self.day_on
        since, until = bounds(self.desk.ctx, day)
        try:
            rows = await self.read(since, until)
        except StoreError as error:
            self.say(f"Not up to date: {error}")
            return
        if day == self.day_on:
            self.all_rows = rows
            self.narrow(fresh=False)

    def narrow(self, *, fresh: bool) -> None:
        """Show the rows that have every word of the box; `fresh` begins at the top again."""
        words = self.box.value.casefold().split()
        rows = [row for row in self.all_rows if self.wanted(row) and self.has(row, words)]
        if fresh or not self.rows.rows or not rows:
            self.rows = MemoryRows(rows)
            self.table.show(self.rows)
        else:
            self.rows.rows = rows
            self.table.reload()
        self.refresh_bars()

    def has(self, row: T, words: list[str]) -> bool:
        text = self.words(row).casefold() if words else ""
        return all(word in text for word in words)

    @on(Input.Changed, "#search")
    def typed(self) -> None:
        self.narrow(fresh=True)

    @on(SearchBox.Left)
    def left_box(self) -> None:
        self.table.focus()

    @on(VirtualTable.Counted)
    def counted(self, message: VirtualTable.Counted) -> None:
        self.set_class(message.total == 0, "-empty")
        if message.total == 0 and self.table.has_focus:
            self.set_focus(None)  # and not the box, which would swallow the keys of the footer
        elif message.total and self.focused is None:
            self.table.focus()
        self.empty.update("Nothing matches. Esc clears the words." if self.box.value else self.nothing())
        self.refresh_bars()

    def nothing(self) -> str:
        """What an empty list says where no words are in the box."""
        return self.EMPTY

    @on(VirtualTable.Highlighted)
    @on(VirtualTable.Placed)
    def highlighted(self) -> None:
        self.refresh_bars()

    @on(VirtualTable.Opened)
    def opened(self) -> None:
        self.desk_inspect()

    def on_bookings_changed(self, message: BookingsChanged) -> None:
        if not self.BY_DAY or self.day_on == self.desk.business_date():
            self.load()

    def refresh_bars(self) -> None:
        if self.is_mounted and self.size.width:
            day = f"  {long_day(self.day_on.isoformat(), self.desk.calendar_date())}" if self.BY_DAY else ""
            title = [Part(f" {self.NAME}", "bold"), Part(day)]
            self.bars["tabs"].tell(bars.two_ends, title, self.note() + " ", self.size.width, self.desk.glyphs)
        super().refresh_bars()

    def status_ends(self) -> tuple[Sequence[Part], str]:
        total = self.table.total or 0
        place = f"row {self.table.cursor_index + 1:,} of {total:,}" if total else ""
        return [Part(self.cut_text() or "Esc goes back")], place

    def cut_text(self) -> str:
        """What the row under the cursor has no room for in its line, whole."""
        row, column = self.table.cursor_row, next((one for one in self.table.placed if one.grow), None)
        text = column.text(row) if row is not None and column is not None else ""
        return text if column is not None and cell_len(text) > column.width else ""

    # Actions

    def desk_filter(self) -> None:
        self.box.begin()

    def desk_day_before(self) -> None:
        self.go_to_day(self.day_on - timedelta(days=1))

    def desk_day_after(self) -> None:
        if self.day_on < self.desk.business_date():
            self.go_to_day(self.day_on + timedelta(days=1))
        else:
            self.say("The day after has not begun")

    def go_to_day(self, day: date) -> None:
        self.day_on, self.all_rows = day, ()
        self.narrow(fresh=True)
        self.load()

    def desk_inspect(self) -> None:
        if (row := self.table.cursor_row) is not None:
            start(self, partial(self._inspect, row), "inspect")

    async def _inspect(self, row: T) -> None:
        onward = self.onward(row)

        def closed(key: str | None) -> None:
            if key is not None:
                self.action_desk(onward[key])

        self.app.push_screen(TextScreen(self.NAME, await self.full(row), onward), closed)

    def desk_go_booking(self) -> None:
        row = self.table.cursor_row
        booking_id = self.booking_of(row) if row is not None else None
        if booking_id is None:
            self.say("Booking: this row has none")
        else:
            self.desk.show_booking(booking_id)

    def desk_export_log(self) -> None:
        file = io.StringIO()
        writer = csv.writer(file)
        columns = self.columns()
        writer.writerow([column.title for column in columns])
        writer.writerows([plain_cell(column.text(row).strip()) for column in columns] for row in self.rows.rows)
        name = f"{self.NAME.lower()}-{self.day_on.isoformat()}.csv"
        save_text(self.desk, name, file.getvalue())

    def action_back(self) -> None:
        if self.box.value:
            self.box.value = ""
            self.table.focus()
        elif self.box.has_focus:
            self.table.focus()
        else:
            self.dismiss(None)
