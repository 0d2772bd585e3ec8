"""Moves what is committed from the write-ahead log into the store's file, beside the writer instead of within it.

SQLite's own way is that every thousandth page's commit does it: each of those takes 15 to 100 ms and everyone who is
in that batch waits. Nothing here changes what a commit promises; a log that is never moved is read all the same.
"""

from __future__ import annotations

import logging
import os
import sqlite3
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Final

from travello_desk.store.writeback import keep_gently

ROWS_BETWEEN = 3_000
"""Changed rows after which the log is worth moving: about 4,500 pages of webhooks. Pages that many events touch are
moved once for all of them: three times as often takes twice the processor's time, and three times the syncs."""
MOST_PAGES = 20_000
"""The log starts again from its beginning only when all of it has been moved, and under load the writer is always
ahead. Above this size (80 MB) the writer itself moves the little that is left."""
MOST_ROUNDS = 4
LITTLE_PAGES = 200
"""What the writer moves and syncs within the time of a commit or two."""
log = logging.getLogger(__name__)


class Checkpointer:
    """One thread with a connection of its own, started by the first call that needs it."""

    def __init__(self, path: Path, connect: Callable[[], sqlite3.Connection]) -> None:
        self._path = path
        self._connect = connect
        self._wake = threading.Event()
        self._thread: threading.Thread | None = None
        self._closed = False
        self._moved_at = 0
        self.overgrown = False

    @property
    def started(self) -> bool:
        return self._thread is not None

    def adopt(self, connection: sqlite3.Connection) -> sqlite3.Connection:
        """The writer's connection, which no longer stops for checkpoints by itself."""
        connection.execute("PRAGMA wal_autocheckpoint = 0")
        self._moved_at = connection.total_changes
        return connection

    def committed(self, connection: sqlite3.Connection) -> None:
        """Called by the writer between two transactions. Never raises: what was committed is committed."""
        if self.overgrown:
            self.overgrown = False
            self._catch_up(connection)
        elif connection.total_changes - self._moved_at >= ROWS_BETWEEN:
            self._moved_at = connection.total_changes
            self._thread = self._thread or self._start()
            self._wake.set()

    def _catch_up(self, connection: sqlite3.Connection) -> None:
        try:
            move(connection)
        except sqlite3.Error as error:
            log.warning("a checkpoint failed in the writer too: %s", error)

    def close(self) -> None:
        """Stop the thread. The log is moved by SQLite itself when the last connection closes."""
        self._closed = True
        self._wake.set()
        if self._thread is not None:
            self._thread.join(timeout=30)

    def _start(self) -> threading.Thread:
        thread = threading.Thread(target=self._run, name="store-checkpoints", daemon=True)
        thread.start()
        return thread

    def _run(self) -> None:
        connection: sqlite3.Connection | None = None
        self._wake.wait()
        while not self._closed:
            self._wake.clear()
            try:
                connection = connection or self._connect()
                self.overgrown = move_nearly_all(connection, self._path) > MOST_PAGES
            except (sqlite3.Error, OSError) as error:
                log.warning("a checkpoint failed: %s", error)
                self.overgrown = True  # the writer has a connection that works, or it has told of worse than this
            self._wake.wait()
        if connection is not None:
            connection.close()


_open: Final[dict[tuple[int, int], int]] = {}
_opening: Final = threading.Lock()


def sync(path: Path) -> None:
    """Have the system write the moved pages to the disk. SQLite does it with the last page of a log, and then it may be
    the writer who waits, for a tenth of a second. Raises OSError.

    The descriptor is kept: with the first one that a process closes, its locks on the file are gone, SQLite's too.
    """
    found = path.stat()
    with _opening:
        place = (found.st_dev, found.st_ino)
        descriptor = _open.get(place)
        if descriptor is None:
            descriptor = _open[place] = os.open(path, os.O_RDONLY)
    keep_gently(descriptor)


def move(connection: sqlite3.Connection) -> int:
    """Move what no reader still needs, waiting for nobody; how many pages the log holds."""
    pages: int = connection.execute("PRAGMA wal_checkpoint(PASSIVE)").fetchone()[1]
    return pages


def move_nearly_all(connection: sqlite3.Connection, path: Path) -> int:
    """Move, and have the disk keep, what the log holds; how many pages that is in the end.

    Of a log that is to start again the writer shall find little left: what has come meanwhile is moved too, which takes
    less time, in which less comes.
    """
    pages = move(connection)
    sync(path)
    for _ in range(MOST_ROUNDS if pages > MOST_PAGES else 0):
        before, pages = pages, move(connection)
        if pages - before <= LITTLE_PAGES:
            break
        sync(path)
    return pages
