"""PAYMENTS 3B over HTTP: duplicates, order, and what the events say. Every store is proved true after its test."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable
from typing import Any

import pytest

from tests.house import NOW, House
from travello_desk.sandbox.payments import Buyer

PAID_LINE = "Booking marked as PAID by webhook"
INTENT_LINE = "Payment confirmed via payment_intent event"
COMPLETED = "checkout.session.completed"
EXPIRED = "checkout.session.expired"
SUCCEEDED = "payment_intent.succeeded"
FAILED = "payment_intent.payment_failed"


async def states(house: House, booking_id: int) -> tuple[str, str, list[str]]:
    """Booking status, the API's word (over HTTP), and each payment's internal status."""
    view = await house.view(booking_id)
    answer = await house.status(booking_id)
    assert (answer.status, answer.json["booking_status"]) == (200, view.status)
    return view.status, answer.json["payment_status"], [payment.status for payment in view.payments]


async def kinds(house: House) -> list[str]:
    return [problem.kind for problem in await house.problems()]


def altered(original: dict[str, Any], change: Callable[[dict[str, Any]], None]) -> dict[str, Any]:
    """A copy of an event under another id, with its object changed."""
    copy: dict[str, Any] = json.loads(json.dumps(original))
    copy["id"] += "_altered"
    change(copy["data"]["object"])
    return copy


async def completed_event(house: House) -> tuple[int, dict[str, Any]]:
    """A booking with a session, and the event of its payment, not posted."""
    booking_id, session_id = await house.booking_with_session()
    await house.sandbox.pay(session_id)
    return booking_id, house.events(COMPLETED)[0]


async def test_B1_completed_and_paid(house: House):
    booking_id, session_id = await house.booking_with_session()
    assert await states(house, booking_id) == ("PENDING", "PROCESSING", ["OPEN"])
    await house.sandbox.pay(session_id)
    await house.deliver(COMPLETED)
    assert await states(house, booking_id) == ("PAID", "SUCCEEDED", ["SUCCEEDED"])
    assert await house.lines(booking_id) == ["Payment link made", PAID_LINE]
    assert await kinds(house) == []
    assert house.ctx.health.last_event_at == NOW


async def test_B2_the_same_event_again(house: House):
    booking_id, made = await completed_event(house)
    await house.post_event(made)
    before = await house.snapshot()
    for _ in range(3):
        answer = await house.post_event(made)
        assert (answer.status, answer.json) == (200, {"received": True})
    assert await house.snapshot() == before
    assert (await house.lines(booking_id)).count(PAID_LINE) == 1


async def test_B2_again_after_a_restart(builder):
    first = await builder.build()
    _, made = await completed_event(first)
    await first.post_event(made)
    before = await first.snapshot()
    second = await builder.build()
    assert (await second.post_event(made)).status == 200
    assert await second.snapshot() == before


async def test_B3_ten_deliveries_at_the_same_instant(house: House):
    booking_id, made = await completed_event(house)
    answers = await asyncio.gather(*(house.post_event(made) for _ in range(10)))
    assert {answer.status for answer in answers} == {200}
    assert await states(house, booking_id) == ("PAID", "SUCCEEDED", ["SUCCEEDED"])
    assert (await house.lines(booking_id)).count(PAID_LINE) == 1
    assert len(await house.rows("inbox")) == 1


async def test_B3_two_listeners_on_one_store(builder):
    first, second = await builder.build(), await builder.build()
    booking_id, made = await completed_event(first)
    answers = await asyncio.gather(*(door.post_event(made) for door in (first, second, first, second)))
    assert {answer.status for answer in answers} == {200}
    assert (await second.lines(booking_id)).count(PAID_LINE) == 1
    assert len(await second.rows("inbox")) == 1


async def test_B5_intent_then_completed(house: House):
    booking_id, session_id = await house.booking_with_session()
    await house.sandbox.pay(session_id)
    await house.deliver(SUCCEEDED, COMPLETED)
    assert await states(house, booking_id) == ("PAID", "SUCCEEDED", ["SUCCEEDED"])
    assert await house.lines(booking_id) == ["Payment link made", INTENT_LINE]


async def test_B6_completed_then_intent(house: House):
    booking_id, session_id = await house.booking_with_session()
    await house.sandbox.pay(session_id)
    await house.deliver(COMPLETED, SUCCEEDED)
    assert await states(house, booking_id) == ("PAID", "SUCCEEDED", ["SUCCEEDED"])
    assert await house.lines(booking_id) == ["Payment link made", PAID_LINE]


async def test_B7_only_the_intent_ever_arrives(house: House):
    booking_id, session_id = await house.booking_with_session()
    await house.sandbox.pay(session_id)
    await house.deliver(SUCCEEDED)
    assert await states(house, booking_id) == ("PAID", "SUCCEEDED", ["SUCCEEDED"])
    assert INTENT_LINE in await house.lines(booking_id)


async def test_B8_a_failure_that_arrives_late(house: House):
    booking_id, session_id = await house.booking_with_session()
    await house.sandbox.decline(session_id)
    await house.sandbox.pay(session_id)
    await house.deliver(COMPLETED, FAILED)
    assert await states(house, booking_id) == ("PAID", "SUCCEEDED", ["SUCCEEDED"])
    assert (await house.lines(booking_id))[-1] == "Payment failed: Your card was declined."
    assert len((await house.view(booking_id)).payments[0].payment.facts.failures) == 1


async def test_B9_declined_then_paid(house: House):
    booking_id, session_id = await house.booking_with_session()
    await house.sandbox.decline(session_id)
    await house.deliver(FAILED)
    assert await states(house, booking_id) == ("PENDING", "FAILED", ["FAILED"])
    await house.sandbox.pay(session_id)
    await house.deliver(COMPLETED)
    assert await states(house, booking_id) == ("PAID", "SUCCEEDED", ["SUCCEEDED"])
    assert await house.lines(booking_id) == ["Payment link made", "Payment failed: Your card was declined.", PAID_LINE]


async def test_B10_declined_and_the_link_stays_open(house: House):
    booking_id, session_id = await house.booking_with_session()
    await house.sandbox.decline(session_id)
    await house.deliver(FAILED)
    assert await states(house, booking_id) == ("PENDING", "FAILED", ["FAILED"])
    assert "Payment failed: Your card was declined." in await house.lines(booking_id)
    again = await house.create_session(booking_id)
    assert again.json["session_id"] == session_id


async def test_B12_refunded_before_completed(house: House):
    booking_id, session_id = await house.booking_with_session()
    await house.sandbox.pay(session_id)
    await house.sandbox.refund_from_dashboard(house.sandbox.books.sessions[session_id]["payment_intent"])
    await house.deliver("charge.refunded")
    assert (await house.booking(booking_id)).status == "PENDING"
    await house.deliver(COMPLETED)
    assert await states(house, booking_id) == ("PENDING", "REFUNDED", ["REFUNDED"])
    assert PAID_LINE not in await house.lines(booking_id)
    assert "Payment refunded for booking" in await house.lines(booking_id)


async def test_B12_a_refund_before_anything_that_tells_whose_it_is(house: House):
    booking_id, session_id = await house.booking_with_session()
    await house.sandbox.pay(session_id)
    await house.sandbox.refund_from_dashboard(house.sandbox.books.sessions[session_id]["payment_intent"])
    await house.deliver("refund.created")
    assert await states(house, booking_id) == ("PENDING", "PROCESSING", ["OPEN"])
    assert [row[10] for row in await house.rows("inbox")] == ["loose"]
    await house.deliver(COMPLETED)
    assert await states(house, booking_id) == ("PENDING", "REFUNDED", ["REFUNDED"])
    assert PAID_LINE not in await house.lines(booking_id)
    assert await house.rows("loose_facts") == []


async def test_B13_B14_a_bank_payment_settles(house: House):
    booking_id, session_id = await bank_payment(house)
    assert await states(house, booking_id) == ("PENDING", "PROCESSING", ["SETTLING"])
    assert (await house.lines(booking_id))[-1] == "Bank payment is on its way, not settled"
    assert (await house.create_session(booking_id)).json["error"] == "Payment is still settling"
    await house.sandbox.settle_delayed(house.sandbox.books.sessions[session_id]["payment_intent"])
    await house.deliver("checkout.session.async_payment_succeeded")
    assert await states(house, booking_id) == ("PAID", "SUCCEEDED", ["SUCCEEDED"])


async def test_B16_a_bank_payment_bounces(house: House):
    booking_id, session_id = await bank_payment(house)
    await house.sandbox.settle_delayed(house.sandbox.books.sessions[session_id]["payment_intent"], ok=False)
    await house.deliver("checkout.session.async_payment_failed")
    assert await states(house, booking_id) == ("PENDING", "FAILED", ["FAILED"])
    assert "Payment failed: the bank payment failed" in await house.lines(booking_id)
    again = await house.create_session(booking_id)
    assert (again.status, again.json["session_id"] == session_id) == (200, False)


async def bank_payment(house: House) -> tuple[int, str]:
    booking_id, session_id = await house.booking_with_session()
    session = house.sandbox.books.sessions[session_id]
    session["payment_method_types"] = ["card", "us_bank_account"]
    await house.sandbox.pay_delayed(session_id)
    await house.deliver(COMPLETED)
    return booking_id, session_id


async def test_B17_nothing_to_pay_for_a_booking_that_asks_money(house: House):
    booking_id, made = await completed_event(house)
    free = altered(made, lambda session: session.update(payment_status="no_payment_required", payment_intent=None))
    assert (await house.post_event(free)).status == 200
    assert (await house.view(booking_id)).status == "PENDING"
    assert await kinds(house) == ["wrong_amount"]


@pytest.mark.parametrize("paid_minor", [10_000, 1_000_100])
async def test_B18_another_amount_than_asked(house: House, paid_minor: int):
    booking_id, made = await completed_event(house)
    odd = altered(made, lambda session: session.update(amount_total=paid_minor))
    assert (await house.post_event(odd)).status == 200
    assert await states(house, booking_id) == ("PENDING", "SUCCEEDED", ["SUCCEEDED"])
    assert (await house.view(booking_id)).payments[0].review == "amount"
    problems = await house.problems()
    assert [problem.kind for problem in problems] == ["wrong_amount"]
    assert "booking asks Rs. 10,000" in problems[0].sentence
    assert (await house.booking(booking_id)).badge == "REVIEW"
    refused = await house.create_session(booking_id)
    assert refused.status == 400


async def test_B19_another_currency_than_asked(house: House):
    booking_id, made = await completed_event(house)
    odd = altered(made, lambda session: session.update(currency="usd"))
    assert (await house.post_event(odd)).status == 200
    assert (await house.view(booking_id)).payments[0].review == "currency"
    assert (await house.view(booking_id)).status == "PENDING"
    assert (await house.problems())[0].sentence == "Paid $10,000, booking asks Rs. 10,000"
    told = (await house.status(booking_id)).json
    assert (told["amount"], told["currency"]) == (10_000, "PKR")
    assert (told["charged_amount"], told["charged_currency"]) == (10_000, "USD")


async def test_B19_a_currency_nobody_knows(house: House):
    booking_id, made = await completed_event(house)
    odd = altered(made, lambda session: session.update(currency="zzz"))
    assert (await house.post_event(odd)).status == 200
    assert (await house.view(booking_id)).status == "PENDING"
    told = await house.status(booking_id)
    assert (told.status, told.json["charged_amount"], told.json["charged_currency"]) == (200, None, "ZZZ")


async def test_B21_adaptive_pricing_is_for_display(house: House):
    booking_id, session_id = await house.booking_with_session()
    await house.sandbox.pay(session_id, buyer=Buyer(presentment=("eur", 3310)))
    await house.deliver(COMPLETED)
    assert await states(house, booking_id) == ("PAID", "SUCCEEDED", ["SUCCEEDED"])
    rows = await house.rows("timeline")
    assert "guest saw €33.10" in str(rows[-1])


async def test_B22_no_metadata_but_a_session_we_know(house: House):
    booking_id, made = await completed_event(house)
    bare = altered(made, lambda session: session.update(metadata={}, client_reference_id=None))
    assert (await house.post_event(bare)).status == 200
    assert await states(house, booking_id) == ("PAID", "SUCCEEDED", ["SUCCEEDED"])


async def test_B23_nothing_of_ours_at_all(house: House):
    _, made = await completed_event(house)
    before = await house.snapshot()
    foreign = {"id": "cs_test_foreign", "metadata": {}, "client_reference_id": None, "payment_intent": "pi_foreign"}
    assert (await house.post_event(altered(made, lambda session: session.update(foreign)))).status == 200
    after = await house.snapshot()
    assert [row[10] for row in after.pop("inbox")] == ["ignored"]
    assert before.pop("inbox") == []
    assert after == before
