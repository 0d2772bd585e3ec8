"""One read on its way in a thread, which stops when nobody waits for its answer any more. Knows no SQL."""

from __future__ import annotations

import sqlite3
import threading
from collections.abc import Iterator
from contextlib import contextmanager


class Reading:
    """A search for `k` is of no use to whoever has typed `kh`: its statement would only hold a core and a thread."""

    __slots__ = ("_connection", "_given_up", "_lock")

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._connection: sqlite3.Connection | None = None
        self._given_up = False

    @contextmanager
    def on(self, connection: sqlite3.Connection) -> Iterator[None]:
        """While the work runs on this connection; afterwards it belongs to somebody else and is not touched."""
        with self._lock:
            if self._given_up:
                raise sqlite3.OperationalError("interrupted")
            self._connection = connection
        try:
            yield
        finally:
            with self._lock:
                self._connection = None

    def give_up(self) -> None:
        """Nobody waits: the statement that runs now ends with an error. Called in any thread, at any time."""
        with self._lock:
            self._given_up = True
            if self._connection is not None:
                self._connection.interrupt()
