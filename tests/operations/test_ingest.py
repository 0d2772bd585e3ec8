"""The one road in: what became of an event, and that a known one waits for nobody."""

from __future__ import annotations

import asyncio
import sqlite3

from tests.desk import Desk
from travello_desk.operations.checkout import checkout
from travello_desk.operations.ingest import ingest_event, ingest_in
from travello_desk.payments.events import StripeEvent, read_event
from travello_desk.store.errors import StoreUnavailable
from travello_desk.store.tx import Tx


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


async def charge_and_session(desk: Desk) -> tuple[StripeEvent, StripeEvent]:
    """The events of a paid and wholly refunded booking: its charge as refunded, without our marks, and its session."""
    session = await paid_event(desk)
    payment_intent = session.object["payment_intent"]
    charge = {
        "id": "ch_loose",
        "object": "charge",
        "payment_intent": payment_intent,
        "amount": session.object["amount_total"],
        "amount_captured": session.object["amount_total"],
        "amount_refunded": session.object["amount_total"],
        "currency": session.object["currency"],
        "paid": True,
        "captured": True,
        "status": "succeeded",
        "created": session.created,
        "metadata": {},
    }
    refunded = StripeEvent("evt_loose", "charge.refunded", session.created, False, session.api_version, charge)
    return refunded, session


def take(tx: Tx, event: StripeEvent, install: str) -> str:
    return ingest_in(tx, event, "{}", "webhook", False, install)


async def statuses(desk: Desk) -> list[str]:
    return [row[0] for row in await desk.ctx.store.read(lambda tx: tx.all("SELECT status FROM payments ORDER BY id"))]


async def test_what_a_shared_commit_has_kept_loose_is_found_by_the_same_commit(desk: Desk) -> None:
    refunded, session = await charge_and_session(desk)
    other = await another_session(desk)
    install = desk.ctx.store.install
    outcomes = await desk.ctx.store.write(lambda tx: [take(tx, e, install) for e in (other, refunded, session)])
    assert outcomes == ["applied", "loose", "applied"]
    assert sorted(await statuses(desk)) == ["REFUNDED", "SUCCEEDED"]


async def another_session(desk: Desk) -> StripeEvent:
    link = await checkout(desk.ctx, await desk.book("TRV-2"), "Ali")
    await desk.sandbox.pay(link.session_id)
    told = [read_event(e) for e in desk.sandbox.books.events.values() if e["type"] == "checkout.session.completed"]
    [session] = [event for event in told if event.object_id == link.session_id]
    return session


async def test_what_a_failed_neighbour_had_picked_up_is_still_loose_for_the_next(desk: Desk) -> None:
    refunded, session = await charge_and_session(desk)
    other = await another_session(desk)
    store, install = desk.ctx.store, desk.ctx.store.install
    assert await store.write(lambda tx: take(tx, refunded, install)) == "loose"

    def picks_up_and_fails(tx: Tx) -> str:
        take(tx, session, install)
        take(tx, other, install)
        raise LookupError("after it was picked up")

    works = [picks_up_and_fails, lambda tx: take(tx, other, install), lambda tx: take(tx, session, install)]
    failed, *outcomes = await asyncio.gather(*(store.write(work) for work in works), return_exceptions=True)
    assert isinstance(failed, LookupError)
    assert outcomes == ["applied", "applied"]
    assert sorted(await statuses(desk)) == ["REFUNDED", "SUCCEEDED"]
