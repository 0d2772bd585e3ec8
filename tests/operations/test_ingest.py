"""The one road in: what became of an event, and that a known one waits for nobody."""

from __future__ import annotations

import asyncio
import sqlite3

from tests.desk import Desk
from travello_desk.operations.checkout import checkout
from travello_desk.operations.ingest import ingest_event
from travello_desk.payments.events import StripeEvent, read_event
from travello_desk.store.errors import StoreUnavailable


async def paid_event(desk: Desk) -> StripeEvent:
    link = await checkout(desk.ctx, await desk.book(), "Ali")
    await desk.sandbox.pay(link.session_id)
    [event] = [e for e in desk.sandbox.books.events.values() if e["type"] == "checkout.session.completed"]
    return read_event(event)


async def test_an_event_is_applied_once_and_then_known(desk: Desk) -> None:
    event = await paid_event(desk)
    assert [await ingest_event(desk.ctx, event, "{}") for _ in range(3)] == ["applied", "duplicate", "duplicate"]


async def test_the_same_event_twice_in_one_instant_is_applied_once(desk: Desk) -> None:
    event = await paid_event(desk)
    outcomes = await asyncio.gather(*(ingest_event(desk.ctx, event, "{}") for _ in range(8)))
    assert sorted(outcomes) == ["applied", *["duplicate"] * 7]


async def test_a_duplicate_is_acknowledged_while_nobody_can_write(desk: Desk) -> None:
    event = await paid_event(desk)
    await ingest_event(desk.ctx, event, "{}")
    other = sqlite3.connect(desk.ctx.store.path, isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    try:
        async with asyncio.timeout(20):
            assert await ingest_event(desk.ctx, event, "{}") == "duplicate"
    except StoreUnavailable as error:
        raise AssertionError("a duplicate took a place among the writers") from error
    finally:
        other.execute("ROLLBACK")
        other.close()
