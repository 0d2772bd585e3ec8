"""Switch, cancel, undo, accept, close the link: each with its consequence, its reason and its refusals."""

from __future__ import annotations

from typing import Any

import pytest

from tests.desk import Desk
from tests.tui.dialogs.host import AYESHA, OLGA, House, press, settle, shown, until
from tests.tui.sizes import Size
from travello_desk.actions import User
from travello_desk.operations import shifts
from travello_desk.operations.arrival import Mark, mark_paid
from travello_desk.operations.bookings import cancel, edit, reopen, switch_method
from travello_desk.operations.checkout import checkout
from travello_desk.payments.rules import Refused
from travello_desk.tui.dialogs.accept import AcceptDialog
from travello_desk.tui.dialogs.cancel import CancelDialog
from travello_desk.tui.dialogs.close_link import CloseLinkDialog
from travello_desk.tui.dialogs.problem import ErrorDialog
from travello_desk.tui.dialogs.switch import SwitchDialog
from travello_desk.tui.dialogs.undo import UndoDialog

MANAGER = User("Chaudhry", "manager")


async def type_in(pilot: Any, selector: str, text: str) -> None:
    pilot.app.screen.query_one(selector).value = text
    await settle(pilot)


# --- switch --------------------------------------------------------------------------------------------------------


async def test_switching_closes_the_open_link_first(desk: Desk, size: Size) -> None:
    booking_id = await desk.book("TRV-1")
    await checkout(desk.ctx, booking_id, "Ali")
    async with shown(desk.ctx, SwitchDialog(desk.ctx, AYESHA, booking_id), size) as (host, pilot):
        text = host.flat()
        assert "ONLINE → ARRIVAL" in text
        assert "A payment link is out, not opened yet. It is switched off first" in text
        assert host.deed() == ("Move to ARRIVAL", True)
        assert host.focused is not None
        assert host.focused.id == "back"
        await press(pilot, "y")
        await until(lambda: host.answered)
    assert (host.answer.text, host.answer.warning) == ("Pays ARRIVAL now", "")
    assert desk.booking(booking_id).method == "ARRIVAL"
    assert next(iter(desk.sandbox.books.sessions.values()))["status"] == "expired"


async def test_a_link_that_stays_live_is_a_warning(desk: Desk) -> None:
    booking_id = await desk.book("TRV-1")
    await checkout(desk.ctx, booking_id, "Ali")
    desk.sandbox.faults.always("POST /v1/checkout/sessions/*", "500")
    async with shown(desk.ctx, SwitchDialog(desk.ctx, AYESHA, booking_id)) as (host, pilot):
        await press(pilot, "y")
        await until(lambda: host.answered)
    assert host.answer.warning.startswith("The old link is still live: ")


async def test_a_paid_booking_does_not_switch(house: House) -> None:
    booking_id = await house.book()
    async with shown(house.ctx, SwitchDialog(house.ctx, AYESHA, booking_id)) as (host, pilot):
        assert host.deed() == ("Move to ONLINE", True)
        await mark_paid(house.ctx, Mark(booking_id, "Ali", "cash"))
        await until(lambda: host.words("#said") == "Payment already processed")
        await press(pilot, "y")
        assert not host.answered


async def test_somebody_else_has_switched_it_already(house: House) -> None:
    booking_id = await house.book()
    async with shown(house.ctx, SwitchDialog(house.ctx, AYESHA, booking_id)) as (host, _):
        await switch_method(house.ctx, booking_id, "ONLINE", "Ali")
        await until(lambda: host.words("#said") == "The booking is ONLINE already")


