"""The schema: migrations and models agree, and the database itself refuses what the code should never try."""

from __future__ import annotations

import shutil
import sqlite3
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from peewee import SqliteDatabase
from playhouse.migrations import Runner
from playhouse.schema_diff import diff_models

from travello_desk.store import bookings, database, timeline
from travello_desk.store.bookings import NewBooking
from travello_desk.store.database import MIGRATIONS, Store, open_store
from travello_desk.store.errors import Conflict
from travello_desk.store.models import MODELS
from travello_desk.store.tx import Tx

NEW = NewBooking("TRV-1", "Ayesha Khan", "2026-11-24", "2026-11-25", 1_000_000, "PKR", "ONLINE")


def test_models_and_migrations_agree(store: Store) -> None:
    database = SqliteDatabase(str(store.path))
    diff: Any = diff_models(database, MODELS)
    assert not diff.create_tables
    assert not diff.add_columns
    assert not diff.drop_columns
    database.close()


PAYMENT = (
    "INSERT INTO payments (uid, booking_id, amount_minor, currency, booking_amount_minor, booking_currency, origin,"
    " idempotency_key, params, facts, status, is_open, created_at, updated_at)"
    " VALUES (?, ?, 1, 'PKR', 1, 'PKR', 'desk', ?, '{}', '{}', 'OPEN', ?, 0, 0)"
)


async def test_one_open_session_per_booking(store: Store) -> None:
    booking_id = await store.write(lambda tx: bookings.insert(tx, NEW))
    await store.write(lambda tx: tx.insert(PAYMENT, ("a", booking_id, "ka", 1)))
    await store.write(lambda tx: tx.insert(PAYMENT, ("b", booking_id, "kb", 0)))
    with pytest.raises(Conflict):
        await store.write(lambda tx: tx.insert(PAYMENT, ("c", booking_id, "kc", 1)))
    with pytest.raises(Conflict):
        await store.write(lambda tx: tx.execute("UPDATE payments SET is_open = 1 WHERE uid = 'b'"))
    await store.write(lambda tx: tx.execute("UPDATE payments SET is_open = 0 WHERE uid = 'a'"))
    await store.write(lambda tx: tx.execute("UPDATE payments SET is_open = 1 WHERE uid = 'b'"))


async def test_an_open_session_is_not_moved_to_a_booking_that_has_one(store: Store) -> None:
    one, other = [
        await store.write(lambda tx, new=new: bookings.insert(tx, new))  # type: ignore[misc]
        for new in (NEW, replace(NEW, reference="TRV-2"))
    ]
    await store.write(lambda tx: tx.insert(PAYMENT, ("a", one, "ka", 1)))
    await store.write(lambda tx: tx.insert(PAYMENT, ("b", other, "kb", 1)))
    with pytest.raises(Conflict):
        await store.write(lambda tx: tx.execute("UPDATE payments SET booking_id = ? WHERE uid = 'b'", (one,)))


@pytest.mark.parametrize(
    "sql",
    [
        PAYMENT.replace("?", "'x'", 1).replace("?", "999", 1).replace("?", "'k'", 1).replace("?", "0", 1),
        "INSERT INTO bookings (reference, guest_name, check_in, check_out, amount_minor, currency, method, guest_code,"
        " created_at, updated_at) VALUES ('r', 'g', '', '', 0, 'PKR', 'ONLINE', 'c', 0, 0)",
        "INSERT INTO bookings (reference, guest_name, check_in, check_out, amount_minor, currency, method, guest_code,"
        " created_at, updated_at) VALUES ('r', 'g', '', '', 5, 'PKR', 'CARD', 'c', 0, 0)",
        "UPDATE bookings SET status = 'SETTLED'",
        "UPDATE bookings SET balance_minor = -1",
        "INSERT INTO stripe_links (object_id, payment_id) VALUES ('cs_1', 999)",
        "UPDATE timeline SET text = 'nothing happened'",
        "DELETE FROM timeline",
    ],
)
async def test_the_database_refuses(store: Store, sql: str) -> None:
    def work(tx: Tx) -> None:
        booking_id = bookings.insert(tx, NEW)
        timeline.add(tx, booking_id, "Ayesha", "note", "first")

    await store.write(work)
    with pytest.raises(Conflict):
        await store.write(lambda tx: tx.execute(sql))


