"""Refunds over real HTTP: typed twice, signed over the limit, once per press."""

from __future__ import annotations

import asyncio

import pytest

from tests.desk import Desk
from tests.tui.dialogs.host import AYESHA, OLGA, press, shown, until
from tests.tui.dialogs.refunding import fill, managers, paid
from tests.tui.sizes import Size
from travello_desk.operations.refund import Request, refund
from travello_desk.sandbox.faults import held_before
from travello_desk.store import payments, timeline
from travello_desk.tui.dialogs.refund import RefundDialog


async def test_a_part_typed_twice_is_refunded_once(desk: Desk, size: Size) -> None:
    booking_id = await paid(desk)
    async with shown(desk.ctx, RefundDialog(desk.ctx, OLGA, booking_id), size) as (host, pilot):
        text = host.flat()
        assert "Refund · TRV-10448 · Ana Garcia" in text
        assert "Most you can give back Rs. 10,000" in text
        assert "given back Rs. 10,000 · kept Rs. 0" in text
        assert "booking goes back to PENDING and can be paid again" in text
        assert host.deed() == ("Refund Rs. 10,000", False)
        await press(pilot, "right", "tab", *"2000")
        text = host.flat()
        assert "= Rs. 2,000" in text
        assert "given back Rs. 2,000 · kept Rs. 8,000" in text
        assert "becomes ◑ PART REF, the room stays booked" in text
        assert "Stripe sends it to the card, 5 to 10 days" in text
        await press(pilot, "tab", "tab", *"early checkout", "tab", *"200")
        assert "not the same sum" in host.text()
        assert host.deed() == ("Refund Rs. 2,000", False)
        await press(pilot, *"0")
        assert host.deed() == ("Refund Rs. 2,000", True)
        await press(pilot, "tab", "enter")
        await until(lambda: host.answered)
    assert host.answer.text == "Rs. 2,000 refunded"
    assert len(desk.posts("/v1/refunds")) == 1
    [row] = desk.ctx.store.read_now(lambda tx: payments.refunds_of(tx, booking_id))
    assert (row.amount_minor, row.actor, row.reason, row.note) == (
        200_000,
        "Olga",
        "requested_by_customer",
        "early checkout",
    )
    assert desk.booking(booking_id).badge == "PART REF"


async def test_everything_left(desk: Desk, size: Size) -> None:
    booking_id = await paid(desk)
    await refund(desk.ctx, Request(booking_id, "Ali", 250_000))
    async with shown(desk.ctx, RefundDialog(desk.ctx, OLGA, booking_id), size) as (host, pilot):
        assert "Already given back −Rs. 2,500" in host.flat()
        assert host.deed()[0] == "Refund Rs. 7,500"
        await fill(pilot, host, again="7,500")
        await pilot.click("#deed")
        await until(lambda: host.answered)
    assert desk.states(booking_id) == ("PENDING", "REFUNDED", ["REFUNDED"])


async def test_no_letter_and_no_held_key_refunds(desk: Desk) -> None:
    booking_id = await paid(desk)
    async with shown(desk.ctx, RefundDialog(desk.ctx, OLGA, booking_id)) as (host, pilot):
        await fill(pilot, host, again="10000")
        assert host.deed()[1] is True
        assert host.focused is not None
        assert host.focused.id != "deed"
        await press(pilot, *"ynyyn", *["enter"] * 12, "ctrl+j", "space", "Y")
        assert not host.answered
        assert desk.posts("/v1/refunds") == []


async def test_two_presses_are_one_refund(desk: Desk) -> None:
    booking_id = await paid(desk)
    dialog = RefundDialog(desk.ctx, OLGA, booking_id)
    async with shown(desk.ctx, dialog) as (host, pilot):
        await fill(pilot, host, again="10000")
        dialog.do_it()
        assert host.deed() == ("Refunding…", False)
        dialog.do_it()
        dialog.do_it()
        await until(lambda: host.answered)
    assert len(desk.posts("/v1/refunds")) == 1


