"""Group commit: requests that wait while a commit is under way share the next one. Knows no database and no money.

One thread takes them from a queue; whoever waits is answered after the commit, so that an answer means "durable".
"""

from __future__ import annotations

import asyncio
import queue
import threading
from abc import ABC, abstractmethod
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from travello_desk.store.errors import StoreUnavailable
from travello_desk.store.faults import Faults
from travello_desk.store.tx import Tx

BATCH_LIMIT = 64


@dataclass(slots=True)
class Request:
    """A function to run inside a transaction, and the future of whoever waits for it."""

    work: Callable[[Tx], Any]
    future: asyncio.Future[Any]
    loop: asyncio.AbstractEventLoop
    result: Any = None
    error: BaseException | None = None
    changed: frozenset[int] = frozenset()


class GroupCommit(ABC):
    """The queue and its thread. What a commit is, a subclass knows; it is called in that thread only."""

    def __init__(self, on_commit: Callable[[set[int]], None]) -> None:
        self._on_commit = on_commit
        self._queue: queue.SimpleQueue[Request | None] = queue.SimpleQueue()
        self._thread = threading.Thread(target=self._run, name="store-writer", daemon=True)
        self._closed = False
        self.backlog_limit = 10_000
        self.at_work = False
        self.faults = Faults()

    @abstractmethod
    def _commit(self, batch: list[Request]) -> None:
        """Give every request its result or its error. Raises nothing."""

    @abstractmethod
    def _between(self) -> None:
        """After the answers, before the next batch."""

    @abstractmethod
    def _end(self) -> None:
        """Let go of the connection."""

    def start(self) -> None:
        self._thread.start()

    @property
    def backlog(self) -> int:
        """Requests waiting for a transaction."""
        return self._queue.qsize()

    async def write(self, work: Callable[[Tx], Any]) -> Any:
        """Run `work` in a transaction; its result once it is durable. Raises StoreError or what `work` raised."""
        if self._closed:
            raise StoreUnavailable("the store is closed")
        if self._queue.qsize() > self.backlog_limit:
            raise StoreUnavailable("too many writes are waiting")
        loop = asyncio.get_running_loop()
        future: asyncio.Future[Any] = loop.create_future()
        self._queue.put(Request(work, future, loop))
        return await future

    def close(self) -> None:
        """Finish what is queued, then stop. Blocks until the thread has ended."""
        if not self._closed:
            self._closed = True
            self._queue.put(None)
            self._thread.join(timeout=30)

    def _run(self) -> None:
        ending = False
        while not ending:
            batch, ending = self._next_batch()
            if not batch:
                continue
            self.at_work = True
            self._commit(batch)
            self.at_work = False
            self.faults.felt([request.error for request in batch])
            self._answer(batch)
            self._between()
        self._end()

    def _next_batch(self) -> tuple[list[Request], bool]:
        first = self._queue.get()
        if first is None:
            return [], True
        batch = [first]
        self._take_in(batch)
        return batch, False

    def _take_in(self, batch: list[Request]) -> None:
        """Add those who wait. A subclass does it once more when all have had their turn: whoever came meanwhile shares
        the commit that is due, and is heard while the loop still reads the next one's body."""
        while len(batch) < BATCH_LIMIT:
            try:
                request = self._queue.get_nowait()
            except queue.Empty:
                return
            if request is None:
                self._queue.put(None)  # the end: `_next_batch` is to see it
                return
            batch.append(request)

    def _answer(self, batch: list[Request]) -> None:
        """Hand the results back, one wake-up per loop."""
        changed: set[int] = set()
        by_loop: dict[asyncio.AbstractEventLoop, list[Request]] = {}
        for request in batch:
            if request.error is None:
                changed |= request.changed
            by_loop.setdefault(request.loop, []).append(request)
        if changed:
            self._on_commit(changed)
        for loop, requests in by_loop.items():
            if not loop.is_closed():
                loop.call_soon_threadsafe(settle, requests)


def settle(requests: list[Request]) -> None:
    """In the loop: resolve the futures of a finished batch."""
    for request in requests:
        if request.future.done():
            continue
        if request.error is not None:
            request.future.set_exception(request.error)
        else:
            request.future.set_result(request.result)
