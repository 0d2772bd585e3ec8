"""Hears of other machines' commits by LISTEN, in a thread with a connection of its own. Reads nothing else.

What was missed while the line was down nobody can tell: after every connect the version moves, and whoever watches
looks for himself.
"""

from __future__ import annotations

import logging
import os
import select
import threading
from collections.abc import Callable

import psycopg

from travello_desk.store.errors import StoreUnavailable
from travello_desk.store.postgres.connections import Connection
from travello_desk.store.postgres.errors import translate
from travello_desk.store.postgres.writer import CHANNEL

log = logging.getLogger(__name__)
PAUSES_SECONDS = (0.05, 0.1, 0.25, 0.5, 1.0)
SILENCE_SECONDS = 20.0
"""After so long without a word the line is tried, so that a dead one is noticed."""


class Listener:
    """Started by whoever first wants to know; `heard` gets the bookings of a foreign commit, in this thread."""

    def __init__(self, connect: Callable[[], Connection], sender: str, heard: Callable[[set[int]], None]) -> None:
        self._connect = connect
        self._sender = sender
        self._heard = heard
        self._lock = threading.Lock()
        self._thread: threading.Thread | None = None
        self._closed = False
        self._wake_read, self._wake_write = os.pipe()
        self.version = 0
        """Moves with foreign commits whose bookings are not known, and with every connect."""

    def start(self) -> None:
        """Safe to call again and again."""
        with self._lock:
            if self._thread is None and not self._closed:
                self._thread = threading.Thread(target=self._run, name="store-listener", daemon=True)
                self._thread.start()

    def close(self) -> None:
        with self._lock:
            if self._closed:
                return
            self._closed = True
        os.write(self._wake_write, b"x")
        if self._thread is not None:
            self._thread.join(timeout=30)
        os.close(self._wake_read)
        os.close(self._wake_write)

    def _run(self) -> None:
        failures = 0
        while not self._closed:
            try:
                with self._connect() as connection:
                    connection.execute(f"LISTEN {CHANNEL}".encode())
                    self.version += 1
                    failures = 0
                    self._listen(connection)
            except (psycopg.Error, StoreUnavailable, OSError) as error:
                if not failures:
                    log.warning("other machines' changes cannot be heard: %s", translate(error))
                self._woken([], PAUSES_SECONDS[min(failures, len(PAUSES_SECONDS) - 1)])
                failures += 1

    def _listen(self, connection: Connection) -> None:
        """Until closed, or until the line breaks, which raises."""
        while not self._closed:
            if not self._woken([connection.fileno()], SILENCE_SECONDS):
                connection.execute("SELECT 1")
            connection.pgconn.consume_input()
            while notice := connection.pgconn.notifies():
                self._take(notice.extra.decode())

    def _woken(self, files: list[int], seconds: float) -> bool:
        """Wait for one of the files, for `close`, or for the time to be over, which answers False."""
        return bool(select.select([self._wake_read, *files], [], [], seconds)[0])

    def _take(self, notice: str) -> None:
        sender, _, ids = notice.partition(":")
        if sender == self._sender:
            return
        if ids:
            self._heard({int(booking_id) for booking_id in ids.split(",")})
        else:
            self.version += 1
