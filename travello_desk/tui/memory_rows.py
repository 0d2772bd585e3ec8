"""A list that is held in memory, through the same doors as one from the store: logs of a day, problems."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Generic, TypeVar

from travello_desk.tui.widgets.pages import PAGE_ROWS, HasId, Snapshot, Wanted

T = TypeVar("T", bound=HasId)


class MemoryRows(Generic[T]):
    """Put other `rows` in and `reload` the table: its cursor stays on its row."""

    def __init__(self, rows: Sequence[T]) -> None:
        self.rows = rows

    async def page(self, number: int, total: int | None) -> Sequence[T]:
        return self.rows[number * PAGE_ROWS : (number + 1) * PAGE_ROWS]

    async def count(self) -> int:
        return len(self.rows)

    async def locate(self, row_id: int) -> int | None:
        return next((place for place, row in enumerate(self.rows) if row.id == row_id), None)

    async def snapshot(self, wanted: Wanted) -> Snapshot[T]:
        position = await self.locate(wanted.cursor_id) if wanted.cursor_id is not None else None
        pages = range((len(self.rows) + PAGE_ROWS - 1) // PAGE_ROWS)
        row = self.rows[position] if position is not None else None
        return Snapshot(
            len(self.rows), position, row, {n: self.rows[n * PAGE_ROWS : (n + 1) * PAGE_ROWS] for n in pages}
        )
