"""The store in a SQLite file: its pragmas, its migrations, one writer and a few readers. Knows nothing of money."""

from __future__ import annotations

import asyncio
import errno
import logging
import os
import queue
import secrets
import sqlite3
import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any, TypeVar

from travello_desk.store import scrub
from travello_desk.store.checkpoints import Checkpointer
from travello_desk.store.contract import Store as Store
from travello_desk.store.drivers import sqlite_only
from travello_desk.store.errors import StoreDamaged, StoreError, StoreMisplaced, StoreUnavailable
from travello_desk.store.faults import WAY_OUT
from travello_desk.store.health import Health, check_small, of_file
from travello_desk.store.places import refuse_half_restored
from travello_desk.store.reading import Reading
from travello_desk.store.tx import Tx
from travello_desk.store.writer import Writer, translate

T = TypeVar("T")
log = logging.getLogger(__name__)

BUSY_TIMEOUT_SECONDS = 3.0
MIGRATION_SECONDS = 60.0
"""How long a process waits while another one brings the schema up to date."""
READERS = 3
WRONG_PLACE = frozenset(
    {errno.ENOENT, errno.ENOTDIR, errno.EISDIR, errno.EEXIST, errno.EACCES, errno.EPERM, errno.ENAMETOOLONG}
)
MIGRATIONS = Path(__file__).with_name("migrations")
PRAGMAS = {
    "journal_mode": "wal",
    "synchronous": "full",
    "foreign_keys": 1,
    "busy_timeout": int(BUSY_TIMEOUT_SECONDS * 1000),
    "temp_store": "memory",
}


class SqliteStore(Store):
    """Open it with `open_store`, close it with `close`."""

    def __init__(self, path: Path, clock: Callable[[], float]) -> None:
        super().__init__(str(path), clock)
        self.path = self.file = path
        self._checkpointer = Checkpointer(path, self._connect_writer)
        self._writer = Writer(
            lambda: self._checkpointer.adopt(self._connect_writer()),
            clock,
            self._committed,
            self._checkpointer.committed,
        )
        self._writer.faults = self.faults
        self._readers: queue.LifoQueue[sqlite3.Connection] = queue.LifoQueue()
        self._pool = ThreadPoolExecutor(READERS, thread_name_prefix="store-reader")
        self._lock = threading.Lock()
        self._peeking: sqlite3.Connection | None = None
        self._closed = False
        self._writer.start()

    async def write(self, work: Callable[[Tx], T]) -> T:
        self.faults.refuse_damaged()
        result: T = await self._writer.write(work)
        return result

    async def read(self, work: Callable[[Tx], T]) -> T:
        reading = Reading()
        try:
            return await asyncio.get_running_loop().run_in_executor(self._pool, self._read, work, reading)
        except asyncio.CancelledError:
            reading.give_up()
            raise

    def read_now(self, work: Callable[[Tx], T]) -> T:
        return self._read(work, Reading())

    def _read(self, work: Callable[[Tx], T], reading: Reading) -> T:
        self.faults.refuse_damaged()
        connection = self._borrow()
        try:
            connection.execute("BEGIN")
            with reading.on(connection):
                return work(Tx(connection, int(self.clock())))
        except sqlite3.Error as error:
            raised = translate(error)
            self.faults.noticed(raised)
            raise raised from error
        finally:
            self._give_back(connection)

    async def peek(self, work: Callable[[Tx], T]) -> T:
        """Run one small look-up by key, in the loop itself: no thread, no transaction, no waiting.

        The one exception to "the loop never touches the database": measured, such a read takes 20 microseconds here
        and 90 through a thread, and in WAL it waits for nobody. If it ever had to, `read` does it instead.
        """
        self.faults.refuse_damaged()
        if self._closed:
            raise StoreUnavailable("the store is closed")
        if self._peeking is None:
            self._peeking = connect(self.path, read_only=True)
            self._peeking.execute("PRAGMA busy_timeout = 0")
        try:
            return work(Tx(self._peeking, int(self.clock())))
        except sqlite3.Error:
            return await self.read(work)

    def data_version(self) -> int:
        """PRAGMA data_version of one reader: it moves with our own writer's commits too."""
        try:
            with self._lock:
                if not hasattr(self, "_version_connection"):
                    self._version_connection = connect(self.path, read_only=True)
                version: int = self._version_connection.execute("PRAGMA data_version").fetchone()[0]
        except sqlite3.Error as error:
            raise translate(error) from error
        return version

    @property
    def backlog(self) -> int:
        return self._writer.backlog

    @property
    def writing(self) -> bool:
        return self._writer.at_work or self._writer.backlog > 0

    def health(self) -> Health:
        try:
            return of_file(self.path)
        except sqlite3.Error as error:
            raise translate(error) from error

    async def scrub(self, *, whole: bool) -> None:
        await scrub.merge_search(self)
        await asyncio.to_thread(scrub.rewrite, self.path, whole)

    def close(self) -> None:
        if self._closed:
            return
        self._closed = True
        self._writer.close()
        self._checkpointer.close()
        self._pool.shutdown(wait=True)
        while not self._readers.empty():
            self._readers.get().close()
        if hasattr(self, "_version_connection"):
            self._version_connection.close()
        if self._peeking is not None:
            self._peeking.close()

    def _borrow(self) -> sqlite3.Connection:
        try:
            return self._readers.get_nowait()
        except queue.Empty:
            return connect(self.path, read_only=True)

    def _give_back(self, connection: sqlite3.Connection) -> None:
        """For the next reader; one that cannot end its transaction is of no use to anybody."""
        try:
            if connection.in_transaction:
                connection.execute("ROLLBACK")
        except sqlite3.Error:
            connection.close()
        else:
            self._readers.put(connection)

    def _connect_writer(self) -> sqlite3.Connection:
        return connect(self.path, read_only=False)


