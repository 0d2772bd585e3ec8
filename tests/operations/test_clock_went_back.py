"""A desk whose clock fell back (an empty battery): how old an idempotency key is cannot be told; nothing is guessed."""

from __future__ import annotations

import pytest

from tests.desk import Desk
from travello_desk.operations.checkout import checkout
from travello_desk.operations.errors import StripeFailed
from travello_desk.operations.refund import Request, new_uid, refund
from travello_desk.operations.resume import resume
from travello_desk.operations.stuck import watch_stuck
from travello_desk.store import attention

DAY = 24 * 3600
REFUNDS = "POST /v1/refunds"


async def unanswered(desk: Desk, fault: str) -> Request:
    """A refund whose answer never came."""
    booking_id = await desk.book()
    await desk.sandbox.pay((await checkout(desk.ctx, booking_id, "Ayesha")).session_id)
    await desk.feed()
    asked = Request(booking_id, "Ayesha", 100_000, uid=new_uid())
    desk.sandbox.faults.always(REFUNDS, fault)
    with pytest.raises(StripeFailed):
        await refund(desk.ctx, asked)
    desk.sandbox.faults.clear()
    return asked


def goes_back(desk: Desk) -> None:
    """Two days pass, and then this computer believes that it is last week. Stripe's clock is right."""
    desk.time.seconds += 2 * DAY
    desk.sandbox.tick()
    true = desk.time.seconds
    desk.ctx.clock = lambda: true - 9 * DAY


async def test_a_refund_that_was_made_is_found_and_not_made_again(desk: Desk) -> None:
    asked = await unanswered(desk, "reset_after")
    goes_back(desk)
    await resume(desk.ctx)
    assert len(desk.sandbox.books.refunds) == 1
    assert [r.status for r in desk.view(asked.booking_id).payments[0].payment.refunds] == ["succeeded"]


async def test_a_refund_that_is_not_found_is_neither_sent_nor_given_up(desk: Desk) -> None:
    asked = await unanswered(desk, "reset_before")
    goes_back(desk)
    assert (await resume(desk.ctx)).waiting == 1
    with pytest.raises(StripeFailed, match="clock went back") as failed:
        await refund(desk.ctx, asked)
    assert failed.value.money_moved == "not known"
    assert desk.sandbox.books.refunds == {}
    assert desk.booking(asked.booking_id).badge == "CHECKING"


async def test_with_stripes_clock_known_it_is_settled(desk: Desk) -> None:
    """watch_clock measures the offset: then the age is known again, and what never happened is closed."""
    asked = await unanswered(desk, "reset_before")
    goes_back(desk)
    desk.ctx.clock_offset_seconds = 9.0 * DAY
    await resume(desk.ctx)
    assert [r.status for r in desk.view(asked.booking_id).payments[0].payment.refunds] == ["REFUSED"]
    assert desk.sandbox.books.refunds == {}


async def test_a_link_is_treated_alike(desk: Desk) -> None:
    booking_id = await desk.book()
    desk.sandbox.faults.always("POST /v1/checkout/sessions", "reset_after")
    with pytest.raises(StripeFailed):
        await checkout(desk.ctx, booking_id, "Ayesha")
    desk.sandbox.faults.clear()
    goes_back(desk)
    await resume(desk.ctx)
    assert len(desk.sandbox.books.sessions) == 1
    assert desk.view(booking_id).payments[0].payment.facts.session_id


async def test_what_waits_for_the_clock_is_told_to_a_person_until_it_is_settled(desk: Desk) -> None:
    """By its date it has not even begun, and nobody would hear of it."""
    asked = await unanswered(desk, "reset_before")
    goes_back(desk)
    await resume(desk.ctx)
    await watch_stuck(desk.ctx)
    problem = desk.ctx.store.read_now(lambda tx: attention.open_of_kinds(tx, ("stuck_refund",)))[0]
    assert (problem.booking_id, "clock went back" in problem.sentence) == (asked.booking_id, True)
    assert desk.booking(asked.booking_id).attention == 1
    desk.ctx.clock_offset_seconds = 9.0 * DAY
    await resume(desk.ctx)
    await watch_stuck(desk.ctx)
    assert desk.ctx.store.read_now(lambda tx: attention.open_of_kinds(tx, ("stuck_refund",))) == []
