"""Rows C of PAYMENTS section 3 that the refund operation answers for, against the sandbox over HTTP."""

from __future__ import annotations

import asyncio

import pytest

from tests.desk import Desk
from travello_desk.operations.arrival import Mark, mark_paid
from travello_desk.operations.checkout import checkout
from travello_desk.operations.errors import StripeFailed
from travello_desk.operations.refund import Refunded, Request, new_uid, refund
from travello_desk.operations.resume import resume
from travello_desk.payments.rules import Refused
from travello_desk.store import payments, timeline

REFUNDS = "/v1/refunds"


async def paid(desk: Desk, amount_minor: int = 1_000_000) -> int:
    booking_id = await desk.book(amount_minor=amount_minor)
    link = await checkout(desk.ctx, booking_id, "Ayesha")
    await desk.sandbox.pay(link.session_id)
    await desk.feed()
    return booking_id


async def give_back(desk: Desk, booking_id: int, amount_minor: int | None = None, uid: str = "") -> Refunded:
    return await refund(desk.ctx, Request(booking_id, "Ayesha", amount_minor, uid=uid))


async def test_C1_full_refund_makes_the_booking_pending_again(desk: Desk) -> None:
    booking_id = await paid(desk)
    done = await give_back(desk, booking_id)
    assert done.amount_minor == 1_000_000
    assert desk.states(booking_id) == ("PENDING", "REFUNDED", ["REFUNDED"])
    await desk.feed()
    assert desk.states(booking_id) == ("PENDING", "REFUNDED", ["REFUNDED"])
    assert desk.lines(booking_id).count("Payment refunded for booking") == 1
    link = await checkout(desk.ctx, booking_id, "Ayesha")
    assert desk.states(booking_id)[1] == "PROCESSING", "the guest may pay again"
    assert link.payment_id


async def test_C2_the_same_press_twice_is_one_refund(desk: Desk) -> None:
    booking_id = await paid(desk)
    uid = new_uid()
    both = await asyncio.gather(*(give_back(desk, booking_id, 200_000, uid) for _ in range(2)))
    assert {item.stripe_refund_id for item in both} == set(desk.sandbox.books.refunds)
    assert len(desk.posts(REFUNDS)) == 1


async def test_C3_lost_answer_then_the_same_refund(desk: Desk) -> None:
    booking_id = await paid(desk)
    desk.sandbox.faults.next(f"POST {REFUNDS}", "reset_after", times=3)
    uid = new_uid()
    with pytest.raises(StripeFailed) as failed:
        await give_back(desk, booking_id, 200_000, uid)
    assert failed.value.money_moved == "not known"
    assert desk.booking(booking_id).badge == "CHECKING"
    desk.sandbox.faults.clear()
    done = await give_back(desk, booking_id, 200_000, uid)
    assert list(desk.sandbox.books.refunds) == [done.stripe_refund_id]
    assert desk.view(booking_id).payments[0].refunded_minor == 200_000


async def test_C3_another_press_waits_while_one_is_not_known(desk: Desk) -> None:
    booking_id = await paid(desk)
    desk.sandbox.faults.next(f"POST {REFUNDS}", "reset_after", times=3)
    with pytest.raises(StripeFailed):
        await give_back(desk, booking_id, 200_000)
    with pytest.raises(Refused, match="already being sent"):
        await give_back(desk, booking_id, 200_000)
    assert len(desk.sandbox.books.refunds) == 1


async def test_C4_a_refund_that_was_being_sent_is_confirmed_at_start(desk: Desk) -> None:
    booking_id = await paid(desk)
    desk.sandbox.faults.next(f"POST {REFUNDS}", "reset_after", times=3)
    with pytest.raises(StripeFailed):
        await give_back(desk, booking_id, 200_000)
    desk.sandbox.faults.clear()
    done = await resume(desk.ctx)
    assert done.sentence == "1 refund that was being sent: confirmed"
    assert len(desk.sandbox.books.refunds) == 1
    assert desk.states(booking_id) == ("PAID", "SUCCEEDED", ["SUCCEEDED"])


async def test_C5_partial_refund_stays_paid(desk: Desk) -> None:
    booking_id = await paid(desk)
    await give_back(desk, booking_id, 200_000)
    await desk.feed()
    assert desk.states(booking_id) == ("PAID", "SUCCEEDED", ["SUCCEEDED"])
    assert desk.booking(booking_id).badge == "PART REF"
    assert "Rs. 2,000 of Rs. 10,000 refunded" in desk.lines(booking_id)
    entries = desk.ctx.store.read_now(lambda tx: timeline.for_booking(tx, booking_id))
    assert [entry.detail for entry in entries if entry.kind == "refund_asked"] == ["guest request"]


async def test_C6_partial_refunds_reach_the_full_sum(desk: Desk) -> None:
    booking_id = await paid(desk)
    for amount_minor in (300_000, 300_000, 400_000):
        await give_back(desk, booking_id, amount_minor)
    assert desk.states(booking_id) == ("PENDING", "REFUNDED", ["REFUNDED"])


async def test_C7_above_the_remainder_is_refused_here(desk: Desk) -> None:
    booking_id = await paid(desk)
    await give_back(desk, booking_id, 200_000)
    with pytest.raises(Refused, match=r"At most Rs\. 8,000 is left"):
        await give_back(desk, booking_id, 800_001)
    assert len(desk.posts(REFUNDS)) == 1


