"""The list's rows from the store: every answer one read transaction in a reader's thread, never in the loop."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from travello_desk.store.browse import SMALL, BookingRow, IdSource, Source, rows_of
from travello_desk.store.database import Store
from travello_desk.store.day_starts import DayStarts, day_starts, has_days
from travello_desk.store.tx import Tx
from travello_desk.tui.widgets.pages import PAGE_ROWS, Opening, Snapshot, Wanted, pages_around

Page = Sequence[BookingRow]


class StoreRows:
    """One source of bookings (a view or what a search found) for VirtualTable.

    A view of more than `SMALL` rows is counted by its days when somebody asks for its number, and shown by that count
    until the next time: counting a million for every payment would leave no time for keys.
    """

    def __init__(self, store: Store, source: Source, opening: Opening[BookingRow] | None = None) -> None:
        """`opening` is what is known already: the search that found these bookings has read the first of them."""
        self.store = store
        self.source = source
        self._opening = opening
        self._starts: DayStarts | None = None

    @property
    def long(self) -> bool:
        """Whether its number is as old as the last count."""
        return self._starts is not None

    def at_hand(self, keep_id: int | None) -> Opening[BookingRow] | None:
        opening = self._opening
        if opening is None or isinstance(self.source, IdSource):
            return opening
        return opening if keep_id is None else None

    def forget(self) -> None:
        """Something has changed: what was read before is not to be shown again."""
        self._opening = None

    async def opening(self, keep_id: int | None, lines: int) -> Opening[BookingRow]:
        opening = await self.store.read(lambda tx: self.open(tx, keep_id, lines))
        if opening.position is None:
            self._opening = opening
        return opening

    async def page(self, number: int, total: int | None) -> Page:
        return await self.store.read(lambda tx: self._page(tx, number, total))

    async def count(self) -> int:
        """Exactly, as of now; of a search what it found."""
        return await self.store.read(self._count)

    async def locate(self, row_id: int) -> int | None:
        return await self.store.read(lambda tx: self._position(tx, row_id, 0, None))

    async def snapshot(self, wanted: Wanted) -> Snapshot[BookingRow]:
        return await self.store.read(lambda tx: self._snapshot(tx, wanted))

    # In a reader's thread

    def open(self, tx: Tx, keep_id: int | None, lines: int) -> Opening[BookingRow]:
        """The first page, or the pages around a row; the number of rows where it is quickly known."""
        total = self._known_total(tx)
        position = self._position(tx, keep_id, 0, total) if keep_id is not None else None
        numbers = pages_around(position or 0, lines)
        return Opening({number: self._page(tx, number, total) for number in numbers}, total, position)

    def _snapshot(self, tx: Tx, wanted: Wanted) -> Snapshot[BookingRow]:
        """The rows on screen as they stand now, and where the cursor's booking has gone."""
        total = self._known_total(tx)
        if total is None:
            total = self._count(tx)
        position, row = None, None
        if wanted.cursor_id is not None:
            position = self._position(tx, wanted.cursor_id, wanted.cursor_index, total)
            row = next(iter(rows_of(tx, [wanted.cursor_id])), None)
        index = wanted.cursor_index if position is None else position
        top = max(0, min(index - (wanted.cursor_index - wanted.top), total - wanted.height))
        numbers = range(top // PAGE_ROWS, (top + wanted.height) // PAGE_ROWS + 1)
        return Snapshot(total, position, row, self._pages(tx, numbers, total))

    def _known_total(self, tx: Tx) -> int | None:
        """How many rows: exactly while they are few, else as they were counted last, if they were."""
        few = self.source.count(tx, SMALL)
        if isinstance(self.source, IdSource) or few <= SMALL:
            self._starts = None
            return few
        return self._starts.total if self._starts else None

    def _count(self, tx: Tx) -> int:
        source = self.source
        if isinstance(source, IdSource) or source.count(tx, SMALL) <= SMALL or not has_days(source):
            self._starts = None
            return source.count(tx)
        self._starts = day_starts(tx, source)
        return self._starts.total

    def _page(self, tx: Tx, number: int, total: int | None) -> Page:
        starts, offset = self._starts, number * PAGE_ROWS
        return starts.window(tx, offset, PAGE_ROWS) if starts else self.source.window(tx, offset, PAGE_ROWS, total)

    def _pages(self, tx: Tx, numbers: range, total: int) -> Mapping[int, Page]:
        return {number: self._page(tx, number, total) for number in numbers}

    def _position(self, tx: Tx, booking_id: int, near: int, total: int | None) -> int | None:
        """Where a booking stands. A place at which another one would be shown is none: the days are counted anew."""
        starts, source = self._starts, self.source
        if starts is None or isinstance(source, IdSource):
            return source.position_of(tx, booking_id, near, total)
        place = starts.position_of(tx, booking_id)
        if place is None or starts.ids(tx, place, 1) == [booking_id]:
            return place
        self._starts = day_starts(tx, source)
        return self._starts.position_of(tx, booking_id)
