"""Two machines on one store: events that reach both, buttons pressed at both, news, the lease, a machine that dies."""

from __future__ import annotations

import asyncio
import json
import signal
import sys
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import psycopg
import pytest

from tests.backend import open_store
from tests.desk import NOW, Desk
from tests.postgres.server import Server
from tests.store.test_schema import NEW
from tests.tree import ROOT
from travello_desk.operations import shifts
from travello_desk.operations.arrival import Mark, mark_paid
from travello_desk.operations.checkout import checkout
from travello_desk.operations.context import Context
from travello_desk.operations.ingest import ingest_event
from travello_desk.operations.refund import Request, refund
from travello_desk.operations.shifts import Actor, Closing
from travello_desk.operations.verify import verify
from travello_desk.payments.drawer import Count
from travello_desk.payments.events import read_event
from travello_desk.payments.rules import Refused
from travello_desk.store import attention, bookings, leases, timeline
from travello_desk.store.contract import Store
from travello_desk.store.database import keep_setting
from travello_desk.store.postgres.writer import WRITERS_LOCK
from travello_desk.store.tx import Tx
from travello_desk.stripe_gateway import Gateway
from travello_desk.tui.changes import ChangeFeed


@asynccontextmanager
async def second(desk: Desk) -> AsyncIterator[Context]:
    """Another machine's desk: a store and a line to Stripe of its own."""
    gateway = Gateway(desk.sandbox.access.secret_key, api_base=desk.sandbox.base_url, pause_seconds=0.001)
    ctx = Context(open_store(desk.folder / "travello.db", desk.time), desk.ctx.settings, gateway, desk.time)
    yield ctx
    await gateway.close()
    ctx.store.close()


# One machine's listener, without the HTTP: all events at once, the outcome of each as it is answered.
INGEST = """
import asyncio, json, sys
from travello_desk.operations.context import Context
from travello_desk.operations.ingest import ingest_event
from travello_desk.payments.events import read_event
from travello_desk.settings import load
from travello_desk.store.opening import open_database
from pathlib import Path

async def main():
    settings = load({"DATABASE_URL": sys.argv[1]}, Path(sys.argv[2]))
    ctx = Context(open_database(settings.database), settings, None, lambda: float(sys.argv[3]))
    events = json.loads(sys.stdin.readline())
    print("ready", flush=True)
    sys.stdin.readline()
    outcomes = await asyncio.gather(*(ingest_event(ctx, read_event(e), json.dumps(e)) for e in events))
    print(json.dumps(outcomes), flush=True)
    ctx.store.close()

asyncio.run(main())
"""


async def machine(*words: str) -> asyncio.subprocess.Process:
    """A Python process of its own; programs are told what to do on their standard input."""
    pipe = asyncio.subprocess.PIPE
    return await asyncio.create_subprocess_exec(
        sys.executable, "-c", *words, cwd=ROOT, stdin=pipe, stdout=pipe, stderr=pipe, limit=2**22
    )


async def tell(process: asyncio.subprocess.Process, line: str) -> None:
    assert process.stdin is not None
    process.stdin.write(f"{line}\n".encode())
    await process.stdin.drain()


async def hear(process: asyncio.subprocess.Process) -> str:
    assert process.stdout is not None
    assert process.stderr is not None
    line = await process.stdout.readline()
    return line.decode().strip() or (await process.stderr.read()).decode()


async def test_events_that_reach_two_machines_at_once_count_once(desk: Desk, server: Server) -> None:
    for number in range(6):
        booking_id = await desk.book(f"TRV-{number}")
        await desk.sandbox.pay((await checkout(desk.ctx, booking_id, "Ali")).session_id)
    events = list(desk.sandbox.books.events.values())
    url = server.url(server.name_of(desk.ctx.store))
    processes = [await machine(INGEST, url, str(desk.folder), str(desk.time())) for _ in range(2)]
    for process, order in zip(processes, (events, events[::-1]), strict=True):
        await tell(process, json.dumps(order))
    assert [await hear(process) for process in processes] == ["ready", "ready"]
    for process in processes:
        await tell(process, "go")
    there, back = [json.loads(await hear(process)) for process in processes]
    assert [await process.wait() for process in processes] == [0, 0]
    for one, other in zip(there, back[::-1], strict=True):
        assert [one, other].count("duplicate") == 1
    assert [desk.booking(number).status for number in range(1, 7)] == ["PAID"] * 6
    assert desk.ctx.store.read_now(lambda tx: list(timeline.broken_links(tx))) == []
    assert desk.ctx.store.read_now(lambda tx: tx.value("SELECT COUNT(*) FROM inbox")) == len(events)


