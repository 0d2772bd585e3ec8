"""Mark paid: the whole balance, by four tenders, with a receipt; and every ground on which it stops."""

from __future__ import annotations

import pytest

from tests.desk import Desk
from tests.tui.dialogs.host import AYESHA, House, press, shown, until
from tests.tui.sizes import SMALL, Size
from travello_desk.operations.arrival import Mark, mark_paid
from travello_desk.operations.bookings import cancel, edit, switch_method
from travello_desk.operations.checkout import checkout
from travello_desk.operations.shifts import Actor, open_shift
from travello_desk.store import desk as desk_rows
from travello_desk.tui.dialogs.base import Outcome
from travello_desk.tui.dialogs.mark_paid import MarkPaidDialog


def receipt(house: House, booking_id: int) -> desk_rows.DeskReceipt:
    [row] = house.ctx.store.read_now(lambda tx: desk_rows.receipts_of(tx, booking_id))
    return row


async def test_cash_with_change(house: House, size: Size) -> None:
    booking_id = await house.book()
    await open_shift(house.ctx, Actor("Ayesha"), 0)
    async with shown(house.ctx, MarkPaidDialog(house.ctx, AYESHA, booking_id), size) as (host, pilot):
        text = host.flat()
        assert "Mark paid · TRV-10479 · Marco Rossi" in text
        assert "Balance due Rs. 11,500" in text
        assert "Arriving today · Room 118 · pays on ARRIVAL" in text
        assert "[1 Cash] 2 Card terminal 3 Bank 4 Cheque" in text
        assert "Receipt no R-2026-0001 next free, editable" in text
        assert "Writes PENDING → PAID, drawer 1 +Rs. 11,500, your name (Ayesha), 14:32." in text
        assert "Undo with z until this shift is closed." in text
        assert host.deed() == ("Mark Rs. 11,500 paid", True)
        await press(pilot, "tab", *"12000")
        assert "change Rs. 500" in host.flat()
        await pilot.click("#deed")
        await until(lambda: host.answered)
    assert host.answer == Outcome(booking_id, "Rs. 11,500 taken in cash, receipt R-2026-0001, change Rs. 500")
    row = receipt(house, booking_id)
    assert (row.tender, row.amount_minor, row.received_minor) == ("cash", 1_150_000, 1_200_000)
    assert (row.actor, row.receipt_no) == ("Ayesha", "R-2026-0001")
    assert house.booking(booking_id).status == "PAID"


async def test_y_outside_a_field_is_yes_and_inside_a_field_a_letter(house: House) -> None:
    booking_id = await house.book()
    async with shown(house.ctx, MarkPaidDialog(house.ctx, AYESHA, booking_id)) as (host, pilot):
        await press(pilot, "2", "tab", "y", "y")
        assert not host.answered
        assert host.screen.query_one("#reference").value == "yy"  # type: ignore[attr-defined]
        await press(pilot, "shift+tab", "y")
        await until(lambda: host.answered)
    assert receipt(house, booking_id).reference == "yy"


@pytest.mark.parametrize(
    ("key", "tender", "label"), [("2", "card", "Slip no"), ("3", "transfer", "Reference"), ("4", "cheque", "Cheque no")]
)
async def test_other_tenders_ask_for_their_reference(house: House, key: str, tender: str, label: str) -> None:
    booking_id = await house.book()
    async with shown(house.ctx, MarkPaidDialog(house.ctx, AYESHA, booking_id)) as (host, pilot):
        await press(pilot, key)
        text = host.flat()
        assert label in text
        assert "Received" not in text
        assert "drawer" not in text
        await press(pilot, "tab", *"A77", "enter", "enter", *"for two")
        await pilot.click("#deed")
        await until(lambda: host.answered)
    row = receipt(house, booking_id)
    assert (row.tender, row.reference, row.note) == (tender, "A77", "for two")
    assert row.received_minor == row.amount_minor == 1_150_000


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ("11499.99", "Rs. 0.01 short: the whole balance is taken"),
        ("1.234", "1.234 can be read in two ways"),
        ("-5", "the amount cannot be negative"),
        ("", "type what the guest gave"),
        ("12000.505", "PKR has 2 digits after the point"),
    ],
)
async def test_a_sum_that_is_none_or_too_small_keeps_the_deed_off(house: House, typed: str, said: str) -> None:
    booking_id = await house.book()
    async with shown(house.ctx, MarkPaidDialog(house.ctx, AYESHA, booking_id)) as (host, pilot):
        await press(pilot, "tab", "delete", *typed)
        assert host.words("#change").startswith(said)
        assert host.deed() == ("Mark Rs. 11,500 paid", False)
        await press(pilot, "shift+tab", "y")
    assert house.booking(booking_id).status == "PENDING"


