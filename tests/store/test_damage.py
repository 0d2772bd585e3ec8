"""A store's file that is broken is named as such, with the way out; nothing in it is told as the truth."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from travello_desk.store import bookings, health
from travello_desk.store.bookings import NewBooking
from travello_desk.store.database import SqliteStore, keep_setting, open_store
from travello_desk.store.errors import StoreDamaged
from travello_desk.store.health import of_file
from travello_desk.store.tx import Tx

PAGE = 4096
WAY_OUT = "travello-desk restore FILE"


@pytest.fixture
async def path(tmp_path: Path) -> Path:
    """A store of some hundred pages, closed, everything in its main file."""
    store = open_store(tmp_path / "travello.db")
    await store.write(fill)
    store.close()
    with closing(sqlite3.connect(store.path)) as connection:
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    return store.path


def fill(tx: Tx) -> None:
    for number in range(150):
        bookings.insert(
            tx,
            NewBooking(
                f"TRV-{number}", f"Guest {number}", "2026-12-01", "2026-12-04", 1_000_000, "PKR", "ONLINE",
                guest_email=f"guest{number}@example.com", notes="x" * 900,
            ),
        )  # fmt: skip


def spoil(path: Path, at: int, bytes_: bytes) -> None:
    with path.open("r+b") as file:
        file.seek(at)
        file.write(bytes_)


def root_of(path: Path, name: str) -> int:
    """The first page of a table or an index."""
    with closing(sqlite3.connect(path)) as connection:
        (page,) = connection.execute("SELECT rootpage FROM sqlite_master WHERE name = ?", (name,)).fetchone()
    return int(page)


def refused(path: Path) -> None:
    with pytest.raises(StoreDamaged, match="is damaged") as error:
        open_store(path)
    assert WAY_OUT in str(error.value)
    assert str(path) in str(error.value)


def used_pages(path: Path) -> Iterator[int]:
    """Every seventh page that a table or an index begins on or that lies between them."""
    yield from range(2, path.stat().st_size // PAGE + 1, 7)


def test_a_page_that_was_overwritten_anywhere_is_named_at_start(path: Path) -> None:
    whole = path.read_bytes()
    for page in used_pages(path):
        path.write_bytes(whole)
        spoil(path, (page - 1) * PAGE, b"\xa5" * PAGE)
        refused(path)


@pytest.mark.parametrize("name", ["bookings", "timeline", "bookings_waiting", "sqlite_autoindex_inbox_1"])
def test_flipped_bytes_in_the_head_of_a_page_are_named(path: Path, name: str) -> None:
    page = root_of(path, name)
    spoil(path, (page - 1) * PAGE + 1, b"\xff\xee\xdd\xcc\xbb")
    refused(path)


def test_an_index_that_does_not_say_what_its_table_says_is_named(path: Path) -> None:
    """No page of it is broken: a look-up by this index would find the wrong booking, or none."""
    content = path.read_bytes()
    with closing(sqlite3.connect(path)) as connection:
        assert connection.execute(
            "SELECT COUNT(*) FROM bookings INDEXED BY bookings_waiting WHERE status = 'PENDING'"
        ).fetchone() == (150,)
    page = root_of(path, "bookings_waiting")
    at = content.index(b"2026-12-01", (page - 1) * PAGE)
    spoil(path, at, b"2026-12-02")
    refused(path)


@pytest.mark.parametrize("share", [0.1, 0.5, 0.98])
def test_a_file_that_was_cut_off_is_named(path: Path, share: float) -> None:
    whole = path.read_bytes()
    path.write_bytes(whole[: int(len(whole) * share) // PAGE * PAGE])
    refused(path)


async def test_a_broken_write_ahead_log_takes_the_store_back_and_breaks_nothing(tmp_path: Path) -> None:
    """Its entries have sums of their own: what comes after the broken one is not there, and polling fetches it anew."""
    store = open_store(tmp_path / "travello.db")
    for number in range(20):
        await store.write(lambda tx, number=number: keep_setting(tx, f"n{number}", "1"))  # type: ignore[misc]
    spoiled_log(store, tmp_path)


def spoiled_log(store: SqliteStore, tmp_path: Path) -> None:
    main, log = store.path.read_bytes(), Path(f"{store.path}-wal").read_bytes()
    store.close()
    copy = tmp_path / "copy" / "travello.db"
    copy.parent.mkdir()
    copy.write_bytes(main)
    Path(f"{copy}-wal").write_bytes(log)
    spoil(Path(f"{copy}-wal"), len(log) - 3 * (PAGE + 24) + 500, b"\x5a" * 64)
    again = open_store(copy)
    names = again.read_now(
        lambda tx: [row[0] for row in tx.all("SELECT name FROM settings WHERE name LIKE 'n%' ORDER BY rowid")]
    )
    again.close()
    assert 0 < len(names) < 20
    assert names == [f"n{number}" for number in range(len(names))], "what is there is there without a gap"
    assert of_file(copy).fault == ""


async def test_damage_that_is_met_while_working_ends_reading_and_writing(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A large store is not looked through at start: who meets the broken page first tells all."""
    monkeypatch.setattr(health, "SMALL_BYTES", 0)
    spoil(path, (root_of(path, "timeline") - 1) * PAGE, b"\xa5" * PAGE)
    store = open_store(path)
    told: list[str] = []
    store.faults.tell_damage = told.append
    try:
        assert store.read_now(lambda tx: tx.value("SELECT COUNT(*) FROM bookings")) == 150
        with pytest.raises(StoreDamaged):
            store.read_now(lambda tx: tx.all("SELECT * FROM timeline"))
        assert [WAY_OUT in words for words in told] == [True]
        with pytest.raises(StoreDamaged):
            store.read_now(lambda tx: tx.value("SELECT COUNT(*) FROM bookings"))
        with pytest.raises(StoreDamaged):
            await store.write(lambda tx: keep_setting(tx, "a", "b"))
        with pytest.raises(StoreDamaged):
            await store.peek(lambda tx: tx.value("SELECT 1"))
    finally:
        store.close()
