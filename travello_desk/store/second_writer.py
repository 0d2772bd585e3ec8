"""A writer of another process on the same SQLite file: the same rules, the same checkpoints, no queue.

It commits first and makes durable afterwards, so that the next transaction can be at work while the disk is. A commit
that waits for the disk itself (synchronous=FULL) writes the same pages to the same log and then has the system sync
that file; `sync` does so later. Nobody may be told of a transaction before.
"""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from types import TracebackType
from typing import Final, TypeVar

from travello_desk.store.checkpoints import Checkpointer
from travello_desk.store.database import connect
from travello_desk.store.tx import Tx
from travello_desk.store.writeback import keep

T = TypeVar("T")
MAPPED_BYTES: Final = 1 << 32
"""Events touch pages all over the file, and reading each costs a call of the system; here they are looked at where the
system keeps them. A disk that fails then ends the process, which loses nothing: hence only here."""


class SecondWriter:
    """Use it with `with`. SQLite's own lock keeps it and the first writer apart."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._checkpointer = Checkpointer(path, self._connect)
        self._connection = self._checkpointer.adopt(self._connect())
        self._connection.execute("PRAGMA synchronous = normal")
        self._log = os.open(log_of(path), os.O_RDWR)

    def __enter__(self) -> SecondWriter:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self._checkpointer.close()
        self._connection.close()
        os.close(self._log)

    def transaction(self, now: int, work: Callable[[Tx], T]) -> tuple[T, list[int]]:
        """Run `work` at `now` (unix seconds) and commit: its result, and the bookings it changed. Durable after `sync`.
        Whatever is raised, nothing is stored."""
        connection = self._connection
        connection.execute("BEGIN IMMEDIATE")
        try:
            tx = Tx(connection, now)
            result = work(tx)
            connection.execute("COMMIT")
        except BaseException:  # whoever interrupts it: half a transaction is never left open
            if connection.in_transaction:
                connection.execute("ROLLBACK")
            raise
        return result, sorted(tx.changed)

    def sync(self) -> None:
        """Make durable what was committed before; from any thread. Raises OSError when the disk cannot."""
        keep(self._log)

    def between(self) -> None:
        """After the answers, before the next transaction."""
        self._checkpointer.committed(self._connection)

    def _connect(self) -> sqlite3.Connection:
        connection = connect(self._path, read_only=False)
        connection.execute(f"PRAGMA mmap_size = {MAPPED_BYTES}")
        return connection


def log_of(path: Path) -> str:
    return f"{path}-wal"


def sync_after(path: Path) -> None:
    """Make durable what a second writer may have committed and not synced before it ended. Raises OSError."""
    with suppress(FileNotFoundError):  # without a log everything is in the file already
        log = os.open(log_of(path), os.O_RDWR)
        try:
            keep(log)
        finally:
            os.close(log)
