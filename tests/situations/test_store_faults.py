"""Row E2 and its kin: while the store cannot be written nothing is half done, everybody is told, and all returns."""

from __future__ import annotations

import asyncio
import resource
import sqlite3
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest

from tests.house import House
from tests.situations.processes import Serving, served
from tests.situations.trouble import TROUBLES, full_disk
from travello_desk.operations import background, refund
from travello_desk.operations.arrival import Mark, mark_paid
from travello_desk.operations.background import Background
from travello_desk.operations.checkout import checkout
from travello_desk.operations.resume import resume
from travello_desk.store import faults
from travello_desk.store.errors import StoreUnavailable

LONG = "x" * 9000
"""Needs more pages than there are."""


@asynccontextmanager
async def tended(house: House, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Background]:
    """A house whose background looks after the store, more often than one that is awake for hours."""
    monkeypatch.setattr(background, "PROBE_SECONDS", 0.05)
    monkeypatch.setattr(background, "RENEW_SECONDS", 0.05)
    monkeypatch.setattr(faults, "HEALED_SECONDS", 0.05)
    tending = Background(house.ctx)
    tending.start()
    yield tending
    await tending.close()


async def comes(condition: Any, seconds: float = 60.0) -> None:
    async with asyncio.timeout(seconds):
        while not condition():  # noqa: ASYNC110 (what is polled has no event of its own)
            await asyncio.sleep(0.01)


@pytest.mark.parametrize("trouble", TROUBLES)
async def test_E2_webhooks_answer_503_nothing_is_half_stored_and_all_returns(
    house: House, trouble: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    booking_id, session_id = await house.booking_with_session()
    other = await house.add_booking()
    await house.sandbox.pay(session_id)
    completed = {**house.events("checkout.session.completed")[0], "padding": "x" * 9000}
    before = await house.snapshot()
    async with tended(house, monkeypatch):
        async with TROUBLES[trouble](house.ctx.store):
            answer = await house.post_event(completed)
            assert (answer.status, answer.json["success"]) == (503, False)
            assert await house.snapshot() == before
            assert house.ctx.health.banner.startswith("money actions are off")
            assert trouble in house.ctx.health.banner
            assert (await house.ask("GET", "/healthz")).status == 503
            assert trouble == "full" or (await house.create_session(other)).status == 503
        await comes(lambda: house.ctx.health.banner == "")
        assert (await house.ask("GET", "/healthz")).status == 200
        assert (await house.post_event(completed)).status == 200
    assert (await house.view(booking_id)).status == "PAID"


@pytest.mark.parametrize("trouble", TROUBLES)
async def test_E2_no_money_action_begins_that_cannot_be_written_down(house: House, trouble: str) -> None:
    booking_id, _ = await house.paid_booking()
    arrival = await house.add_booking(method="ARRIVAL")
    other = await house.add_booking()
    asked = len(house.sandbox.requests)
    async with TROUBLES[trouble](house.ctx.store):
        with pytest.raises(StoreUnavailable):
            await refund.refund(house.ctx, refund.Request(booking_id, "Ali", note=LONG, uid=refund.new_uid()))
        with pytest.raises(StoreUnavailable):
            await mark_paid(house.ctx, Mark(arrival, "Ali", "cash", note=LONG))
        if trouble != "full":  # a link may still find room in a page that is there
            with pytest.raises(StoreUnavailable):
                await checkout(house.ctx, other, "Ali")
    assert len(house.sandbox.requests) == asked, "Stripe was asked for something that is written nowhere"
    assert house.sandbox.books.refunds == {}


async def test_E2_a_refund_whose_answer_finds_no_room_is_known_later_and_made_once(house: House) -> None:
    booking_id, _ = await house.paid_booking()
    create = house.ctx.stripe.create_refund
    trouble = full_disk(house.ctx.store)

    async def answered_into_a_full_disk(params: Any, key: str) -> Any:
        answer = await create(params, key)
        await trouble.__aenter__()
        return answer

    house.ctx.stripe.create_refund = answered_into_a_full_disk  # type: ignore[method-assign]
    uid = refund.new_uid()
    try:
        await refund.refund(house.ctx, refund.Request(booking_id, "Ali", uid=uid, note="x" * 200))
    except StoreUnavailable:
        assert (await house.booking(booking_id)).badge == "CHECKING"
    finally:
        await trouble.__aexit__(None, None, None)
        house.ctx.stripe.create_refund = create  # type: ignore[method-assign]
    await resume(house.ctx)
    assert (await house.view(booking_id)).payments[0].status == "REFUNDED"
    assert len(house.sandbox.books.refunds) == 1


async def test_E2_a_real_process_on_a_disk_without_room_for_store_and_log(serving: Serving) -> None:
    """`travello-desk serve` may write no byte more to any file, its log among them; then it may again."""
    assert (await serving.post_event("evt_1")).status == 200
    serving.limit_files(1)
    assert (await serving.post_event("evt_2")).status == 503
    assert (await serving.ask("GET", "/healthz")).status == 503
    serving.limit_files(resource.RLIM_INFINITY)
    assert (await serving.post_event("evt_2")).status == 200
    await serving.comes_to("/healthz", 200)
    assert serving.said() == "", "nothing is printed about it"
    assert serving.stored() == ["evt_1", "evt_2"]


@pytest.fixture
async def serving(tmp_path: Path) -> AsyncIterator[Serving]:
    async with served(tmp_path) as process:
        yield process


async def test_a_damaged_store_is_named_at_start_with_the_way_out(tmp_path: Path) -> None:
    async with served(tmp_path) as process:
        assert (await process.post_event("evt_1")).status == 200
    path = tmp_path / "data" / "travello.db"
    with sqlite3.connect(path) as connection:
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    connection.close()
    spoiled = bytearray(path.read_bytes())
    spoiled[:4096] = b"no database " * 341 + b"    "
    path.write_bytes(bytes(spoiled))
    for command in ("serve", "bookings", "verify"):
        code, said = await Serving(tmp_path, 0).run(command)
        assert code == 1
        assert said.count("\n") == 1
        assert "is damaged" in said
        assert "travello-desk restore FILE" in said
