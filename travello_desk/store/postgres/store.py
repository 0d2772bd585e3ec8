"""The store on PostgreSQL: one writer, a few readers and a listener, each with its own connection. Heals by itself."""

from __future__ import annotations

import asyncio
import logging
import queue
import secrets
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

import psycopg

from travello_desk.store.contract import Store, Watcher
from travello_desk.store.errors import StoreUnavailable
from travello_desk.store.health import Health
from travello_desk.store.postgres import condition
from travello_desk.store.postgres.connections import Connection, check_server, connect
from travello_desk.store.postgres.errors import is_lost, translate
from travello_desk.store.postgres.listening import Listener
from travello_desk.store.postgres.schema import prepare, tables_with_id
from travello_desk.store.postgres.tx import PostgresTx
from travello_desk.store.postgres.vacuum import vacuum
from travello_desk.store.postgres.writer import PostgresWriter
from travello_desk.store.tx import Tx

T = TypeVar("T")
log = logging.getLogger(__name__)
READERS = 3
SNAPSHOT = b"BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY"


class PostgresStore(Store):
    """Open it with `open_store`, close it with `close`. `url` may hold a password and is never shown."""

    def __init__(self, url: str, place: str, clock: Callable[[], float]) -> None:
        super().__init__(place, clock)
        self._url = url
        sender = secrets.token_hex(4)
        self._writer = PostgresWriter(self._connect, clock, self._committed, tables_with_id, sender)
        self._listener = Listener(self._connect, sender, self._committed)
        self._readers: queue.LifoQueue[Connection] = queue.LifoQueue()
        self._pool = ThreadPoolExecutor(READERS, thread_name_prefix="store-reader")
        self._closed = False
        self._writer.faults = self.faults
        self._writer.start()

    async def write(self, work: Callable[[Tx], T]) -> T:
        result: T = await self._writer.write(work)
        return result

    async def read(self, work: Callable[[Tx], T]) -> T:
        return await asyncio.get_running_loop().run_in_executor(self._pool, self.read_now, work)

    def read_now(self, work: Callable[[Tx], T]) -> T:
        return self._reading(work, SNAPSHOT)

    async def peek(self, work: Callable[[Tx], T]) -> T:
        """A look-up by key crosses the network: in a thread, but without a transaction around it."""
        if self._closed:
            raise StoreUnavailable("the store is closed")
        return await asyncio.get_running_loop().run_in_executor(self._pool, self._reading, work, b"")

    def watch(self, watcher: Watcher) -> Callable[[], None]:
        """Other machines' commits are told too, as soon as they are heard of."""
        self._listener.start()
        return super().watch(watcher)

    def data_version(self) -> int:
        """Moves when others may have committed what no watcher was told."""
        self._listener.start()
        return self._listener.version

    @property
    def backlog(self) -> int:
        return self._writer.backlog

    def health(self) -> Health:
        try:
            return condition.of(self._reading, self.place)
        except psycopg.Error as error:
            raise translate(error) from error

    async def scrub(self, *, whole: bool) -> None:
        await asyncio.to_thread(vacuum, self._url, whole)

    def close(self) -> None:
        if self._closed:
            return
        self._closed = True
        self._writer.close()
        self._listener.close()
        self._pool.shutdown(wait=True)
        while not self._readers.empty():
            self._readers.get().close()

    def _reading(self, work: Callable[[Tx], T], begin: bytes) -> T:
        """Read on a connection of the pool; one that turns out to be dead is replaced once."""
        for first_try in (True, False):
            connection = self._borrow()
            try:
                return self._read_on(connection, work, begin)
            except psycopg.Error as error:
                if not (first_try and is_lost(connection)):
                    raise translate(error) from error
            finally:
                self._give_back(connection)
        raise StoreUnavailable("the store did not answer")

    def _read_on(self, connection: Connection, work: Callable[[Tx], T], begin: bytes) -> T:
        if not begin:
            return work(self._tx(connection))
        connection.execute(begin)
        try:
            return work(self._tx(connection))
        finally:
            connection.rollback()

    def _tx(self, connection: Connection) -> Tx:
        return PostgresTx(connection, int(self.clock()), frozenset())

    def _borrow(self) -> Connection:
        try:
            return self._readers.get_nowait()
        except queue.Empty:
            return connect(self._url, read_only=True)

    def _give_back(self, connection: Connection) -> None:
        if is_lost(connection) or self._closed:
            connection.close()
        else:
            self._readers.put(connection)

    def _connect(self) -> Connection:
        return connect(self._url)


def open_store(url: str, place: str, clock: Callable[[], float]) -> PostgresStore:
    """Open the store, its schema made or brought up to date. Raises StoreUnavailable with one clear sentence."""
    with connect(url) as connection:
        check_server(connection)
        applied = prepare(connection, url)
        install = install_id(connection)
    if applied:
        log.info("store %s: applied %s", place, ", ".join(applied))
    store = PostgresStore(url, place, clock)
    store.install = install
    return store


def install_id(connection: Connection) -> str:
    """The random mark of this installation, set once by whoever came first."""
    connection.execute(
        "INSERT INTO settings (name, value) VALUES ('install', %s) ON CONFLICT (name) DO NOTHING",
        (secrets.token_hex(8),),
    )
    row = connection.execute("SELECT value FROM settings WHERE name = 'install'").fetchone()
    return str(row[0]) if row else ""
