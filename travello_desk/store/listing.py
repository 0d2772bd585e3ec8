"""Lists of bookings for commands and exports: composed filters, one page. The screen's endless list is browse.py's."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from typing import Any, Final

from travello_desk.store.bookings import COLUMNS, Booking
from travello_desk.store.tx import Tx

PART: Final = 500


def listing(
    tx: Tx, *, ids: Sequence[int] | None = None, status: str | None = None, method: str | None = None, limit: int = 50
) -> list[Booking]:
    """Bookings that match everything given, latest arrivals first; `ids` are those that a search has found."""
    from travello_desk.store.models import Bookings

    query = Bookings.select(*(getattr(Bookings, name.strip()) for name in COLUMNS.split(",")))
    if ids is not None:
        query = query.where(Bookings.id.in_(list(ids)))
    if status:
        query = query.where(Bookings.status == status.upper())
    if method:
        query = query.where(Bookings.method == method.upper())
    sql, params = query.order_by(Bookings.check_in.desc(), Bookings.id.desc()).limit(limit).bind(compiler()).sql()
    return [Booking(*row) for row in tx.all(sql, params)]


def in_order(tx: Tx, ids: Sequence[int]) -> list[Booking]:
    """These bookings in this order; ids that do not exist are left out."""
    found: dict[int, Booking] = {}
    for start in range(0, len(ids), PART):
        part = tuple(ids[start : start + PART])
        marks = ",".join("?" * len(part))
        for row in tx.all(f"SELECT {COLUMNS} FROM bookings WHERE id IN ({marks})", part):
            found[row[0]] = Booking(*row)
    return [found[booking_id] for booking_id in ids if booking_id in found]


@lru_cache(maxsize=1)
def compiler() -> Any:
    """A database that is never opened: it only gives queries SQLite's dialect."""
    from peewee import SqliteDatabase

    return SqliteDatabase(None)
