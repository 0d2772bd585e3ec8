"""A list that is held in memory, through the same doors as one from the store: logs of a day, problems."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Generic, TypeVar

from travello_desk.tui.widgets.pages import PAGE_ROWS, HasId, Opening, Snapshot, Wanted

T = TypeVar("T", bound=HasId)


class MemoryRows(Generic[T]):
    """Put other `rows` in and `reload` the table: its cursor stays on its row."""

    def __init__(self, rows: Sequence[T]) -> None:
        self.rows = rows

    def at_hand(self, keep_id: int | None) -> Opening[T]:
        return Opening(self._pages(), len(self.rows), self._place(keep_id))

    async def opening(self, keep_id: int | None, lines: int) -> Opening[T]:
        return self.at_hand(keep_id)

    async def page(self, number: int, total: int | None) -> Sequence[T]:
        return self.rows[number * PAGE_ROWS : (number + 1) * PAGE_ROWS]

    async def count(self) -> int:
        return len(self.rows)

    async def locate(self, row_id: int) -> int | None:
        return self._place(row_id)

    async def snapshot(self, wanted: Wanted) -> Snapshot[T]:
        position = self._place(wanted.cursor_id)
        row = self.rows[position] if position is not None else None
        return Snapshot(len(self.rows), position, row, self._pages())

    def _place(self, row_id: int | None) -> int | None:
        return next((place for place, row in enumerate(self.rows) if row.id == row_id), None)

    def _pages(self) -> dict[int, Sequence[T]]:
        pages = range((len(self.rows) + PAGE_ROWS - 1) // PAGE_ROWS)
        return {number: self.rows[number * PAGE_ROWS : (number + 1) * PAGE_ROWS] for number in pages}
