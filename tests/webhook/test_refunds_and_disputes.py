"""PAYMENTS 3C as far as it arrives by webhook: refunds made here and elsewhere, refunds that fail, disputes."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from tests.house import NOW, House, event, until
from travello_desk.operations import refund as refunds
from travello_desk.operations.refund import Request
from travello_desk.payments.views import PaymentView
from travello_desk.sandbox.faults import stall_after

REFUNDED_LINE = "Payment refunded for booking"


def charge_of(house: House, intent: str) -> str:
    charge: str = house.sandbox.books.payment_intents[intent]["latest_charge"]
    return charge


async def payment(house: House, booking_id: int) -> PaymentView:
    """The only payment of a booking."""
    (found,) = (await house.view(booking_id)).payments
    return found


async def told(house: House, booking_id: int) -> tuple[str, str, Any]:
    """Booking status, the API's word, and what was given back, over HTTP."""
    answer = (await house.status(booking_id)).json
    return answer["booking_status"], answer["payment_status"], answer["refunded_amount"]


async def kinds(house: House) -> list[str]:
    return [problem.kind for problem in await house.problems()]


async def refunded_outside(house: House, intent: str, amount: int | None = None) -> dict[str, Any]:
    """A refund made in Stripe's dashboard, and its event posted."""
    refund = await house.sandbox.refund_from_dashboard(intent, amount)
    await house.deliver("refund.created")
    return refund


async def test_C5_a_part(house: House):
    booking_id, intent = await house.paid_booking()
    await refunded_outside(house, intent, 200_000)
    assert await told(house, booking_id) == ("PAID", "SUCCEEDED", 2000)
    assert (await house.booking(booking_id)).badge == "PART REF"
    assert (await house.lines(booking_id))[-1] == "Rs. 2,000 of Rs. 10,000 refunded"


async def test_C6_parts_that_reach_the_whole(house: House):
    booking_id, intent = await house.paid_booking()
    for amount, expected in ((200_000, "SUCCEEDED"), (300_000, "SUCCEEDED"), (500_000, "REFUNDED")):
        await refunded_outside(house, intent, amount)
        assert (await told(house, booking_id))[1] == expected
    assert await told(house, booking_id) == ("PENDING", "REFUNDED", 10_000)
    lines = await house.lines(booking_id)
    assert lines[-3:] == ["Rs. 2,000 of Rs. 10,000 refunded", "Rs. 5,000 of Rs. 10,000 refunded", REFUNDED_LINE]


async def test_C11_on_its_way(house: House):
    house.sandbox.behaviour.refund_status = "pending"
    booking_id, intent = await house.paid_booking()
    await refunded_outside(house, intent, 200_000)
    assert await told(house, booking_id) == ("PAID", "SUCCEEDED", 2000)
    assert (await payment(house, booking_id)).in_flight_minor == 200_000
    assert "Refund of Rs. 2,000 on its way" in await house.lines(booking_id)


async def test_C11_a_whole_refund_on_its_way_counts(house: House):
    house.sandbox.behaviour.refund_status = "pending"
    booking_id, intent = await house.paid_booking()
    refund = await refunded_outside(house, intent)
    assert await told(house, booking_id) == ("PENDING", "REFUNDED", 10_000)
    await house.sandbox.settle_refund(refund["id"])
    await house.deliver("refund.updated")
    assert (await payment(house, booking_id)).in_flight_minor == 0
    assert "Refund of Rs. 10,000 went through" in await house.lines(booking_id)


async def test_C12_the_guest_must_act(house: House):
    house.sandbox.behaviour.refund_status = "requires_action"
    booking_id, intent = await house.paid_booking()
    await refunded_outside(house, intent, 200_000)
    assert await told(house, booking_id) == ("PAID", "SUCCEEDED", 2000)
    assert "Refund of Rs. 2,000: guest must act, Stripe e-mailed them" in await house.lines(booking_id)


@pytest.mark.parametrize("lowers", [True, False])
async def test_C13_a_refund_comes_back(house: House, lowers: bool):
    house.sandbox.behaviour.failed_refund_lowers_charge = lowers
    booking_id, intent = await house.paid_booking()
    refund = await refunded_outside(house, intent)
    await house.deliver("charge.refunded")
    assert await told(house, booking_id) == ("PENDING", "REFUNDED", 10_000)
    await house.sandbox.fail_refund(refund["id"])
    await house.deliver("refund.failed")
    assert await told(house, booking_id) == ("PAID", "SUCCEEDED", 0)
    assert await kinds(house) == ["refund_failed"]
    assert "FAILED (lost_or_stolen_card)" in (await house.problems())[0].sentence
    assert "Refund of Rs. 10,000 FAILED (lost_or_stolen_card)" in await house.lines(booking_id)


