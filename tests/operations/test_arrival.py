"""Money at the desk: mark, undo, pay out (PAYMENTS D33 to D35, UX mark paid)."""

from __future__ import annotations

import asyncio

import pytest

from tests.desk import Desk
from travello_desk.operations import bookings as changes
from travello_desk.operations.arrival import Mark, mark_paid, pay_out, undo_paid
from travello_desk.operations.checkout import checkout
from travello_desk.operations.refund import Request, refund
from travello_desk.payments.rules import Refused
from travello_desk.store import desk as receipts


async def test_D33_marked_paid_with_who_when_and_how(desk: Desk) -> None:
    booking_id = await desk.book(method="ARRIVAL")
    marked = await mark_paid(desk.ctx, Mark(booking_id, "Ayesha", "cash", received_minor=1_200_000))
    assert (marked.receipt_no, marked.change_minor) == ("R-2026-0001", 200_000)
    assert desk.states(booking_id) == ("PAID", "PAY_ON_ARRIVAL", [])
    assert desk.booking(booking_id).balance_minor == 0
    row = desk.ctx.store.read_now(lambda tx: receipts.receipts_of(tx, booking_id))[0]
    assert (row.actor, row.tender, row.amount_minor) == ("Ayesha", "cash", 1_000_000)
    assert desk.lines(booking_id) == ["Marked paid at the desk: Rs. 10,000"]


async def test_D34_two_desks_at_once_mark_once(desk: Desk) -> None:
    booking_id = await desk.book(method="ARRIVAL")
    results = await asyncio.gather(
        mark_paid(desk.ctx, Mark(booking_id, "Ali", "cash")),
        mark_paid(desk.ctx, Mark(booking_id, "Ayesha", "cash")),
        return_exceptions=True,
    )
    refused = [result for result in results if isinstance(result, Refused)]
    assert len(refused) == 1
    assert "already paid by" in str(refused[0])
    assert len(desk.ctx.store.read_now(lambda tx: receipts.receipts_of(tx, booking_id))) == 1


async def test_an_online_booking_is_switched_first(desk: Desk) -> None:
    booking_id = await desk.book()
    with pytest.raises(Refused, match="switch it to pay on arrival first"):
        await mark_paid(desk.ctx, Mark(booking_id, "Ayesha", "cash"))


async def test_B31_money_comes_online_after_the_desk_took_it(desk: Desk) -> None:
    booking_id = await desk.book()
    link = await checkout(desk.ctx, booking_id, "Ayesha")
    desk.sandbox.faults.always("POST /v1/checkout/sessions/*/expire", "reset_before")
    await changes.switch_method(desk.ctx, booking_id, "ARRIVAL", "Ayesha")
    await mark_paid(desk.ctx, Mark(booking_id, "Ayesha", "card", "slip 77"))
    await desk.sandbox.pay(link.session_id)
    await desk.feed()
    assert desk.states(booking_id) == ("PAID", "PAY_ON_ARRIVAL", ["SUCCEEDED"])
    assert [alert.kind for alert in desk.view(booking_id).alerts] == ["paid_twice"]
    desk.sandbox.faults.clear()
    await refund(desk.ctx, Request(booking_id, "Ayesha"))
    assert desk.states(booking_id)[0] == "PAID"
    assert desk.view(booking_id).alerts == ()
    assert desk.booking(booking_id).attention == 0


async def test_undo_with_a_reason_and_mark_again(desk: Desk) -> None:
    booking_id = await desk.book(method="ARRIVAL")
    await mark_paid(desk.ctx, Mark(booking_id, "Ayesha", "cash"))
    with pytest.raises(Refused, match="Give a reason"):
        await undo_paid(desk.ctx, booking_id, "  ", "Ayesha")
    await undo_paid(desk.ctx, booking_id, "wrong booking", "Ayesha")
    assert desk.states(booking_id)[0] == "PENDING"
    with pytest.raises(Refused, match="not marked paid"):
        await undo_paid(desk.ctx, booking_id, "again", "Ayesha")
    again = await mark_paid(desk.ctx, Mark(booking_id, "Ayesha", "card"))
    assert again.receipt_no == "R-2026-0002"
    assert desk.states(booking_id)[0] == "PAID"


async def test_a_used_receipt_number_names_its_booking(desk: Desk) -> None:
    first, second = await desk.book("TRV-1", "ARRIVAL"), await desk.book("TRV-2", "ARRIVAL")
    await mark_paid(desk.ctx, Mark(first, "Ayesha", "cash", receipt_no="BOOK-7"))
    with pytest.raises(Refused, match="BOOK-7 is used already, for TRV-1"):
        await mark_paid(desk.ctx, Mark(second, "Ayesha", "cash", receipt_no="BOOK-7"))
    assert desk.states(second)[0] == "PENDING"
    assert (await mark_paid(desk.ctx, Mark(second, "Ayesha", "cash"))).receipt_no == "R-2026-0001"


async def test_too_little_cash_and_a_moved_balance_change_nothing(desk: Desk) -> None:
    booking_id = await desk.book(method="ARRIVAL")
    with pytest.raises(Refused, match="is due"):
        await mark_paid(desk.ctx, Mark(booking_id, "Ayesha", "cash", received_minor=999_999))
    with pytest.raises(Refused, match="has changed meanwhile"):
        await mark_paid(desk.ctx, Mark(booking_id, "Ayesha", "cash", expected_minor=1))
    assert desk.lines(booking_id) == []


async def test_pay_out_in_part_and_in_full(desk: Desk) -> None:
    booking_id = await desk.book(method="ARRIVAL")
    await mark_paid(desk.ctx, Mark(booking_id, "Ayesha", "cash"))
    with pytest.raises(Refused, match=r"At most Rs\. 10,000"):
        await pay_out(desk.ctx, booking_id, 1_000_001, "early leave", "Ayesha")
    await pay_out(desk.ctx, booking_id, 400_000, "early leave", "Ayesha", "Chaudhry")
    assert desk.states(booking_id)[0] == "PAID"
    await pay_out(desk.ctx, booking_id, 600_000, "complaint", "Ayesha")
    assert desk.states(booking_id)[0] == "PENDING"


async def test_a_cancelled_booking_takes_no_money_until_it_is_reopened(desk: Desk) -> None:
    booking_id = await desk.book(method="ARRIVAL")
    await changes.cancel(desk.ctx, booking_id, "no show", "Ayesha", no_show=True)
    with pytest.raises(Refused, match="cancelled"):
        await mark_paid(desk.ctx, Mark(booking_id, "Ayesha", "cash"))
    await changes.reopen(desk.ctx, booking_id, "came after all", "Ayesha")
    await mark_paid(desk.ctx, Mark(booking_id, "Ayesha", "cash"))
    assert desk.states(booking_id)[0] == "PAID"
