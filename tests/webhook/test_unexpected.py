"""Rows B24 to B36: lost sessions, money where none was expected, and what an event leaves behind."""

from __future__ import annotations

import json
from typing import Any

import pytest

from tests.house import NOW, OWNER, House, event
from tests.webhook.test_content import (
    COMPLETED,
    EXPIRED,
    altered,
    completed_event,
    kinds,
    states,
)
from travello_desk.operations import arrival, bookings
from travello_desk.operations.arrival import Mark
from travello_desk.store.errors import Conflict, StoreUnavailable
from travello_desk.store.tx import Tx


def lost(made: dict[str, Any], **metadata: str) -> dict[str, Any]:
    """The event of a session this desk does not know, with these words in its metadata."""

    def change(session: dict[str, Any]) -> None:
        session.update(id="cs_test_lost", client_reference_id=None, payment_intent="pi_lost")
        session["metadata"] = {**session["metadata"], "payment_uid": "lost", **metadata}

    return altered(made, change)


async def test_B24_our_mark_but_no_such_booking(house: House):
    booking_id, made = await completed_event(house)
    assert (await house.post_event(lost(made, booking_id="999"))).status == 200
    problems = await house.problems()
    assert [(problem.kind, problem.booking_id) for problem in problems] == [("orphan", None)]
    assert "Rs. 10,000" in problems[0].sentence
    assert "pi_lost" in problems[0].sentence
    assert await states(house, booking_id) == ("PENDING", "PROCESSING", ["OPEN"])


async def test_B26_another_installation(house: House):
    booking_id, made = await completed_event(house)
    assert (await house.post_event(lost(made, install="0123456789abcdef"))).status == 200
    assert await states(house, booking_id) == ("PENDING", "PROCESSING", ["OPEN"])
    assert await kinds(house) == []


async def test_B27_a_session_this_desk_had_lost(house: House):
    booking_id, made = await completed_event(house)
    assert (await house.post_event(lost(made))).status == 200
    view = await house.view(booking_id)
    assert (view.status, [payment.status for payment in view.payments]) == ("PAID", ["OPEN", "SUCCEEDED"])
    assert [row[10] for row in await house.rows("inbox")] == ["adopted"]
    assert (await house.post_event(lost(made))).status == 200
    lines = await house.lines(booking_id)
    assert lines.count("Adopted a session this desk had lost") == 1
    assert lines.count("Booking marked as PAID by webhook") == 1


async def test_B27_a_lost_session_of_another_amount(house: House):
    booking_id, made = await completed_event(house)
    odd = lost(made)
    odd["data"]["object"]["amount_total"] = 5
    assert (await house.post_event(odd)).status == 200
    assert (await house.view(booking_id)).status == "PENDING"
    assert await kinds(house) == ["wrong_amount"]


async def test_B29_online_money_for_a_booking_that_pays_at_the_hotel(house: House):
    booking_id, made = await completed_event(house)
    await bookings.switch_method(house.ctx, booking_id, "ARRIVAL", "Ali")
    assert (await house.post_event(made)).status == 200
    view = await house.view(booking_id)
    assert (view.status, view.payment_status, view.payments[0].status) == ("PAID", "PAY_ON_ARRIVAL", "SUCCEEDED")
    assert await kinds(house) == ["online_for_arrival"]


async def test_B30_money_on_a_cancelled_booking(house: House):
    booking_id, made = await completed_event(house)
    await bookings.cancel(house.ctx, booking_id, "no longer coming", "Ali")
    assert (await house.post_event(made)).status == 200
    assert await states(house, booking_id) == ("CANCELLED", "SUCCEEDED", ["SUCCEEDED"])
    assert await kinds(house) == ["money_on_cancelled"]


async def test_B31_paid_at_the_desk_and_online(house: House):
    booking_id, session_id = await house.booking_with_session()
    await house.sandbox.stop_listening()  # the link cannot be switched off in time
    await bookings.switch_method(house.ctx, booking_id, "ARRIVAL", "Ali")
    await arrival.mark_paid(house.ctx, Mark(booking_id, "Ali", "cash"))
    await house.sandbox.pay(session_id)
    await house.deliver(COMPLETED)
    view = await house.view(booking_id)
    assert (view.status, view.payments[0].status, view.payments[0].duplicate) == ("PAID", "SUCCEEDED", True)
    assert await kinds(house) == ["paid_twice"]


