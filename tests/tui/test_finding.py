"""Finding: pasted references, offers when nothing matches, the bookings opened last, orders that are remembered."""

from __future__ import annotations

import asyncio
from datetime import date

import pytest
from textual import events

from tests.desk import Desk
from tests.tui.grid import grid, screen_text
from tests.tui.hotel import Model, desk_app
from tests.tui.sizes import Size
from tests.tui.waiting import settled, until
from travello_desk.actions import User
from travello_desk.operations import preferences
from travello_desk.operations.preferences import Preferences
from travello_desk.store import search
from travello_desk.store.database import keep_setting
from travello_desk.store.filters import read
from travello_desk.store.search import Found
from travello_desk.tui.dialogs.booking_form import BookingFormDialog
from travello_desk.tui.listing import Listing
from travello_desk.tui.screens.bookings import BookingsScreen
from travello_desk.tui.screens.view_words import nothing_found


def at(screen: BookingsScreen, ids: dict[str, int], reference: str) -> bool:
    return screen.table.cursor_id == ids[reference]


@pytest.mark.parametrize("pasted", ["TRV-10448", "  trv-10448\r\n", "TRV-10448\nof yesterday"])
async def test_a_pasted_reference_lands_on_its_booking(hotel: Desk, model: Model, size: Size, pasted: str) -> None:
    app = desk_app(hotel)
    async with app.run_test(size=size) as pilot:
        await settled(pilot)
        app.post_message(events.Paste(pasted))
        screen = app.screen
        assert isinstance(screen, BookingsScreen)
        await until(pilot, lambda: at(screen, model.ids, "TRV-10448"), "the booking")
        assert screen.table.has_focus
        await pilot.press("escape")
        await settled(pilot)
        assert "12 " not in grid(app)[-2]
        assert screen.table.total == 10


async def test_a_scanner_types_and_presses_enter(hotel: Desk, model: Model, size: Size) -> None:
    app = desk_app(hotel)
    async with app.run_test(size=size) as pilot:
        await settled(pilot)
        await pilot.press("slash", *"TRV-10460", "enter")
        screen = app.screen
        assert isinstance(screen, BookingsScreen)
        await until(pilot, lambda: at(screen, model.ids, "TRV-10460"), "the booking")
        assert screen.table.has_focus


@pytest.mark.parametrize("key", ["m", "c"])
async def test_a_key_before_the_answer_acts_on_what_is_found(
    hotel: Desk, model: Model, size: Size, monkeypatch: pytest.MonkeyPatch, key: str
) -> None:
    app = desk_app(hotel)
    async with app.run_test(size=size) as pilot:
        await settled(pilot)
        screen = app.screen
        assert isinstance(screen, BookingsScreen)
        find, answers = Listing.find, asyncio.Event()

        async def slow(listing: Listing, text: str, keep_id: int | None = None, lines: int = 1) -> bool:
            await answers.wait()
            return await find(listing, text, keep_id, lines)

        monkeypatch.setattr(Listing, "find", slow)
        before = screen.current_id
        await pilot.press("slash", *"TRV-10448", "enter", key)
        screen.run_search()  # as news do: it takes the place of the search that was waited for
        await pilot.pause()
        assert screen.current_id == before
        assert app.screen is screen
        assert not app.clipboard
        answers.set()
        await until(pilot, lambda: at(screen, model.ids, "TRV-10448"), "the booking")
        if key == "m":
            await until(
                pilot, lambda: "Mark paid: already paid online" in screen_text(app), "what is so of the one found"
            )
        else:
            await until(pilot, lambda: app.clipboard, "the copy")


async def test_a_new_search_takes_the_place_of_the_last_one_and_an_arrow_keeps_it(hotel: Desk, size: Size) -> None:
    app = desk_app(hotel)
    async with app.run_test(size=size) as pilot:
        await settled(pilot)
        await pilot.press("slash", *"khan", "enter", "slash", *"rossi")
        assert app.screen.box.value == "rossi"  # type: ignore[attr-defined]
        await pilot.press("enter", "slash", "right", *" m")
        assert app.screen.box.value == "rossi m"  # type: ignore[attr-defined]