# --- cancel --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("no_show", "line"), [(False, "Booking cancelled"), (True, "No-show")])
async def test_cancelling_wants_a_reason(house: House, size: Size, no_show: bool, line: str) -> None:
    booking_id = await house.book()
    async with shown(house.ctx, CancelDialog(house.ctx, AYESHA, booking_id), size) as (host, pilot):
        assert host.deed() == ("Cancel the booking", False)
        assert "Refund too?" not in host.text()
        await press(pilot, *(["right"] if no_show else []), "tab", *"flight cancelled")
        assert host.deed() == ("Mark as no-show" if no_show else "Cancel the booking", True)
        await press(pilot, "y")
        assert not host.answered
        await pilot.click("#deed")
        await until(lambda: host.answered)
    assert host.answer.then == ""
    booking = house.booking(booking_id)
    assert (booking.status, bool(booking.no_show)) == ("CANCELLED", no_show)
    assert line in house.lines(booking_id)


async def test_before_the_day_of_arrival_nobody_has_failed_to_come(house: House, size: Size) -> None:
    booking_id = await house.book(check_in="2026-11-25")
    async with shown(house.ctx, CancelDialog(house.ctx, AYESHA, booking_id), size) as (host, pilot):
        await press(pilot, "right", "tab", *"no call")
        assert "The guest is expected on 2026-11-25: until then it is a cancellation." in host.flat()
        assert "The room is free again" not in host.flat()
        assert host.deed() == ("Mark as no-show", False)
        await press(pilot, "shift+tab", "left")
        assert host.deed() == ("Cancel the booking", True)
    with pytest.raises(Refused, match="until then it is a cancellation"):
        await cancel(house.ctx, booking_id, "no call", "Ali", no_show=True)
    assert house.booking(booking_id).status == "PENDING"


@pytest.mark.parametrize(("steps", "then"), [(1, "refund"), (2, "")])
async def test_D37_paid_money_is_asked_about_never_silently_kept(house: House, steps: int, then: str) -> None:
    booking_id = await house.book()
    await mark_paid(house.ctx, Mark(booking_id, "Ali", "cash"))
    async with shown(house.ctx, CancelDialog(house.ctx, AYESHA, booking_id)) as (host, pilot):
        assert "Rs. 11,500 is paid and stays with the hotel until it is refunded" in host.flat()
        await press(pilot, "tab", *"ill")
        assert host.deed()[1] is False
        await press(pilot, "tab", *["right"] * steps)
        assert host.deed()[1] is True
        await pilot.click("#deed")
        await until(lambda: host.answered)
    assert host.answer.then == then
    booking = house.booking(booking_id)
    assert (booking.status, booking.paid_minor, booking.attention) == ("CANCELLED", 1_150_000, 1)


async def test_cancelling_switches_the_link_off(desk: Desk) -> None:
    booking_id = await desk.book("TRV-1")
    await checkout(desk.ctx, booking_id, "Ali")
    async with shown(desk.ctx, CancelDialog(desk.ctx, AYESHA, booking_id)) as (host, pilot):
        assert "The open payment link is switched off at once" in host.flat()
        await type_in(pilot, "#reason", "ill")
        await pilot.click("#deed")
        await until(lambda: host.answered)
    assert next(iter(desk.sandbox.books.sessions.values()))["status"] == "expired"


async def test_money_that_comes_while_the_window_is_open_is_asked_about(desk: Desk) -> None:
    booking_id = await desk.book("TRV-1")
    link = await checkout(desk.ctx, booking_id, "Ali")
    async with shown(desk.ctx, CancelDialog(desk.ctx, AYESHA, booking_id)) as (host, pilot):
        await type_in(pilot, "#reason", "ill")
        assert host.deed()[1] is True
        await desk.sandbox.pay(link.session_id)
        await desk.feed()
        await until(lambda: "Refund too?" in host.text())
        assert host.deed()[1] is False


async def test_cancelled_elsewhere(house: House) -> None:
    booking_id = await house.book()
    async with shown(house.ctx, CancelDialog(house.ctx, AYESHA, booking_id)) as (host, _):
        await cancel(house.ctx, booking_id, "ill", "Ali")
        await until(lambda: host.words("#said") == "Booking is already cancelled")
        assert host.deed()[1] is False


# --- undo ----------------------------------------------------------------------------------------------------------