async def test_C13_the_failure_overtakes_the_refund(house: House):
    booking_id, intent = await house.paid_booking()
    refund = await house.sandbox.refund_from_dashboard(intent)
    await house.sandbox.fail_refund(refund["id"])
    await house.deliver("refund.failed", "refund.created", "charge.refunded")
    assert await told(house, booking_id) == ("PAID", "SUCCEEDED", 0)


async def test_C15_the_event_is_faster_than_the_reply(house: House):
    booking_id, _ = await house.paid_booking()
    house.sandbox.faults.next("POST /v1/refunds", stall_after(30))
    sending = asyncio.create_task(refunds.refund(house.ctx, Request(booking_id, "Ali", 200_000, uid="u1")))
    await until(lambda: bool(house.sandbox.books.refunds))
    await house.deliver("refund.created")
    (row,) = (await payment(house, booking_id)).payment.refunds
    assert (row.uid, row.status) == ("u1", "succeeded")
    house.sandbox.api.closing.set()  # the stalled answer is let go, as the connection breaks
    await asyncio.gather(sending, return_exceptions=True)
    house.sandbox.api.closing.clear()
    assert len(await house.rows("refunds")) == len(house.sandbox.books.refunds) == 1
    assert await told(house, booking_id) == ("PAID", "SUCCEEDED", 2000)
    assert (await house.lines(booking_id)).count("Rs. 2,000 of Rs. 10,000 refunded") == 1


async def test_C15_the_reply_is_faster_than_the_event(house: House):
    booking_id, _ = await house.paid_booking()
    await refunds.refund(house.ctx, Request(booking_id, "Ali", 200_000))
    lines = await house.lines(booking_id)
    await house.deliver("refund.created", "charge.refunded")
    assert await house.lines(booking_id) == lines
    assert len(await house.rows("refunds")) == 1
    assert await told(house, booking_id) == ("PAID", "SUCCEEDED", 2000)


async def test_C16_made_in_the_dashboard(house: House):
    booking_id, intent = await house.paid_booking()
    await refunded_outside(house, intent)
    assert await told(house, booking_id) == ("PENDING", "REFUNDED", 10_000)
    (row,) = (await payment(house, booking_id)).payment.refunds
    assert (row.uid, row.settled) == ("", True)
    assert REFUNDED_LINE in await house.lines(booking_id)


