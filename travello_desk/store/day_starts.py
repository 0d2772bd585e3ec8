"""Where each arrival day begins in a long view: a row in the middle of a million is found by its day, uncounted.

Taken at one moment and good for as long as nobody asks for exact numbers: a booking that came or went since shifts
what follows by one, but a row and its place always belong together. Reads only.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from dataclasses import dataclass
from itertools import accumulate

from travello_desk.store.browse import BookingRow, ViewSource, rows_of
from travello_desk.store.tx import Tx


@dataclass(frozen=True, slots=True)
class DayStarts:
    """`days` in order of the calendar; `starts` of each of them, and behind the last one the number of all rows."""

    source: ViewSource
    days: tuple[str, ...]
    starts: tuple[int, ...]

    @property
    def total(self) -> int:
        return self.starts[-1]

    def window(self, tx: Tx, offset: int, limit: int) -> list[BookingRow]:
        """`limit` rows from `offset`, as `ViewSource.window` gives them."""
        return rows_of(tx, self.ids(tx, offset, limit))

    def ids(self, tx: Tx, offset: int, limit: int) -> list[int]:
        if not 0 <= offset < self.total:
            return []
        descending = self.source.sort.descending
        index = self.total - 1 - offset if descending else offset
        place = bisect_right(self.starts, index) - 1
        within = self.starts[place + 1] - 1 - index if descending else index - self.starts[place]
        sql = (
            f"SELECT id FROM {self.source.listed} AND check_in {'<=' if descending else '>='} ?"
            f" ORDER BY {self.source.order()} LIMIT ? OFFSET ?"
        )
        return [row[0] for row in tx.all(sql, (*self.source.params, self.days[place], limit, within))]

    def position_of(self, tx: Tx, booking_id: int) -> int | None:
        """The row number of a booking, or None when it is not in the view."""
        source, rest = self.source, self.source.columns[1:]
        sql = f"SELECT {', '.join(source.columns)} FROM {source.listed} AND id = ?"
        key = tx.one(sql, (*source.params, booking_id))
        if key is None:
            return None
        before = f"({', '.join(rest)}) {'>' if source.sort.descending else '<'} ({', '.join('?' * len(rest))})"
        counting = f"SELECT COUNT(*) FROM {source.listed} AND check_in = ? AND {before}"
        same_day: int = tx.value(counting, (*source.params, *key))
        if source.sort.descending:
            return self.total - self.starts[bisect_right(self.days, key[0])] + same_day
        return self.starts[bisect_left(self.days, key[0])] + same_day


def has_days(source: ViewSource) -> bool:
    """Whether the view stands by arrival, in an index that counts its days."""
    return not source.sort.columns and not source.view.keys and source.columns[0] == "check_in"


def day_starts(tx: Tx, source: ViewSource) -> DayStarts:
    """Counts every day of the view once: some hundredths of a second at a million."""
    days = tx.all(f"SELECT check_in, COUNT(*) FROM {source.listed} GROUP BY check_in ORDER BY check_in", source.params)
    return DayStarts(source, tuple(day for day, _ in days), (0, *accumulate(count for _, count in days)))