async def test_a_used_receipt_number_names_its_booking_and_keeps_what_was_typed(house: House) -> None:
    other, booking_id = await house.book(reference="TRV-1"), await house.book()
    await mark_paid(house.ctx, Mark(other, "Ali", "cash", receipt_no="B-17"))
    async with shown(house.ctx, MarkPaidDialog(house.ctx, AYESHA, booking_id)) as (host, pilot):
        await press(pilot, "tab", *"12000", "enter", *"B-17")
        await pilot.click("#deed")
        await until(lambda: "TRV-1" in host.words("#said"))
        assert host.words("#said") == "Receipt B-17 is used already, for TRV-1"
        assert host.screen.query_one("#received").value == "12000"  # type: ignore[attr-defined]
        assert host.deed() == ("Mark Rs. 11,500 paid", True)
    assert house.booking(booking_id).status == "PENDING"


async def test_the_proposed_number_taken_by_another_desk_gives_the_next_one(house: House) -> None:
    other, booking_id = await house.book(reference="TRV-1"), await house.book()
    async with shown(house.ctx, MarkPaidDialog(house.ctx, AYESHA, booking_id)) as (host, pilot):
        await mark_paid(house.ctx, Mark(other, "Ali", "cash"))
        await press(pilot, "y")
        await until(lambda: host.answered)
    assert receipt(house, other).receipt_no == "R-2026-0001"
    assert receipt(house, booking_id).receipt_no == "R-2026-0002"


async def test_another_desk_was_first(house: House) -> None:
    booking_id = await house.book()
    async with shown(house.ctx, MarkPaidDialog(house.ctx, AYESHA, booking_id)) as (host, pilot):
        await mark_paid(house.ctx, Mark(booking_id, "Ali", "card"))
        await until(lambda: "already" in host.words("#said").lower())
        assert host.words("#said") == "Already paid by Ali 14:32"
        assert host.deed()[1] is False
        await press(pilot, "y", "escape")
    assert host.answer is None
    assert receipt(house, booking_id).actor == "Ali"


async def test_without_a_shift_it_says_that_the_cash_is_in_no_drawer(house: House) -> None:
    booking_id = await house.book()
    async with shown(house.ctx, MarkPaidDialog(house.ctx, AYESHA, booking_id)) as (host, pilot):
        assert "You have no shift open: this cash is in no drawer" in host.flat()
        assert "drawer +" not in host.flat()
        await press(pilot, "2")
        assert "no drawer" not in host.flat(), "a card's money is in none anyway"
        await press(pilot, "1")
        await open_shift(house.ctx, Actor("Ayesha"), 0, "2")
        host.tell({booking_id})
        await until(lambda: "drawer 2 +Rs. 11,500" in host.flat() and "no drawer" not in host.flat())


async def test_the_guest_has_just_paid_online(desk: Desk, size: Size) -> None:
    """A link made before the switch, paid while the clerk counts the notes (D35)."""
    booking_id = await desk.book("TRV-1")
    link = await checkout(desk.ctx, booking_id, "Ayesha")
    desk.sandbox.faults.always("POST /v1/checkout/sessions/*", "500")
    await switch_method(desk.ctx, booking_id, "ARRIVAL", "Ayesha")
    async with shown(desk.ctx, MarkPaidDialog(desk.ctx, AYESHA, booking_id), size) as (host, pilot):
        assert host.deed() == ("Mark Rs. 10,000 paid", True)
        await desk.sandbox.pay(link.session_id)
        await desk.feed()
        await until(lambda: "just paid" in host.words("#said"))
        assert host.words("#said").startswith("The guest has just paid online: Rs. 10,000 · ")
        assert host.deed()[1] is False
        await press(pilot, "y")
    assert desk.booking(booking_id).status == "PAID"
    assert desk.ctx.store.read_now(lambda tx: desk_rows.receipts_of(tx, booking_id)) == []


