"""A read that nobody waits for any more stops, and leaves its connection as good as it was."""

from __future__ import annotations

import asyncio
import sqlite3
import threading

import pytest

from travello_desk.store.database import Store
from travello_desk.store.reading import Reading
from travello_desk.store.tx import Tx

ENDLESS = "WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT COUNT(*) FROM n"
PATIENCE_SECONDS = 60.0
READERS = 3


class Endless:
    """A statement that never ends by itself; says when it runs and how it ended."""

    def __init__(self) -> None:
        self.running, self.ended = threading.Event(), threading.Event()
        self.error = ""

    def __call__(self, tx: Tx) -> int:
        tx.connection.set_progress_handler(lambda: self.running.set(), 1_000)
        try:
            return int(tx.value(ENDLESS))
        except sqlite3.OperationalError as error:
            self.error = str(error)
            raise
        finally:
            tx.connection.set_progress_handler(None, 0)
            self.ended.set()


async def happens(event: threading.Event) -> None:
    assert await asyncio.to_thread(event.wait, PATIENCE_SECONDS)


async def given_up(store: Store) -> Endless:
    """One that ran and was cancelled."""
    endless = Endless()
    task = asyncio.create_task(store.read(endless))
    await happens(endless.running)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    await happens(endless.ended)
    return endless


async def test_a_cancelled_read_stops_in_the_middle_of_its_statement(store: Store) -> None:
    assert (await given_up(store)).error == "interrupted"


async def test_every_reader_reads_on_afterwards(store: Store) -> None:
    for _ in range(2 * READERS):  # more often than there are readers: none of them is lost
        await given_up(store)
    answers = await asyncio.gather(*(store.read(lambda tx: tx.value("SELECT 7")) for _ in range(2 * READERS)))
    assert answers == [7] * (2 * READERS)


async def test_others_read_and_write_while_one_is_given_up(store: Store) -> None:
    endless = Endless()
    task = asyncio.create_task(store.read(endless))
    await happens(endless.running)
    await store.write(lambda tx: tx.execute("INSERT INTO settings (name, value) VALUES ('here', '1')"))
    assert await store.read(lambda tx: tx.value("SELECT value FROM settings WHERE name = 'here'")) == "1"
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    await happens(endless.ended)


def test_what_is_given_up_before_it_began_does_not_begin() -> None:
    reading, ran = Reading(), []
    reading.give_up()
    with pytest.raises(sqlite3.OperationalError, match="interrupted"), reading.on(sqlite3.connect(":memory:")):
        ran.append(1)
    assert ran == []


def test_a_connection_that_was_given_back_is_not_interrupted() -> None:
    connection, reading = sqlite3.connect(":memory:"), Reading()
    with reading.on(connection):
        pass
    count = "WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 1000) SELECT COUNT(*) FROM n"
    connection.set_progress_handler(reading.give_up, 10)  # in the middle of another reader's statement
    assert connection.execute(count).fetchone() == (1000,)
    connection.close()
