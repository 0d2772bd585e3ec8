"""One transaction as the rest of the store sees it: plain SQL in, tuples out, and a list of what changed.

`?` marks parameters in every statement. The connection underneath is Peewee's; hot paths skip its model layer, which
was measured to cost 9 times on the event transaction.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from travello_desk.store.errors import Conflict

Row = tuple[Any, ...]


class Tx:
    """A read or write transaction. `now` is the instant (unix seconds) at which it began."""

    __slots__ = ("changed", "connection", "new_events", "nothing_loose", "now", "timeline_tip")

    def __init__(self, connection: sqlite3.Connection, now: int) -> None:
        self.connection = connection
        self._begin(now)

    def _begin(self, now: int) -> None:
        """What every transaction knows at its beginning, whichever database it is of."""
        self.now = now
        self.changed: set[int] = set()
        self.timeline_tip: str | None = None
        # What inbox.py has found out for the events of a shared commit: those that are not stored yet, of all that it
        # looked up, and whether no fact is loose (False: not known).
        self.new_events: set[str] = set()
        self.nothing_loose = False

    def execute(self, sql: str, params: Sequence[object] = ()) -> int:
        """Run a statement; the number of rows it changed."""
        try:
            return self.connection.execute(sql, params).rowcount
        except sqlite3.IntegrityError as error:
            raise Conflict(str(error)) from error

    def insert(self, sql: str, params: Sequence[object] = ()) -> int:
        """Run an INSERT; the new row's id."""
        try:
            rowid = self.connection.execute(sql, params).lastrowid
        except sqlite3.IntegrityError as error:
            raise Conflict(str(error)) from error
        return rowid or 0

    def execute_many(self, sql: str, rows: Iterable[Sequence[object]]) -> None:
        try:
            self.connection.executemany(sql, rows)
        except sqlite3.IntegrityError as error:
            raise Conflict(str(error)) from error

    def one(self, sql: str, params: Sequence[object] = ()) -> Row | None:
        """The first row, or None."""
        row: Row | None = self.connection.execute(sql, params).fetchone()
        return row

    def all(self, sql: str, params: Sequence[object] = ()) -> list[Row]:
        return self.connection.execute(sql, params).fetchall()

    def each(self, sql: str, params: Sequence[object] = ()) -> Iterator[Row]:
        """The rows one after the other, for more of them than should stand in memory."""
        return iter(self.connection.execute(sql, params))

    def value(self, sql: str, params: Sequence[object] = ()) -> Any:
        """The first column of the first row, or None."""
        row = self.one(sql, params)
        return row[0] if row else None
