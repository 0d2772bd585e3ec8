"""The booking form: checked by the rules of the import, nothing typed is lost, only what was touched is written."""

from __future__ import annotations

from typing import Any

import pytest

from tests.desk import Desk
from tests.tui.dialogs.host import AYESHA, TODAY, Host, House, press, settle, shown, until
from tests.tui.sizes import Size
from travello_desk.operations.arrival import Mark, mark_paid
from travello_desk.operations.booking_form import check
from travello_desk.operations.bookings import edit
from travello_desk.operations.checkout import checkout
from travello_desk.store import bookings
from travello_desk.tui.dialogs.booking_fields import as_form, beside
from travello_desk.tui.dialogs.booking_form import BookingFormDialog

GOOD = {
    "reference": "W-7",
    "guest_name": "Ayesha Khan",
    "guest_email": "ayesha@example.com",
    "guest_phone": "",
    "room": "312",
    "check_in": "2026-11-24",
    "check_out": "2026-11-26",
    "amount": "24,000",
    "notes": "late arrival",
}


def test_a_good_form_has_no_faults() -> None:
    checked = check(GOOD, "PKR")
    assert checked.faults == ()
    assert checked.amount_minor == 2_400_000
    assert checked.values["check_out"] == "2026-11-26"


@pytest.mark.parametrize(
    ("name", "typed", "said"),
    [
        ("reference", "  ", "is empty"),
        ("guest_name", "", "is empty"),
        ("guest_name", "bell\x07", "holds a control character"),
        ("guest_email", "ayesha@", "is not a mail address"),
        ("room", "\u202e312", "holds a control character"),
        ("check_in", "24.11.2026", "is not a date like 2026-11-20"),
        ("check_out", "2026-11-24", "is not after the check-in"),
        ("amount", "0", "must be above zero"),
        ("amount", "1.234", "can be read in two ways"),
        ("amount", "", "type an amount"),
    ],
)
def test_every_field_says_what_is_wrong_with_it(name: str, typed: str, said: str) -> None:
    assert said in check(GOOD | {name: typed}, "PKR").fault(name)


def test_faults_come_in_the_order_of_the_form() -> None:
    names = [name for name, _ in check({}, "PKR").faults]
    assert names == ["reference", "guest_name", "check_in", "check_out", "amount"]


@pytest.mark.parametrize(
    ("name", "typed", "said"),
    [
        ("amount", "24,000", "= Rs. 24,000"),
        ("check_out", "2026-11-26", "2 nights"),
        ("check_out", "2026-11-25", "1 night"),
        ("guest_email", "ayesha", "not a mail address yet"),
        ("guest_email", "", ""),
        ("room", "312", ""),
    ],
)
def test_what_stands_beside_a_field(name: str, typed: str, said: str) -> None:
    form = GOOD | {name: typed}
    assert beside(name, form, "PKR", check(form, "PKR")) == said


async def fill(pilot: Any, host: Host, **values: str) -> None:
    for name, text in values.items():
        host.screen.query_one(f"#{name}").value = text  # type: ignore[attr-defined]
    await settle(pilot)


async def test_a_new_booking(house: House, size: Size) -> None:
    async with shown(house.ctx, BookingFormDialog(house.ctx, AYESHA, None), size) as (host, pilot):
        assert "New booking" in host.text()
        assert host.focused is not None
        assert host.focused.id == "guest_name"
        await press(pilot, "shift+tab", *"W-7", "enter", *"Ayesha", "enter")
        await fill(
            pilot, host, **{name: text for name, text in GOOD.items() if name not in ("reference", "guest_name")}
        )
        assert "= Rs. 24,000" in host.text()
        assert "2 nights" in host.text()
        host.screen.query_one("#method").focus()
        await press(pilot, "right")
        await pilot.click("#deed")
        await until(lambda: host.answered)
    booking = house.booking(host.answer.booking_id)
    assert host.answer.text == "Booking W-7 made"
    assert (booking.reference, booking.guest_name, booking.method) == ("W-7", "Ayesha", "ARRIVAL")
    assert (booking.amount_minor, booking.currency, booking.notes) == (2_400_000, "PKR", "late arrival")
    assert house.lines(booking.id) == ["Booking made"]


