"""Marks in the list and the bulk window they open, on the whole desk."""

from __future__ import annotations

import pytest

from tests.desk import Desk
from tests.tui.grid import grid, screen_text
from tests.tui.hotel import desk_app
from tests.tui.sizes import Size
from tests.tui.waiting import settled, until
from travello_desk.tui.dialogs.bulk import BulkDialog
from travello_desk.tui.screens import marking


async def test_links_for_all_who_owe(desk: Desk, size: Size) -> None:
    ids = [await desk.book(f"TRV-{number}", guest_name=f"Guest {number}") for number in range(3)]
    await desk.book("TRV-9", "ARRIVAL", guest_name="Marco Rossi")
    app = desk_app(desk)
    async with app.run_test(size=size, notifications=True) as pilot:
        await settled(pilot)
        await pilot.press("2", "asterisk")
        await settled(pilot)
        assert "4 marked" in grid(app)[-2]
        await pilot.press("b")
        await until(pilot, lambda: isinstance(app.screen, BulkDialog) and app.screen.query("#lines"), "the window")
        assert "4 bookings: 3 will be done, 1 left alone" in screen_text(app)
        app.screen.arming.opened_at = 0  # type: ignore[attr-defined]
        await pilot.press("tab", "3", "tab", "enter")
        await until(pilot, lambda: "3 links made" in screen_text(app), "the result")
        await pilot.press("escape")
        await settled(pilot)
        assert [desk.booking(booking_id).badge for booking_id in ids] == ["LINK OUT"] * 3
        assert "1 marked" in grid(app)[-2], "the one that was left alone keeps its mark"


async def test_without_marks_it_says_how_to_make_them(hotel: Desk, size: Size) -> None:
    app = desk_app(hotel)
    async with app.run_test(size=size) as pilot:
        await settled(pilot)
        await pilot.press("b")
        await settled(pilot)
        assert "no row is marked. Space marks one, * the whole list" in grid(app)[-2]


async def test_a_list_too_long_is_marked_to_a_limit_and_says_so(
    hotel: Desk, monkeypatch: pytest.MonkeyPatch, size: Size
) -> None:
    monkeypatch.setattr(marking, "MOST", 3)
    app = desk_app(hotel)
    async with app.run_test(size=size) as pilot:
        await settled(pilot)
        await pilot.press("asterisk")
        await settled(pilot)
        assert "the first 3 rows; a search makes the list shorter" in grid(app)[-2]
        assert len(app.screen.table.marked) == 3  # type: ignore[attr-defined]


async def test_marks_outlive_a_view_and_a_search(hotel: Desk, size: Size) -> None:
    app = desk_app(hotel)
    async with app.run_test(size=size) as pilot:
        await settled(pilot)
        await pilot.press("space", "3", "slash", *"khan", "enter")
        await settled(pilot)
        assert len(app.screen.table.marked) == 1  # type: ignore[attr-defined]
