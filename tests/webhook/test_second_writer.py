"""Many events at once go to a writer in a process of its own: the same answers, and whatever becomes of it, each event
is stored once and the desk comes first."""

from __future__ import annotations

import asyncio
import os
import signal
import subprocess
import sys
from collections.abc import AsyncIterator
from typing import Any

import pytest

from tests.house import Answer, Builder, House, event, until
from tests.operations.test_press import alive
from travello_desk.operations import beside, follow_up, ingest_process, ingest_worker
from travello_desk.operations.ingest_worker import IngestWorker
from travello_desk.operations.verify import verify
from webhook.app import WORKER

NOISE = "customer.created"


@pytest.fixture
def soon(monkeypatch: pytest.MonkeyPatch) -> None:
    """One event is many."""
    monkeypatch.setattr(ingest_worker, "MANY", 1)


@pytest.fixture
async def busy(soon: None, builder: Builder) -> AsyncIterator[House]:
    """A house whose second writer takes the events."""
    made = await builder.build()
    await started(made)
    yield made
    result = await verify(made.ctx)
    assert result.differences == []


def worker(house: House) -> IngestWorker:
    return house.listener.app[WORKER]


async def started(house: House) -> int:
    """Its process, once it takes events."""
    await post_all(house, [event(NOISE, {"id": "cus_first", "object": "customer"})])
    found = worker(house)
    await until(lambda: found.ready)
    assert found.pid is not None
    return found.pid


async def paid(house: House, count: int) -> list[dict[str, Any]]:
    """Bookings paid at Stripe, of which no event has arrived."""
    for _ in range(count):
        _, session_id = await house.booking_with_session()
        await house.sandbox.pay(session_id)
    return [made for kind in ("payment_intent.succeeded", "checkout.session.completed") for made in house.events(kind)]


async def post_all(house: House, events: list[dict[str, Any]]) -> list[Answer]:
    return await asyncio.gather(*(house.post_event(made) for made in events))


async def outcomes(house: House) -> dict[str, tuple[str, int | None]]:
    rows = await house.ctx.store.read(lambda tx: tx.all("SELECT event_id, outcome, booking_id FROM inbox"))
    return {event_id: (outcome, booking_id) for event_id, outcome, booking_id in rows}


async def all_paid(house: House) -> bool:
    return {row[0] for row in await house.ctx.store.read(lambda tx: tx.all("SELECT status FROM bookings"))} == {"PAID"}


async def test_a_hotel_s_usual_events_start_no_process(house: House) -> None:
    await house.paid_booking()
    assert worker(house).pid is None


async def test_many_events_are_stored_by_it_as_the_desk_would(busy: House) -> None:
    told: set[int] = set()
    busy.ctx.store.watch(told.update)
    events = await paid(busy, 12)
    own: list[object] = []
    busy.ctx.store.write = spied(busy.ctx.store.write, own)  # type: ignore[method-assign]
    answers = await post_all(busy, events)
    assert {(answer.status, answer.body) for answer in answers} == {(200, b'{"received": true}')}
    assert own == []
    assert await all_paid(busy)
    assert {outcome for outcome, _ in (await outcomes(busy)).values()} == {"applied", "ignored"}
    assert told >= {booking_id for _, booking_id in (await outcomes(busy)).values() if booking_id}
    assert "Payment confirmed via payment_intent event" in await busy.lines(1)


def spied(function: Any, calls: list[object]) -> Any:
    async def spy(work: Any) -> Any:
        calls.append(work)
        return await function(work)

    return spy


async def test_the_same_event_in_other_bytes_is_known(busy: House) -> None:
    [first, *_] = await paid(busy, 1)
    again = [first | {"pending_webhooks": number} for number in range(6)]
    assert {answer.status for answer in await post_all(busy, [first, *again])} == {200}
    assert len([event_id for event_id in await outcomes(busy) if event_id == first["id"]]) == 1


async def test_one_that_is_none_costs_nobody_else_his(busy: House) -> None:
    events = await paid(busy, 4)
    wrong = event("checkout.session.completed", {}) | {"created": "now"}
    answers = await post_all(busy, [*events[:4], wrong, *events[4:]])
    assert [answer.status for answer in answers] == [200] * 4 + [400] + [200] * 4
    assert "the event has no time" in answers[4].json["error"]
    assert await all_paid(busy)


@pytest.mark.parametrize("how", [signal.SIGKILL, signal.SIGSTOP])
async def test_one_that_dies_or_hangs_with_events_loses_none(
    busy: House, how: signal.Signals, monkeypatch: pytest.MonkeyPatch
) -> None:
    events = await paid(busy, 8)
    pid = worker(busy).pid
    assert pid is not None
    monkeypatch.setattr(ingest_worker, "ANSWER_SECONDS", 0.1)
    monkeypatch.setattr(ingest_worker, "LOOK_SECONDS", 0.05)
    half = asyncio.gather(*(busy.post_event(made) for made in events[:8]))
    await while_it_has_some(busy)
    os.kill(pid, how)
    answers = [*await half, *await post_all(busy, events[8:])]
    assert {answer.status for answer in answers} == {200}
    assert await all_paid(busy)
    await until(lambda: not alive(pid))
    assert sorted(await outcomes(busy)) == sorted({made["id"] for made in events} | {first_id()})


async def while_it_has_some(house: House) -> None:
    """It may answer within a millisecond: looked for in every turn of the loop."""
    async with asyncio.timeout(30):
        while not worker(house).waiting:  # noqa: ASYNC110 - a turn of the loop has no event
            await asyncio.sleep(0)


def first_id() -> str:
    made: str = event(NOISE, {"id": "cus_first", "object": "customer"})["id"]
    return made