async def test_nothing_found_offers_the_search_with_fewer_filters(hotel: Desk, size: Size) -> None:
    app = desk_app(hotel)
    async with app.run_test(size=size) as pilot:
        await settled(pilot)
        await pilot.press("slash", *"khan", "space", *"in:tomorrow", "space", *"status:link", "enter")
        await settled(pilot)
        screen = app.screen
        assert isinstance(screen, BookingsScreen)
        await until(pilot, lambda: screen.offers.offers, "offers")
        assert "Search for  khan status:link  (1 found)" in screen_text(app)
        assert screen.offers.list.has_focus, "Enter was pressed before the answer came"
        await pilot.press("enter")
        await until(pilot, lambda: screen.box.value == "khan status:link", "the shorter search")
        await settled(pilot)
        assert screen.table.total == 1
        assert screen.table.has_focus


async def test_a_name_spelled_otherwise_is_offered(hotel: Desk, size: Size) -> None:
    """Before a second booking is made for somebody who has one."""
    app = desk_app(hotel)
    async with app.run_test(size=size) as pilot:
        await settled(pilot)
        await pilot.press("slash", *"siddiqi", "enter")
        screen = app.screen
        assert isinstance(screen, BookingsScreen)
        await until(pilot, lambda: "Search for  siddiq  (1 found)" in screen_text(app), "the offer")
        await pilot.press("enter")
        await until(pilot, lambda: screen.box.value == "siddiq" and screen.table.total == 1, "the guest")


async def test_who_was_not_found_gets_a_booking(desk: Desk, size: Size) -> None:
    await desk.book("TRV-1")
    app = desk_app(desk)
    async with app.run_test(size=size) as pilot:
        await settled(pilot)
        await pilot.press("slash", *"zainab", "space", *"q")
        screen = app.screen
        assert isinstance(screen, BookingsScreen)
        await until(pilot, lambda: "Make a booking for  zainab q" in screen_text(app), "the offer")
        await pilot.press("enter")
        assert screen.offers.list.has_focus
        await pilot.press("enter")
        await until(pilot, lambda: isinstance(app.screen, BookingFormDialog) and app.screen.query("#deed"), "the form")
        form = app.screen
        assert isinstance(form, BookingFormDialog)
        assert form.fields["guest_name"].value == "zainab q"
        for name, value in (
            ("reference", "W-1"),
            ("check_in", "2026-11-24"),
            ("check_out", "2026-11-25"),
            ("amount", "900"),
        ):
            form.fields[name].value = value
        await pilot.pause()
        form.do_it()
        await until(pilot, lambda: app.screen is screen and screen.box.value == "ref:W-1", "the list with it")
        await settled(pilot)
        row = screen.table.cursor_row
        assert row is not None
        assert row.reference == "W-1"


async def test_a_store_without_bookings_says_where_they_come_from_and_n_lands_on_the_first(
    desk: Desk, size: Size
) -> None:
    app = desk_app(desk)
    async with app.run_test(size=size) as pilot:
        await settled(pilot)
        assert "No bookings yet. n makes one" in screen_text(app)
        await pilot.press("n")
        await until(pilot, lambda: isinstance(app.screen, BookingFormDialog) and app.screen.query("#deed"), "the form")
        form = app.screen
        assert isinstance(form, BookingFormDialog)
        form.fields["guest_name"].value, form.fields["amount"].value = "Marco", "9000"
        await pilot.pause()
        form.do_it()
        await until(pilot, lambda: isinstance(app.screen, BookingsScreen) and app.screen.table.cursor_id, "the booking")
        await until(pilot, lambda: "Marco" in screen_text(app), "its row")