async def test_esc_while_it_is_under_way_says_that_closing_does_not_stop_it(desk: Desk) -> None:
    booking_id = await paid(desk)
    answers = asyncio.Event()
    desk.sandbox.faults.next("POST /v1/refunds", held_before(answers))
    dialog = RefundDialog(desk.ctx, OLGA, booking_id)
    async with shown(desk.ctx, dialog) as (host, pilot):
        await fill(pilot, host, again="10000")
        dialog.do_it()
        await press(pilot, "escape")
        assert host.words("#said") == "The request has left; closing this window does not stop it"
        assert not host.answered
        await press(pilot, "escape")
        await until(lambda: host.answered)
        assert host.answer is None
        answers.set()
        await until(lambda: "Rs. 10,000 refunded" in host.toasts)
    assert desk.booking(booking_id).badge == "REFUNDED"


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ("10000.01", "at most Rs. 10,000"),
        ("0", "The refund must be more than nothing"),
        ("1.005", "1.005 can be read in two ways"),
        ("-5", "the amount cannot be negative"),
        ("٢٠٠", "use the digits 0 to 9"),
    ],
)
async def test_sums_that_cannot_be_say_why(desk: Desk, typed: str, said: str) -> None:
    booking_id = await paid(desk)
    async with shown(desk.ctx, RefundDialog(desk.ctx, OLGA, booking_id)) as (host, pilot):
        await fill(pilot, host, part=typed, again=typed)
        assert host.words("#understood").startswith(said)
        assert host.deed() == ("Refund", False)


async def test_other_reasons_need_a_note(desk: Desk) -> None:
    booking_id = await paid(desk)
    async with shown(desk.ctx, RefundDialog(desk.ctx, OLGA, booking_id)) as (host, pilot):
        await fill(pilot, host, again="10000")
        await press(pilot, "tab", "right", "right")
        assert "[Other]" in host.text()
        assert host.deed()[1] is False
        await press(pilot, "tab", *"wrong room")
        assert host.deed()[1] is True


async def test_over_the_limit_a_manager_signs_in_the_same_window(desk: Desk, size: Size) -> None:
    await managers(desk)
    booking_id = await paid(desk, amount_minor=1_230_000)
    async with shown(desk.ctx, RefundDialog(desk.ctx, AYESHA, booking_id), size) as (host, pilot):
        text = host.flat()
        assert "Over your Rs. 10,000 limit: a manager signs" in text
        assert "Signs [Olga] Chaudhry" in text
        await fill(pilot, host, again="12300")
        assert host.deed()[1] is False
        signer, pin = host.screen.query_one("#signer"), host.screen.query_one("#pin")
        signer.focus()
        await press(pilot, "right", "tab", *"0000")
        assert host.deed()[1] is True
        await pilot.click("#deed")
        await until(lambda: "Wrong PIN" in host.words("#said"))
        assert "2 tries left" in host.words("#said")
        assert pin.value == ""  # type: ignore[attr-defined]
        assert host.screen.query_one("#again").value == "12300"  # type: ignore[attr-defined]
        assert desk.posts("/v1/refunds") == []
        pin.focus()
        await press(pilot, *"3456")
        await pilot.click("#deed")
        await until(lambda: host.answered)
    [row] = desk.ctx.store.read_now(lambda tx: payments.refunds_of(tx, booking_id))
    assert (row.actor, row.approved_by) == ("Ayesha", "Chaudhry")
    entries = desk.ctx.store.read_now(lambda tx: timeline.for_booking(tx, booking_id))
    assert ("Chaudhry", "Signed Rs. 12,300 for Ayesha") in [(entry.actor, entry.text) for entry in entries]
    assert any("signed by Chaudhry" in entry.detail for entry in entries)


async def test_within_the_limit_nobody_signs(desk: Desk) -> None:
    await managers(desk)
    booking_id = await paid(desk, amount_minor=1_230_000)
    async with shown(desk.ctx, RefundDialog(desk.ctx, AYESHA, booking_id)) as (host, pilot):
        await fill(pilot, host, part="10000", again="10000")
        assert "a manager signs" not in host.text()
        assert host.deed() == ("Refund Rs. 10,000", True)


async def test_without_any_manager_it_says_so(desk: Desk) -> None:
    booking_id = await paid(desk, amount_minor=1_230_000)
    async with shown(desk.ctx, RefundDialog(desk.ctx, AYESHA, booking_id)) as (host, pilot):
        await fill(pilot, host, again="12300")
        assert "Nobody here can: no manager has an account" in host.flat()
        assert host.deed()[1] is False
