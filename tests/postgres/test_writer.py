"""The writer on PostgreSQL: durable answers, one writer at a time, lines that break at every moment, a server that
dies and comes back. Nothing is lost and nothing is done twice."""

from __future__ import annotations

import asyncio
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg
import pytest

from tests.desk import NOW
from tests.postgres.proxy import Line, line_to
from tests.postgres.server import Server
from tests.store.test_schema import NEW
from travello_desk.store import bookings, timeline
from travello_desk.store.contract import Store
from travello_desk.store.database import any_setting, keep_setting
from travello_desk.store.errors import StoreError, StoreUnavailable
from travello_desk.store.postgres import connections
from travello_desk.store.postgres.store import PostgresStore, open_store
from travello_desk.store.postgres.writer import WRITERS_LOCK
from travello_desk.store.tx import Tx


def count_up(tx: Tx) -> int:
    """Something that shows when it was done twice."""
    number = int(any_setting(tx, "count") or 0) + 1
    keep_setting(tx, "count", str(number))
    return number


def counted(store: Store) -> int:
    return int(store.read_now(lambda tx: any_setting(tx, "count")) or 0)


def names(store: Store) -> set[str]:
    return {row[0] for row in store.read_now(lambda tx: tx.all("SELECT name FROM settings"))} - {"install", "count"}


@contextmanager
def writing_elsewhere(server: Server, store: Store) -> Iterator[None]:
    """Another machine in the middle of its transaction."""
    with psycopg.connect(server.url(server.name_of(store))) as connection:
        connection.execute("SELECT pg_advisory_xact_lock(%s)", (WRITERS_LOCK,))
        yield


async def test_the_answer_comes_after_the_commit(store: Store, server: Server) -> None:
    await store.write(lambda tx: keep_setting(tx, "a", "1"))
    assert server.execute("SELECT value FROM settings WHERE name = 'a'", server.name_of(store)) == [("1",)]


async def test_commits_are_durable_whatever_the_server_s_default_is(store: Store) -> None:
    assert await store.write(lambda tx: tx.value("SHOW synchronous_commit")) == "on"


