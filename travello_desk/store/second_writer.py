"""A writer of another process on the same SQLite file: the same pragmas, the same checkpoints, no thread, no queue."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from pathlib import Path
from types import TracebackType
from typing import TypeVar

from travello_desk.store.checkpoints import Checkpointer
from travello_desk.store.database import connect
from travello_desk.store.tx import Tx

T = TypeVar("T")


class SecondWriter:
    """Use it with `with`. SQLite's own lock keeps it and the first writer apart."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._checkpointer = Checkpointer(self._connect)
        self._connection = self._checkpointer.adopt(self._connect())

    def __enter__(self) -> SecondWriter:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self._checkpointer.close()
        self._connection.close()

    def transaction(self, now: int, work: Callable[[Tx], T]) -> tuple[T, list[int]]:
        """Run `work` at `now` (unix seconds) and commit: its result, and the bookings it changed. Whatever is raised,
        nothing is stored."""
        connection = self._connection
        connection.execute("BEGIN IMMEDIATE")
        try:
            tx = Tx(connection, now)
            result = work(tx)
            connection.execute("COMMIT")
        except BaseException:
            if connection.in_transaction:
                connection.execute("ROLLBACK")
            raise
        return result, sorted(tx.changed)

    def between(self) -> None:
        """After the answers, before the next transaction."""
        self._checkpointer.committed(self._connection)

    def _connect(self) -> sqlite3.Connection:
        return connect(self._path, read_only=False)
