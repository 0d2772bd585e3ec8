"""Ways to spoil a store while it is open, and to mend it: a full disk, a locked and a read-only file."""

from __future__ import annotations

import sqlite3
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager

from travello_desk.store.contract import Store
from travello_desk.store.database import SqliteStore


def on_writer(store: Store, pragma: str) -> None:
    """Set something on the writer's connection, which rests between two transactions."""
    assert isinstance(store, SqliteStore)
    connection = store._writer._connection
    assert connection is not None, "nothing has been written yet"
    connection.execute(f"PRAGMA {pragma}")


@asynccontextmanager
async def full_disk(store: Store) -> AsyncIterator[None]:
    """SQLite's own limit of pages: the same error as a full disk, for everything that needs a page more."""
    pages = store.read_now(lambda tx: tx.value("PRAGMA page_count"))
    on_writer(store, f"max_page_count = {pages}")
    yield
    on_writer(store, "max_page_count = 1000000")


@asynccontextmanager
async def locked(store: Store) -> AsyncIterator[None]:
    """Another program writes and does not come to an end."""
    other = sqlite3.connect(store.place, isolation_level=None)
    on_writer(store, "busy_timeout = 50")
    other.execute("BEGIN IMMEDIATE")
    yield
    other.execute("ROLLBACK")
    other.close()


@asynccontextmanager
async def read_only(store: Store) -> AsyncIterator[None]:
    """The file system was mounted again, for reading."""
    on_writer(store, "query_only = 1")
    yield
    on_writer(store, "query_only = 0")


Trouble = Callable[[Store], AbstractAsyncContextManager[None]]
TROUBLES: dict[str, Trouble] = {"full": full_disk, "locked": locked, "readonly": read_only}
