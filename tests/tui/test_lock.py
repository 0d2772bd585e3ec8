"""Locking, handing over, leaving: nothing of a guest is seen, nobody acts in another's name."""

from __future__ import annotations

import pytest
from textual.pilot import Pilot

from tests.desk import Desk
from tests.tui.grid import screen_text
from tests.tui.hotel import desk_app
from tests.tui.sizes import Size
from tests.tui.waiting import settled, until
from travello_desk.operations import staff
from travello_desk.store.tx import Tx
from travello_desk.tui.app import DeskApp
from travello_desk.tui.screens.bookings import BookingsScreen
from travello_desk.tui.screens.confirm import ConfirmScreen
from travello_desk.tui.screens.sign_in import SignInScreen

PINS = {"Chaudhry": "4711", "Bilal": "1234"}


async def people(desk: Desk) -> None:
    await staff.make_first_owner(desk.ctx, "Chaudhry", PINS["Chaudhry"])
    await staff.add(desk.ctx, "Bilal", "clerk", PINS["Bilal"], "Chaudhry")


async def sign_in(pilot: Pilot[int], name: str) -> None:
    app = pilot.app
    await until(pilot, lambda: isinstance(app.screen, SignInScreen) and app.screen.query("#pin"))
    screen = app.screen
    assert isinstance(screen, SignInScreen)
    screen.names.highlighted = [person.name for person in screen.listed].index(name)
    await pilot.pause()
    screen.pin.focus()
    await pilot.press(*PINS[name], "enter")
    await until(pilot, lambda: not isinstance(app.screen, SignInScreen), "signed in")


async def test_a_locked_desk_shows_no_guest_and_answers_no_key(hotel: Desk, size: Size) -> None:
    await people(hotel)
    app = desk_app(hotel)
    app.user = None
    async with app.run_test(size=size) as pilot:
        await sign_in(pilot, "Chaudhry")
        await settled(pilot)
        assert "Ayesha Khan" in screen_text(app)
        await pilot.press("ctrl+l")
        await until(pilot, lambda: isinstance(app.screen, SignInScreen))
        for key in ("ctrl+p", "f1", "6", "l", "escape"):
            await pilot.press(key)
        await pilot.pause()
        assert isinstance(app.screen, SignInScreen)
        assert "Ayesha Khan" not in screen_text(app)


async def test_another_person_finds_no_window_of_the_one_before(hotel: Desk, size: Size) -> None:
    await people(hotel)
    app = desk_app(hotel)
    app.user = None
    async with app.run_test(size=size) as pilot:
        await sign_in(pilot, "Chaudhry")
        await settled(pilot)
        await pilot.press("n")
        await until(pilot, lambda: len(app.screen_stack) == 3, "the form")
        await pilot.press("ctrl+l")
        await sign_in(pilot, "Bilal")
        await until(pilot, lambda: isinstance(app.screen, BookingsScreen), "the form is gone")
        assert app.user is not None
        assert app.user.name == "Bilal"


async def test_the_same_person_goes_on_where_they_were(hotel: Desk, size: Size) -> None:
    await people(hotel)
    app = desk_app(hotel)
    app.user = None
    async with app.run_test(size=size) as pilot:
        await sign_in(pilot, "Chaudhry")
        await settled(pilot)
        await pilot.press("n")
        await until(pilot, lambda: len(app.screen_stack) == 3, "the form")
        form = app.screen
        await pilot.press("ctrl+l")
        await sign_in(pilot, "Chaudhry")
        assert app.screen is form


@pytest.mark.parametrize("by_itself", [False, True], ids=["ctrl+l", "by itself"])
async def test_who_comes_back_types_the_pin_at_once(hotel: Desk, size: Size, by_itself: bool) -> None:
    """Bilal is not the first of the list, and his PIN begins with the digit of who is."""
    await people(hotel)
    app = desk_app(hotel)
    app.user = None
    async with app.run_test(size=size) as pilot:
        await sign_in(pilot, "Bilal")
        await settled(pilot)
        if by_itself:
            hotel.time.seconds += 60 * await staff.lock_minutes(hotel.ctx)
            app.look_around()
        else:
            await pilot.press("ctrl+l")
        await until(pilot, lambda: "Bilal's PIN" in screen_text(app), "whose PIN it is")
        await pilot.press(*PINS["Bilal"], "enter")
        await until(pilot, lambda: isinstance(app.screen, BookingsScreen), "signed in")
        assert app.user is not None
        assert app.user.name == "Bilal"


async def test_a_desk_nobody_uses_locks_itself(hotel: Desk, size: Size) -> None:
    await people(hotel)
    app = desk_app(hotel)
    app.user = None
    async with app.run_test(size=size) as pilot:
        await sign_in(pilot, "Chaudhry")
        await settled(pilot)
        minutes = await staff.lock_minutes(hotel.ctx)
        hotel.time.seconds += 60 * minutes - 1
        await pilot.press("down")
        hotel.time.seconds += 60 * minutes - 1
        app.look_around()
        assert not app.locked
        hotel.time.seconds += 1
        app.look_around()
        await until(
            pilot, lambda: isinstance(app.screen, SignInScreen) and app.screen.query("#health"), "locked itself"
        )


async def open_shift(desk: Desk, name: str) -> None:
    def work(tx: Tx) -> None:
        tx.insert("INSERT INTO shifts (name, opened_at) VALUES (?, ?)", (name, tx.now))

    await desk.ctx.store.write(work)


async def leave(app: DeskApp, pilot: Pilot[int]) -> ConfirmScreen:
    await pilot.press("ctrl+q")
    await until(pilot, lambda: isinstance(app.screen, ConfirmScreen), "the question")
    screen = app.screen
    assert isinstance(screen, ConfirmScreen)
    return screen


async def test_with_a_shift_open_leaving_asks_first(hotel: Desk, size: Size) -> None:
    await open_shift(hotel, "Ayesha")
    app = desk_app(hotel)
    async with app.run_test(size=size) as pilot:
        await settled(pilot)
        await leave(app, pilot)
        await pilot.press("enter")
        await until(pilot, lambda: isinstance(app.screen, BookingsScreen))
        assert app.return_code is None
        await leave(app, pilot)
        await pilot.press("right", "enter")
        await until(pilot, lambda: app.return_code == 0, "left")


async def test_what_was_recovered_at_the_start_is_told_once(hotel: Desk, size: Size) -> None:
    app = desk_app(hotel)
    async with app.run_test(size=size, notifications=True) as pilot:
        await settled(pilot)
        hotel.ctx.health.caught_up = "caught up: 7 events"
        app.look_around()
        await pilot.pause()
        assert "caught up: 7 events" in screen_text(app)
        assert hotel.ctx.health.caught_up == ""