async def test_undoing_a_mark(house: House, size: Size) -> None:
    booking_id = await house.book()
    await mark_paid(house.ctx, Mark(booking_id, "Ali", "cash"))
    async with shown(house.ctx, UndoDialog(house.ctx, AYESHA, booking_id), size) as (host, pilot):
        text = host.flat()
        assert "Rs. 11,500 marked paid (cash) by Ali 14:32, receipt R-2026-0001" in text
        assert "Writes PAID → PENDING" in text
        assert host.deed() == ("Undo mark paid", False)
        await press(pilot, *"wrong booking")
        await press(pilot, "enter")
        assert host.words("#said") == "Tab goes to the button, Enter there does it"
        assert not host.answered
        await pilot.click("#deed")
        await until(lambda: host.answered)
    assert house.booking(booking_id).status == "PENDING"
    assert "Undid mark paid" in house.lines(booking_id)


@pytest.mark.parametrize("no_show", [False, True])
async def test_undoing_a_cancellation(house: House, no_show: bool) -> None:
    booking_id = await house.book()
    await cancel(house.ctx, booking_id, "ill", "Ali", no_show=no_show)
    async with shown(house.ctx, UndoDialog(house.ctx, AYESHA, booking_id)) as (host, pilot):
        assert ("No-show noted" if no_show else "This booking is cancelled") in host.flat()
        await press(pilot, *"came late")
        await pilot.click("#deed")
        await until(lambda: host.answered)
    assert host.answer.text == "Booking open again"
    assert house.booking(booking_id).status == "PENDING"


@pytest.mark.parametrize(
    ("method", "paid", "told"), [("ONLINE", False, 1), ("ARRIVAL", False, 0), ("ARRIVAL", True, 0)]
)
async def test_reopening_tells_that_the_guests_link_works_again(
    house: House, method: str, paid: bool, told: int
) -> None:
    """Only where the guest pays online and something is due; nobody has to make another one."""
    booking_id = await house.book(method=method)
    if paid:
        await mark_paid(house.ctx, Mark(booking_id, "Ali", "cash"))
    await cancel(house.ctx, booking_id, "ill", "Ali")
    async with shown(house.ctx, UndoDialog(house.ctx, AYESHA, booking_id)) as (host, _):
        assert "The booking is open again and shows what is paid and due." in host.flat()
        assert host.flat().count("The guest's link asks for the money again.") == told


async def test_cash_that_lies_in_no_drawer_leaves_none(house: House) -> None:
    booking_id = await house.book()
    await mark_paid(house.ctx, Mark(booking_id, "Ali", "cash"))
    async with shown(house.ctx, UndoDialog(house.ctx, AYESHA, booking_id)) as (host, _):
        assert "The cash is in no drawer: give it back." in host.flat()


async def test_cash_leaves_the_drawer_it_lies_in(house: House) -> None:
    booking_id = await house.book()
    await shifts.open_shift(house.ctx, shifts.Actor("Ali"), 0)
    await mark_paid(house.ctx, Mark(booking_id, "Ali", "cash"))
    async with shown(house.ctx, UndoDialog(house.ctx, AYESHA, booking_id)) as (host, _):
        assert "The cash leaves the drawer: give it back." in host.flat()


async def test_what_is_undone_was_undone_elsewhere(house: House) -> None:
    booking_id = await house.book()
    await cancel(house.ctx, booking_id, "ill", "Ali")
    async with shown(house.ctx, UndoDialog(house.ctx, AYESHA, booking_id)) as (host, _):
        await reopen(house.ctx, booking_id, "came", "Ali")
        await until(lambda: "has changed meanwhile" in host.words("#said"))
        assert host.deed()[1] is False


async def test_nothing_to_undo(house: House) -> None:
    booking_id = await house.book()
    async with shown(house.ctx, UndoDialog(house.ctx, AYESHA, booking_id)) as (host, _):
        assert host.words("#said") == "This booking was not marked paid at the desk"


# --- accept --------------------------------------------------------------------------------------------------------


