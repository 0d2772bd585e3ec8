"""The day's report and the drawer's shift on the screen, at both sizes, with the keys a clerk presses."""

from __future__ import annotations

from typing import Any

import pytest
from textual.pilot import Pilot
from textual.widgets import Input

from tests.desk import Desk
from tests.tui.grid import screen_text
from tests.tui.hotel import CLERK, desk_app
from tests.tui.sizes import Size
from tests.tui.waiting import settled, until
from travello_desk.actions import User
from travello_desk.operations import shifts
from travello_desk.operations.arrival import Mark, mark_paid
from travello_desk.operations.checkout import checkout
from travello_desk.operations.shifts import Actor, Closing
from travello_desk.payments.drawer import Count
from travello_desk.store import shifts as rows
from travello_desk.store import timeline
from travello_desk.tui.app import DeskApp
from travello_desk.tui.dialogs import guarded
from travello_desk.tui.dialogs.arming import Arming
from travello_desk.tui.screens.bookings import BookingsScreen
from travello_desk.tui.screens.day import DayScreen

AYESHA = Actor("Ayesha")
RS = 100


@pytest.fixture
async def hotel(hotel: Desk) -> Desk:
    """Without a Stripe: nothing of the report waits for it."""
    hotel.ctx.gateway = None
    return hotel


@pytest.fixture(autouse=True)
def _guard_at_rest(monkeypatch: pytest.MonkeyPatch) -> None:
    """The guard on Enter has its own tests."""
    monkeypatch.setattr(guarded, "Arming", lambda opened_at: Arming(opened_at, arming=0, repeat=0, settle=0))


async def shows(pilot: Pilot[Any], app: DeskApp, *texts: str) -> None:
    await until(pilot, lambda: all(text in screen_text(app) for text in texts), f"{texts}")


async def focused(pilot: Pilot[Any], app: DeskApp, name: str) -> None:
    await until(pilot, lambda: getattr(app.focused, "id", "") == name, f"{name} has the focus")


async def open_day(pilot: Pilot[Any], app: DeskApp, key: str = "d") -> DayScreen:
    await settled(pilot)
    await pilot.press(key)
    await until(pilot, lambda: isinstance(app.screen, DayScreen) and app.screen.found is not None)
    await settled(pilot)
    assert isinstance(app.screen, DayScreen)
    return app.screen


async def test_other_days_by_left_and_right(hotel: Desk, size: Size) -> None:
    app = desk_app(hotel)
    async with app.run_test(size=size) as pilot:
        place = await open_day(pilot, app, "f9")
        today = place.day_on
        await pilot.press("left")
        await shows(pilot, app, "Nothing moved on this day.")
        assert (today - place.day_on).days == 1
        await pilot.press("right")
        await shows(pilot, app, "Online card")
        await pilot.press("right")
        await shows(pilot, app, "The day after has not begun")
        await pilot.press("escape")
        await until(pilot, lambda: isinstance(app.screen, BookingsScreen))


async def test_a_payment_elsewhere_turns_the_report(hotel: Desk, model: Any, size: Size) -> None:
    app = desk_app(hotel)
    async with app.run_test(size=size) as pilot:
        await open_day(pilot, app)
        assert "Card terminal" not in screen_text(app)
        await mark_paid(hotel.ctx, Mark(model.ids["TRV-10479"], "Bilal", "card"))
        await shows(pilot, app, "Card terminal", "Rs. 11,500")


async def test_the_papers_are_written(hotel: Desk, size: Size) -> None:
    app = desk_app(hotel)
    async with app.run_test(size=size) as pilot:
        place = await open_day(pilot, app)
        folder = hotel.ctx.settings.data_dir / "exports"
        day = place.day_on.isoformat()
        await pilot.press("x", "p", "t")
        names = [f"day-{day}.csv", f"day-{day}.txt", f"downtime-{day}.txt"]
        await until(pilot, lambda: all((folder / name).exists() for name in names))
        await settled(pilot)
    csv, text, sheet = ((folder / name).read_text() for name in names)
    assert csv.splitlines()[0] == "at,reference,tender,amount,currency,actor"
    assert "TRV-10466" in csv
    assert "Net" in text
    assert "Marco Rossi" in sheet
    assert (folder / names[0]).stat().st_mode & 0o077 == 0


async def test_a_whole_shift_with_the_keys(hotel: Desk, model: Any, size: Size) -> None:
    app = desk_app(hotel)
    async with app.run_test(size=size) as pilot:
        await settled(pilot)
        await pilot.press("s")
        await shows(pilot, app, "Open a shift", "Drawer")
        await focused(pilot, app, "float")
        await pilot.press(*"5000", "tab", "tab")
        await shows(pilot, app, "Open with Rs. 5,000")
        await pilot.press("enter")
        await until(pilot, lambda: hotel.ctx.store.read_now(rows.all_open), "the shift is open")
        await mark_paid(hotel.ctx, Mark(model.ids["TRV-10479"], "Ayesha", "cash"))
        await pilot.press("s")
        await shows(pilot, app, "Drop cash from drawer 1")
        await pilot.press("2")
        await focused(pilot, app, "amount")
        await pilot.press(*"6500", "tab", "tab", "enter")
        await until(pilot, lambda: hotel.ctx.store.read_now(lambda tx: rows.drops_of(tx, 1)), "the drop")
        await pilot.press("s")
        await shows(pilot, app, "Count and close the shift of Ayesha")
        await pilot.press("1")
        await shows(pilot, app, "5,000 ×")
        await focused(pilot, app, "note-5000")
        assert "Expected" not in screen_text(app)
        await pilot.press("1", "enter", "4", "enter", "1")
        await shows(pilot, app, "Rs. 9,500")
        app.screen.query_one("#deed").focus()
        await pilot.press("enter")
        await shows(pilot, app, "Expected", "short Rs. 500", "leaves Rs. 5,000")
        app.screen.query_one("#deed").focus()
        await pilot.press("enter")
        await pilot.pause()
        assert hotel.ctx.store.read_now(rows.all_open)
        app.screen.query_one("#reason").focus()
        await pilot.press(*"wrong change")
        app.screen.query_one("#deed").focus()
        await pilot.press("enter")
        await until(pilot, lambda: not hotel.ctx.store.read_now(rows.all_open), "the shift is closed")
        await open_day(pilot, app)
        await shows(pilot, app, "short Rs. 500")
    last = hotel.ctx.store.read_now(lambda tx: timeline.recent(tx, 1))[0]
    assert (last.text, last.actor) == ("Shift of Ayesha closed: short Rs. 500", "Ayesha")


