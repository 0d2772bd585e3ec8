"""The one writer: one thread, one connection, BEGIN IMMEDIATE, and group commit. May not decide anything about money.

Requests that wait while a commit is under way share the next one, each in its own savepoint, and are answered after
that commit, so that an answer always means "durable". If a shared commit fails, its requests are tried one by one.
"""

from __future__ import annotations

import asyncio
import logging
import queue
import sqlite3
import threading
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from travello_desk.store.errors import StoreDamaged, StoreError, StoreUnavailable
from travello_desk.store.tx import Tx

BATCH_LIMIT = 64
log = logging.getLogger(__name__)


@dataclass(slots=True)
class Request:
    """A function to run inside a transaction, and the future of whoever waits for it."""

    work: Callable[[Tx], Any]
    future: asyncio.Future[Any]
    loop: asyncio.AbstractEventLoop
    result: Any = None
    error: BaseException | None = None
    changed: frozenset[int] = frozenset()


class Writer:
    """Owns the writing connection. `connect`, and `between` two transactions, are called in the writer's own thread."""

    def __init__(
        self,
        connect: Callable[[], sqlite3.Connection],
        clock: Callable[[], float],
        on_commit: Callable[[set[int]], None],
        between: Callable[[sqlite3.Connection], None],
    ) -> None:
        self._connect = connect
        self._clock = clock
        self._on_commit = on_commit
        self._between = between
        self._queue: queue.SimpleQueue[Request | None] = queue.SimpleQueue()
        self._thread = threading.Thread(target=self._run, name="store-writer", daemon=True)
        self._closed = False
        self.backlog_limit = 10_000

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
        connection: sqlite3.Connection | None = None
        ending = False
        while not ending:
            batch, ending = self._next_batch()
            if not batch:
                continue
            try:
                connection = connection or self._connect()
                self._commit_batch(connection, batch)
            except (sqlite3.Error, StoreError, OSError) as error:
                for request in batch:
                    request.error = request.error or translate(error)
            self._answer(batch)
            if connection is not None:
                self._between(connection)
        if connection is not None:
            connection.close()

    def _next_batch(self) -> tuple[list[Request], bool]:
        first = self._queue.get()
        if first is None:
            return [], True
        batch = [first]
        while len(batch) < BATCH_LIMIT:
            try:
                request = self._queue.get_nowait()
            except queue.Empty:
                break
            if request is None:
                return batch, True
            batch.append(request)
        return batch, False

    def _commit_batch(self, connection: sqlite3.Connection, batch: list[Request]) -> None:
        """All together first; one by one when the shared transaction cannot be begun or committed."""
        try:
            self._transaction(connection, batch)
        except sqlite3.Error as error:
            log.warning("a transaction of %d requests failed: %s", len(batch), type(error).__name__)
            for request in batch:
                self._alone(connection, request)

    def _alone(self, connection: sqlite3.Connection, request: Request) -> None:
        request.error = None
        try:
            self._transaction(connection, [request])
        except sqlite3.Error as error:
            request.error = translate(error)

    def _transaction(self, connection: sqlite3.Connection, batch: list[Request]) -> None:
        connection.execute("BEGIN IMMEDIATE")
        try:
            tx = Tx(connection, int(self._clock()))
            alone = len(batch) == 1
            for request in batch:
                self._one(connection, tx, request, alone)
            if alone and batch[0].error is not None:
                connection.execute("ROLLBACK")
            else:
                connection.execute("COMMIT")
        except sqlite3.Error:
            if connection.in_transaction:
                connection.execute("ROLLBACK")
            raise

    def _one(self, connection: sqlite3.Connection, tx: Tx, request: Request, alone: bool) -> None:
        """Run one request; its failure undoes only its own savepoint. Database faults end the whole transaction."""
        tip = tx.timeline_tip
        tx.changed = set()
        if not alone:
            connection.execute("SAVEPOINT request")
        try:
            request.result = request.work(tx)
            request.changed = frozenset(tx.changed)
        except sqlite3.Error:
            raise
        except Exception as error:  # noqa: BLE001 - carried to the caller, who awaits it
            request.error = error
            tx.timeline_tip = tip
            if not alone:
                connection.execute("ROLLBACK TO request")
        if not alone:
            connection.execute("RELEASE request")

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


DAMAGE = ("malformed", "not a database", "corrupt")


def translate(error: BaseException) -> StoreError:
    """A database library's exception as one of ours."""
    if isinstance(error, StoreError):
        return error
    text = str(error)
    if any(word in text for word in DAMAGE):
        return StoreDamaged(f"the store is damaged: {text}")
    return StoreUnavailable(f"the store could not write: {text}")