async def wrong_price(desk: Desk) -> int:
    """Paid Rs. 10,000 while the price went to Rs. 12,000 and Stripe could not be told."""
    booking_id = await desk.book("TRV-1")
    link = await checkout(desk.ctx, booking_id, "Ali")
    desk.sandbox.faults.always("POST /v1/checkout/sessions/*", "500")
    await edit(desk.ctx, booking_id, "Ali", amount_minor=1_200_000)
    await desk.sandbox.pay(link.session_id)
    await desk.feed()
    assert desk.booking(booking_id).badge == "REVIEW"
    return booking_id


async def test_accepting_shows_both_sums_and_the_future(desk: Desk, size: Size) -> None:
    booking_id = await wrong_price(desk)
    async with shown(desk.ctx, AcceptDialog(desk.ctx, MANAGER, booking_id), size) as (host, pilot):
        text = host.flat()
        assert "Paid online Rs. 10,000 The booking asks Rs. 12,000" in text
        assert "The price was changed after the link was made" in text
        assert "Writes PENDING → PAID" in text
        assert host.deed() == ("Accept Rs. 10,000 as full payment", False)
        await press(pilot, *"old price was promised")
        await pilot.click("#deed")
        await until(lambda: host.answered)
    booking = desk.booking(booking_id)
    assert (booking.status, booking.balance_minor) == ("PAID", 0)


async def test_accepting_needs_a_manager(desk: Desk) -> None:
    booking_id = await wrong_price(desk)
    async with shown(desk.ctx, AcceptDialog(desk.ctx, AYESHA, booking_id)) as (host, _):
        assert host.words("#said") == "This needs a manager"
        assert host.deed()[1] is False


async def test_nothing_to_accept(house: House) -> None:
    booking_id = await house.book()
    async with shown(house.ctx, AcceptDialog(house.ctx, MANAGER, booking_id)) as (host, _):
        assert host.words("#said") == "No payment waits for a decision any more"


# --- close link ----------------------------------------------------------------------------------------------------


async def test_closing_the_link(desk: Desk, size: Size) -> None:
    booking_id = await desk.book("TRV-1")
    await checkout(desk.ctx, booking_id, "Ali")
    async with shown(desk.ctx, CloseLinkDialog(desk.ctx, OLGA, booking_id), size) as (host, pilot):
        assert "A payment link is out, not opened yet" in host.flat()
        await press(pilot, "y")
        await until(lambda: host.answered)
    assert desk.booking(booking_id).badge == "EXPIRED"


async def test_paid_just_now_is_paid(desk: Desk) -> None:
    booking_id = await desk.book("TRV-1")
    link = await checkout(desk.ctx, booking_id, "Ali")
    async with shown(desk.ctx, CloseLinkDialog(desk.ctx, OLGA, booking_id)) as (host, pilot):
        await desk.sandbox.pay(link.session_id)
        await press(pilot, "y")
        await until(lambda: host.answered)
    assert desk.booking(booking_id).status == "PAID"


async def test_stripe_down_is_four_lines_and_the_window_stays(desk: Desk) -> None:
    booking_id = await desk.book("TRV-1")
    await checkout(desk.ctx, booking_id, "Ali")
    desk.sandbox.faults.always("POST /v1/checkout/sessions/*", "500")
    async with shown(desk.ctx, CloseLinkDialog(desk.ctx, OLGA, booking_id)) as (host, pilot):
        await press(pilot, "y")
        await until(lambda: isinstance(host.screen, ErrorDialog))
        await settle(pilot)
        assert "Did money move no" in host.flat()
        await press(pilot, "escape")
        await until(lambda: isinstance(host.screen, CloseLinkDialog))
        assert host.deed() == ("Switch the link off", True)


async def test_no_link_is_out(house: House) -> None:
    booking_id = await house.book()
    async with shown(house.ctx, CloseLinkDialog(house.ctx, OLGA, booking_id)) as (host, _):
        assert host.words("#said") == "No link is out any more"