async def test_a_signed_count_is_not_typed_again_but_closed(hotel: Desk, size: Size) -> None:
    shift = await shifts.open_shift(hotel.ctx, AYESHA, 0)
    await shifts.sign_count(hotel.ctx, AYESHA, shift.id, Count((), 5 * RS))
    app = desk_app(hotel)
    async with app.run_test(size=size) as pilot:
        await settled(pilot)
        await pilot.press("s")
        await shows(pilot, app, "Close the shift", "over Rs. 5")


async def test_somebody_else_s_drawer_is_refused_in_the_window(hotel: Desk, size: Size) -> None:
    await shifts.open_shift(hotel.ctx, Actor("Bilal"), 0)
    app = desk_app(hotel)
    async with app.run_test(size=size) as pilot:
        await settled(pilot)
        await pilot.press("s")
        await shows(pilot, app, "Open a shift")
        app.screen.query_one("#deed").focus()
        await pilot.press("enter")
        await shows(pilot, app, "Drawer 1 is held by Bilal")


async def test_a_manager_finds_every_shift_in_the_menu(hotel: Desk, size: Size) -> None:
    await shifts.open_shift(hotel.ctx, Actor("Bilal"), 0, "2")
    app = desk_app(hotel)
    app.user = User("Chaudhry", "manager")
    async with app.run_test(size=size) as pilot:
        await settled(pilot)
        await pilot.press("s")
        await shows(pilot, app, "Open a shift of your own", "Count and close the shift of Bilal, drawer 2")
        await pilot.press("escape")
        await until(pilot, lambda: isinstance(app.screen, BookingsScreen))


async def test_a_hand_over_note_is_shown_to_the_next_and_read_once(hotel: Desk, size: Size) -> None:
    shift = await shifts.open_shift(hotel.ctx, Actor("Bilal"), 0)
    await shifts.sign_count(hotel.ctx, Actor("Bilal"), shift.id, Count())
    await shifts.close(hotel.ctx, Actor("Bilal"), Closing(shift.id, 0, note="312 pays [tomorrow]"))
    app = desk_app(hotel)
    assert app.user == CLERK
    async with app.run_test(size=size) as pilot:
        await settled(pilot)
        app.run_worker(app.tell_notes())
        await shows(pilot, app, "From Bilal", "312 pays [tomorrow]")
        await pilot.press("left", "enter")
        await until(pilot, lambda: not hotel.ctx.store.read_now(rows.unread_notes), "the note is read")


async def test_what_stripe_has_and_we_have_not_is_one_key_away(desk: Desk, size: Size) -> None:
    booking_id = await desk.book("TRV-1")
    await desk.sandbox.pay((await checkout(desk.ctx, booking_id, "Ayesha")).session_id)
    app = desk_app(desk)
    async with app.run_test(size=size) as pilot:
        await open_day(pilot, app)
        await shows(pilot, app, "Stripe says 1 online, we have 0. Enter shows the difference")
        await pilot.press("enter")
        await shows(pilot, app, "Stripe only: Rs. 10,000 pi_", "reconcile")
        await pilot.press("escape")
        await desk.feed()
        await pilot.press("left", "right")
        await shows(pilot, app, "Stripe says 1 online, and so do we")


async def test_the_report_is_mailed_after_it_was_read(hotel: Desk, size: Size) -> None:
    app = desk_app(hotel)
    async with app.run_test(size=size) as pilot:
        await open_day(pilot, app)
        await pilot.press("e")
        await focused(pilot, app, "to")
        await shows(pilot, app, "E-mail the day report", "Serena Lahore: day report 2026-11-24", "Online card")
        await pilot.press(*"books@hotel.example")
        app.screen.query_one("#deed").focus()
        await pilot.press("enter")
        await until(pilot, lambda: isinstance(app.screen, DayScreen))
    mails = hotel.ctx.store.read_now(lambda tx: tx.all("SELECT kind, recipient, status FROM outbox"))
    assert mails == [("day_report", "books@hotel.example", "queued")]


async def test_a_wrong_address_is_refused_in_the_window(hotel: Desk, size: Size) -> None:
    app = desk_app(hotel)
    async with app.run_test(size=size) as pilot:
        await open_day(pilot, app)
        await pilot.press("e")
        await focused(pilot, app, "to")
        await pilot.press(*"books")
        app.screen.query_one("#deed").focus()
        await pilot.press("enter")
        await shows(pilot, app, "not a mail address")
        assert app.screen.query_one("#to", Input).value == "books"