async def test_a_link_asked_for_at_two_desks_is_one_session(desk: Desk) -> None:
    booking_id = await desk.book()
    async with second(desk) as there:
        links = await asyncio.gather(*(checkout(ctx, booking_id, "Ali") for ctx in (desk.ctx, there, desk.ctx, there)))
    assert len({link.session_id for link in links}) == 1
    assert len(desk.sandbox.books.sessions) == 1


async def test_a_balance_taken_at_two_desks_is_taken_once(desk: Desk) -> None:
    booking_id = await desk.book(method="ARRIVAL")
    async with second(desk) as there:
        marks = [mark_paid(ctx, Mark(booking_id, who, "cash")) for ctx, who in ((desk.ctx, "Ali"), (there, "Ayesha"))]
        found = await asyncio.gather(*marks, return_exceptions=True)
    assert sorted(type(answer).__name__ for answer in found) == ["Marked", "Refused"]
    assert len(desk.ctx.store.read_now(lambda tx: tx.all("SELECT id FROM desk_receipts"))) == 1


async def test_everything_refunded_at_two_desks_goes_back_once(desk: Desk) -> None:
    booking_id = await desk.book()
    await desk.sandbox.pay((await checkout(desk.ctx, booking_id, "Ali")).session_id)
    await desk.feed()
    async with second(desk) as there:
        presses = [refund(ctx, Request(booking_id, who)) for ctx, who in ((desk.ctx, "Ali"), (there, "Ayesha"))]
        found = await asyncio.gather(*presses, return_exceptions=True)
    assert [isinstance(answer, Refused) for answer in found].count(True) == 1
    assert len(desk.posts("/v1/refunds")) == 1


async def test_a_drawer_is_opened_at_one_of_two_desks(desk: Desk) -> None:
    async with second(desk) as there:
        opened = [shifts.open_shift(ctx, Actor(who), 0) for ctx, who in ((desk.ctx, "Ali"), (there, "Ayesha"))]
        found = await asyncio.gather(*opened, return_exceptions=True)
    assert sorted(type(answer).__name__ for answer in found) == ["Refused", "Shift"]


async def test_cash_taken_at_one_desk_while_the_drawer_is_counted_at_another_is_counted_or_refused(desk: Desk) -> None:
    ali, refusals = Actor("Ali"), 0
    async with second(desk) as there:
        for number in range(6):
            booking_id = await desk.book(f"TRV-{number}", "ARRIVAL", 900)
            shift = await shifts.open_shift(desk.ctx, ali, 0)
            deeds = [
                mark_paid(there, Mark(booking_id, "Ali", "cash")),
                shifts.sign_count(desk.ctx, ali, shift.id, Count((), 900)),
            ]
            marked, signed = await asyncio.gather(*deeds[:: 1 if number % 2 else -1], return_exceptions=True)
            if number % 2 == 0:
                marked, signed = signed, marked
            assert isinstance(signed, shifts.Signed)
            if isinstance(marked, BaseException):
                assert isinstance(marked, Refused)
                assert marked.refusal.code == "counted"
                refusals += 1
            assert signed.expected_minor == (0 if isinstance(marked, Refused) else 900)
            reason = "taken too late" if isinstance(marked, Refused) else ""
            await shifts.close(there, ali, Closing(shift.id, 900, reason))
    paid = [desk.booking(number).status for number in range(1, 7)].count("PAID")
    assert paid == 6 - refusals
    assert (await verify(desk.ctx)).differences == []


async def test_the_chain_is_one_whoever_writes(desk: Desk) -> None:
    async with second(desk) as there:
        await asyncio.gather(
            *(
                ctx.store.write(lambda tx, text=f"{number}": timeline.add(tx, None, "x", "note", text))  # type: ignore[misc]
                for number in range(100)
                for ctx in (desk.ctx, there)
            )
        )
    entries = desk.ctx.store.read_now(lambda tx: timeline.since(tx, 0))
    assert sorted(entry.text for entry in entries) == sorted([f"{number}" for number in range(100)] * 2)
    assert (await verify(desk.ctx)).differences == []


async def test_a_duplicate_is_acknowledged_while_nobody_can_write(desk: Desk, server: Server) -> None:
    booking_id = await desk.book()
    await desk.sandbox.pay((await checkout(desk.ctx, booking_id, "Ali")).session_id)
    await desk.feed()
    event = next(iter(desk.sandbox.books.events.values()))
    with psycopg.connect(server.url(server.name_of(desk.ctx.store))) as other:
        other.execute("SELECT pg_advisory_xact_lock(%s)", (WRITERS_LOCK,))
        assert await ingest_event(desk.ctx, read_event(event), json.dumps(event)) == "duplicate"


@pytest.fixture
def other(tmp_path: Path, store: Store) -> Iterator[Store]:
    """A second machine's store."""
    opened = open_store(tmp_path / "store", lambda: float(NOW))
    yield opened
    opened.close()