async def test_the_price_changed_while_the_window_was_open(house: House) -> None:
    booking_id = await house.book()
    async with shown(house.ctx, MarkPaidDialog(house.ctx, AYESHA, booking_id)) as (host, pilot):
        await edit(house.ctx, booking_id, "Ali", amount_minor=900_000)
        await until(lambda: "by now" in host.words("#said"))
        assert host.words("#said") == "The balance is Rs. 9,000 by now: close this window and open it again"
        await press(pilot, "y")
        assert not host.answered
    assert house.booking(booking_id).status == "PENDING"


async def test_the_operation_itself_refuses_moved_ground(house: House) -> None:
    """The change that the window has not heard of yet: checked again in the transaction."""
    booking_id = await house.book()
    dialog = MarkPaidDialog(house.ctx, AYESHA, booking_id)
    async with shown(house.ctx, dialog) as (host, _):
        host.tell = lambda ids: None  # type: ignore[method-assign]
        house.ctx.store._watchers.clear()
        await edit(house.ctx, booking_id, "Ali", amount_minor=900_000)
        dialog.do_it()
        await until(lambda: dialog.stopped)
    assert house.booking(booking_id).status == "PENDING"


@pytest.mark.parametrize(
    ("method", "said"), [("ONLINE", "Not for ONLINE bookings"), ("ARRIVAL", "Booking is cancelled")]
)
async def test_opened_where_it_cannot_be_it_says_so_at_once(house: House, method: str, said: str) -> None:
    booking_id = await house.book(method=method)
    if method == "ARRIVAL":
        await cancel(house.ctx, booking_id, "ill", "Ali")
    async with shown(house.ctx, MarkPaidDialog(house.ctx, AYESHA, booking_id)) as (host, _):
        assert host.words("#said").startswith(said)
        assert host.deed()[1] is False


async def test_enter_goes_through_the_fields_and_stays_in_the_last(house: House) -> None:
    booking_id = await house.book()
    async with shown(house.ctx, MarkPaidDialog(house.ctx, AYESHA, booking_id), SMALL) as (host, pilot):
        await press(pilot, "tab", *["enter"] * 20)
        assert host.focused is not None
        assert host.focused.id == "note"
    assert house.booking(booking_id).status == "PENDING"


async def test_a_guest_called_like_markup_is_shown_as_written(house: House) -> None:
    booking_id = await house.book(guest_name="[bold red]Ana[/] \x1b[2J\u202eGarc\u00eda")
    async with shown(house.ctx, MarkPaidDialog(house.ctx, AYESHA, booking_id)) as (host, _):
        assert "[bold red]Ana[/]" in host.text()
        assert "\x1b" not in host.text()
        assert "\u202e" not in host.text()


async def test_a_booking_that_is_gone_closes_the_window(house: House) -> None:
    async with shown(house.ctx, MarkPaidDialog(house.ctx, AYESHA, 77)) as (host, _):
        await until(lambda: host.answered)
    assert host.answer is None
    assert host.toasts == ["This booking is not there any more"]


@pytest.mark.parametrize(
    ("key", "said"), [("2", "as on the terminal's slip"), ("3", "as the bank names it"), ("4", "as on the cheque")]
)
async def test_without_its_number_no_other_tender_is_taken(house: House, key: str, said: str, size: Size) -> None:
    booking_id = await house.book()
    async with shown(house.ctx, MarkPaidDialog(house.ctx, AYESHA, booking_id), size) as (host, pilot):
        await press(pilot, key)
        assert said in host.flat()
        assert host.deed() == ("Mark Rs. 11,500 paid", False)
        await press(pilot, "y", "tab", "space")
        assert host.deed()[1] is False
        await press(pilot, "7")
        assert host.deed()[1] is True
        assert said not in host.flat()
    assert house.booking(booking_id).status == "PENDING"