async def test_after_it_has_died_another_comes_only_after_a_rest(busy: House, monkeypatch: pytest.MonkeyPatch) -> None:
    first = worker(busy).pid
    assert first is not None
    os.kill(first, signal.SIGKILL)
    await until(lambda: worker(busy).pid is None)
    await post_all(busy, await paid(busy, 2))
    assert worker(busy).pid is None
    monkeypatch.setattr(ingest_worker, "REST_SECONDS", 0.0)
    worker(busy).rest_until = 0.0
    assert await restarted(busy) != first
    assert await all_paid(busy)


async def restarted(house: House) -> int:
    found = worker(house)
    async with asyncio.timeout(30):
        while not found.ready:
            await post_all(house, await paid(house, 1))
    assert found.pid is not None
    return found.pid


async def test_the_desk_s_own_writes_are_not_kept_waiting(busy: House) -> None:
    """A stream of events that never ends, and a clerk: each of his writes finds its turn."""
    going = True
    sent = 0

    async def stream(lane: int) -> None:
        nonlocal sent
        while going:
            sent += 1
            thing = {"id": f"cus_{lane}_{sent}", "object": "customer"}
            assert (await busy.post_event(event(NOISE, thing))).status == 200

    lanes = [asyncio.create_task(stream(lane)) for lane in range(16)]
    await until(lambda: sent > 32)
    for number in range(10):
        before = sent
        await busy.add_booking(f"DESK-{number}")
        assert worker(busy).pid is not None
        await until(lambda before=before: sent > before)  # type: ignore[misc]
    going = False
    await asyncio.gather(*lanes)
    assert len(await outcomes(busy)) == sent + 1


async def test_a_refund_made_elsewhere_is_asked_about(busy: House, monkeypatch: pytest.MonkeyPatch) -> None:
    """`charge.refunded` without its refund: the second writer says so, and the desk asks Stripe."""
    monkeypatch.setattr(follow_up, "WAIT_SECONDS", 0.01)
    events = await paid(busy, 1)
    await post_all(busy, events)
    intent = busy.events("payment_intent.succeeded")[0]["data"]["object"]["id"]
    await busy.sandbox.refund_from_dashboard(intent, 200_000)
    await post_all(busy, busy.events("charge.refunded"))
    loop = asyncio.get_running_loop()
    deadline = loop.time() + 30
    while not await busy.rows("refunds"):
        assert loop.time() < deadline
        await asyncio.sleep(0.01)


async def test_it_is_put_away_when_nothing_comes(busy: House, monkeypatch: pytest.MonkeyPatch) -> None:
    pid = worker(busy).pid
    assert pid is not None
    monkeypatch.setattr(ingest_worker, "IDLE_SECONDS", 0.0)
    monkeypatch.setattr(ingest_worker, "LOOK_SECONDS", 0.01)
    await until(lambda: not alive(pid))
    assert {answer.status for answer in await post_all(busy, await paid(busy, 2))} == {200}
    assert await all_paid(busy)


async def test_it_ends_with_the_listener(soon: None, builder: Builder) -> None:
    house = await builder.build()
    pid = await started(house)
    await house.listener.stop()
    await until(lambda: not alive(pid))


async def test_while_nothing_can_be_written_the_desk_tries_itself(busy: House) -> None:
    """It knows when all is well again; the other one does not."""
    busy.ctx.health.store_told("the store could not write: database or disk is full")
    own: list[object] = []
    busy.ctx.store.write = spied(busy.ctx.store.write, own)  # type: ignore[method-assign]
    await post_all(busy, [event(NOISE, {"id": "cus_full", "object": "customer"})])
    assert len(own) == 1
    busy.ctx.health.store_told("")


PARENT = """
import os, socket, sys, time
from travello_desk.operations import beside, ingest_process
ours, theirs = socket.socketpair()
process = beside.start(ingest_process.__name__, sys.argv[1], "install", "test", stdin=theirs, stdout=None)
theirs.close()
ours.recv(1)
print(process.pid, flush=True)
os.kill(os.getpid(), 9)
"""


async def test_it_ends_with_the_house_that_is_killed(house: House) -> None:
    ended = await asyncio.to_thread(
        subprocess.run,
        [sys.executable, "-c", PARENT, str(house.ctx.store.file)],
        env={**os.environ, "PYTHONPATH": os.pathsep.join(filter(None, sys.path))},
        capture_output=True,
        text=True,
        timeout=120,
    )
    assert ended.returncode == -signal.SIGKILL, ended.stderr
    await until(lambda: not alive(int(ended.stdout)))


def test_what_has_arrived_whole_is_taken_and_the_rest_waits() -> None:
    whole = b"".join(beside.packed(body) for body in (b"one", b"", b"three"))
    for cut in range(len(whole) + 1):
        buffer = bytearray(whole[:cut])
        found = beside.take_whole(buffer)
        buffer += whole[cut:]
        assert found + beside.take_whole(buffer) == [b"one", b"", b"three"]
        assert not buffer


async def test_what_the_disk_would_not_keep_is_not_answered_for(
    soon: None, builder: Builder, monkeypatch: pytest.MonkeyPatch
) -> None:
    """503, so that Stripe comes again; and every screen says that nothing is safe to begin."""
    monkeypatch.setattr(ingest_process, "__name__", "tests.webhook.failing_disk")
    house = await builder.build()
    await post_all(house, [event(NOISE, {"id": "cus_first", "object": "customer"})])
    await until(lambda: worker(house).waiting == 0 and worker(house).ready)
    answer = await house.post_event(event(NOISE, {"id": "cus_second", "object": "customer"}))
    assert (answer.status, answer.headers["Retry-After"]) == (503, "5")
    assert "the disk failed" in house.ctx.health.money_fault