async def test_B32_two_sessions_both_paid(house: House):
    booking_id, made = await completed_event(house)
    await house.post_event(made)
    assert (await house.post_event(lost(made))).status == 200
    view = await house.view(booking_id)
    assert (view.status, [payment.duplicate for payment in view.payments]) == ("PAID", [False, True])
    assert await kinds(house) == ["paid_twice"]
    refund = {"id": "re_1", "object": "refund", "amount": 1_000_000, "currency": "pkr", "status": "succeeded"}
    await house.post_event(event("refund.created", refund | {"payment_intent": "pi_lost", "created": NOW}))
    assert (await house.view(booking_id)).status == "PAID"
    assert await kinds(house) == []


async def test_B33_the_session_expires(house: House):
    booking_id, session_id = await house.booking_with_session()
    await house.sandbox.expire(session_id)
    await house.deliver(EXPIRED)
    assert await states(house, booking_id) == ("PENDING", "NOT_INITIATED", ["EXPIRED"])
    assert (await house.lines(booking_id))[-1] == "Payment link expired"
    again = await house.create_session(booking_id)
    assert (again.status, again.json["session_id"] == session_id) == (200, False)


async def test_B34_expired_after_completed(house: House):
    booking_id, made = await completed_event(house)
    await house.post_event(made)
    late = altered(made, lambda session: session.update(status="expired", payment_status="unpaid"))
    assert (await house.post_event(late | {"type": EXPIRED})).status == 200
    assert await states(house, booking_id) == ("PAID", "SUCCEEDED", ["SUCCEEDED"])


async def test_B36_an_intent_cancelled_after_expiry(house: House):
    booking_id, session_id = await house.booking_with_session()
    await house.sandbox.expire(session_id)
    await house.deliver(EXPIRED)
    before = await house.booking(booking_id)
    canceled = {"id": "pi_1", "object": "payment_intent", "status": "canceled", "amount": 1_000_000}
    assert (await house.post_event(event("payment_intent.canceled", canceled))).status == 200
    assert await house.booking(booking_id) == before


async def test_what_an_applied_event_leaves_behind(house: House):
    booking_id, made = await completed_event(house)
    await house.post_event(made)
    row = (await house.rows("inbox"))[0]
    session_id = made["data"]["object"]["id"]
    assert row[1:11] == (
        made["id"],
        COMPLETED,
        session_id,
        0,
        NOW,
        made["api_version"],
        NOW,
        "webhook",
        json.dumps(made),
        "applied",
    )
    assert row[11] == booking_id


class Broken(Exception):
    """Something nobody has thought of."""


@pytest.mark.parametrize("bug", [Broken("a bug"), Conflict("a bug")], ids=["exception", "constraint"])
async def test_a_bug_of_ours_loses_no_event(house: House, monkeypatch: pytest.MonkeyPatch, bug: Exception):
    booking_id, made = await completed_event(house)

    def explode(tx: Tx, *rest: Any) -> str:
        tx.execute("UPDATE bookings SET notes = 'half a change'")
        raise bug

    with monkeypatch.context() as broken:
        broken.setattr("travello_desk.operations.ingest.ingest_in", explode)
        for _ in range(2):
            answer = await house.post_event(made)
            assert (answer.status, answer.json) == (500, {"success": False, "error": "Internal error"})
    assert (await house.booking(booking_id)).notes == ""
    dead = await house.rows("dead_letters")
    assert [row[1:5] for row in dead] == [(made["id"], f"{type(bug).__name__}: a bug", json.dumps(made), 2)]
    assert (await house.post_event(made)).status == 200
    assert (await house.view(booking_id)).status == "PAID"


async def test_503_while_nothing_can_be_stored(house: House, monkeypatch: pytest.MonkeyPatch):
    _, made = await completed_event(house)
    before = await house.snapshot()

    def full(tx: Tx, *rest: Any) -> str:
        raise StoreUnavailable("the disk is full")

    with monkeypatch.context() as broken:
        broken.setattr("travello_desk.operations.ingest.ingest_in", full)
        answer = await house.post_event(made)
    assert (answer.status, answer.json["success"], answer.headers["Retry-After"]) == (503, False, "5")
    assert await house.snapshot() == before
    assert await house.rows("dead_letters") == []
    assert (await house.post_event(made)).status == 200


async def test_the_sandbox_delivers_as_stripe_does(house: House):
    house.connect()
    booking_id = await house.add_booking()
    made = await house.create_session(booking_id, OWNER)
    await house.sandbox.pay(made.json["session_id"])
    await house.sandbox.delivery.drain()
    assert await states(house, booking_id) == ("PAID", "SUCCEEDED", ["SUCCEEDED"])
    assert {tried.status for tried in house.sandbox.delivery.tried} == {200}
