"""Changes made elsewhere reach the screen without a key and without moving the cursor: by a webhook over HTTP, by the
command line in another process, by a second desk on the same store.
"""

from __future__ import annotations

import asyncio
import os
import re
import sys

import pytest
from textual._compositor import Compositor, LayoutUpdate

from tests.desk import Desk
from tests.house import House, builder, house
from tests.tui.grid import screen_text
from tests.tui.hotel import desk_app
from tests.tui.sizes import Size
from tests.tui.test_desk import app_of
from tests.tui.waiting import settled, until
from travello_desk.actions import User
from travello_desk.operations.context import Context
from travello_desk.store.database import open_store
from travello_desk.tui.app import DeskApp
from travello_desk.tui.dialogs.mark_paid import MarkPaidDialog

__all__ = ["builder", "house"]


async def command(desk: Desk, *words: str) -> str:
    """A command of ours in a process of its own, on the same store; what it said."""
    environ = {
        **os.environ,
        "DATABASE_URL": f"sqlite:////{str(desk.ctx.store.path).lstrip('/')}",
        "HOTEL_TIMEZONE": "Asia/Karachi",
        "TRAVELLO_ACTOR": "Ali",
    }
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "travello_desk", *words,
        env=environ, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.STDOUT,
    )  # fmt: skip
    said, _ = await process.communicate()
    assert process.returncode == 0, said
    return said.decode()


async def test_the_command_line_of_another_process(desk: Desk, size: Size) -> None:
    ids = [await desk.book(f"TRV-{number}", "ARRIVAL", guest_name=f"Guest {number}") for number in range(3)]
    app = app_of(desk)
    async with app.run_test(size=size) as pilot:
        await settled(pilot)
        table = app.screen.table  # type: ignore[attr-defined]
        table.go_to_id(ids[1])
        await until(pilot, lambda: table.cursor_id == ids[1])
        await command(desk, "mark-paid", str(ids[0]), "--tender", "cash")
        await until(pilot, lambda: re.search(r"● PAID +Guest 0", screen_text(app)), "the row")
        assert table.cursor_id == ids[1]
        await command(desk, "mark-paid", str(ids[1]), "--tender", "cash")
        await until(pilot, lambda: re.search(r"● PAID +Guest 1", screen_text(app)), "the row under the cursor")
        assert table.cursor_id == ids[1]


async def test_an_open_window_stops_when_another_process_was_first(desk: Desk, size: Size) -> None:
    """D34 over two processes: the second is told who was first, and when."""
    booking_id = await desk.book("TRV-1", "ARRIVAL")
    app = app_of(desk)
    async with app.run_test(size=size) as pilot:
        await settled(pilot)
        await pilot.press("m")
        await until(pilot, lambda: isinstance(app.screen, MarkPaidDialog) and app.screen.query("#deed"), "the window")
        await command(desk, "mark-paid", str(booking_id), "--tender", "cash")
        await until(pilot, lambda: "Already paid by Ali" in screen_text(app), "who was first")
        assert app.screen.query_one("#deed").disabled
    assert len(desk.lines(booking_id)) == 1


async def test_a_second_desk_on_the_same_store(desk: Desk, size: Size) -> None:
    booking_id = await desk.book("TRV-1", "ARRIVAL", guest_name="Marco Rossi")
    store = open_store(desk.ctx.store.path, desk.time)
    other = DeskApp(Context(store, desk.ctx.settings, desk.ctx.gateway, desk.time), User("Bilal"))
    first = app_of(desk)
    ready, done = asyncio.Event(), asyncio.Event()

    async def watch() -> None:
        """The first desk looks on; no key of its own is pressed."""
        async with first.run_test(size=size) as pilot:
            await settled(pilot)
            ready.set()
            await until(pilot, lambda: re.search(r"● PAID +Marco Rossi", screen_text(first)), "the first desk's row")
            done.set()

    watching = asyncio.create_task(watch())
    await ready.wait()
    async with other.run_test(size=size) as pilot:
        await settled(pilot)
        await pilot.press("m")
        await until(pilot, lambda: isinstance(other.screen, MarkPaidDialog) and other.screen.query("#deed"), "window")
        other.screen.arming.opened_at = 0  # type: ignore[attr-defined]
        await pilot.press("y")
        await until(pilot, lambda: desk.booking(booking_id).status == "PAID", "paid")
        await until(pilot, done.is_set, "seen at the first desk")
    await watching
    store.close()


async def test_a_signed_webhook_over_http(house: House, size: Size) -> None:
    today = "2026-09-21"
    first = await house.add_booking("TD-1", guest_name="Ana Garcia", check_in=today, check_out="2026-09-23")
    await house.add_booking("TD-2", guest_name="Linh Nguyen", check_in=today, check_out="2026-09-23")
    session_id = await house.open_session(first)
    app = DeskApp(house.ctx, User("Ayesha"))
    async with app.run_test(size=size) as pilot:
        await settled(pilot)
        table = app.screen.table  # type: ignore[attr-defined]
        await pilot.press("end")
        here = table.cursor_id
        assert here != first
        await house.sandbox.pay(session_id)
        await house.deliver("payment_intent.succeeded", "checkout.session.completed")
        await until(pilot, lambda: re.search(r"● PAID +Ana Garcia", screen_text(app)), "the row")
        assert table.cursor_id == here


async def test_news_never_move_the_cursor_nor_the_first_line(hotel: Desk, size: Size) -> None:
    """Bookings that come in above: the row under the cursor stays where the eye is."""
    for number in range(60):
        await hotel.book(f"B-{number:03d}", guest_name=f"Guest {number:03d}", room=str(number))
    app = desk_app(hotel)
    async with app.run_test(size=size) as pilot:
        await settled(pilot)
        await pilot.press("pagedown", "pagedown")
        await settled(pilot)
        table = app.screen.table  # type: ignore[attr-defined]
        here, line = table.cursor_id, table.cursor_index - table.first_line
        await hotel.book("A-000", guest_name="Aaron", check_in="2026-11-24", check_out="2026-11-25")
        await until(pilot, lambda: table.total == 71, "the new booking")
        await settled(pilot)
        assert table.cursor_id == here
        assert table.cursor_index - table.first_line == line


async def test_news_of_what_nobody_looks_at_paint_no_whole_screen(
    desk: Desk, size: Size, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Not even when the lowest screen, which Textual keeps under ours, waits for a reason to paint itself."""
    whole: list[object] = []
    paint = Compositor.render_full_update

    def noted(compositor: Compositor, simplify: bool = False) -> LayoutUpdate:
        whole.append(compositor)
        return paint(compositor, simplify)

    monkeypatch.setattr(Compositor, "render_full_update", noted)
    await desk.book("TRV-1", "ARRIVAL")
    app = app_of(desk)
    async with app.run_test(size=size) as pilot:
        await settled(pilot)
        app.screen_stack[0].refresh()
        await until(pilot, lambda: whole, "the lowest screen had the whole painted")
        while whole:
            whole.clear()
            await settled(pilot)
        listing = app.screen.listing  # type: ignore[attr-defined]
        before = listing._changes
        app._changed(frozenset({4_711}))
        await until(pilot, lambda: listing._changes > before, "the list heard of it")
        await settled(pilot)
        assert whole == []
