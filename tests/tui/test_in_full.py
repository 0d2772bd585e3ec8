"""Lists that are empty and rows shown in full: the keys that the screen names are the keys that work there."""

from __future__ import annotations

from tests.desk import Desk
from tests.tui.grid import grid, screen_text
from tests.tui.hotel import desk_app
from tests.tui.sizes import Size
from tests.tui.test_problems import MANAGER, at_problems, paid
from tests.tui.waiting import settled, until
from travello_desk.operations import bookings as changes
from travello_desk.tui.dialogs.refund import RefundDialog
from travello_desk.tui.screens.activity import ActivityScreen
from travello_desk.tui.screens.bookings import BookingsScreen
from travello_desk.tui.screens.problems import ProblemsScreen
from travello_desk.tui.screens.reason import ReasonScreen
from travello_desk.tui.screens.text_screen import TextScreen


async def test_days_are_turned_over_empty_ones_and_back(hotel: Desk, size: Size) -> None:
    """An empty list gives the keys to nobody, least of all to the box above it, which would swallow the arrows."""
    app = desk_app(hotel)
    async with app.run_test(size=size) as pilot:
        await settled(pilot)
        await pilot.press("a")
        await until(pilot, lambda: isinstance(app.screen, ActivityScreen) and app.screen.table.total, "the entries")
        for key, day in (("left", "23 Nov"), ("left", "22 Nov"), ("right", "23 Nov"), ("right", "24 Nov")):
            await pilot.press(key)
            await until(pilot, lambda day=day: day in grid(app)[1], f"{key} to {day}")  # type: ignore[misc]
        screen = app.screen
        assert isinstance(screen, ActivityScreen)
        await until(pilot, lambda: screen.table.total and screen.table.has_focus, "the list has the keys again")
        await pilot.press("left")
        await until(pilot, lambda: screen.table.total == 0, "an empty day")
        await pilot.press("escape")
        await until(pilot, lambda: isinstance(app.screen, BookingsScreen), "one step back")


async def test_a_problem_in_full_takes_the_keys_it_names(desk: Desk, size: Size) -> None:
    await changes.cancel(desk.ctx, await paid(desk), "plans changed", "Ayesha")
    app = desk_app(desk)
    app.user = MANAGER
    async with app.run_test(size=size) as pilot:
        await at_problems(pilot, app)
        await pilot.press("enter")
        await until(pilot, lambda: "r  Refund it" in screen_text(app) and "y copy" in screen_text(app), "in full")
        await pilot.press("r")
        await until(pilot, lambda: isinstance(app.screen, RefundDialog), "the refund")
        await pilot.press("escape")
        await until(pilot, lambda: isinstance(app.screen, ProblemsScreen), "the list")
        await pilot.press("enter")
        await until(pilot, lambda: isinstance(app.screen, TextScreen), "in full again")
        await pilot.press("c")
        await until(pilot, lambda: isinstance(app.screen, ReasonScreen), "the reason")
        assert "Close a problem" in screen_text(app)
        await pilot.press("escape")
        await until(pilot, lambda: isinstance(app.screen, ProblemsScreen), "nothing was closed")
