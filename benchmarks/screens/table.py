"""The same bookings in Textual's own DataTable, with the store's own search, in the most usual way to write it.

`python -m benchmarks.screens.table FILE ROWS DAY`: the first ROWS of the view of all bookings, all of them held.
"""

from __future__ import annotations

import sys
from datetime import date
from pathlib import Path

from textual import on
from textual.app import App, ComposeResult
from textual.widgets import DataTable, Input, Static

from travello_desk.store.browse import BookingRow, rows_of, view_source
from travello_desk.store.database import connect
from travello_desk.store.filters import Query, read
from travello_desk.store.search import Found, search
from travello_desk.store.tx import Tx
from travello_desk.tui.badges import Glyphs
from travello_desk.tui.screens.booking_columns import booking_columns
from travello_desk.tui.screens.view_words import found_summary, row_words


class TableApp(App[None]):
    CSS = "Input { border: none; height: 1; } DataTable { height: 1fr; scrollbar-size-vertical: 1; }"

    def __init__(self, path: Path, rows: int, day_on: date) -> None:
        super().__init__()
        self.tx = Tx(connect(path, read_only=True), 0)
        self.most, self.day_on = rows, day_on
        self.columns = booking_columns(Glyphs(), day_on)
        self.table: DataTable[str] = DataTable(cursor_type="row")
        self.status = Static("", markup=False)
        self.found: Found | None = None
        self.typed = ""

    def compose(self) -> ComposeResult:
        yield Input(compact=True)
        yield self.table
        yield self.status

    def on_mount(self) -> None:
        self.table.add_columns(*(column.title for column in self.columns))
        self.fill(view_source("all", self.day_on).window(self.tx, 0, self.most))
        self.table.focus()

    def fill(self, rows: list[BookingRow]) -> None:
        self.table.clear()
        self.table.add_rows([column.text(row) for column in self.columns] for row in rows)
        self.say()

    def on_key(self, event: object) -> None:
        if getattr(event, "key", "") == "slash" and self.table.has_focus:
            self.query_one(Input).focus()

    @on(Input.Changed)
    def searched(self, message: Input.Changed) -> None:
        self.typed, query = message.value, read(message.value, self.day_on)
        self.found = None if query.empty else search(self.tx, query, message.value)
        if self.found is None:
            self.fill(view_source("all", self.day_on).window(self.tx, 0, self.most))
        else:
            self.fill(rows_of(self.tx, self.found.ids))

    @on(Input.Submitted)
    def done(self) -> None:
        self.table.focus()

    @on(DataTable.RowHighlighted)
    def say(self) -> None:
        found = self.found
        left = found_summary(found, Query(), self.typed) if found else ""
        self.status.update(f"{left}  {row_words(self.table.cursor_row, self.table.row_count, 0)}")


if __name__ == "__main__":
    TableApp(Path(sys.argv[1]), int(sys.argv[2]), date.fromisoformat(sys.argv[3])).run()
