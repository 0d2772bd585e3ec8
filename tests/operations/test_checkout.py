"""Rows D of PAYMENTS section 3 that the checkout operation answers for, against the sandbox over HTTP."""

from __future__ import annotations

import asyncio

import pytest

from tests.desk import Desk
from travello_desk.operations import bookings as changes
from travello_desk.operations.checkout import checkout
from travello_desk.operations.errors import StripeFailed
from travello_desk.operations.resume import resume
from travello_desk.payments.rules import Refused

SESSIONS = "/v1/checkout/sessions"


async def test_D1_a_link_is_made_and_the_booking_says_processing(desk: Desk) -> None:
    booking_id = await desk.book()
    link = await checkout(desk.ctx, booking_id, "Ayesha")
    session = desk.sandbox.books.sessions[link.session_id]
    assert (session["amount_total"], session["currency"]) == (1_000_000, "pkr")
    assert session["metadata"]["booking_id"] == str(booking_id)
    assert session["client_reference_id"] == session["metadata"]["payment_uid"]
    assert link.session_url == session["url"]
    assert desk.states(booking_id) == ("PENDING", "PROCESSING", ["OPEN"])
    assert desk.booking(booking_id).badge == "LINK OUT"
    assert desk.lines(booking_id) == ["Payment link made"]


async def test_D2_the_open_session_is_handed_out_again(desk: Desk) -> None:
    booking_id = await desk.book()
    first = await checkout(desk.ctx, booking_id, "Ayesha")
    second = await checkout(desk.ctx, booking_id, "Bilal")
    assert (second.session_id, second.payment_id, second.reused) == (first.session_id, first.payment_id, True)
    assert len(desk.posts(SESSIONS)) == 1


async def test_D2_a_declined_card_keeps_the_same_session(desk: Desk) -> None:
    booking_id = await desk.book()
    first = await checkout(desk.ctx, booking_id, "Ayesha")
    await desk.sandbox.decline(first.session_id)
    await desk.feed()
    assert desk.states(booking_id) == ("PENDING", "FAILED", ["FAILED"])
    assert (await checkout(desk.ctx, booking_id, "Ayesha")).session_id == first.session_id


async def test_D3_two_at_the_same_instant_make_one_session(desk: Desk) -> None:
    booking_id = await desk.book()
    links = await asyncio.gather(*(checkout(desk.ctx, booking_id, "Ayesha") for _ in range(2)))
    assert len({link.session_id for link in links}) == len({link.payment_id for link in links}) == 1
    assert len(desk.posts(SESSIONS)) == 1


async def test_D4_twenty_bookings_at_the_same_instant(desk: Desk) -> None:
    ids = [await desk.book(f"TRV-{number}") for number in range(20)]
    links = await asyncio.gather(*(checkout(desk.ctx, booking_id, "Ayesha") for booking_id in ids))
    assert len({link.session_id for link in links}) == 20


async def test_D5_unknown_booking(desk: Desk) -> None:
    with pytest.raises(Refused, match="Booking not found"):
        await checkout(desk.ctx, 99, "Ayesha")


async def test_D6_arrival_booking(desk: Desk) -> None:
    booking_id = await desk.book(method="ARRIVAL")
    with pytest.raises(Refused, match="Payment method must be ONLINE"):
        await checkout(desk.ctx, booking_id, "Ayesha")
    assert desk.posts("/") == []


async def test_D7_paid_booking_asks_stripe_nothing(desk: Desk) -> None:
    booking_id = await desk.book()
    link = await checkout(desk.ctx, booking_id, "Ayesha")
    await desk.sandbox.pay(link.session_id)
    await desk.feed()
    with pytest.raises(Refused, match="Payment already processed"):
        await checkout(desk.ctx, booking_id, "Ayesha")
    assert len(desk.posts(SESSIONS)) == 1
    assert desk.states(booking_id) == ("PAID", "SUCCEEDED", ["SUCCEEDED"])


async def test_D8_cancelled_booking(desk: Desk) -> None:
    booking_id = await desk.book()
    await changes.cancel(desk.ctx, booking_id, "guest called", "Ayesha")
    with pytest.raises(Refused, match="Booking is cancelled"):
        await checkout(desk.ctx, booking_id, "Ayesha")
    assert desk.posts("/") == []


async def test_a_settling_payment_refuses_a_new_link(desk: Desk) -> None:
    booking_id = await desk.book()
    link = await checkout(desk.ctx, booking_id, "Ayesha")
    await desk.sandbox.pay_delayed(link.session_id)
    await desk.feed()
    assert desk.states(booking_id) == ("PENDING", "PROCESSING", ["SETTLING"])
    with pytest.raises(Refused, match="Payment is still settling"):
        await checkout(desk.ctx, booking_id, "Ayesha")


