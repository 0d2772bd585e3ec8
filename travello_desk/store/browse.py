"""The list of bookings: six views, any size, by offset. Reads only; search stands in search.py.

Every order here walks an index, so that a window in the middle of a million rows costs milliseconds: the ids come from
a covering index by OFFSET (from the nearer end), the rows by id. Orders that no index knows are offered for small
views only (`SMALL`).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import fields
from datetime import date
from typing import Final

from travello_desk.store.tx import Tx
from travello_desk.values import value

SMALL: Final = 5_000
"""Up to so many rows a view may be sorted without an index."""


NEAR: Final = 64


@value(frozen=True, slots=True)
class BookingRow:
    """One line of the list. Amounts in minor units of `currency`; days ISO."""

    id: int
    badge: str
    guest_name: str
    balance_minor: int
    currency: str
    room: str
    check_in: str
    check_out: str
    reference: str
    method: str
    status: str
    amount_minor: int
    paid_minor: int
    attention: int
    no_show: int


COLUMNS: Final = ", ".join(field.name for field in fields(BookingRow))


@value(frozen=True, slots=True)
class View:
    """A saved view. `where` filters bookings; `arrival` are the columns its index yields in order.

    `keys`: where an index alone knows who belongs to the view, a table of their `arrival` columns.
    """

    id: str
    where: str
    arrival: tuple[str, ...] = ("check_in", "id")
    day_params: int = 0
    sort: str = "arrival"
    keys: str = ""

    @property
    def listed(self) -> str:
        """What stands after FROM when no other column is asked for."""
        return f"({self.keys}) AS listed WHERE 1 = 1" if self.keys else f"bookings WHERE {self.where}"


# Who is here on a day: arrived on or before it, leaving on it or later (who leaves today may still have to pay). Jumps
# from one arrival day to the next within the index, because a range over all past arrivals would read half the hotel.
STAYING: Final = """
    WITH RECURSIVE arrivals (day) AS (
        SELECT MIN(check_in) FROM bookings
        UNION ALL
        SELECT (SELECT MIN(check_in) FROM bookings WHERE check_in > day) FROM arrivals
        WHERE day IS NOT NULL AND day <= ?
    )
    SELECT b.id, b.check_in, b.check_out FROM arrivals CROSS JOIN bookings b
    WHERE arrivals.day <= ? AND b.cancelled = 0 AND b.check_in = arrivals.day AND b.check_out >= ?"""
IN_HOUSE: Final = f"id IN (SELECT id FROM ({STAYING}) AS staying)"
WAITING: Final = "(status = 'PENDING' OR badge = 'CHECKING')"
"""As the index `bookings_waiting` says it."""
LINK_BADGES: Final = ("LINK OUT", "CHECKING", "SETTLING", "FAILED")
STAY: Final = ("check_in", "check_out", "id")

VIEWS: Final = {
    view.id: view
    for view in (
        View("arriving", "check_in = ?", STAY, 1),
        View("unpaid", "status = 'PENDING'"),
        View("links", f"{WAITING} AND ({' OR '.join(f'badge = {badge!r}' for badge in LINK_BADGES)})"),
        View("problems", "attention > 0"),
        View("in_house", IN_HOUSE, STAY, 3, keys=STAYING),
        View("all", "1 = 1", STAY, sort="arrival_last"),
    )
}


@value(frozen=True, slots=True)
class Sort:
    """An order of the list. `columns` empty: the view's own arrival order."""

    id: str
    label: str
    columns: tuple[str, ...] = ()
    descending: bool = False
    everywhere: bool = False
    """Whether an index serves it at any size; the others are for small views."""


SORTS: Final = {
    sort.id: sort
    for sort in (
        Sort("arrival", "arrival, first to last", everywhere=True),
        Sort("arrival_last", "arrival, last to first", descending=True, everywhere=True),
        Sort("guest", "guest", ("guest_name COLLATE NOCASE", "id")),
        Sort("room", "room", ("room COLLATE NOCASE", "id")),
        Sort("balance", "balance, highest first", ("balance_minor", "id"), descending=True),
        Sort("newest", "newest booking first", ("id",), descending=True),
    )
}


