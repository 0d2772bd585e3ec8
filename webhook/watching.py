"""Waiting until a booking changes: woken by commits of this process, and by those of others at most a quarter second
later. No threads and no reads here; at most a thousand wait at once.
"""

from __future__ import annotations

import asyncio
import logging

from travello_desk.store.database import Store
from travello_desk.store.errors import StoreError

log = logging.getLogger(__name__)
MOST_WAITING = 1000
LOOK_SECONDS = 0.25


class Watching:
    """Who waits for which booking. Lives in the loop of the listener; `start` and `close` with it."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._waiting: dict[int, set[asyncio.Event]] = {}
        self._count = 0
        self.closed = False
        self._look: asyncio.Task[None] | None = None
        self._loop: asyncio.AbstractEventLoop | None = None

    def start(self) -> None:
        self._loop = asyncio.get_running_loop()
        self._stop = self._store.watch(self._committed)

    def close(self) -> None:
        """Let everyone go at once: they answer with what is so."""
        self.closed = True
        if self._loop is not None:
            self._stop()
        if self._look is not None:
            self._look.cancel()
        self.wake(set(self._waiting))

    @property
    def count(self) -> int:
        return self._count

    @property
    def full(self) -> bool:
        """Whether nobody else may wait: the answer is given at once."""
        return self.closed or self._count >= MOST_WAITING

    def enter(self, booking_id: int) -> asyncio.Event:
        """An event that is set when the booking may have changed. Enter before reading, or a change may be missed."""
        event = asyncio.Event()
        self._waiting.setdefault(booking_id, set()).add(event)
        self._count += 1
        if self._look is None or self._look.done():
            self._look = asyncio.create_task(self._look_at_others(), name="changes of other processes")
        return event

    def leave(self, booking_id: int, event: asyncio.Event) -> None:
        waiting = self._waiting.get(booking_id, set())
        waiting.discard(event)
        self._count -= 1
        if not waiting:
            self._waiting.pop(booking_id, None)

    def wake(self, booking_ids: set[int]) -> None:
        for booking_id in booking_ids & self._waiting.keys():
            for event in self._waiting[booking_id]:
                event.set()

    def _committed(self, booking_ids: set[int]) -> None:
        """In the writer's thread. Nobody waiting is the rule, and then the loop is left alone."""
        if self._waiting and self._loop is not None and not self._loop.is_closed():
            self._loop.call_soon_threadsafe(self.wake, booking_ids)

    async def _look_at_others(self) -> None:
        """As long as somebody waits: when the store's version moves, everyone looks again."""
        seen = -1
        while self._waiting and not self.closed:
            try:
                version = self._store.data_version()
            except StoreError as error:
                log.info("other processes' changes cannot be seen: %s", error)
                return
            if version != seen:
                seen = version
                self.wake(set(self._waiting))
            await asyncio.sleep(LOOK_SECONDS)
