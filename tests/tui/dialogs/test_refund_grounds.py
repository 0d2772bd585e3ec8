"""Refunds on moving ground: nobody knows, Stripe says no, somebody else was first, money of the desk, dollars."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from decimal import Decimal
from pathlib import Path

from tests.desk import Desk, open_desk
from tests.tui.dialogs.host import AYESHA, OLGA, House, press, settle, shown, until
from tests.tui.dialogs.refunding import fill, managers, paid
from tests.tui.sizes import SMALL, Size
from travello_desk.operations import shifts
from travello_desk.operations.arrival import Mark, mark_paid
from travello_desk.operations.checkout import checkout
from travello_desk.operations.resume import resume
from travello_desk.settings.model import FxRate
from travello_desk.store import timeline
from travello_desk.tui.dialogs.problem import ErrorDialog
from travello_desk.tui.dialogs.refund import RefundDialog


async def test_not_known_is_said_as_it_is_and_found_out(desk: Desk, size: Size) -> None:
    """Stripe did it, the answer was lost (C3): blocked meanwhile, then done by the same key."""
    booking_id = await paid(desk)
    desk.sandbox.faults.always("POST /v1/refunds", "reset_after")
    async with shown(desk.ctx, RefundDialog(desk.ctx, OLGA, booking_id), size) as (host, pilot):
        await fill(pilot, host, again="10000")
        await pilot.click("#deed")
        await until(lambda: isinstance(host.screen, ErrorDialog))
        await settle(pilot)
        text = host.flat()
        assert "Did money move not known" in text
        assert "the desk asks Stripe again by itself" in text
        assert "TRV-10448" in text
        await press(pilot, "escape")
        await until(lambda: isinstance(host.screen, RefundDialog))
        await settle(pilot)
        assert "its outcome is not known yet" in host.flat()
        assert host.deed()[1] is False
        assert desk.booking(booking_id).badge == "CHECKING"
        desk.sandbox.faults.clear()
        await resume(desk.ctx)
        await until(lambda: host.answered)
    assert host.answer.text == "Rs. 10,000 refunded"
    assert len(desk.sandbox.books.refunds) == 1


async def test_a_definite_no_leaves_the_deed_for_another_request(desk: Desk) -> None:
    """The key may not refund (C30): four lines, money did not move, and a later press is a new request."""
    booking_id = await paid(desk)
    desk.sandbox.faults.next("POST /v1/refunds", "403")
    dialog = RefundDialog(desk.ctx, OLGA, booking_id)
    first = dialog.uid
    async with shown(desk.ctx, dialog) as (host, pilot):
        await fill(pilot, host, again="10000")
        await pilot.click("#deed")
        await until(lambda: isinstance(host.screen, ErrorDialog))
        await settle(pilot)
        assert "Did money move no" in host.flat()
        await press(pilot, "escape")
        await until(lambda: isinstance(host.screen, RefundDialog))
        assert dialog.uid != first
        assert host.screen.query_one("#again").value == "10000"  # type: ignore[attr-defined]
        await pilot.click("#deed")
        await until(lambda: host.answered)
    assert len(desk.sandbox.books.refunds) == 1


async def test_somebody_refunds_in_stripe_meanwhile(desk: Desk, size: Size) -> None:
    booking_id = await paid(desk)
    intent = desk.view(booking_id).payments[0].payment.facts.payment_intent_id
    async with shown(desk.ctx, RefundDialog(desk.ctx, OLGA, booking_id), size) as (host, pilot):
        await fill(pilot, host, again="10000")
        await desk.sandbox.refund_from_dashboard(intent, 300_000)
        await desk.feed()
        await until(lambda: "has changed meanwhile" in host.words("#said"))
        assert host.deed()[1] is False
    assert desk.posts("/v1/refunds") == []


async def test_refunded_in_stripe_and_no_event_yet(desk: Desk) -> None:
    """C8: Stripe refuses, the newest facts are read and shown."""
    booking_id = await paid(desk)
    intent = desk.view(booking_id).payments[0].payment.facts.payment_intent_id
    async with shown(desk.ctx, RefundDialog(desk.ctx, OLGA, booking_id)) as (host, pilot):
        await fill(pilot, host, again="10000")
        await desk.sandbox.refund_from_dashboard(intent, 300_000)
        await pilot.click("#deed")
        await until(lambda: host.words("#said"))
        assert "changed meanwhile" in host.words("#said")
    assert desk.view(booking_id).payments[0].refunded_minor == 300_000


async def test_a_dispute_stops_it(desk: Desk) -> None:
    booking_id = await paid(desk)
    charge = next(iter(desk.sandbox.books.charges))
    async with shown(desk.ctx, RefundDialog(desk.ctx, OLGA, booking_id)) as (host, pilot):
        await fill(pilot, host, part="100", again="100")
        await desk.sandbox.open_dispute(charge)
        await desk.feed()
        await until(lambda: "dispute" in host.words("#understood").lower())
        assert host.deed()[1] is False


async def test_a_pending_refund_is_on_its_way(desk: Desk) -> None:
    booking_id = await paid(desk)
    desk.sandbox.behaviour.refund_status = "pending"
    async with shown(desk.ctx, RefundDialog(desk.ctx, OLGA, booking_id)) as (host, pilot):
        await fill(pilot, host, part="2000", again="2000")
        await pilot.click("#deed")
        await until(lambda: host.answered)
    assert host.answer.text == "Refund of Rs. 2,000 is on its way"


async def test_money_of_the_desk_is_paid_out_of_the_drawer(house: House, size: Size) -> None:
    booking_id = await house.book()
    await mark_paid(house.ctx, Mark(booking_id, "Ali", "cash"))
    async with shown(house.ctx, RefundDialog(house.ctx, OLGA, booking_id), size) as (host, pilot):
        assert "Paid at the desk (cash) 24 Nov Rs. 11,500" in host.flat()
        assert "Paid out from the drawer" in host.flat()
        await fill(pilot, host, part="2300", again="2,300", note="broken shower")
        assert host.deed() == ("Pay out Rs. 2,300", True)
        await pilot.click("#deed")
        await until(lambda: host.answered)
    assert host.answer.text == "Rs. 2,300 paid out from the drawer, voucher V-2026-0001"
    assert house.lines(booking_id)[-1] == "Paid out Rs. 2,300 in cash"
    assert house.booking(booking_id).paid_minor == 920_000


async def test_a_shut_drawer_is_told_before_anything_is_typed_or_signed(house: House, size: Size) -> None:
    booking_id = await house.book()
    await mark_paid(house.ctx, Mark(booking_id, "Ali", "cash"))
    await shifts.open_shift(house.ctx, shifts.Actor("Ali"), 0)
    async with shown(house.ctx, RefundDialog(house.ctx, OLGA, booking_id), size) as (host, pilot):
        assert "Open a shift first: cash is paid out from a drawer that somebody counts" in host.flat()
        assert "Paid out from the drawer" not in host.flat()
        await fill(pilot, host, part="2300", again="2,300", note="broken shower")
        assert host.deed() == ("Pay out Rs. 2,300", False)


async def test_desk_money_over_the_limit_is_signed_too(house: House) -> None:
    await managers(house)
    booking_id = await house.book()
    await mark_paid(house.ctx, Mark(booking_id, "Ali", "cash"))
    async with shown(house.ctx, RefundDialog(house.ctx, AYESHA, booking_id)) as (host, pilot):
        await fill(pilot, host, again="11500")
        host.screen.query_one("#pin").focus()
        await press(pilot, *"9071")
        await pilot.click("#deed")
        await until(lambda: host.answered)
    entries = house.ctx.store.read_now(lambda tx: timeline.for_booking(tx, booking_id))
    assert "V-2026-0001 · Guest request · signed by Olga" in [entry.detail for entry in entries]
    assert house.booking(booking_id).status == "PENDING"


async def test_paid_twice_offers_both_and_means_the_online_one_first(desk: Desk) -> None:
    booking_id = await desk.book("TRV-1")
    link = await checkout(desk.ctx, booking_id, "Ayesha")
    desk.sandbox.faults.always("POST /v1/checkout/sessions/*", "500")
    from travello_desk.operations.bookings import switch_method

    await switch_method(desk.ctx, booking_id, "ARRIVAL", "Ayesha")
    await mark_paid(desk.ctx, Mark(booking_id, "Ali", "cash"))
    await desk.sandbox.pay(link.session_id)
    await desk.feed()
    async with shown(desk.ctx, RefundDialog(desk.ctx, OLGA, booking_id)) as (host, pilot):
        text = host.flat()
        assert "From [1 online] 2 drawer" in text or "From [1 Visa 4242] 2 drawer" in text
        assert "[Paid twice]" in text
        assert "stays ● PAID, the room stays booked" in text
        await press(pilot, "2")
        assert "Paid at the desk (cash)" in host.flat()
        assert host.deed()[0] == "Pay out Rs. 10,000"


async def test_a_payment_in_dollars_shows_both_amounts_and_goes_back_in_dollars(tmp_path: Path, size: Size) -> None:
    """C29: Rs. 24,000 charged as $85.71, half of it given back at the stored rate, then the rest."""
    async with open_desk(tmp_path, supported_currencies=["usd"]) as desk:
        rate = FxRate("PKR", "USD", Decimal(280), date(2026, 11, 24))
        desk.ctx.settings = replace(desk.ctx.settings, fx_rate=rate)
        booking_id = await desk.book("TRV-1", amount_minor=2_400_000)
        link = await checkout(desk.ctx, booking_id, "guest", origin="guest")
        await desk.sandbox.pay(link.session_id)
        await desk.feed()
        async with shown(desk.ctx, RefundDialog(desk.ctx, OLGA, booking_id), size) as (host, pilot):
            await fill(pilot, host, part="12000", again="12000")
            text = host.flat()
            assert "Rs. 24,000 charged as $85.71" in text
            assert "given back Rs. 12,000 · kept Rs. 12,000" in text
            assert "leaves as $42.86, the payment's own rate" in text
            assert host.deed() == ("Refund Rs. 12,000 ($42.86)", True)
            await pilot.click("#deed")
            await until(lambda: host.answered)
        view = desk.view(booking_id).payments[-1]
        assert (view.refunded_minor, view.refunded_in_booking_currency) == (4_286, 1_200_000)
        async with shown(desk.ctx, RefundDialog(desk.ctx, OLGA, booking_id), size) as (host, pilot):
            assert host.deed()[0] == "Refund Rs. 12,000 ($42.85)"
            await fill(pilot, host, again="12000")
            await pilot.click("#deed")
            await until(lambda: host.answered)
        assert desk.booking(booking_id).badge == "REFUNDED"


async def test_nothing_was_paid(house: House) -> None:
    booking_id = await house.book()
    async with shown(house.ctx, RefundDialog(house.ctx, OLGA, booking_id), SMALL) as (host, pilot):
        assert host.words("#said") == "There is nothing to refund yet"
        assert host.deed() == ("Refund", False)
        await press(pilot, "escape")
        await until(lambda: host.answered)
    assert host.answer is None