@value(frozen=True, slots=True)
class ViewSource:
    """One view on one business day in one order: what a list scrolls through."""

    view: View
    day_on: date
    sort: Sort

    @property
    def params(self) -> tuple[str, ...]:
        return (self.day_on.isoformat(),) * self.view.day_params

    @property
    def columns(self) -> tuple[str, ...]:
        return self.sort.columns or self.view.arrival

    @property
    def listed(self) -> str:
        """What stands after FROM; an order of its own needs the bookings themselves."""
        return f"bookings WHERE {self.view.where}" if self.sort.columns else self.view.listed

    def count(self, tx: Tx, cap: int | None = None) -> int:
        """How many bookings; `cap` stops counting at cap + 1, which means "more than cap"."""
        if cap is None:
            counted: int = tx.value(f"SELECT COUNT(*) FROM {self.view.listed}", self.params)
        else:
            inner = f"SELECT 1 FROM {self.view.listed} LIMIT ?"
            counted = tx.value(f"SELECT COUNT(*) FROM ({inner}) AS few", (*self.params, cap + 1))
        return counted

    def window(self, tx: Tx, offset: int, limit: int, total: int | None = None) -> list[BookingRow]:
        """`limit` rows from `offset`. With `total` known, the second half is read from its end."""
        return rows_of(tx, self.window_ids(tx, offset, limit, total))

    def window_ids(self, tx: Tx, offset: int, limit: int, total: int | None = None) -> list[int]:
        if total is None or offset <= total // 2:
            return self.ids(tx, offset, limit)
        limit = min(limit, max(0, total - offset))
        return self.ids(tx, max(0, total - offset - limit), limit, reverse=True)[::-1]

    def ids(self, tx: Tx, offset: int, limit: int, *, reverse: bool = False) -> list[int]:
        sql = f"SELECT id FROM {self.listed} ORDER BY {self.order(reverse=reverse)} LIMIT ? OFFSET ?"
        return [row[0] for row in tx.all(sql, (*self.params, limit, offset))]

    def order(self, *, reverse: bool = False) -> str:
        direction = "DESC" if self.sort.descending != reverse else "ASC"
        return ", ".join(f"{column} {direction}" for column in self.columns)

    def position_of(self, tx: Tx, booking_id: int, near: int = 0, total: int | None = None) -> int | None:
        """The row number of a booking in this view and order, or None when it is not in the view.

        Counting up to it costs 90 ms at the end of a million: first it is looked for around `near`, where it last was.
        """
        start = max(0, near - NEAR)
        around = self.window_ids(tx, start, 2 * NEAR, total)
        if booking_id in around:
            return start + around.index(booking_id)
        names = ", ".join(self.columns)
        key = tx.one(f"SELECT {names} FROM {self.listed} AND id = ?", (*self.params, booking_id))
        if key is None:
            return None
        before = f"({', '.join(self.columns)}) {'>' if self.sort.descending else '<'} ({', '.join('?' * len(key))})"
        position: int = tx.value(f"SELECT COUNT(*) FROM {self.listed} AND {before}", (*self.params, *key))
        return position


@value(frozen=True, slots=True)
class IdSource:
    """A fixed list of bookings, as a search found them: the same doors as a view."""

    found: tuple[int, ...]
    capped: bool = False

    def count(self, tx: Tx, cap: int | None = None) -> int:
        return len(self.found)

    def window(self, tx: Tx, offset: int, limit: int, total: int | None = None) -> list[BookingRow]:
        return rows_of(tx, self.found[offset : offset + limit])

    def position_of(self, tx: Tx, booking_id: int, near: int = 0, total: int | None = None) -> int | None:
        return self.found.index(booking_id) if booking_id in self.found else None


Source = ViewSource | IdSource


def view_source(view_id: str, day_on: date, sort_id: str = "") -> ViewSource:
    """The source of a view by name; an empty sort means the view's own."""
    view = VIEWS[view_id]
    return ViewSource(view, day_on, SORTS[sort_id or view.sort])


def within(tx: Tx, source: ViewSource, ids: Sequence[int]) -> list[int]:
    """Those of `ids` that the view holds, in the order of `ids`."""
    marks = ",".join("?" * len(ids))
    rows = (
        tx.all(f"SELECT id FROM bookings WHERE id IN ({marks}) AND ({source.view.where})", (*ids, *source.params))
        if ids
        else []
    )
    held = {row[0] for row in rows}
    return [booking_id for booking_id in ids if booking_id in held]


def rows_of(tx: Tx, ids: Sequence[int]) -> list[BookingRow]:
    """The rows of these bookings in the order of `ids`; ids that do not exist are left out."""
    if not ids:
        return []
    marks = ",".join("?" * len(ids))
    rows = tx.all(f"SELECT {COLUMNS} FROM bookings WHERE id IN ({marks})", tuple(ids))
    by_id = {row[0]: BookingRow(*row) for row in rows}
    return [by_id[booking_id] for booking_id in ids if booking_id in by_id]


@value(frozen=True, slots=True)
class Totals:
    """What a view still owes: how many bookings, per currency how much (minor units); and how many are cancelled."""

    unpaid: int
    due: tuple[tuple[str, int], ...]
    cancelled: int = 0


def totals(tx: Tx, source: ViewSource) -> Totals | None:
    """The sums of a view, or None when it has more than `SMALL` bookings: nobody collects those by hand.

    Counting walks an index, summing reads the bookings themselves: the one tells whether to begin with the other.
    """
    if source.count(tx, SMALL) > SMALL:
        return None
    rows = tx.all(
        "SELECT currency, COUNT(*) FILTER (WHERE balance_minor > 0), SUM(balance_minor), SUM(cancelled)"
        f" FROM bookings WHERE {source.view.where} GROUP BY currency ORDER BY currency",
        source.params,
    )
    due = tuple((row[0], row[2]) for row in rows if row[2])
    return Totals(sum(row[1] for row in rows), due, sum(row[3] for row in rows))


def counts(tx: Tx, day_on: date, cap: int) -> dict[str, int]:
    """How many bookings each view holds, capped, but `all`, whose number is asked for on its own."""
    return {view_id: view_source(view_id, day_on).count(tx, cap) for view_id in VIEWS if view_id != "all"}
