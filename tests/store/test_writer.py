"""The one writer: durable answers, shared commits, failures that undo only themselves, faults that heal."""

from __future__ import annotations

import asyncio
import os
import signal
import sqlite3
import subprocess
import sys
import textwrap
import threading
import time
from pathlib import Path

import pytest

from travello_desk.store.database import Store, keep_setting, open_store
from travello_desk.store.errors import Conflict, StoreDamaged, StoreError, StoreUnavailable
from travello_desk.store.tx import Tx


def names(store: Store) -> set[str]:
    return {row[0] for row in store.read_now(lambda tx: tx.all("SELECT name FROM settings"))} - {"install"}


async def test_the_answer_comes_after_the_commit(store: Store) -> None:
    assert await store.write(lambda tx: keep_setting(tx, "a", "1") or "done") == "done"  # type: ignore[func-returns-value]
    other = sqlite3.connect(store.path)
    assert other.execute("SELECT value FROM settings WHERE name = 'a'").fetchone() == ("1",)
    other.close()


async def test_one_failure_in_a_shared_commit_undoes_only_itself(store: Store) -> None:
    def good(name: str) -> object:
        return store.write(lambda tx: keep_setting(tx, name, "x"))

    def half_then_fail(tx: Tx) -> None:
        keep_setting(tx, "half", "x")
        raise ZeroDivisionError

    results = await asyncio.gather(
        *(good(f"a{number}") for number in range(20)),  # type: ignore[arg-type]
        store.write(half_then_fail),
        *(good(f"b{number}") for number in range(20)),  # type: ignore[arg-type]
        return_exceptions=True,
    )
    assert [type(result) for result in results if result is not None] == [ZeroDivisionError]
    assert len(names(store)) == 40
    assert "half" not in names(store)


async def until_waiting(store: Store, count: int) -> None:
    deadline = time.monotonic() + 30
    while store.backlog < count:
        assert time.monotonic() < deadline, "nobody came"
        await asyncio.sleep(0.001)


async def test_who_comes_while_a_batch_is_at_work_shares_its_commit(store: Store) -> None:
    began, go_on, transactions = threading.Event(), threading.Event(), list[Tx]()

    def slow(tx: Tx) -> None:
        transactions.append(tx)
        began.set()
        assert go_on.wait(30)

    def quick(tx: Tx) -> None:
        transactions.append(tx)
        keep_setting(tx, f"quick{len(transactions)}", "x")

    first = asyncio.create_task(store.write(slow))
    assert await asyncio.to_thread(began.wait, 30)
    others = [asyncio.create_task(store.write(quick)) for _ in range(5)]
    await until_waiting(store, 5)
    go_on.set()
    await asyncio.gather(first, *others)
    assert len(transactions) == 6
    assert all(tx is transactions[0] for tx in transactions)
    assert len(names(store)) == 5


async def test_who_comes_meanwhile_and_fails_undoes_only_itself(store: Store) -> None:
    began, go_on = threading.Event(), threading.Event()

    def slow(tx: Tx) -> None:
        keep_setting(tx, "slow", "x")
        began.set()
        assert go_on.wait(30)

    def fails(tx: Tx) -> None:
        keep_setting(tx, "half", "x")
        raise ZeroDivisionError

    first = asyncio.create_task(store.write(slow))
    assert await asyncio.to_thread(began.wait, 30)
    works = (fails, lambda tx: keep_setting(tx, "last", "x"))
    others = [asyncio.create_task(store.write(work)) for work in works]
    await until_waiting(store, 2)
    go_on.set()
    assert await first is None
    failed, last = await asyncio.gather(*others, return_exceptions=True)
    assert (type(failed), last) == (ZeroDivisionError, None)
    assert names(store) == {"slow", "last"}


async def test_a_store_that_closes_first_finishes_who_came_meanwhile(store: Store) -> None:
    began, go_on = threading.Event(), threading.Event()

    def slow(tx: Tx) -> None:
        began.set()
        assert go_on.wait(30)

    first = asyncio.create_task(store.write(slow))
    assert await asyncio.to_thread(began.wait, 30)
    second = asyncio.create_task(store.write(lambda tx: keep_setting(tx, "second", "x")))
    await until_waiting(store, 1)
    closing = asyncio.create_task(asyncio.to_thread(store.close))
    await until_waiting(store, 2)
    go_on.set()
    await asyncio.gather(first, second, closing)
    reopened = open_store(store.path)
    assert names(reopened) == {"second"}
    reopened.close()


