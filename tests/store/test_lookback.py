"""The timeline and Stripe's events through all days: narrowed, in pages, newest first."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.desk import NOW, Desk, open_desk
from travello_desk.operations.checkout import checkout
from travello_desk.store import inbox, lookback
from travello_desk.store.lookback import Span, Words
from travello_desk.store.tx import Tx

DAY = 86_400


@pytest.fixture
async def lived(tmp_path: Path) -> AsyncIterator[Desk]:
    """A paid booking of yesterday, a refused delivery and one that a fault of ours left out, today."""
    async with open_desk(tmp_path) as desk:
        desk.time.seconds = NOW - DAY
        booking_id = await desk.book("TRV-1")
        made = await checkout(desk.ctx, booking_id, "Ayesha")
        await desk.sandbox.pay(made.session_id)
        await desk.feed()
        desk.time.seconds = NOW
        await desk.book("TRV-2")
        await checkout(desk.ctx, booking_id + 1, "Bilal")

        def work(tx: Tx) -> None:
            inbox.reject(tx, "bad signature", "10.0.0.9")
            inbox.dead_letter(tx, "evt_dead", "KeyError", json.dumps({"id": "evt_dead"}))

        await desk.ctx.store.write(work)
        yield desk


async def test_deeds_are_narrowed_and_paged(lived: Desk) -> None:
    def look(tx: Tx) -> None:
        everything = lookback.deeds(tx, Span(), Words())
        assert [row.id for row in everything] == sorted((row.id for row in everything), reverse=True)
        assert {row.at for row in lookback.deeds(tx, Span(NOW, NOW + DAY), Words())} == {NOW}
        assert {row.at for row in lookback.deeds(tx, Span(0, NOW), Words())} == {NOW - DAY}
        assert {row.actor for row in lookback.deeds(tx, Span(), Words(actor="BILAL"))} == {"Bilal"}
        assert {row.booking_id for row in lookback.deeds(tx, Span(booking_id=1), Words())} == {1}
        assert [row.reference for row in lookback.deeds(tx, Span(), Words("LINK made trv-2"))] == ["TRV-2"]
        first = lookback.deeds(tx, Span(), Words(), limit=2)
        assert first + lookback.deeds(tx, Span(), Words(), before_id=first[-1].id) == everything

    await lived.ctx.store.read(look)


async def test_arrivals_of_three_tables_are_one_list(lived: Desk) -> None:
    def look(tx: Tx) -> None:
        everything = lookback.arrivals(tx, Span(), Words())
        assert [row.at for row in everything] == sorted((row.at for row in everything), reverse=True)
        trouble = lookback.arrivals(tx, Span(), Words(), trouble=True)
        assert {row.outcome for row in trouble} == {"refused 400", "not applied"}
        assert {row.at for row in lookback.arrivals(tx, Span(NOW, NOW + DAY), Words())} == {NOW}
        assert lookback.arrivals(tx, Span(), Words(), limit=1) == everything[:1]
        ours = lookback.arrivals(tx, Span(booking_id=1), Words("completed"))
        assert [row.type for row in ours] == ["checkout.session.completed"]
        assert lookback.arrival_of(tx, ours[0].event_id) == ours[0]
        dead = lookback.arrival_of(tx, "evt_dead")
        assert dead is not None
        assert dead.trouble
        assert lookback.arrival_of(tx, "evt_none") is None

    await lived.ctx.store.read(look)
