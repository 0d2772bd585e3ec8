"""Copies of a store on PostgreSQL: by pg_dump while it is used, and back into an empty database only."""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest

from tests.desk import open_desk
from tests.postgres.server import Server
from tests.store.test_schema import NEW
from travello_desk.operations import arrival
from travello_desk.settings import load
from travello_desk.settings.model import Database
from travello_desk.store import bookings, copies, database, timeline
from travello_desk.store.backup import backup as file_backup
from travello_desk.store.bookings import NewBooking
from travello_desk.store.contract import Store
from travello_desk.store.database import any_setting, keep_setting
from travello_desk.store.errors import Conflict, StoreUnavailable
from travello_desk.store.filters import read
from travello_desk.store.opening import open_database
from travello_desk.store.postgres import dump
from travello_desk.store.search import search

ONE = NewBooking("TRV-0", "Fatima Bhatti", "2026-11-24", "2026-11-25", 1_000_000, "PKR", "ARRIVAL")


@pytest.fixture(autouse=True)
def programs(server: Server, monkeypatch: pytest.MonkeyPatch) -> None:
    """pg_dump and pg_restore of the server's own version come first."""
    monkeypatch.setenv("PATH", f"{server.process.bin_path}{os.pathsep}{os.environ['PATH']}")


@pytest.fixture
def empty(server: Server, tmp_path: Path) -> Iterator[Database]:
    server.execute("CREATE DATABASE empty")
    yield load({"DATABASE_URL": server.url("empty")}, tmp_path).database
    server.execute("DROP DATABASE empty WITH (FORCE)")


@pytest.fixture
async def filled(store: Store, server: Server, tmp_path: Path) -> Database:
    booking_id = await store.write(lambda tx: bookings.insert(tx, NEW))
    await store.write(lambda tx: timeline.add(tx, booking_id, "Ali", "note", "Grüße"))
    return load({"DATABASE_URL": server.url(server.name_of(store))}, tmp_path).database


async def test_a_copy_comes_back_whole_guards_and_all(
    filled: Database, store: Store, empty: Database, tmp_path: Path
) -> None:
    target = tmp_path / "copy.dump"
    assert copies.backup(filled, target) == target.stat().st_size
    assert target.stat().st_mode & 0o777 == 0o600
    assert copies.restore(target, empty) is None
    back = open_database(empty)
    assert back.install == store.install
    assert back.read_now(lambda tx: tx.all("SELECT * FROM bookings")) == store.read_now(
        lambda tx: tx.all("SELECT * FROM bookings")
    )
    with pytest.raises(Conflict, match="append-only"):
        await back.write(lambda tx: tx.execute("DELETE FROM timeline"))
    second = await back.write(
        lambda tx: bookings.insert(tx, bookings.NewBooking("B", "Bo", "", "", 5, "PKR", "ONLINE"))
    )
    assert second == 2
    assert back.read_now(lambda tx: tx.all("SELECT rowid FROM bookings_fts WHERE bookings_fts MATCH ?", ('"bo"*',)))
    back.close()


def test_nothing_is_ever_overwritten(filled: Database, tmp_path: Path) -> None:
    target = tmp_path / "copy.dump"
    copies.backup(filled, target)
    with pytest.raises(StoreUnavailable, match="exists already"):
        copies.backup(filled, target)
    with pytest.raises(StoreUnavailable, match="holds a store already"):
        copies.restore(target, filled)


def test_what_is_no_copy_is_refused_before_anything_is_touched(empty: Database, tmp_path: Path) -> None:
    (tmp_path / "bad").write_text("PGDMP and then nothing")
    with pytest.raises(StoreUnavailable, match="pg_restore failed"):
        copies.restore(tmp_path / "bad", empty)
    with pytest.raises(StoreUnavailable, match="there is no file"):
        copies.restore(tmp_path / "none", empty)


@pytest.fixture
async def old(tmp_path: Path) -> Path:
    """A copy of a SQLite store: money taken, an entry undone, a setting, a number that was used and is gone."""
    async with open_desk(tmp_path) as desk:
        ctx = replace(desk.ctx, store=database.open_store(tmp_path / "old.db", desk.time))
        booking_id = await ctx.store.write(lambda tx: bookings.insert(tx, ONE))
        await ctx.store.write(lambda tx: keep_setting(tx, "a", "with \0"))
        await arrival.mark_paid(ctx, arrival.Mark(booking_id, "Ali", "cash"))
        gone = await ctx.store.write(lambda tx: bookings.insert(tx, NEW))
        await ctx.store.write(lambda tx: tx.execute("DELETE FROM bookings WHERE id = ?", (gone,)))
        ctx.store.close()
    file_backup(tmp_path / "old.db", tmp_path / "copy.db")
    return tmp_path / "copy.db"


def everything(store: Store, table: str) -> list[tuple[object, ...]]:
    return store.read_now(lambda tx: tx.all(f"SELECT * FROM {table} ORDER BY 1"))


async def test_a_sqlite_store_moves_in(old: Path, empty: Database) -> None:
    assert copies.restore(old, empty) is None
    before, after = database.open_store(old, lambda: 0.0), open_database(empty)
    for table in ("bookings", "timeline", "desk_receipts", "inbox", "payments"):
        assert everything(after, table) == everything(before, table)
    assert after.install == before.install
    assert after.read_now(lambda tx: any_setting(tx, "a")) == "with \ufffd"
    assert after.read_now(lambda tx: list(timeline.broken_links(tx))) == []
    found = after.read_now(lambda tx: search(tx, read("fatima", date(2026, 11, 24)), "fatima"))
    assert found.ids == (1,)
    with pytest.raises(Conflict, match="append-only"):
        await after.write(lambda tx: tx.execute("DELETE FROM timeline"))
    assert await after.write(lambda tx: bookings.insert(tx, NEW)) == 3
    before.close()
    after.close()
    with pytest.raises(StoreUnavailable, match="holds a store already"):
        copies.restore(old, empty)


def test_a_sqlite_store_of_another_version_is_not_moved(old: Path, empty: Database) -> None:
    with closing(sqlite3.connect(old)) as connection, connection:
        connection.execute("DELETE FROM schema_migration WHERE name = (SELECT max(name) FROM schema_migration)")
    with pytest.raises(StoreUnavailable, match="older version"):
        copies.restore(old, empty)


def test_a_failed_copy_leaves_no_file(empty: Database, tmp_path: Path, server: Server) -> None:
    gone = load({"DATABASE_URL": server.url("nowhere")}, tmp_path).database
    with pytest.raises(StoreUnavailable, match="pg_dump failed"):
        copies.backup(gone, tmp_path / "copy.dump")
    assert [path.name for path in tmp_path.iterdir() if "copy" in path.name] == []


def test_without_pg_dump_one_sentence_says_so(
    filled: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(StoreUnavailable, match="pg_dump is not installed"):
        copies.backup(filled, tmp_path / "copy.dump")


def test_the_password_travels_in_the_environment() -> None:
    env = dump.environment("postgresql://desk:pa%20ss@db.example:6543/hotel?sslmode=require")
    assert {name: env[name] for name in ("PGHOST", "PGPORT", "PGUSER", "PGPASSWORD", "PGDATABASE", "PGSSLMODE")} == {
        "PGHOST": "db.example",
        "PGPORT": "6543",
        "PGUSER": "desk",
        "PGPASSWORD": "pa ss",
        "PGDATABASE": "hotel",
        "PGSSLMODE": "require",
    }