async def test_a_locked_store_answers_unavailable_and_heals(
    store: Store, server: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(connections, "SESSION", connections.SESSION.replace("'5s'", "'50ms'"))
    with writing_elsewhere(server, store):
        waiting = [store.write(lambda tx, name=name: keep_setting(tx, name, "1")) for name in "ab"]  # type: ignore[misc]
        found = await asyncio.gather(*waiting, return_exceptions=True)
    assert [str(error) for error in found] == ["the store is locked by another machine's transaction"] * 2
    await store.write(lambda tx: keep_setting(tx, "after", "1"))
    assert names(store) == {"after"}


async def test_readers_cannot_write_and_are_not_blocked_by_a_writer(store: Store, server: Server) -> None:
    with writing_elsewhere(server, store):
        assert await store.read(lambda tx: tx.value("SELECT COUNT(*) FROM bookings")) == 0
        assert await store.peek(lambda tx: tx.value("SELECT COUNT(*) FROM bookings")) == 0
    for read in (store.read, store.peek):
        with pytest.raises(StoreError, match="read-only transaction"):
            await read(lambda tx: tx.execute("DELETE FROM settings"))


async def test_a_line_that_broke_between_two_writes_is_not_noticed(store: Store, server: Server) -> None:
    pid = await store.write(lambda tx: tx.value("SELECT pg_backend_pid()"))
    await store.write(count_up)
    server.execute(f"SELECT pg_terminate_backend({pid})")
    assert await store.write(count_up) == 2
    reader = store.read_now(lambda tx: tx.value("SELECT pg_backend_pid()"))
    server.execute(f"SELECT pg_terminate_backend({reader})")
    assert counted(store) == 2


async def test_a_line_that_breaks_within_a_transaction_repeats_it_whole(store: Store, server: Server) -> None:
    broken: list[int] = []

    def work(tx: Tx) -> int:
        number = count_up(tx)
        if not broken:
            broken.append(tx.value("SELECT pg_backend_pid()"))
            server.execute(f"SELECT pg_terminate_backend({broken[0]}, 5000)")
        return number + int(tx.value("SELECT 0"))

    assert await store.write(work) == 1
    assert counted(store) == 1


@pytest.fixture
def line(server: Server) -> Iterator[Line]:
    socket = f"{server.process.get_postmaster_info().socket_dir}/.s.PGSQL.5432"
    with tempfile.TemporaryDirectory(prefix="line-") as folder, line_to(socket, Path(folder)) as found:
        yield found


@pytest.fixture
def far(line: Line, store: Store, server: Server) -> Iterator[PostgresStore]:
    """The same store over a line that can be cut."""
    opened = open_store(line.url(server.name_of(store)), "far", lambda: float(NOW))
    yield opened
    opened.close()


@pytest.mark.parametrize("moment", ["before", "after"])
async def test_a_commit_whose_answer_is_lost_is_neither_lost_nor_repeated(
    moment: str, far: PostgresStore, line: Line, store: Store
) -> None:
    await far.write(count_up)
    line.cut = moment
    assert await far.write(count_up) == 2
    assert line.cuts == 1
    assert counted(store) == 2
    assert await far.write(count_up) == 3


async def test_a_commit_nobody_can_ask_about_is_said_to_be_unknown_and_never_repeated(
    far: PostgresStore, line: Line, store: Store
) -> None:
    await far.write(count_up)
    line.cut, line.down_after_cut = "after", True
    with pytest.raises(StoreUnavailable, match="look before you repeat"):
        await far.write(count_up)
    line.down = False
    assert counted(store) == 2
    assert await far.write(count_up) == 3


async def test_a_server_that_dies_and_comes_back_loses_nothing_it_had_confirmed(store: Store, server: Server) -> None:
    confirmed: set[str] = set()
    refused: set[str] = set()

    async def keep(name: str) -> None:
        try:
            await store.write(lambda tx: keep_setting(tx, name, "1"))
            confirmed.add(name)
        except StoreUnavailable:
            refused.add(name)

    async def traffic() -> None:
        for number in range(10_000):
            await keep(f"n{number}")
            if refused and len(confirmed) > 60:
                return

    busy = asyncio.create_task(traffic())
    while len(confirmed) < 30:  # noqa: ASYNC110 - what is counted has no event of its own
        await asyncio.sleep(0.005)
    await asyncio.to_thread(server.crash)
    try:
        while not refused:  # noqa: ASYNC110
            await asyncio.sleep(0.005)
        with pytest.raises(StoreUnavailable):
            await store.read(lambda tx: tx.value("SELECT 1"))
    finally:
        await asyncio.to_thread(server.start_again)
    async with asyncio.timeout(60):
        await busy
    assert confirmed <= await store.read(lambda tx: {row[0] for row in tx.all("SELECT name FROM settings")})


async def test_values_travel_as_on_sqlite(store: Store) -> None:
    booking_id = await store.write(lambda tx: bookings.insert(tx, NEW))
    await store.write(lambda tx: timeline.add(tx, booking_id, "Ayesha\0", "note", "text with \0 and ü"))

    def look(tx: Tx) -> tuple[object, ...]:
        return tx.one("SELECT actor, text, id = ?, ? FROM timeline", (True, False)) or ()

    assert store.read_now(look) == ("Ayesha\ufffd", "text with \ufffd and ü", True, 0)
    assert store.read_now(lambda tx: tx.value("SELECT SUM(amount_minor) FROM bookings")) == NEW.amount_minor


@pytest.mark.parametrize("value", [2**70, "\ud800"], ids=["too large", "half a character"])
async def test_a_value_no_column_takes_is_its_caller_s_fault_alone(store: Store, value: object) -> None:
    def bad(tx: Tx) -> None:
        tx.execute("UPDATE bookings SET updated_at = ?", (value,))

    def good(name: str) -> Callable[[Tx], None]:
        return lambda tx: keep_setting(tx, name, "1")

    await store.write(lambda tx: bookings.insert(tx, NEW))
    found = await asyncio.gather(
        store.write(good("a")), store.write(bad), store.write(good("b")), return_exceptions=True
    )
    assert [isinstance(error, ValueError) for error in found] == [False, True, False]
    assert names(store) == {"a", "b"}


async def test_many_rows_are_read_in_portions(store: Store) -> None:
    rows = [(number, "x", "y") for number in range(500)]
    await store.write(lambda tx: tx.execute_many("INSERT INTO rejections (at, reason, remote) VALUES (?, ?, ?)", rows))

    def look(tx: Tx) -> list[int]:
        first = tx.each("SELECT at FROM rejections WHERE at >= ? ORDER BY at", (100,))
        second = tx.each("SELECT at FROM rejections ORDER BY at DESC")
        return [next(first)[0], next(second)[0], sum(1 for _ in first)]

    assert store.read_now(look) == [100, 499, 399]