def connect(path: Path, *, read_only: bool) -> sqlite3.Connection:
    """A connection of Peewee's with our pragmas. Read-only ones can not write, whatever they are asked."""
    with sqlite_only():
        from peewee import SqliteDatabase

    pragmas = dict(PRAGMAS)
    if read_only:
        pragmas = {"busy_timeout": PRAGMAS["busy_timeout"], "query_only": 1, "temp_store": "memory"}
    database = SqliteDatabase(
        str(path), pragmas=pragmas, timeout=BUSY_TIMEOUT_SECONDS, check_same_thread=False, cached_statements=512
    )
    database.connect()
    connection: sqlite3.Connection = database.connection()  # type: ignore[no-untyped-call]
    return connection


def migrate(path: Path) -> list[str]:
    """Bring the schema up to date; the names of what was applied. Two processes at once: one waits for the other."""
    with sqlite_only():
        from peewee import DatabaseError, SqliteDatabase

    # An index of a million rows is sorted in a file: in memory it would cost what is not given back until the end.
    patience = {**PRAGMAS, "busy_timeout": int(MIGRATION_SECONDS * 1000), "temp_store": "file"}
    database = SqliteDatabase(str(path), pragmas=patience, timeout=MIGRATION_SECONDS)
    try:
        database.connect()
        if is_current(database):
            return []
        with sqlite_only():
            from playhouse.migrations import Runner
        with database.atomic("IMMEDIATE"):
            applied: list[str] = Runner(database, str(MIGRATIONS)).up()
        return applied
    except DatabaseError as error:
        raise translate(error.__cause__ if isinstance(error.__cause__, sqlite3.Error) else error) from error
    finally:
        database.close()


def is_current(database: Any) -> bool:
    """Whether every migration we have is applied; asked at every start, so without the machinery that applies them."""
    wanted = {path.stem for path in MIGRATIONS.glob("[0-9]*.py")}
    if not database.table_exists("schema_migration"):
        return False
    return wanted <= {name for (name,) in database.execute_sql("SELECT name FROM schema_migration")}


def create_private(path: Path) -> None:
    """Make the file with mode 0600 before a database library makes it with another."""
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        os.close(os.open(path, os.O_CREAT | os.O_RDWR, 0o600))
    except OSError as error:
        kind = StoreMisplaced if error.errno in WRONG_PLACE else StoreUnavailable
        raise kind(f"cannot open the store {path}: {error.strerror}") from error


def open_store(path: Path, clock: Callable[[], float] = time.time) -> SqliteStore:
    """Open or create the store at `path`. Raises StoreUnavailable or StoreDamaged with one clear sentence."""
    refuse_half_restored(path)
    create_private(path)
    try:
        check_small(path)
        applied = migrate(path)
        store = SqliteStore(path, clock)
        store.install = install_id(store)
    except (sqlite3.Error, StoreError) as error:
        raised = translate(error)
        if isinstance(raised, StoreDamaged):
            raise StoreDamaged(f"{path}: {raised}. {WAY_OUT}") from error
        raise raised from error
    if applied:
        log.info("store %s: applied %s", path.name, ", ".join(applied))
    return store


def install_id(store: SqliteStore) -> str:
    """The random mark of this installation, set once; it goes into the metadata of everything we make at Stripe."""
    connection = connect(store.path, read_only=False)
    try:
        connection.execute(
            "INSERT INTO settings (name, value) VALUES ('install', ?) ON CONFLICT (name) DO NOTHING",
            (secrets.token_hex(8),),
        )
        value: str = connection.execute("SELECT value FROM settings WHERE name = 'install'").fetchone()[0]
        return value
    finally:
        connection.close()


def sqlite_path(url: str) -> Path:
    """The file of a `sqlite:///...` URL: three slashes relative, four absolute."""
    prefix = "sqlite:///"
    if not url.startswith(prefix) or not url[len(prefix) :]:
        raise StoreUnavailable("DATABASE_URL must look like sqlite:///data/travello.db")
    return Path(url[len(prefix) :])


def any_setting(tx: Tx, name: str) -> Any:
    """A value kept in the store itself, or None."""
    return tx.value("SELECT value FROM settings WHERE name = ?", (name,))


def keep_setting(tx: Tx, name: str, value: str) -> None:
    tx.execute(
        "INSERT INTO settings (name, value) VALUES (?, ?) ON CONFLICT (name) DO UPDATE SET value = excluded.value",
        (name, value),
    )
