"""Activity, events, problems and doctor as places: they open by their keys, tell what happened, and Esc goes back."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.desk import Desk, open_desk
from tests.tui.sizes import Size
from tests.tui.test_desk import app_of, believed, cursor_on, fill, shown, until
from travello_desk.operations import bookings as changes
from travello_desk.operations.checkout import checkout
from travello_desk.tui.screens.bookings import BookingsScreen
from travello_desk.tui.screens.log_place import LogPlace


@pytest.fixture
async def desk(tmp_path: Path) -> AsyncIterator[Desk]:
    """A desk on which a guest has paid a booking that was cancelled meanwhile."""
    async with open_desk(tmp_path) as found:
        online, _ = await fill(found)
        link = await checkout(found.ctx, online, "Ayesha")
        await found.sandbox.pay(link.session_id)
        await changes.cancel(found.ctx, online, "plans changed", "Ayesha")
        await found.feed()
        yield found


@pytest.mark.parametrize(
    ("key", "says"),
    [
        ("a", "Booking cancelled"),
        ("w", "checkout.session.completed"),
        ("exclamation_mark", "10,000 is on a"),
        ("D", "Store"),
    ],
)
async def test_a_place_opens_tells_and_closes(desk: Desk, key: str, says: str, size: Size) -> None:
    app = app_of(desk)
    async with app.run_test(size=size) as pilot:
        await cursor_on(pilot, app, 1)
        await pilot.press(key)
        await until(pilot, lambda: says in shown(app))
        assert not isinstance(app.screen, BookingsScreen)
        await pilot.press("question_mark")
        await until(pilot, lambda: "Keys" in shown(app))
        await pilot.press("escape")
        await until(pilot, lambda: says in shown(app))
        await pilot.press("escape")
        await until(pilot, lambda: isinstance(app.screen, BookingsScreen))


async def test_a_day_without_trouble_is_not_a_day_without_events(desk: Desk, size: Size) -> None:
    app = app_of(desk)
    async with app.run_test(size=size) as pilot:
        await cursor_on(pilot, app, 1)
        await pilot.press("w")
        await until(pilot, lambda: "checkout.session.completed" in shown(app))
        await pilot.press("f")
        await until(pilot, lambda: "No trouble on this day. f shows everything that Stripe told." in shown(app))
        await pilot.press("f")
        await until(pilot, lambda: "checkout.session.completed" in shown(app))


async def test_a_problem_is_closed_by_a_person_with_a_reason(desk: Desk, size: Size) -> None:
    from travello_desk.store import attention

    app = app_of(desk)
    async with app.run_test(size=size) as pilot:
        await cursor_on(pilot, app, 1)
        await pilot.press("exclamation_mark")
        await until(pilot, lambda: "10,000 is on a cancelled booking: refund it?" in shown(app))
        await pilot.press("c")
        await until(pilot, lambda: app.screen.query("#reason"))
        await pilot.press(*"agreed with the guest")
        await believed(pilot, app)
        await pilot.click("#deed")
        await until(pilot, lambda: desk.ctx.store.read_now(attention.count_all_open) == 0)
    closed = desk.ctx.store.read_now(lambda tx: attention.get(tx, 1))
    assert closed is not None
    assert (closed.closed_by, closed.close_reason) == ("Ayesha", "agreed with the guest")


@pytest.mark.parametrize("key", ["a", "w", "exclamation_mark", "M"])
async def test_keys_of_an_empty_place_are_not_typed_into_its_search_box(tmp_path: Path, key: str, size: Size) -> None:
    """Also after a window over it has closed, and in the empty list that one comes back to."""
    async with open_desk(tmp_path) as desk:
        app = app_of(desk)
        async with app.run_test(size=size) as pilot:
            await until(pilot, lambda: isinstance(app.screen, BookingsScreen) and app.screen.table.total == 0)
            await pilot.press(key)
            await until(pilot, lambda: isinstance(app.screen, LogPlace) and app.screen.table.total is not None)
            for leave in ("escape", "f1"):
                await pilot.press("question_mark")
                await until(pilot, lambda: "Keys" in shown(app) and not isinstance(app.screen, LogPlace))
                await pilot.press(leave)
                await until(pilot, lambda: isinstance(app.screen, LogPlace))
            await pilot.press("escape")
            await until(pilot, lambda: isinstance(app.screen, BookingsScreen))
            await pilot.press(key)
            await until(pilot, lambda: isinstance(app.screen, LogPlace))
