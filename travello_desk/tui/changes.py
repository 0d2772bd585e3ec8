"""News from the store for the screens: our own commits at once, other processes' by polling, at most 4 a second.

Runs in the loop; the store calls in from its writer's thread, and every read happens in a reader's.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable

from travello_desk.store import timeline
from travello_desk.store.database import Store
from travello_desk.store.errors import StoreError
from travello_desk.store.tx import Tx

INTERVAL_SECONDS = 0.25
POLL_SECONDS = 0.1
"""How often other processes' commits are looked for: microseconds each, so that what they change shows in 250 ms."""


class ChangeFeed:
    """Collects changes and hands them on, at most one bundle per `INTERVAL_SECONDS`, the first one at once."""

    def __init__(self, store: Store, deliver: Callable[[frozenset[int]], None]) -> None:
        """`deliver` gets the ids of bookings; none of them means that something has changed and nobody knows what."""
        self.store = store
        self.deliver = deliver
        self._loop: asyncio.AbstractEventLoop | None = None
        self._stop: Callable[[], None] | None = None
        self._pending: set[int] = set()
        self._all = False
        self._timer: asyncio.TimerHandle | None = None
        self._last = 0.0
        self._own: set[int] = set()
        self._version = 0
        self._seen_id = 0

    def start(self) -> None:
        self._loop = asyncio.get_running_loop()
        self._stop = self.store.watch(self._committed)

    def close(self) -> None:
        """Nothing is delivered after this."""
        if self._stop is not None:
            self._stop()
            self._stop = None
        if self._timer is not None:
            self._timer.cancel()
        self._loop = None

    def _committed(self, ids: set[int]) -> None:
        """In the writer's thread."""
        loop = self._loop
        if loop is not None and not loop.is_closed():
            loop.call_soon_threadsafe(self._ours, frozenset(ids))

    def _ours(self, ids: frozenset[int]) -> None:
        self._own |= ids
        self.note(ids)

    def note(self, ids: frozenset[int]) -> None:
        """Something has changed; an empty set means it is not known what."""
        if self._loop is None:
            return
        self._all = self._all or not ids
        self._pending |= ids
        if self._timer is None:
            wait = max(0.0, self._last + INTERVAL_SECONDS - self._loop.time())
            self._timer = self._loop.call_later(wait, self._flush)

    def _flush(self) -> None:
        if self._loop is None:
            return
        self._timer, self._last = None, self._loop.time()
        ids = frozenset() if self._all else frozenset(self._pending)
        self._pending.clear()
        self._all = False
        self.deliver(ids)

    async def poll_forever(self) -> None:
        """Look for commits of other processes, until cancelled."""
        await self.begin()
        while self._loop is not None:
            await asyncio.sleep(POLL_SECONDS)
            try:
                await self.poll()
            except StoreError:
                continue  # The header tells of a store that cannot be read; the next look may succeed.

    async def begin(self) -> None:
        """Everything up to now is known."""
        self._version = await asyncio.to_thread(self.store.data_version)
        self._seen_id = await self.store.read(timeline.last_id)

    async def poll(self) -> None:
        """One look: has anybody committed, and what of it was not ours?"""
        version = await asyncio.to_thread(self.store.data_version)
        if version == self._version:
            return
        self._version = version
        own, self._own = self._own, set()
        told = await self.store.read(self._told_since)
        if foreign := told - own:
            self.note(frozenset(foreign))
        elif not own:
            self.note(frozenset())

    def _told_since(self, tx: Tx) -> set[int]:
        entries = timeline.since(tx, self._seen_id)
        if entries:
            self._seen_id = entries[-1].id
        return {entry.booking_id for entry in entries if entry.booking_id is not None}
