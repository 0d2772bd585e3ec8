"""Toasts: three at once at most, five seconds, good news only; Ctrl+C copies or says how to leave, everywhere."""

from __future__ import annotations

import pytest
from textual.widgets import Input
from textual.widgets._toast import Toast

from tests.desk import Desk
from tests.tui.grid import screen_text
from tests.tui.hotel import CLERK, desk_app
from tests.tui.sizes import Size
from tests.tui.waiting import settled, until
from travello_desk.operations import staff
from travello_desk.tui.app import DeskApp
from travello_desk.tui.dialogs.mark_paid import MarkPaidDialog
from travello_desk.tui.screens.bookings import BookingsScreen
from travello_desk.tui.screens.sign_in import SignInScreen


def toasts(app: DeskApp) -> list[Toast]:
    return list(app.screen.query(Toast))


def patient(app: DeskApp) -> DeskApp:
    """Its toasts outlast the slowest machine."""
    app.NOTIFICATION_TIMEOUT = 3600  # type: ignore[misc]
    return app


async def test_three_toasts_at_once_and_the_oldest_makes_room(hotel: Desk, size: Size) -> None:
    app = desk_app(hotel)
    async with app.run_test(size=size, notifications=True) as pilot:
        await settled(pilot)
        for number in range(1, 8):
            app.notify(f"news {number}", timeout=3600)
        await until(pilot, lambda: "news 7" in screen_text(app))
        await until(pilot, lambda: len(toasts(app)) == 3)
        assert [number for number in range(1, 8) if f"news {number}" in screen_text(app)] == [5, 6, 7]
        assert len(app._notifications) == 3


async def test_a_toast_stands_five_seconds_unless_it_says_otherwise(hotel: Desk, size: Size) -> None:
    app = desk_app(hotel)
    async with app.run_test(size=size, notifications=True) as pilot:
        await settled(pilot)
        app.notify("good news")
        await until(pilot, lambda: toasts(app))
        assert [notification.timeout for notification in app._notifications] == [5]


@pytest.mark.parametrize("severity", ["warning", "error"])
async def test_bad_news_stays_in_the_status_line_until_the_next_key(hotel: Desk, size: Size, severity: str) -> None:
    app = desk_app(hotel)
    async with app.run_test(size=size, notifications=True) as pilot:
        await settled(pilot)
        app.notify("Not written: No space left", severity=severity)  # type: ignore[arg-type]
        await pilot.pause()
        assert "Not written: No space left" in screen_text(app)
        assert not toasts(app)
        await pilot.press("down")
        await until(pilot, lambda: "Not written" not in screen_text(app))


async def test_ctrl_c_on_the_sign_in_screen_says_how_to_leave(hotel: Desk, size: Size) -> None:
    await staff.demo_people(hotel.ctx)
    app = patient(DeskApp(hotel.ctx))
    async with app.run_test(size=size, notifications=True) as pilot:
        await until(pilot, lambda: isinstance(app.screen, SignInScreen) and app.screen.query("#health"))
        await pilot.press("ctrl+c")
        await until(pilot, lambda: "Ctrl+Q quits" in screen_text(app))
        app.screen.query_one("#pin", Input).focus()
        await pilot.press("1", "2", "3", "shift+home", "ctrl+c")
        await until(pilot, lambda: len(toasts(app)) == 2)
        assert (app.clipboard, app.is_running) == ("", True)


async def test_ctrl_c_in_a_window_copies_what_is_selected_and_else_says_how_to_leave(hotel: Desk, size: Size) -> None:
    app = patient(desk_app(hotel))
    async with app.run_test(size=size, notifications=True) as pilot:
        await settled(pilot)
        assert isinstance(app.screen, BookingsScreen)
        booking_id = await hotel.book("TRV-77", "ARRIVAL")
        window = MarkPaidDialog(hotel.ctx, CLERK, booking_id)
        app.push_screen(window)
        await until(pilot, lambda: app.screen is window and window.query("#buttons"))
        await pilot.press("ctrl+c")
        await until(pilot, lambda: "Ctrl+Q quits" in screen_text(app))
        window.query_one("#received", Input).focus()
        await pilot.press("shift+home", "ctrl+c")
        await until(pilot, lambda: app.clipboard == window.received.value)
        assert app.screen is window