async def test_C8_refunded_in_the_dashboard_meanwhile(desk: Desk) -> None:
    booking_id = await paid(desk)
    intent = next(iter(desk.sandbox.books.payment_intents))
    await desk.sandbox.refund_from_dashboard(intent, 200_000)
    with pytest.raises(Refused, match="refunded this payment in Stripe"):
        await give_back(desk, booking_id)
    assert desk.view(booking_id).payments[0].refunded_minor == 200_000
    done = await give_back(desk, booking_id)
    assert done.amount_minor == 800_000
    assert desk.states(booking_id) == ("PENDING", "REFUNDED", ["REFUNDED"])


@pytest.mark.parametrize("amount_minor", [0, -1, -200_000])
async def test_C10_nothing_and_less_than_nothing(desk: Desk, amount_minor: int) -> None:
    booking_id = await paid(desk)
    with pytest.raises(Refused, match="more than nothing"):
        await give_back(desk, booking_id, amount_minor)
    assert desk.posts(REFUNDS) == []


async def test_C13_a_refund_that_fails_later_brings_the_money_back(desk: Desk) -> None:
    booking_id = await paid(desk)
    done = await give_back(desk, booking_id)
    assert desk.states(booking_id)[0] == "PENDING"
    await desk.sandbox.fail_refund(done.stripe_refund_id)
    await desk.feed()
    assert desk.states(booking_id) == ("PAID", "SUCCEEDED", ["SUCCEEDED"])
    assert [alert.kind for alert in desk.view(booking_id).alerts] == ["refund_failed"]
    assert any("FAILED (lost_or_stolen_card)" in line for line in desk.lines(booking_id))


async def test_C15_the_webhook_before_the_reply_is_one_row(desk: Desk) -> None:
    booking_id = await paid(desk)
    desk.sandbox.faults.next(f"POST {REFUNDS}", "reset_after", times=3)
    uid = new_uid()
    with pytest.raises(StripeFailed):
        await give_back(desk, booking_id, 200_000, uid)
    desk.sandbox.faults.clear()
    await desk.feed()
    assert desk.booking(booking_id).badge == "PART REF", "the webhook has told what the lost answer would have"
    done = await give_back(desk, booking_id, 200_000, uid)
    rows = desk.ctx.store.read_now(lambda tx: payments.refunds_of(tx, booking_id))
    assert [(row.uid, row.stripe_refund_id) for row in rows] == [(uid, done.stripe_refund_id)]


async def test_C23_a_disputed_payment_is_left_to_the_bank(desk: Desk) -> None:
    booking_id = await paid(desk)
    charge = next(iter(desk.sandbox.books.charges))
    await desk.sandbox.open_dispute(charge)
    with pytest.raises(Refused, match="the bank decides"):
        await give_back(desk, booking_id)
    await desk.feed()
    with pytest.raises(Refused, match="the bank decides"):
        await give_back(desk, booking_id)
    assert desk.states(booking_id)[0] == "PAID"


async def test_C30_a_key_that_may_not_refund(desk: Desk) -> None:
    booking_id = await paid(desk)
    desk.sandbox.faults.next(f"POST {REFUNDS}", "403", times=3)
    with pytest.raises(StripeFailed) as failed:
        await give_back(desk, booking_id, 200_000)
    assert not failed.value.retryable
    rows = desk.ctx.store.read_now(lambda tx: payments.refunds_of(tx, booking_id))
    assert [row.status for row in rows] == ["REFUSED"]
    assert desk.states(booking_id) == ("PAID", "SUCCEEDED", ["SUCCEEDED"])
    assert desk.view(booking_id).payments[0].refunded_minor == 0


async def test_C31_nothing_to_refund_yet(desk: Desk) -> None:
    booking_id = await desk.book()
    with pytest.raises(Refused, match="nothing to refund yet"):
        await give_back(desk, booking_id)
    await checkout(desk.ctx, booking_id, "Ayesha")
    with pytest.raises(Refused, match="nothing to refund yet"):
        await give_back(desk, booking_id)
    assert desk.posts(REFUNDS) == []


async def test_money_of_the_desk_is_pointed_to_its_own_way_back(desk: Desk) -> None:
    booking_id = await desk.book("TRV-9", "ARRIVAL")
    await mark_paid(desk.ctx, Mark(booking_id, "Ali", "cash"))
    with pytest.raises(Refused, match="Nothing was paid online: pay the desk money out instead"):
        await give_back(desk, booking_id)
    assert desk.posts(REFUNDS) == []


async def test_C32_repaid_and_then_the_first_refund_fails(desk: Desk) -> None:
    booking_id = await paid(desk)
    first = await give_back(desk, booking_id)
    link = await checkout(desk.ctx, booking_id, "Ayesha")
    await desk.sandbox.pay(link.session_id)
    await desk.sandbox.fail_refund(first.stripe_refund_id)
    await desk.feed()
    assert desk.states(booking_id) == ("PAID", "SUCCEEDED", ["SUCCEEDED", "SUCCEEDED"])
    assert "paid_twice" in {alert.kind for alert in desk.view(booking_id).alerts}
    await give_back(desk, booking_id)
    assert desk.states(booking_id)[0] == "PAID", "refunding either keeps it paid"


async def test_the_database_itself_refuses_to_refund_more_than_was_received(desk: Desk) -> None:
    from travello_desk.store.errors import Conflict

    booking_id = await paid(desk)
    payment_id = desk.view(booking_id).payments[0].payment.seq
    new = payments.NewRefund("u", payment_id, 1_000_001, "PKR", 0, "{}", "", "", "", "", "key", {})
    with pytest.raises(Conflict, match="above what was received"):
        await desk.ctx.store.write(lambda tx: payments.insert_refund(tx, new))
