"""The log is moved beside the writer: it stays small under load, and whatever happens to it, commits go on."""

from __future__ import annotations

import asyncio
import sqlite3
import subprocess
import sys
import time
from pathlib import Path

import pytest

from travello_desk.store import checkpoints
from travello_desk.store.checkpoints import Checkpointer, move
from travello_desk.store.database import Store, connect
from travello_desk.store.tx import Tx

PAGE = 4096
DEADLINE_SECONDS = 10.0


def fill(tx: Tx) -> None:
    """A row that takes a page of its own."""
    tx.insert("INSERT INTO rejections (at, reason, remote) VALUES (0, ?, '')", ("x" * PAGE,))


def pages_in_log(store: Store) -> int:
    return (store.path.with_name(store.path.name + "-wal").stat().st_size - 32) // (PAGE + 24)


def rows_in_file(path: Path) -> int:
    """What the store's file holds by itself, its log left out."""
    connection = sqlite3.connect(f"file:{path}?immutable=1", uri=True)
    try:
        rows: int = connection.execute("SELECT COUNT(*) FROM rejections").fetchone()[0]
    except sqlite3.DatabaseError:  # read in the middle of a move
        rows = 0
    finally:
        connection.close()
    return rows


def overgrown(checkpointer: Checkpointer) -> bool:
    return checkpointer.overgrown


async def until_in_file(store: Store, rows: int) -> None:
    deadline = time.monotonic() + DEADLINE_SECONDS
    while rows_in_file(store.path) < rows:
        assert time.monotonic() < deadline, "the log was never moved"
        await asyncio.sleep(0.01)


async def test_the_writer_never_stops_for_a_checkpoint_of_sqlite_s(store: Store) -> None:
    assert await store.write(lambda tx: tx.value("PRAGMA wal_autocheckpoint")) == 0


async def test_after_enough_rows_the_log_is_moved_by_itself(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(checkpoints, "ROWS_BETWEEN", 20)
    for _ in range(20):
        await store.write(fill)
    await until_in_file(store, 20)


async def test_the_log_stays_small_under_endless_load(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(checkpoints, "ROWS_BETWEEN", 10)
    monkeypatch.setattr(checkpoints, "MOST_PAGES", 40)
    rows, deadline = 0, time.monotonic() + DEADLINE_SECONDS
    while rows < 600 or pages_in_log(store) >= rows:  # a row is a page of its own: the log has started again
        assert time.monotonic() < deadline
        await asyncio.gather(*(store.write(fill) for _ in range(10)))
        rows += 10
    assert store.read_now(lambda tx: tx.value("SELECT COUNT(*) FROM rejections")) == rows


def test_an_overgrown_log_is_finished_by_the_writer(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(checkpoints, "ROWS_BETWEEN", 1)
    monkeypatch.setattr(checkpoints, "MOST_PAGES", 0)
    checkpointer = Checkpointer(store.path, lambda: connect(store.path, read_only=False))
    writer = checkpointer.adopt(connect(store.path, read_only=False))
    try:
        writer.execute("INSERT INTO rejections (at, reason, remote) VALUES (0, 'first', '')")
        checkpointer.committed(writer)
        deadline = time.monotonic() + DEADLINE_SECONDS
        while not overgrown(checkpointer):
            assert time.monotonic() < deadline
            time.sleep(0.01)
        writer.execute("INSERT INTO rejections (at, reason, remote) VALUES (0, 'last', '')")
        checkpointer.committed(writer)
        assert not overgrown(checkpointer)
        assert rows_in_file(store.path) == writer.execute("SELECT COUNT(*) FROM rejections").fetchone()[0]
    finally:
        checkpointer.close()
        writer.close()


async def test_a_checkpoint_that_cannot_be_does_not_stop_anyone(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(connection: sqlite3.Connection) -> int:
        raise sqlite3.OperationalError("disk I/O error")

    monkeypatch.setattr(checkpoints, "ROWS_BETWEEN", 1)
    monkeypatch.setattr(checkpoints, "move", broken)
    for _ in range(30):
        await store.write(fill)
    assert store.read_now(lambda tx: tx.value("SELECT COUNT(*) FROM rejections")) == 30
    monkeypatch.setattr(checkpoints, "move", move)
    await store.write(fill)
    await until_in_file(store, 30)


def test_a_quiet_store_starts_no_thread(store: Store) -> None:
    checkpointer = Checkpointer(store.path, lambda: connect(store.path, read_only=False))
    writer = checkpointer.adopt(connect(store.path, read_only=False))
    checkpointer.committed(writer)
    assert not checkpointer.started
    checkpointer.close()
    writer.close()


ASK = """
import sqlite3, sys
other = sqlite3.connect(sys.argv[1], timeout=0, isolation_level=None)
try:
    other.execute("BEGIN IMMEDIATE")
except sqlite3.OperationalError as error:
    print(error)
"""


def test_syncing_the_file_gives_away_none_of_sqlite_s_locks(store: Store) -> None:
    writer = connect(store.path, read_only=False)
    writer.execute("BEGIN IMMEDIATE")
    try:
        for _ in range(2):
            checkpoints.sync(store.path)
        asked = subprocess.run([sys.executable, "-c", ASK, str(store.path)], capture_output=True, text=True, check=True)
        assert asked.stdout.strip() == "database is locked"
    finally:
        writer.close()