@pytest.mark.parametrize("fault", ["reset_after", "truncate", "500_lost", "html_502_after"])
async def test_D13_lost_answer_then_the_same_session(desk: Desk, fault: str) -> None:
    booking_id = await desk.book()
    desk.sandbox.faults.next(f"POST {SESSIONS}", fault, times=3)
    with pytest.raises(StripeFailed) as failed:
        await checkout(desk.ctx, booking_id, "Ayesha")
    assert failed.value.retryable
    assert desk.states(booking_id) == ("PENDING", "PROCESSING", ["CREATING"])
    assert desk.booking(booking_id).badge == "CHECKING"
    desk.sandbox.faults.clear()
    link = await checkout(desk.ctx, booking_id, "Ayesha")
    assert list(desk.sandbox.books.sessions) == [link.session_id]
    assert len({item.idempotency_key for item in desk.posts(SESSIONS)}) == 1


async def test_D13_a_crash_is_resumed_without_a_person(desk: Desk) -> None:
    booking_id = await desk.book()
    desk.sandbox.faults.next(f"POST {SESSIONS}", "reset_after", times=3)
    with pytest.raises(StripeFailed):
        await checkout(desk.ctx, booking_id, "Ayesha")
    desk.sandbox.faults.clear()
    done = await resume(desk.ctx)
    assert done.sentence == "1 link recovered"
    assert desk.states(booking_id) == ("PENDING", "PROCESSING", ["OPEN"])
    assert len(desk.sandbox.books.sessions) == 1


@pytest.mark.parametrize("fault", ["429", "lock_timeout"])
async def test_D16_D17_busy_is_retryable_and_keeps_the_intention(desk: Desk, fault: str) -> None:
    booking_id = await desk.book()
    desk.sandbox.faults.always(f"POST {SESSIONS}", fault)
    with pytest.raises(StripeFailed, match="busy") as failed:
        await checkout(desk.ctx, booking_id, "Ayesha")
    assert failed.value.retryable
    assert failed.value.money_moved == "no"
    assert desk.states(booking_id)[2] == ["CREATING"]


@pytest.mark.parametrize(("fault", "says"), [("401", "refuses the key"), ("403", "may not")])
async def test_D18_D19_a_definite_no_closes_the_intention(desk: Desk, fault: str, says: str) -> None:
    booking_id = await desk.book()
    desk.sandbox.faults.next(f"POST {SESSIONS}", fault, times=3)
    with pytest.raises(StripeFailed) as failed:
        await checkout(desk.ctx, booking_id, "Ayesha")
    assert not failed.value.retryable
    assert failed.value.money_moved == "no"
    assert desk.states(booking_id) == ("PENDING", "NOT_INITIATED", ["REFUSED"])
    desk.sandbox.faults.clear()
    await checkout(desk.ctx, booking_id, "Ayesha")
    keys = [item.idempotency_key for item in desk.posts(SESSIONS)]
    assert keys[-1] != keys[0], "after a definite no a new key is needed"
    assert desk.states(booking_id)[2] == ["REFUSED", "OPEN"]


@pytest.mark.parametrize("fault", ["html_502", "html_200", "truncate", "500"])
async def test_D20_garbage_answers_are_retryable(desk: Desk, fault: str) -> None:
    booking_id = await desk.book()
    desk.sandbox.faults.always(f"POST {SESSIONS}", fault)
    with pytest.raises(StripeFailed) as failed:
        await checkout(desk.ctx, booking_id, "Ayesha")
    assert failed.value.retryable
    assert desk.states(booking_id)[2] == ["CREATING"]


@pytest.mark.parametrize(
    ("amount_minor", "says"), [(100, "below the online minimum of Rs. 200"), (120_000_000, "above the online maximum")]
)
async def test_D23_D24_limits_are_refused_before_any_call(desk: Desk, amount_minor: int, says: str) -> None:
    booking_id = await desk.book(amount_minor=amount_minor)
    with pytest.raises(Refused, match=says):
        await checkout(desk.ctx, booking_id, "Ayesha")
    assert desk.posts("/") == []
    assert desk.view(booking_id).payments == ()


async def test_D27_payment_method_types_are_never_sent(desk: Desk) -> None:
    booking_id = await desk.book()
    await checkout(desk.ctx, booking_id, "Ayesha")
    assert not [name for name in desk.posts(SESSIONS)[0].params if name.startswith("payment_method_types")]