class News:
    """What a watcher was told, and by whom it is awaited."""

    def __init__(self) -> None:
        self.told: list[set[int]] = []
        self.loop = asyncio.get_running_loop()
        self.event = asyncio.Event()

    def __call__(self, ids: Any) -> None:
        self.told.append(set(ids))
        self.loop.call_soon_threadsafe(self.event.set)

    async def wait(self) -> None:
        async with asyncio.timeout(60):
            await self.event.wait()
        self.event.clear()


async def moved(store: Store, seen: int) -> int:
    """The version once it is another one."""
    async with asyncio.timeout(60):
        while store.data_version() == seen:  # noqa: ASYNC110 - the version has no event of its own
            await asyncio.sleep(0.005)
    return store.data_version()


async def listening(store: Store) -> int:
    """The version of a store whose line for news stands."""
    return await moved(store, 0)


async def test_another_machine_s_commit_is_heard_with_its_bookings(store: Store, other: Store) -> None:
    news = News()
    store.watch(news)
    version = await listening(store)
    booking_id = await other.write(lambda tx: bookings.insert(tx, NEW))
    await news.wait()
    assert news.told == [{booking_id}]
    assert store.data_version() == version


async def test_our_own_commit_is_told_once(store: Store) -> None:
    news = News()
    store.watch(news)
    await listening(store)
    for reference in ("A", "B"):
        new = bookings.NewBooking(reference, "x", "2026-11-24", "2026-11-25", 5, "PKR", "ONLINE")
        await store.write(lambda tx, new=new: bookings.insert(tx, new))  # type: ignore[misc]
    await news.wait()
    assert news.told == [{1}, {2}]


async def test_a_commit_without_bookings_moves_the_version(store: Store, other: Store) -> None:
    version = await listening(store)
    await other.write(lambda tx: keep_setting(tx, "a", "1"))
    await moved(store, version)


async def test_a_screen_shows_what_another_machine_did(store: Store, other: Store) -> None:
    booking_id = await store.write(lambda tx: bookings.insert(tx, NEW))
    await listening(store)
    news = News()
    feed = ChangeFeed(store, news)
    feed.start()
    await feed.begin()
    watching = asyncio.create_task(feed.poll_forever())

    def work(tx: Tx) -> None:
        timeline.add(tx, booking_id, "Ali", "note", "from far away")
        tx.changed.add(booking_id)

    await other.write(work)
    await news.wait()
    assert news.told[0] == {booking_id}
    watching.cancel()
    feed.close()


async def test_news_missed_while_the_line_was_down_make_everyone_look(
    store: Store, other: Store, server: Server
) -> None:
    version = await listening(store)
    server.execute(
        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE query LIKE 'LISTEN%'", server.name_of(store)
    )
    version = await moved(store, version)
    await other.write(lambda tx: keep_setting(tx, "a", "1"))
    await moved(store, version)


async def test_background_work_is_one_machine_s_until_it_stops(store: Store, other: Store, tmp_path: Path) -> None:
    assert await store.write(lambda tx: leases.hold(tx, "background", "one"))
    assert not await other.write(lambda tx: leases.hold(tx, "background", "two"))
    assert await store.write(lambda tx: leases.hold(tx, "background", "one"))
    later = open_store(tmp_path / "store", lambda: float(NOW + leases.LEASE_SECONDS + 1))
    assert await later.write(lambda tx: leases.hold(tx, "background", "two"))
    assert await store.read(lambda tx: leases.holder_of(tx, "background")) == "two"
    later.close()


async def test_an_alert_without_a_booking_is_raised_once(store: Store, other: Store) -> None:
    alert = attention.Alert("livemode", "LIVE", detail="LIVE")
    for place in (store, other, store):
        await place.write(lambda tx: attention.raise_alert(tx, None, alert))
    assert await store.read(attention.count_all_open) == 1


DIES = """
import asyncio, os, signal, sys
from travello_desk.store.database import keep_setting
from travello_desk.store.postgres.store import open_store

async def main():
    store = open_store(sys.argv[1], "here", lambda: 0.0)
    await store.write(lambda tx: keep_setting(tx, "whole", "1"))
    def work(tx):
        keep_setting(tx, "half", "1")
        os.kill(os.getpid(), signal.SIGKILL)
    await store.write(work)

asyncio.run(main())
"""


async def test_a_machine_that_dies_within_its_transaction_holds_up_nobody(store: Store, server: Server) -> None:
    process = await machine(DIES, server.url(server.name_of(store)))
    async with asyncio.timeout(60):
        assert await process.wait() == -signal.SIGKILL
    await store.write(lambda tx: keep_setting(tx, "after", "1"))
    names = store.read_now(lambda tx: {row[0] for row in tx.all("SELECT name FROM settings")})
    assert names == {"install", "whole", "after"}
