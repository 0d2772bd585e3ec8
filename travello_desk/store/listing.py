"""Lists of bookings for commands and exports: composed filters, one page. The screen's endless list is browse.py's."""

from __future__ import annotations

from functools import lru_cache
from typing import Any

from travello_desk.store.bookings import COLUMNS, Booking
from travello_desk.store.tx import Tx

SEARCHED = ("reference", "guest_name", "guest_email", "guest_phone", "room")


def listing(
    tx: Tx, *, search: str = "", status: str | None = None, method: str | None = None, limit: int = 50
) -> list[Booking]:
    """Bookings that match everything given, latest arrivals first."""
    from travello_desk.store.models import Bookings

    query = Bookings.select(*(getattr(Bookings, name.strip()) for name in COLUMNS.split(",")))
    if search.strip():
        query = query.where(Bookings.id.in_(matching(search)))
    if status:
        query = query.where(Bookings.status == status.upper())
    if method:
        query = query.where(Bookings.method == method.upper())
    sql, params = query.order_by(Bookings.check_in.desc(), Bookings.id.desc()).limit(limit).bind(compiler()).sql()
    return [Booking(*row) for row in tx.all(sql, params)]


@lru_cache(maxsize=1)
def compiler() -> Any:
    """A database that is never opened: it only gives queries SQLite's dialect."""
    from peewee import SqliteDatabase

    return SqliteDatabase(None)


def matching(search: str) -> Any:
    """The sub-select of ids whose words begin as typed. A plain JOIN onto the index costs a thousand times more."""
    from peewee import SQL
    from playhouse.fts_parser import parse

    words = " ".join(word if word.endswith(("*", '"')) else f"{word}*" for word in search.split())
    match = parse(words, SEARCHED)
    return SQL("(SELECT rowid FROM bookings_fts WHERE bookings_fts MATCH ?)", [match]) if match else SQL("(0)")
