"""Flows of a clerk on the whole desk, in both windows: one deed leads to the next, what is undone comes back."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import pytest
from textual.pilot import Pilot

from tests.desk import Desk
from tests.tui.grid import grid, screen_text
from tests.tui.sizes import Size
from tests.tui.test_desk import app_of, shown
from tests.tui.waiting import settled, until
from travello_desk.operations import shifts
from travello_desk.operations.arrival import Mark, mark_paid
from travello_desk.operations.checkout import checkout
from travello_desk.payments.drawer import Count
from travello_desk.tui.app import DeskApp
from travello_desk.tui.dialogs import guarded
from travello_desk.tui.dialogs.arming import Arming
from travello_desk.tui.screens.bookings import BookingsScreen

AYESHA = shifts.Actor("Ayesha")


@pytest.fixture(autouse=True)
def _guard_at_rest(monkeypatch: pytest.MonkeyPatch) -> None:
    """These are about what follows what; when a key is believed has tests of its own."""
    monkeypatch.setattr(guarded, "Arming", lambda opened_at: Arming(opened_at, arming=0, repeat=0, settle=0))


class Clerk:
    """Presses keys and waits for words."""

    def __init__(self, app: DeskApp, pilot: Pilot[Any]) -> None:
        self.app, self.pilot = app, pilot

    @property
    def flat(self) -> str:
        """The window on top as one line without frames: for sentences that wrap."""
        return " ".join(re.sub("[│▏█▀▄]", " ", shown(self.app)).split())

    async def on(self, booking_id: int) -> None:
        await settled(self.pilot)
        screen = self.app.screen
        assert isinstance(screen, BookingsScreen)
        screen.table.go_to_id(booking_id)
        await until(self.pilot, lambda: screen.table.cursor_id == booking_id, "the cursor")

    async def press(self, *keys: str, sees: str) -> None:
        await self.pilot.press(*keys)
        await until(self.pilot, lambda: sees in self.flat, sees)

    async def do(self) -> None:
        """The deed's button, with the focus on it, once there is one: the pane says some of a window's words too."""
        await until(self.pilot, lambda: self.app.screen.query("#deed"), "the window")
        await self.pilot.pause()
        self.app.screen.query_one("#deed").focus()
        await self.pilot.press("enter")
        await until(self.pilot, lambda: not self.app.screen.query("#deed"), "the window closed")
        await settled(self.pilot)


@asynccontextmanager
async def clerk(desk: Desk, size: Size, role: str = "manager") -> AsyncIterator[Clerk]:
    app = app_of(desk, role)
    async with app.run_test(size=size) as pilot:
        await settled(pilot)
        yield Clerk(app, pilot)


async def test_D35_a_link_is_out_and_the_guest_pays_at_the_desk(desk: Desk, size: Size) -> None:
    booking_id = await desk.book("TRV-1")
    await checkout(desk.ctx, booking_id, "Ali")
    async with clerk(desk, size) as at:
        await at.on(booking_id)
        await at.press("m", sees="not for ONLINE bookings, x moves it to pay-on-arrival first")
        await at.press("x", sees="It is switched off first")
        await at.do()
        assert desk.view(booking_id).payments[0].status == "EXPIRED"
        await at.press("m", sees="Balance due Rs. 10,000")
        await at.do()
    assert desk.states(booking_id) == ("PAID", "PAY_ON_ARRIVAL", ["EXPIRED"])


async def test_D35_stripe_is_down_the_old_link_is_said_to_be_live(desk: Desk, size: Size) -> None:
    booking_id = await desk.book("TRV-1")
    link = await checkout(desk.ctx, booking_id, "Ali")
    desk.sandbox.faults.always("POST /v1/checkout/sessions/*", "500")
    async with clerk(desk, size) as at:
        await at.on(booking_id)
        await at.press("x", sees="Move to ARRIVAL")
        await at.do()
        await until(at.pilot, lambda: "The old link is still live" in grid(at.app)[-2], "the warning")
        await at.press("m", sees="Balance due")
        await desk.sandbox.pay(link.session_id)
        await desk.feed()
        await until(at.pilot, lambda: "The guest has just paid online" in at.flat, "stopped")
        assert at.app.screen.query_one("#deed").disabled


async def test_D37_cancelling_a_paid_booking_asks_and_goes_on_to_the_refund(desk: Desk, size: Size) -> None:
    booking_id = await desk.book("TRV-1")
    await desk.sandbox.pay((await checkout(desk.ctx, booking_id, "Ali")).session_id)
    await desk.feed()
    async with clerk(desk, size) as at:
        await at.on(booking_id)
        await at.press("X", sees="Refund too?")
        await at.pilot.pause()
        assert at.app.screen.query_one("#deed").disabled
        await at.press("tab", *"ill", sees="ill")
        assert at.app.screen.query_one("#deed").disabled, "the question has no answer yet"
        await at.press("tab", "right", sees="[yes, next]")
        await at.pilot.pause()
        at.app.screen.query_one("#deed").focus()
        await at.press("enter", sees="Most you can give back Rs. 10,000")
        assert desk.booking(booking_id).status == "CANCELLED"
        assert desk.posts("/v1/refunds") == []
        await at.pilot.press("escape")
        await settled(at.pilot)
    assert desk.view(booking_id).paid_minor == 1_000_000


async def test_D29_a_new_price_with_a_link_out_says_what_happens_to_it(desk: Desk, size: Size) -> None:
    booking_id = await desk.book("TRV-1")
    await checkout(desk.ctx, booking_id, "Ali")
    async with clerk(desk, size) as at:
        await at.on(booking_id)
        await at.press("E", sees="Change · TRV-1")
        at.app.screen.fields["amount"].value = "12000"  # type: ignore[attr-defined]
        await at.press(sees="it is switched off, a new one asks Rs. 12,000")
        await at.do()
        await at.press("l", sees="waiting for the guest")
        assert "Rs. 12,000" in at.flat
        await at.pilot.press("escape")
        await settled(at.pilot)
    assert desk.states(booking_id)[2] == ["EXPIRED", "OPEN"]


async def test_a_no_show_is_noted_and_taken_back(desk: Desk, size: Size) -> None:
    booking_id = await desk.book("TRV-1", "ARRIVAL", guest_name="Marco Rossi")
    async with clerk(desk, size) as at:
        await at.on(booking_id)
        await at.press("X", sees="Keep the booking")
        await at.pilot.pause()
        await at.press("right", "tab", *"late", sees="Mark as no-show")
        await at.do()
        await until(at.pilot, lambda: "NO-SHOW" in screen_text(at.app), "the badge")
        await at.press("z", sees="No-show noted on this booking")
        await at.press(*"came", sees="came")
        await at.do()
    assert desk.booking(booking_id).status == "PENDING"
    assert desk.lines(booking_id)[-1] == "Booking re-opened"


async def test_z_undoes_here_or_else_the_last_thing_this_person_did(desk: Desk, size: Size) -> None:
    mine = await desk.book("TRV-1", "ARRIVAL", guest_name="Marco Rossi")
    other = await desk.book("TRV-2", "ARRIVAL", guest_name="Ana Garcia")
    third = await desk.book("TRV-3", "ARRIVAL", guest_name="Linh Nguyen")
    await mark_paid(desk.ctx, Mark(mine, "Ayesha", "cash"))
    await mark_paid(desk.ctx, Mark(other, "Bilal", "cash"))
    async with clerk(desk, size) as at:
        await at.on(third)
        await at.press("z", sees="Undo · TRV-1 · Marco Rossi")
        await at.press(*"wrong", sees="wrong")
        await at.do()
        assert [desk.booking(one).status for one in (mine, other)] == ["PENDING", "PAID"]
        await at.press("z", sees="Undo: This booking was not marked paid at the desk")
        await at.on(other)
        await at.press("z", sees="Undo · TRV-2 · Ana Garcia")
        await at.pilot.press("escape")
        await settled(at.pilot)


async def test_z_on_a_mark_of_a_closed_shift_says_so_and_offers_no_other_guest(desk: Desk, size: Size) -> None:
    mine = await desk.book("TRV-1", "ARRIVAL", guest_name="Marco Rossi")
    closed = await desk.book("TRV-2", "ARRIVAL", guest_name="Ana Garcia")
    await mark_paid(desk.ctx, Mark(mine, "Ayesha", "cash"))
    shift = await shifts.open_shift(desk.ctx, AYESHA, 0)
    await mark_paid(desk.ctx, Mark(closed, "Ayesha", "cash"))
    await shifts.sign_count(desk.ctx, AYESHA, shift.id, Count((), 1_000_000))
    await shifts.close(desk.ctx, AYESHA, shifts.Closing(shift.id, 0))
    async with clerk(desk, size) as at:
        await at.on(closed)
        await at.press("z", sees="Undo: The shift it was taken in is closed: pay the money out instead")


async def test_after_a_window_the_focus_is_back_on_its_row(desk: Desk, size: Size) -> None:
    ids = [await desk.book(f"TRV-{number}", "ARRIVAL") for number in range(3)]
    async with clerk(desk, size) as at:
        await at.on(ids[1])
        for key, sees in (("m", "Mark Rs. 10,000 paid"), ("X", "Keep the booking"), ("E", "Save the changes")):
            await at.press(key, sees=sees)
            await at.pilot.press("escape")
            await settled(at.pilot)
            screen = at.app.screen
            assert isinstance(screen, BookingsScreen)
            assert screen.table.has_focus
            assert screen.table.cursor_id == ids[1]