async def test_it_says_when_only_the_newest_were_compared(
    hotel: Desk, size: Size, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(search, "PART", 1)
    monkeypatch.setattr(search, "CANDIDATES", 1)
    app = desk_app(hotel)
    async with app.run_test(size=size) as pilot:
        await settled(pilot)
        await pilot.press("slash", *"yesh")
        await until(pilot, lambda: "1 found inside words for yesh in the newest, keep typing" in screen_text(app), "it")
    nothing = nothing_found("yesh", read("yesh", date(2026, 11, 24)), Found((), partly=True))
    assert "All bookings were searched" not in nothing
    assert "the newest only" in nothing


async def test_escape_leaves_the_offers_for_the_box_and_then_clears(hotel: Desk, size: Size) -> None:
    app = desk_app(hotel)
    async with app.run_test(size=size) as pilot:
        await settled(pilot)
        await pilot.press("slash", *"zzz")
        await until(pilot, lambda: "Nothing matches zzz" in screen_text(app), "nothing")
        screen = app.screen
        assert isinstance(screen, BookingsScreen)
        await pilot.press("enter", "escape")
        assert screen.box.has_focus
        await pilot.press("escape")
        await settled(pilot)
        assert screen.table.total == 10


async def test_the_bookings_opened_last_stand_in_a_list(hotel: Desk, model: Model, size: Size) -> None:
    app = desk_app(hotel)
    async with app.run_test(size=size) as pilot:
        await settled(pilot)
        await pilot.press("R")
        await settled(pilot)
        assert "Nothing was opened yet" in screen_text(app)
        await pilot.press("escape", "down", "enter", "escape", "down", "enter", "escape")
        await settled(pilot)
        await pilot.press("R")
        await settled(pilot)
        screen = app.screen
        assert isinstance(screen, BookingsScreen)
        rows = [screen.table.row_at(place) for place in range(2)]
        assert [row.reference for row in rows if row] == ["TRV-10477", "TRV-10479"]
        assert "2 opened last · Esc goes back to the view" in grid(app)[-2]
        await pilot.press("o")
        assert "Sort: what was opened last stands in that order" in grid(app)[-2]
        await pilot.press("escape")
        await settled(pilot)
        assert screen.table.total == 10


async def test_orders_and_the_last_opened_are_a_person_s_own_and_outlive_the_desk(hotel: Desk, size: Size) -> None:
    for name, sort in (("Ayesha", "arrival"), ("Ayesha", "guest"), ("Bilal", "arrival")):
        app = desk_app(hotel)
        app.user = User(name)
        async with app.run_test(size=size) as pilot:
            await settled(pilot)
            screen = app.screen
            assert isinstance(screen, BookingsScreen)
            assert screen.listing.sort_id == sort
            if sort == "arrival" and name == "Ayesha":
                await pilot.press("down", "enter", "escape", "o", "o")
                await settled(pilot)
                assert screen.listing.sort_id == "guest"
            if sort == "guest":
                assert len(app.preferences.recent) == 1
                assert screen.table.sorted_by == "guest"
            await pilot.press("ctrl+q")
            await until(pilot, lambda app=app: app.return_code == 0, "left")  # type: ignore[misc]


async def test_what_is_remembered_but_cannot_be_any_more_is_forgotten(hotel: Desk, size: Size) -> None:
    ctx = hotel.ctx
    for kept in ('{"sorts": {"all": "nothing", "gone": "guest"}, "recent": ["x", 1]}', "[]", "no json", '{"sorts": 1}'):
        await ctx.store.write(lambda tx, kept=kept: keep_setting(tx, "desk:Ayesha", kept))  # type: ignore[misc]
        app = desk_app(hotel)
        async with app.run_test(size=size) as pilot:
            await settled(pilot)
            assert app.screen.listing.sort_id == "arrival"  # type: ignore[attr-defined]


async def test_only_so_many_are_remembered_the_newest_first(hotel: Desk) -> None:
    kept = Preferences()
    for booking_id in (*range(30), 5):
        kept.opened(booking_id)
    await preferences.keep(hotel.ctx, "Ayesha", kept)
    found = await preferences.load(hotel.ctx, "Ayesha")
    assert found.recent[:3] == [5, 29, 28]
    assert len(found.recent) == preferences.MOST_RECENT