async def test_C17_only_the_charge_tells_and_the_refunds_are_fetched(house: House, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr("travello_desk.operations.follow_up.WAIT_SECONDS", 0.0)
    booking_id, intent = await house.paid_booking()
    await house.sandbox.refund_from_dashboard(intent, 200_000)
    await house.deliver("charge.refunded")
    assert await told(house, booking_id) == ("PAID", "SUCCEEDED", 2000)
    await until(lambda: bool(house.ctx.store.read_now(lambda tx: tx.all("SELECT 1 FROM refunds"))))
    assert len((await payment(house, booking_id)).payment.refunds) == 1
    assert await told(house, booking_id) == ("PAID", "SUCCEEDED", 2000)


async def test_C17_nothing_is_fetched_when_the_refund_was_told(house: House, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr("travello_desk.operations.follow_up.WAIT_SECONDS", 0.0)
    _, intent = await house.paid_booking()
    await refunded_outside(house, intent, 200_000)
    await house.deliver("charge.refunded")
    await until(lambda: "follow_up" not in str(asyncio.all_tasks()))
    assert [asked.path for asked in house.sandbox.requests if asked.method == "GET"] == []


async def test_C17_E16_stripe_cannot_be_asked(house: House, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr("travello_desk.operations.follow_up.WAIT_SECONDS", 0.0)
    booking_id, intent = await house.paid_booking()
    await house.sandbox.refund_from_dashboard(intent, 200_000)
    house.sandbox.faults.always("GET *", "500")
    await house.deliver("charge.refunded")
    assert await told(house, booking_id) == ("PAID", "SUCCEEDED", 2000)


async def test_C18_the_charge_tells_of_a_part(house: House):
    booking_id, intent = await house.paid_booking()
    await house.sandbox.refund_from_dashboard(intent, 200_000)
    await house.deliver("charge.refunded")
    assert await told(house, booking_id) == ("PAID", "SUCCEEDED", 2000)
    await house.deliver("refund.created")
    assert await told(house, booking_id) == ("PAID", "SUCCEEDED", 2000)


async def test_C22_waiting_for_the_balance(house: House):
    house.sandbox.behaviour.insufficient_balance = True
    booking_id, intent = await house.paid_booking()
    await refunded_outside(house, intent, 200_000)
    assert "Refund of Rs. 2,000 waits for Stripe balance" in await house.lines(booking_id)
    assert (await payment(house, booking_id)).in_flight_minor == 200_000


async def test_C24_a_dispute(house: House):
    booking_id, intent = await house.paid_booking()
    await house.sandbox.open_dispute(charge_of(house, intent))
    await house.deliver("charge.dispute.created")
    assert await told(house, booking_id) == ("PAID", "SUCCEEDED", 0)
    assert (await payment(house, booking_id)).dispute == "DISPUTED"
    (problem,) = await house.problems()
    assert (problem.kind, problem.due_at > NOW) == ("dispute", True)


async def test_C24_answered_and_won(house: House):
    booking_id, intent = await house.paid_booking()
    dispute = await house.sandbox.open_dispute(charge_of(house, intent))
    await house.sandbox.answer_dispute(dispute["id"])
    await house.sandbox.close_dispute(dispute["id"], won=True)
    await house.deliver("charge.dispute.closed", "charge.dispute.updated", "charge.dispute.created")
    assert (await payment(house, booking_id)).dispute == ""
    assert await kinds(house) == []


async def test_C25_a_dispute_is_lost(house: House):
    booking_id, intent = await house.paid_booking()
    dispute = await house.sandbox.open_dispute(charge_of(house, intent))
    await house.sandbox.close_dispute(dispute["id"], won=False)
    await house.deliver("charge.dispute.created", "charge.dispute.closed")
    view = await payment(house, booking_id)
    assert (view.dispute, view.lost_minor, view.kept_minor) == ("LOST", 1_000_000, 0)
    assert (await told(house, booking_id))[0] == "PAID"
    assert await kinds(house) == ["dispute_lost"]


async def test_C27_an_inquiry(house: House):
    booking_id, intent = await house.paid_booking()
    await house.sandbox.open_dispute(charge_of(house, intent), inquiry=True)
    await house.deliver("charge.dispute.created")
    view = await payment(house, booking_id)
    assert (view.dispute, view.refundable_minor) == ("INQUIRY", 1_000_000)
    assert (await told(house, booking_id))[:2] == ("PAID", "SUCCEEDED")


async def test_C28_a_dispute_over_a_charge_nobody_knows(house: House):
    booking_id, _ = await house.paid_booking()
    before = await house.snapshot()
    dispute = {"id": "dp_1", "object": "dispute", "charge": "ch_unknown", "status": "needs_response", "amount": 5}
    assert (await house.post_event(event("charge.dispute.created", dispute))).status == 200
    after = await house.snapshot()
    assert after["disputes"] == before["disputes"] == []
    assert (after["bookings"], after["attention"]) == (before["bookings"], before["attention"])
    assert (await payment(house, booking_id)).dispute == ""


async def test_C24_a_dispute_before_the_payment_is_known(house: House):
    booking_id, session_id = await house.booking_with_session()
    await house.sandbox.pay(session_id)
    intent = house.sandbox.books.sessions[session_id]["payment_intent"]
    await house.sandbox.open_dispute(charge_of(house, intent))
    await house.deliver("charge.dispute.created")
    assert await kinds(house) == []
    await house.deliver("checkout.session.completed")
    assert (await payment(house, booking_id)).dispute == "DISPUTED"
    assert await kinds(house) == ["dispute"]


async def test_C32_paid_again_and_then_the_first_refund_fails(house: House):
    booking_id, intent = await house.paid_booking()
    refund = await refunded_outside(house, intent)
    await house.sandbox.pay(await house.open_session(booking_id))
    await house.deliver("checkout.session.completed")
    assert await told(house, booking_id) == ("PAID", "SUCCEEDED", 10_000)
    await house.sandbox.fail_refund(refund["id"])
    await house.deliver("refund.failed")
    view = await house.view(booking_id)
    assert (view.status, [p.status for p in view.payments]) == ("PAID", ["SUCCEEDED", "SUCCEEDED"])
    assert [p.duplicate for p in view.payments].count(True) == 1
    assert sorted(await kinds(house)) == ["paid_twice", "refund_failed"]