async def test_a_conflict_is_ours_and_changes_nothing(store: Store) -> None:
    insert = "INSERT INTO cursors (name, value, updated_at) VALUES ('c', '1', 0)"
    await store.write(lambda tx: tx.insert(insert))
    with pytest.raises(Conflict):
        await store.write(lambda tx: tx.insert(insert))


async def test_a_locked_store_answers_unavailable_and_heals(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    await store.write(lambda tx: tx.connection.execute("SELECT 1") and None)
    await store.write(lambda tx: keep_setting(tx, "before", "1"))
    other = sqlite3.connect(store.path, isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    with pytest.raises(StoreUnavailable, match="locked"):
        await store.write(lambda tx: keep_setting(tx, "during", "1"))
    other.execute("ROLLBACK")
    other.close()
    await store.write(lambda tx: keep_setting(tx, "after", "1"))
    assert names(store) == {"before", "after"}


async def test_a_full_disk_answers_unavailable_and_heals(store: Store) -> None:
    def fill(tx: Tx) -> None:
        keep_setting(tx, "big", "x" * 3_000_000)

    pages = store.read_now(lambda tx: tx.value("PRAGMA page_count"))
    await store.write(lambda tx: tx.execute("SELECT 1"))
    limit = await limited(store, pages + 10)
    with pytest.raises(StoreUnavailable, match="full"):
        await store.write(fill)
    assert "big" not in names(store)
    assert await limited(store, 1_000_000) > limit
    await store.write(fill)
    assert "big" in names(store)


async def limited(store: Store, pages: int) -> int:
    """SQLite's own page limit: the same error as a full disk, at the same place. Set outside of a transaction."""

    def work(tx: Tx) -> int:
        tx.connection.execute("COMMIT")
        got: int = tx.connection.execute(f"PRAGMA max_page_count = {pages}").fetchone()[0]
        tx.connection.execute("BEGIN IMMEDIATE")
        return got

    return await store.write(work)


async def test_watchers_hear_what_changed_after_the_commit(store: Store) -> None:
    heard: list[set[int]] = []
    stop = store.watch(heard.append)
    await store.write(lambda tx: tx.changed.add(7))
    stop()
    await store.write(lambda tx: tx.changed.add(8))
    assert heard == [{7}]


async def test_readers_cannot_write_and_are_not_blocked_by_a_writer(store: Store) -> None:
    other = sqlite3.connect(store.path, isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    assert await store.read(lambda tx: tx.value("SELECT COUNT(*) FROM bookings")) == 0
    other.execute("ROLLBACK")
    other.close()
    with pytest.raises(StoreError, match="readonly"):
        await store.read(lambda tx: tx.execute("DELETE FROM settings"))


def test_the_file_is_private_and_opens_twice(store: Store) -> None:
    assert store.path.stat().st_mode & 0o777 == 0o600
    second = open_store(store.path)
    assert second.install == store.install
    second.close()


def test_a_damaged_store_is_named_as_such(tmp_path: Path) -> None:
    path = tmp_path / "travello.db"
    path.write_bytes(b"this is not a database, whatever its name says " * 100)
    with pytest.raises(StoreDamaged, match="restore a backup"):
        open_store(path)


def test_a_folder_that_cannot_be_made_is_one_clear_line(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(StoreUnavailable, match="cannot open the store"):
        open_store(tmp_path / "file" / "travello.db")


KILLED = """
import asyncio, os, signal, sys
from pathlib import Path
from travello_desk.store.database import keep_setting, open_store

async def main():
    store = open_store(Path(sys.argv[1]))
    for number in range(50):
        await store.write(lambda tx: keep_setting(tx, f"n{number}", "1"))
        print(number, flush=True)
    def dies(tx):
        keep_setting(tx, "half", "1")
        os.kill(os.getpid(), signal.SIGKILL)
    await store.write(dies)

asyncio.run(main())
"""


def test_E3_E4_kill_9_keeps_what_was_answered_and_nothing_else(tmp_path: Path) -> None:
    path = tmp_path / "travello.db"
    root = Path(__file__).resolve().parents[2]
    done = subprocess.run(
        [sys.executable, "-c", textwrap.dedent(KILLED), str(path)],
        cwd=root,
        env={**os.environ, "PYTHONPATH": str(root)},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.returncode == -signal.SIGKILL, done.stderr
    assert done.stdout.split()[-1] == "49"
    store = open_store(path)
    assert names(store) == {f"n{number}" for number in range(50)}
    store.close()