async def test_D29_a_new_price_switches_the_old_link_off_first(desk: Desk) -> None:
    booking_id = await desk.book()
    old = await checkout(desk.ctx, booking_id, "Ayesha")
    done = await changes.edit(desk.ctx, booking_id, "Ayesha", amount_minor=1_200_000)
    assert done.warning == ""
    assert desk.sandbox.books.sessions[old.session_id]["status"] == "expired"
    new = await checkout(desk.ctx, booking_id, "Ayesha")
    assert desk.sandbox.books.sessions[new.session_id]["amount_total"] == 1_200_000
    assert desk.states(booking_id)[2] == ["EXPIRED", "OPEN"]


async def test_D29_the_guest_was_faster_than_the_new_price(desk: Desk) -> None:
    booking_id = await desk.book()
    link = await checkout(desk.ctx, booking_id, "Ayesha")
    await desk.sandbox.pay(link.session_id)
    await changes.edit(desk.ctx, booking_id, "Ayesha", amount_minor=1_200_000)
    status, _, payments = desk.states(booking_id)
    assert (status, payments) == ("PENDING", ["SUCCEEDED"])
    assert [alert.kind for alert in desk.view(booking_id).alerts] == ["wrong_amount"]


async def test_D32_complete_beats_expired_at_the_edge(desk: Desk) -> None:
    booking_id = await desk.book()
    link = await checkout(desk.ctx, booking_id, "Ayesha")
    desk.time.seconds += 24 * 3600 - 20
    await desk.sandbox.pay(link.session_id)
    with pytest.raises(Refused, match="already processed"):
        await checkout(desk.ctx, booking_id, "Ayesha")
    assert desk.states(booking_id) == ("PAID", "SUCCEEDED", ["SUCCEEDED"])


async def test_a_session_near_its_end_is_replaced(desk: Desk) -> None:
    booking_id = await desk.book()
    old = await checkout(desk.ctx, booking_id, "Ayesha")
    desk.time.seconds += 24 * 3600 - 20
    new = await checkout(desk.ctx, booking_id, "Ayesha")
    assert new.session_id != old.session_id
    assert desk.states(booking_id)[2] == ["EXPIRED", "OPEN"]


async def test_D35_switching_to_arrival_closes_the_link(desk: Desk) -> None:
    booking_id = await desk.book()
    link = await checkout(desk.ctx, booking_id, "Ayesha")
    await changes.switch_method(desk.ctx, booking_id, "ARRIVAL", "Ayesha")
    assert desk.sandbox.books.sessions[link.session_id]["status"] == "expired"
    assert desk.states(booking_id) == ("PENDING", "PAY_ON_ARRIVAL", ["EXPIRED"])


async def test_D35_stripe_down_queues_the_expiry(desk: Desk) -> None:
    booking_id = await desk.book()
    link = await checkout(desk.ctx, booking_id, "Ayesha")
    desk.sandbox.faults.always("POST /v1/checkout/sessions/*/expire", "reset_before")
    done = await changes.switch_method(desk.ctx, booking_id, "ARRIVAL", "Ayesha")
    assert "still live" in done.warning
    desk.sandbox.faults.clear()
    assert (await resume(desk.ctx)).expired == 1
    assert desk.sandbox.books.sessions[link.session_id]["status"] == "expired"
    assert desk.states(booking_id)[2] == ["EXPIRED"]


async def test_D35_complete_at_stripe_counts_as_paid_online(desk: Desk) -> None:
    booking_id = await desk.book()
    link = await checkout(desk.ctx, booking_id, "Ayesha")
    await desk.sandbox.pay(link.session_id)
    await changes.switch_method(desk.ctx, booking_id, "ARRIVAL", "Ayesha")
    assert desk.states(booking_id) == ("PAID", "PAY_ON_ARRIVAL", ["SUCCEEDED"])


async def test_D36_cancel_switches_the_link_off(desk: Desk) -> None:
    booking_id = await desk.book()
    link = await checkout(desk.ctx, booking_id, "Ayesha")
    await changes.cancel(desk.ctx, booking_id, "plans changed", "Ayesha")
    assert desk.sandbox.books.sessions[link.session_id]["status"] == "expired"
    assert desk.states(booking_id) == ("CANCELLED", "NOT_INITIATED", ["EXPIRED"])
    assert desk.lines(booking_id)[:2] == ["Payment link made", "Booking cancelled"]


async def test_D36_late_money_raises_the_alert_of_B30(desk: Desk) -> None:
    booking_id = await desk.book()
    link = await checkout(desk.ctx, booking_id, "Ayesha")
    await desk.sandbox.pay(link.session_id)
    await changes.cancel(desk.ctx, booking_id, "plans changed", "Ayesha")
    await desk.feed()
    assert desk.states(booking_id) == ("CANCELLED", "SUCCEEDED", ["SUCCEEDED"])
    assert [alert.kind for alert in desk.view(booking_id).alerts] == ["money_on_cancelled"]
    assert desk.booking(booking_id).attention == 1