async def test_what_is_wrong_is_said_and_everything_typed_is_kept(house: House, size: Size) -> None:
    async with shown(house.ctx, BookingFormDialog(house.ctx, AYESHA, None), size) as (host, pilot):
        await fill(pilot, host, **GOOD | {"guest_email": "ayesha@", "amount": "1.234"})
        await pilot.click("#deed")
        await settle(pilot)
        assert host.words("#said").startswith("E-mail: 'ayesha@' is not a mail address")
        assert host.focused is not None
        assert host.focused.id == "guest_email"
        await fill(pilot, host, guest_email="ayesha@example.com")
        await pilot.click("#deed")
        await settle(pilot)
        assert host.words("#said").startswith("Amount: 1.234 can be read in two ways")
        assert host.screen.query_one("#guest_name").value == "Ayesha Khan"  # type: ignore[attr-defined]
        assert not host.answered


async def test_a_taken_reference_is_refused_in_the_form(house: House) -> None:
    await house.book(reference="W-7")
    async with shown(house.ctx, BookingFormDialog(house.ctx, AYESHA, None)) as (host, pilot):
        await fill(pilot, host, **GOOD)
        await pilot.click("#deed")
        await until(lambda: host.words("#said") == "Reference W-7 is used already")
        assert host.deed() == ("Make the booking", True)


async def test_only_what_was_touched_is_written(house: House, size: Size) -> None:
    booking_id = await house.book(guest_name="[b]Marco[/b]")
    async with shown(house.ctx, BookingFormDialog(house.ctx, AYESHA, booking_id), size) as (host, pilot):
        assert "Change · TRV-10479 · [b]Marco[/b]" in host.text()
        assert host.deed() == ("Save the changes", False)
        await fill(pilot, host, room="119")
        assert host.deed() == ("Save the changes", True)
        await pilot.click("#deed")
        await until(lambda: host.answered)
    booking = house.booking(booking_id)
    assert (booking.room, booking.guest_name, booking.amount_minor) == ("119", "[b]Marco[/b]", 1_150_000)
    assert house.lines(booking_id)[-1] == "Changed room"


async def test_the_reference_and_a_paid_price_stay(house: House) -> None:
    booking_id = await house.book()
    await mark_paid(house.ctx, Mark(booking_id, "Ali", "cash"))
    async with shown(house.ctx, BookingFormDialog(house.ctx, AYESHA, booking_id)) as (host, _):
        assert host.screen.query_one("#reference").disabled
        assert host.screen.query_one("#amount").disabled
        assert "A paid booking keeps its price" in host.flat()


async def test_a_new_price_switches_the_link_off_and_says_so_before(desk: Desk) -> None:
    booking_id = await desk.book("TRV-1")
    await checkout(desk.ctx, booking_id, "Ali")
    async with shown(desk.ctx, BookingFormDialog(desk.ctx, AYESHA, booking_id)) as (host, pilot):
        await fill(pilot, host, amount="12000")
        assert "it is switched off, a new one asks Rs. 12,000" in host.flat()
        await pilot.click("#deed")
        await until(lambda: host.answered)
    assert next(iter(desk.sandbox.books.sessions.values()))["status"] == "expired"
    assert desk.booking(booking_id).amount_minor == 1_200_000


async def test_somebody_else_changes_the_same_field(house: House) -> None:
    booking_id = await house.book()
    async with shown(house.ctx, BookingFormDialog(house.ctx, AYESHA, booking_id)) as (host, pilot):
        await fill(pilot, host, room="119")
        await edit(house.ctx, booking_id, "Ali", details={"guest_phone": "+92 1"})
        await settle(pilot)
        assert host.words("#said") == ""
        await edit(house.ctx, booking_id, "Ali", details={"room": "120"})
        await until(lambda: host.words("#said").startswith("Room was changed by somebody else"))
        assert host.deed()[1] is False
    assert house.booking(booking_id).room == "120"


async def test_a_stored_booking_comes_back_as_it_was(house: House) -> None:
    booking_id = await house.book(amount_minor=1_150_050)
    form = as_form(house.booking(booking_id))
    assert form["amount"] == "11500.50"
    assert form["check_in"] == TODAY
    checked = check(form, "PKR")
    assert checked.amount_minor == 1_150_050
    assert checked.faults == ()
    assert {name: checked.values[name] for name in bookings.EDITABLE & checked.values.keys()} == {
        name: form[name] for name in bookings.EDITABLE & checked.values.keys()
    }


async def test_a_walk_in_takes_a_name_and_a_sum(house: House, size: Size) -> None:
    for number in (1, 2):
        async with shown(house.ctx, BookingFormDialog(house.ctx, AYESHA, None), size) as (host, pilot):
            await fill(pilot, host, guest_name="Marco", amount="9000")
            await pilot.click("#deed")
            await until(lambda: host.answered)
        booking = house.booking(host.answer.booking_id)
        assert booking.reference == f"W-261124-{number}"
        assert (booking.check_in, booking.check_out) == ("2026-11-24", "2026-11-25")