async def test_an_event_is_stored_once(store: Store) -> None:
    sql = (
        "INSERT INTO inbox (event_id, type, object_id, livemode, created, received_at, source, body, outcome)"
        " VALUES ('evt_1', 't', 'o', 0, 0, 0, 'webhook', '{}', 'applied')"
    )
    await store.write(lambda tx: tx.insert(sql))
    with pytest.raises(Conflict):
        await store.write(lambda tx: tx.insert(sql))
    with pytest.raises(Conflict):
        await store.write(lambda tx: tx.execute("DELETE FROM inbox"))


async def test_an_edit_of_the_file_breaks_the_chain(store: Store) -> None:
    booking_id = await store.write(lambda tx: bookings.insert(tx, NEW))
    for number in range(5):
        await store.write(lambda tx, number=number: timeline.add(tx, booking_id, "Ayesha", "note", f"entry {number}"))  # type: ignore[misc]
    assert store.read_now(lambda tx: list(timeline.broken_links(tx))) == []
    edit(store.path, "UPDATE timeline SET text = 'entry 7' WHERE id = 3")
    assert store.read_now(lambda tx: list(timeline.broken_links(tx))) == [3]


def edit(path: Path, sql: str) -> None:
    """What somebody with a database tool would do, guards switched off."""
    connection = sqlite3.connect(path)
    connection.execute("DROP TRIGGER timeline_is_append_only")
    connection.execute(sql)
    connection.commit()
    connection.close()


async def test_a_store_of_before_there_were_salts_is_brought_up_to_date(tmp_path: Path) -> None:
    """Its entries hold as they are; new ones follow them in the same chain, and the guard stands again."""
    old = tmp_path / "migrations"
    old.mkdir()
    for file in MIGRATIONS.glob("[0-9]*.py"):
        if file.stem < "0008":
            shutil.copy(file, old)
    database = SqliteDatabase(str(tmp_path / "travello.db"))
    with database.connection_context():
        Runner(database, str(old)).up()
        digest = timeline.chain(timeline.GENESIS, 5, None, "Ali", "note", "of old", "")
        sql = "INSERT INTO timeline (at, booking_id, actor, kind, text, detail, hash) VALUES (?, ?, ?, ?, ?, ?, ?)"
        database.execute_sql(sql, (5, None, "Ali", "note", "of old", "", digest))
    store = open_store(tmp_path / "travello.db")
    await store.write(lambda tx: timeline.add(tx, None, "Ali", "note", "of new"))
    assert store.read_now(lambda tx: [entry.text for entry in timeline.recent(tx)]) == ["of new", "of old"]
    assert store.read_now(lambda tx: list(timeline.broken_links(tx))) == []
    with pytest.raises(Conflict, match="append-only"):
        await store.write(lambda tx: tx.execute("UPDATE timeline SET salt = ''"))
    store.close()


def test_guest_codes_are_random_and_forgiving() -> None:
    codes = {bookings.guest_code() for _ in range(2000)}
    assert len(codes) == 2000
    assert {len(code) for code in codes} == {12}
    assert bookings.canonical_code("o1il-abcd-efgh") == "0111ABCDEFGH"
    assert bookings.canonical_code("short") == ""
    assert bookings.canonical_code("UUUUUUUUUUUU") == ""


def test_a_process_waits_long_for_another_one_that_migrates(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A desk and a listener are started together, and on a slow disk the schema takes its time."""
    waits: list[int] = []

    def looked(connected: Any) -> bool:
        waits.extend(connected.execute_sql("PRAGMA busy_timeout").fetchone())
        return is_current(connected)

    is_current = database.is_current
    monkeypatch.setattr(database, "is_current", looked)
    database.open_store(tmp_path / "new.db").close()
    assert waits == [database.MIGRATION_SECONDS * 1000]
