"""The list's rows from the store: every answer one read transaction in a reader's thread, never in the loop."""

from __future__ import annotations

from travello_desk.store.browse import BookingRow, IdSource, Source, newer_than, newest_id, rows_of
from travello_desk.store.database import Store
from travello_desk.store.tx import Tx
from travello_desk.tui.widgets.pages import PAGE_ROWS, Snapshot, Wanted


class StoreRows:
    """One source of bookings (a view or what a search found) for VirtualTable."""

    def __init__(self, store: Store, source: Source) -> None:
        self.store = store
        self.source = source
        self._counted: tuple[int, int] | None = None

    async def page(self, number: int, total: int | None) -> list[BookingRow]:
        start = number * PAGE_ROWS
        return await self.store.read(lambda tx: self.source.window(tx, start, PAGE_ROWS, total))

    async def count(self) -> int:
        return await self.store.read(self._count)

    async def locate(self, row_id: int) -> int | None:
        return await self.store.read(lambda tx: self.source.position_of(tx, row_id))

    async def snapshot(self, wanted: Wanted) -> Snapshot[BookingRow]:
        return await self.store.read(lambda tx: self._snapshot(tx, wanted))

    def _snapshot(self, tx: Tx, wanted: Wanted) -> Snapshot[BookingRow]:
        """The rows on screen as they stand now, and where the cursor's booking has gone."""
        total = self._count(tx)
        position, row = None, None
        if wanted.cursor_id is not None:
            position = self.source.position_of(tx, wanted.cursor_id, wanted.cursor_index, total)
            row = next(iter(rows_of(tx, [wanted.cursor_id])), None)
        index = wanted.cursor_index if position is None else position
        top = max(0, min(index - (wanted.cursor_index - wanted.top), total - wanted.height))
        numbers = range(top // PAGE_ROWS, (top + wanted.height) // PAGE_ROWS + 1)
        pages = {n: self.source.window(tx, n * PAGE_ROWS, PAGE_ROWS, total) for n in numbers}
        return Snapshot(total, position, row, pages)

    def _count(self, tx: Tx) -> int:
        """How many rows. Of all bookings only the newer ones are counted again: none is ever deleted."""
        if isinstance(self.source, IdSource) or self.source.view.id != "all":
            return self.source.count(tx)
        known = self._counted
        total = known[1] + newer_than(tx, known[0]) if known else self.source.count(tx)
        self._counted = (newest_id(tx), total)
        return total
