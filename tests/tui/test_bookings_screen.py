"""The list of bookings as a clerk uses it: views, search, reasons, news from elsewhere."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import dataclass, replace

import pytest
from textual.pilot import Pilot

from tests.desk import Desk
from tests.tui.grid import grid, screen_text
from tests.tui.hotel import Model, desk_app, furnish
from tests.tui.sizes import LARGE, Size
from tests.tui.waiting import settled, until
from travello_desk.operations.arrival import Mark, mark_paid
from travello_desk.store import bookings
from travello_desk.store.browse import BookingRow
from travello_desk.store.database import open_store
from travello_desk.tui.app import DeskApp
from travello_desk.tui.screens.bookings import BookingsScreen
from travello_desk.tui.screens.detail import DetailScreen
from travello_desk.tui.widgets.virtual_table import VirtualTable


@dataclass
class Front:
    """The open desk."""

    app: DeskApp
    pilot: Pilot[int]
    desk: Desk
    ids: dict[str, int]

    @property
    def screen(self) -> BookingsScreen:
        screen = self.app.screen
        assert isinstance(screen, BookingsScreen)
        return screen

    @property
    def wide(self) -> bool:
        """Whether there is room for the pane."""
        return self.app.size == LARGE

    @property
    def table(self) -> VirtualTable[BookingRow]:
        return self.screen.table

    async def press(self, *keys: str) -> None:
        await self.pilot.press(*keys)
        await settled(self.pilot)

    async def type(self, text: str) -> None:
        await self.press("slash", *("space" if char == " " else char for char in text))

    def at(self, reference: str) -> bool:
        return self.table.cursor_id == self.ids[reference]

    def shown(self) -> list[str]:
        names = {number: reference for reference, number in self.ids.items()}
        rows = (self.table.row_at(place) for place in range(self.table.total or 0))
        return [names[row.id] for row in rows if row is not None]

    @property
    def status(self) -> str:
        return grid(self.app)[-2]


@pytest.fixture
async def front(hotel: Desk, model: Model, size: Size) -> AsyncIterator[Front]:
    app = desk_app(hotel)
    async with app.run_test(size=size) as pilot:
        await settled(pilot)
        yield Front(app, pilot, hotel, model.ids)


async def test_the_desk_opens_on_today_s_arrivals(hotel: Desk, size: Size) -> None:
    app = desk_app(hotel)
    async with app.run_test(size=size) as pilot:
        await settled(pilot)
        assert "▹ ON ARRIVAL Marco Rossi" in screen_text(app)
        assert len(grid(app)) == size[1]


async def test_in_ascii_no_sign_of_the_screen_needs_unicode(hotel: Desk, size: Size) -> None:
    app = desk_app(hotel, ascii=True)
    async with app.run_test(size=size) as pilot:
        await settled(pilot)
        text = screen_text(app).replace("Müller", "").replace("▏", "")
        assert text.isascii(), [char for char in text if not char.isascii()]


async def test_each_view_shows_its_bookings(front: Front) -> None:
    await front.press("2")
    assert front.shown() == ["TRV-10482", "TRV-10479", "TRV-10477", "TRV-10463", "TRV-10460", "TRV-10440"]
    await front.press("3")
    assert front.shown() == ["TRV-10482", "TRV-10477"]
    await front.press("4")
    assert front.shown() == []
    assert "Nothing waits for you" in screen_text(front.app)
    await front.press("f7")
    assert len(front.shown()) == 10
    await front.press("5")
    assert len(front.shown()) == 9


async def test_searching_finds_while_typing_and_escape_steps_back(front: Front) -> None:
    await front.type("kha")
    assert front.shown() == ["TRV-10482"]
    assert "1 found" in front.status
    await front.press("n", "escape")
    assert front.screen.box.has_focus
    assert len(front.shown()) == 10
    await front.press("escape")
    assert front.table.has_focus


async def test_enter_in_the_search_goes_to_what_was_found(front: Front) -> None:
    await front.type("trv-10460")
    await front.press("enter")
    assert front.table.has_focus
    assert front.at("TRV-10460")
    await front.press("escape")
    assert len(front.shown()) == 10


async def test_a_search_ends_when_a_view_is_chosen(front: Front) -> None:
    await front.type("khan")
    await front.press("enter", "3")
    assert front.screen.box.value == ""
    assert front.shown() == ["TRV-10482", "TRV-10477"]


async def test_a_filter_alone_that_is_not_understood_is_told(front: Front) -> None:
    """The list is not narrowed: nobody must take it for what was asked."""
    await front.type("status:nope")
    assert len(front.shown()) == 10
    assert " Not understood: status:nope · " in screen_text(front.app)


async def test_nothing_found_says_what_to_do(front: Front) -> None:
    await front.type("khan in:tomorrow due:much")
    text = screen_text(front.app)
    assert "Nothing matches khan in:tomorrow due:much" in text
    assert "Not understood: due:much" in text
    assert "All bookings were searched, not only this view." in text
    assert "Search for  khan due:much  (1 found)" in text
    assert "Make a booking for  khan" in text


async def test_letters_in_the_search_box_are_no_commands(front: Front) -> None:
    await front.type("rm x")
    assert front.screen.box.value == "rm x"
    assert len(front.app.screen_stack) == 2


async def test_the_pane_follows_the_cursor_and_gives_reasons(front: Front) -> None:
    await front.press("down")
    await until(front.pilot, lambda: front.screen.detail and front.screen.detail.booking.reference == "TRV-10479")
    assert ("r  refund: nothing was paid yet" in screen_text(front.app)) == front.wide
    if not front.wide:  # no pane beside the list: Enter fills the screen with the same
        await front.press("enter")
    text = screen_text(front.app)
    assert "Marco Rossi" in text
    assert "m  Mark paid" in text
    assert "r  refund: nothing was paid yet" in text


async def test_a_key_that_is_not_possible_says_why_and_opens_nothing(front: Front) -> None:
    await front.press("r")
    await until(front.pilot, lambda: "Refund: nothing was paid yet" in front.status, "the reason")
    assert len(front.app.screen_stack) == 2
    await front.press("down")
    assert "Refund" not in front.status


async def test_enter_goes_to_the_booking_and_escape_comes_back(front: Front) -> None:
    """Into the pane; into a screen of its own where there is none."""
    await front.press("enter")
    assert isinstance(front.app.screen, BookingsScreen if front.wide else DetailScreen)
    if front.wide:
        assert front.screen.query_one("#pane").has_focus
    await front.press("escape")
    assert front.table.has_focus


async def test_a_payment_elsewhere_changes_the_row_and_not_the_cursor(front: Front) -> None:
    await front.press("2")
    await front.press("down")
    assert front.at("TRV-10479")
    await mark_paid(front.desk.ctx, Mark(front.ids["TRV-10479"], "Bilal", "cash"))
    row = lambda: front.table.cursor_row  # noqa: E731
    await until(front.pilot, lambda: row() and row().badge == "PAID", "the row turned PAID")
    assert front.at("TRV-10479")
    assert front.table.cursor_index == 1
    await front.press("m")
    await until(front.pilot, lambda: "already paid by Bilal" in front.status, "the reason")
    await front.press("down")
    assert "TRV-10479" not in front.shown()


async def test_a_new_booking_of_another_process_appears(front: Front) -> None:
    other = open_store(front.desk.ctx.store.path, front.desk.time)
    try:
        new = bookings.NewBooking(
            "TRV-2", "Walk In", front.screen.listing.day_on.isoformat(), "2026-11-30", 500_000, "PKR", "ONLINE"
        )
        await other.write(lambda tx: bookings.insert(tx, new))
    finally:
        other.close()
    await until(front.pilot, lambda: front.table.total == 11, "the walk-in appeared")
    assert front.at("TRV-10482")


async def test_news_during_a_search_keep_the_search(front: Front) -> None:
    await front.type("trv-104")
    await front.press("enter", "down")
    here = front.table.cursor_id
    await mark_paid(front.desk.ctx, Mark(front.ids["TRV-10479"], "Bilal", "cash"))
    rows = lambda: [front.table.row_at(n) for n in range(10)]  # noqa: E731
    await until(
        front.pilot, lambda: any(row and row.reference == "TRV-10479" and row.badge == "PAID" for row in rows())
    )
    await settled(front.pilot)
    assert front.table.cursor_id == here
    assert front.screen.box.value == "trv-104"


async def test_orders_of_a_small_view(front: Front) -> None:
    await front.press("o", "o")
    assert front.screen.listing.sort_id == "guest"
    assert front.shown()[0] == "TRV-10448"
    await front.press("2")
    assert front.screen.listing.sort_id == "arrival"
    await front.press("1")
    assert front.screen.listing.sort_id == "guest"


async def test_copy_gives_the_link_while_there_is_something_to_pay(front: Front) -> None:
    booking = front.desk.booking(front.ids["TRV-10482"])
    await until(front.pilot, lambda: front.screen.subject)
    await front.press("c")
    assert front.app.clipboard == f"{front.desk.ctx.settings.public_base_url}/p/{booking.guest_code}"
    await front.press("down")
    await until(front.pilot, lambda: front.screen.subject)
    await front.press("y")
    assert front.app.clipboard == "TRV-10479"


async def test_a_window_that_is_too_small_says_so(front: Front) -> None:
    await front.pilot.resize_terminal(50, 14)
    await settled(front.pilot)
    lines = [line.strip() for line in grid(front.app) if line.strip()]
    assert " ".join(lines) == "This window is too small: 60 columns and 15 lines at least"
    await front.pilot.resize_terminal(60, 15)
    await settled(front.pilot)
    assert "GUEST" in screen_text(front.app)


async def test_trouble_stands_in_the_banner_and_the_header(front: Front) -> None:
    front.desk.ctx.health.stripe_fault = "Stripe refuses the key"
    front.desk.ctx.health.stripe_seen_at = int(front.desk.time()) - 300
    front.screen.refresh_bars()
    await front.pilot.pause()
    assert grid(front.app)[1].strip() == "▲ Stripe refuses the key"
    assert "▲ Stripe 5 min" in grid(front.app)[0]


async def test_after_midnight_it_is_still_the_business_day(desk: Desk, size: Size) -> None:
    desk.ctx.settings = replace(desk.ctx.settings, business_day_change_hour=4)
    desk.time.seconds += 14 * 3600  # 01:00 of the 25th in Karachi
    await furnish(desk)
    app = desk_app(desk)
    desk.ctx.settings = replace(desk.ctx.settings, business_day_change_hour=4)
    async with app.run_test(size=size) as pilot:
        await settled(pilot)
        assert "day 24 Nov Tue" in grid(app)[0]
        assert "1 Arriving 10" in grid(app)[1]
        desk.time.seconds += 4 * 3600
        app.screen.refresh_bars()  # type: ignore[attr-defined]
        await settled(pilot)
        assert "day 24" not in grid(app)[0]
        assert "1 Arriving 0" in grid(app)[1]


async def test_marks_are_counted(front: Front) -> None:
    await front.press("space", "space")
    assert "2 marked" in front.status
    await front.press("escape")
    assert "marked" not in front.status


async def test_the_views_and_keys_can_be_clicked(front: Front) -> None:
    column = grid(front.app)[1].index("3 Links")
    await front.pilot.click(offset=(column, 1))
    await settled(front.pilot)
    assert front.shown() == ["TRV-10482", "TRV-10477"]
    column = grid(front.app)[-1].index("/ Search")
    await front.pilot.click(offset=(column, front.app.size.height - 1))
    await settled(front.pilot)
    assert front.screen.box.has_focus
