"""One transaction on PostgreSQL, with the doors of store/tx.py: the same SQL goes in, the same tuples come out."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from itertools import count
from typing import Any

import psycopg

from travello_desk.store.errors import Conflict
from travello_desk.store.postgres import dialect
from travello_desk.store.postgres.connections import Connection
from travello_desk.store.postgres.errors import first_line
from travello_desk.store.tx import Row, Tx

NUMBERS = count()


class PostgresTx(Tx):
    """`with_id` are the tables whose rows have an id of their own."""

    __slots__ = ("cursor", "with_id")

    def __init__(self, connection: Connection, now: int, with_id: frozenset[str]) -> None:
        self._begin(now)
        self.cursor = connection.cursor()
        self.with_id = with_id

    def execute(self, sql: str, params: Sequence[object] = ()) -> int:
        return self._run(dialect.query(sql), params).rowcount

    def insert(self, sql: str, params: Sequence[object] = ()) -> int:
        returning, table = dialect.inserting(sql)
        if table not in self.with_id:
            self.execute(sql, params)
            return 0
        row = self._run(returning, params).fetchone()
        return row[0] if row else 0

    def execute_many(self, sql: str, rows: Iterable[Sequence[object]]) -> None:
        try:
            self.cursor.executemany(dialect.query(sql), rows)
        except psycopg.IntegrityError as error:
            raise Conflict(first_line(error)) from error
        except psycopg.DataError as error:
            raise ValueError(first_line(error)) from error

    def one(self, sql: str, params: Sequence[object] = ()) -> Row | None:
        return self._run(dialect.query(sql), params).fetchone()

    def all(self, sql: str, params: Sequence[object] = ()) -> list[Row]:
        return self._run(dialect.query(sql), params).fetchall()

    def each(self, sql: str, params: Sequence[object] = ()) -> Iterator[Row]:
        """In portions of the server's cursor, so that a long table is never in memory as a whole."""
        with self.cursor.connection.cursor(name=f"each_{next(NUMBERS)}") as portions:
            portions.execute(dialect.query(sql), params)
            yield from portions

    def _run(self, sql: bytes, params: Sequence[object]) -> psycopg.Cursor[tuple[Any, ...]]:
        try:
            return self.cursor.execute(sql, params)
        except psycopg.IntegrityError as error:
            raise Conflict(first_line(error)) from error
        except psycopg.DataError as error:  # no column takes this value: the caller's fault, not the store's
            raise ValueError(first_line(error)) from error
