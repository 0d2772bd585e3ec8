"""What every window over the desk has in common: the header, room enough to be read, a focus that needs no colour."""

from __future__ import annotations

from typing import Any

import pytest

from tests.desk import Desk
from tests.tui.grid import grid, screen_text
from tests.tui.hotel import Model, desk_app
from tests.tui.sizes import Size
from tests.tui.waiting import settled, until
from travello_desk.store import bookings
from travello_desk.tui.app import DeskApp
from travello_desk.tui.dialogs import guarded
from travello_desk.tui.dialogs.arming import Arming
from travello_desk.tui.dialogs.choice import Choice
from travello_desk.tui.dialogs.fields import Field
from travello_desk.tui.screens.deeds import dialog_for

SENTENCE = "This window is too small: 60 columns and 15 lines at least"


@pytest.fixture(autouse=True)
def _guard_at_rest(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(guarded, "Arming", lambda opened_at: Arming(opened_at, arming=0, repeat=0, settle=0))


async def opened(app: DeskApp, pilot: Any, action: str, booking_id: int) -> None:
    """The window of this action on the booking."""
    await settled(pilot)
    assert app.user is not None
    app.push_screen(dialog_for(action, app.ctx, app.user, booking_id))
    await until(pilot, lambda: app.screen.query("#deed"), "the window")
    await settled(pilot)


@pytest.mark.parametrize("size", [(80, 24), (120, 34), (60, 15)])
@pytest.mark.parametrize("action", ["mark_paid", "refund", "new"])
async def test_the_mode_stands_above_a_window(hotel: Desk, model: Model, size: tuple[int, int], action: str) -> None:
    """And the window leaves the line to it, however low the terminal is."""
    app = desk_app(hotel)
    on = {"mark_paid": "TRV-10479", "refund": "TRV-10470", "new": "TRV-10479"}[action]
    async with app.run_test(size=size) as pilot:
        await opened(app, pilot, action, model.ids[on])
        lines = grid(app)
        assert " SANDBOX " in lines[0]
        assert "Ayesha" in lines[0]
        assert "╭" in "".join(lines[1:])
        assert "╰" in "".join(lines[1:])


async def test_the_header_of_a_window_lives(hotel: Desk, model: Model, size: Size) -> None:
    """What goes wrong while somebody confirms a sum is seen there."""
    app = desk_app(hotel)
    async with app.run_test(size=size) as pilot:
        await opened(app, pilot, "mark_paid", model.ids["TRV-10479"])
        hotel.ctx.health.stripe_fault = "no route"
        await until(pilot, lambda: "▲ Stripe" in grid(app)[0], "the header turns")


async def test_the_lock_names_nobody_in_its_header(hotel: Desk, size: Size) -> None:
    app = desk_app(hotel)
    async with app.run_test(size=size) as pilot:
        await settled(pilot)
        await pilot.press("ctrl+l")
        await until(pilot, lambda: "Locked" in screen_text(app), "the lock")
        assert " SANDBOX " in grid(app)[0]
        assert "Ayesha" not in grid(app)[0]


async def test_a_window_that_cannot_be_read_says_so_and_confirms_nothing(hotel: Desk, model: Model, size: Size) -> None:
    app, booking_id = desk_app(hotel), model.ids["TRV-10479"]

    def status() -> str:
        found = hotel.ctx.store.read_now(lambda tx: bookings.get(tx, booking_id))
        assert found is not None
        return found.status

    async with app.run_test(size=size) as pilot:
        await opened(app, pilot, "mark_paid", booking_id)
        await pilot.resize_terminal(50, 12)
        await until(pilot, lambda: " ".join(screen_text(app).split()) == SENTENCE, "the sentence")
        await pilot.press("y", "enter")
        await settled(pilot)
        assert status() == "PENDING"
        await pilot.resize_terminal(80, 24)
        await until(pilot, lambda: "Mark Rs. 11,500 paid" in screen_text(app), "the window is back")
        await pilot.press("y")
        await until(pilot, lambda: status() == "PAID", "now it was meant")


async def test_of_two_choices_the_one_with_the_keys_is_turned_over(hotel: Desk, model: Model, size: Size) -> None:
    """Where there are no colours both would look the same."""
    app = desk_app(hotel)

    def is_turned(choice: Choice[Any]) -> bool:
        return any("reverse" in str(span.style) for span in choice.render().spans)

    async with app.run_test(size=size) as pilot:
        await opened(app, pilot, "refund", model.ids["TRV-10470"])
        shown = [choice for choice in app.screen.query(Choice) if choice.display]
        assert len(shown) >= 2
        for choice in shown[:2]:
            choice.focus()
            await pilot.pause()
            assert [is_turned(one) for one in shown] == [one is choice for one in shown]


async def test_a_new_booking_begins_with_the_guest(hotel: Desk, size: Size) -> None:
    """Its reference is there already: a name typed at once must not become one."""
    app = desk_app(hotel)
    async with app.run_test(size=size) as pilot:
        await settled(pilot)
        await pilot.press("n")
        await until(pilot, lambda: app.screen.query("#deed"), "the form")
        await settled(pilot)
        reference = app.screen.query_one("#reference", Field).value
        await pilot.press(*"Zoya")
        assert app.screen.query_one("#guest_name", Field).value == "Zoya"
        assert app.screen.query_one("#reference", Field).value == reference
