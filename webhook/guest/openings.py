"""Counting how often a guest's page was opened (D39). No page waits for it; a flood costs one write at a time."""

from __future__ import annotations

import asyncio
import logging
from collections import Counter

from travello_desk.store import bookings
from travello_desk.store.database import Store
from travello_desk.store.errors import StoreError
from travello_desk.store.tx import Tx

log = logging.getLogger(__name__)
MOST_WAITING = 1000


class Openings:
    """Openings that are not stored yet: one write is under way at most, and takes all that came meanwhile."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._waiting: Counter[int] = Counter()
        self._writing: asyncio.Task[None] | None = None

    def note(self, booking_id: int) -> None:
        """One more opening. What cannot be stored is not counted: a counter is not worth a guest's page."""
        if len(self._waiting) < MOST_WAITING or booking_id in self._waiting:
            self._waiting[booking_id] += 1
        if self._writing is None or self._writing.done():
            self._writing = asyncio.create_task(self._write(), name="count openings")

    async def _write(self) -> None:
        while self._waiting:
            counted, self._waiting = self._waiting, Counter()
            try:
                await self._store.write(lambda tx, counted=counted: store(tx, counted))  # type: ignore[misc]
            except StoreError as error:
                log.info("openings could not be counted: %s", error)
                return


def store(tx: Tx, counted: Counter[int]) -> None:
    for booking_id, times in counted.items():
        bookings.count_opening(tx, booking_id, times)
