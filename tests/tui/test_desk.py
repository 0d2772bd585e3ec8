"""The desk on the real store, the real listener's road of events, and the sandbox: what a clerk does in a day."""

from __future__ import annotations

import asyncio
import re
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from textual.message import Message
from textual.pilot import Pilot

from tests.desk import Desk
from tests.tui.sizes import Size
from travello_desk.actions import ACTIONS, User
from travello_desk.tui.app import DeskApp


async def until(pilot: Pilot[Any], ready: Callable[[], object], seconds: float = 30.0) -> None:
    async with asyncio.timeout(seconds):
        while not ready():
            await pilot.pause(0.02)


def shown(app: DeskApp) -> str:
    """What a person reads, line by line."""
    strips = app.screen._compositor.render_strips()
    return "\n".join("".join(segment.text for segment in strip).rstrip() for strip in strips)


async def believed(pilot: Pilot[Any], app: DeskApp) -> None:
    """The window on top has stood for so long that a press in it counts."""
    await until(pilot, lambda: app.screen.armed(Message().time))  # type: ignore[attr-defined]


def app_of(desk: Desk, role: str = "manager") -> DeskApp:
    return DeskApp(desk.ctx, User("Ayesha", role))


async def fill(desk: Desk) -> tuple[int, int]:
    """An ONLINE and an ARRIVAL booking that come today; their ids."""
    online = await desk.book("TRV-1", guest_name="Khan, A. [VIP]")
    return online, await desk.book("TRV-2", "ARRIVAL", guest_name="Rossi, Marco", guest_email="")


async def cursor_on(pilot: Pilot[Any], app: DeskApp, booking_id: int) -> None:
    await until(pilot, lambda: getattr(app.screen, "detail", None) is not None)
    app.screen.table.go_to_id(booking_id)  # type: ignore[attr-defined]
    await until(pilot, lambda: app.screen.detail.booking.id == booking_id)  # type: ignore[attr-defined]


async def test_it_opens_on_todays_arrivals_with_status_first(desk: Desk, size: Size) -> None:
    await fill(desk)
    await desk.book("TRV-3", check_in="2026-12-01", check_out="2026-12-02", guest_name="Later, Guest")
    app = app_of(desk)
    async with app.run_test(size=size) as pilot:
        await until(pilot, lambda: "Rossi, Marco" in shown(app))
        text = shown(app)
        assert "Khan, A. [VIP]" in text
        assert "Later, Guest" not in text
        assert re.search(r"STATUS +GUEST", text)
        assert "SANDBOX" in text
        await pilot.press("6")
        await until(pilot, lambda: "Later, Guest" in shown(app))


async def test_link_then_the_row_turns_paid_without_a_key(desk: Desk, size: Size) -> None:
    online, _ = await fill(desk)
    app = app_of(desk)
    async with app.run_test(size=size) as pilot:
        await cursor_on(pilot, app, online)
        await pilot.press("l")
        await until(pilot, lambda: "waiting for the guest" in shown(app))
        code = desk.booking(online).guest_code
        assert f"/p/{code}" in shown(app)
        assert app.clipboard.endswith(f"/p/{code}")
        await desk.sandbox.pay(next(iter(desk.sandbox.books.sessions)))
        await desk.feed()
        await until(pilot, lambda: "● PAID Rs. 10,000" in shown(app))
        await pilot.press("escape")
        await until(pilot, lambda: re.search(r"● PAID +Khan", shown(app)))


async def test_the_qr_on_the_small_screen_decodes(desk: Desk, tmp_path: Path, size: Size) -> None:
    online, _ = await fill(desk)
    app = app_of(desk)
    async with app.run_test(size=size) as pilot:
        await cursor_on(pilot, app, online)
        await pilot.press("l")
        await until(pilot, lambda: "waiting for the guest" in shown(app))
        if not shutil.which("zbarimg"):
            pytest.skip("zbarimg is not installed (apt-get install zbar-tools)")
        picture = tmp_path / "qr.pgm"
        picture.write_bytes(half_blocks_as_picture(shown(app)))
        found = await asyncio.to_thread(decode, picture)
        assert found.strip().endswith(f"/p/{desk.booking(online).guest_code}")


def decode(picture: Path) -> str:
    """What zbar reads in it."""
    done = subprocess.run(["zbarimg", "-q", "--raw", str(picture)], capture_output=True, text=True, check=False)
    return done.stdout


def half_blocks_as_picture(text: str, scale: int = 6) -> bytes:
    """The half blocks of a screen as a grey picture: what a phone's camera would see."""
    lines = [line for line in text.splitlines() if re.search("[█▀▄]{3}", line)]
    left = min(re.search("[█▀▄]", line).start() for line in lines)  # type: ignore[union-attr]
    right = max(len(line.rstrip(" │")) for line in lines)
    right = min(right, left + max(len(m) for line in lines for m in re.findall("[█▀▄ ]+", line[left:])))
    upper = {"█": 255, "▀": 255, "▄": 0}
    lower = {"█": 255, "▀": 0, "▄": 255}
    widest = max(len(re.match("[█▀▄ ]*[█▀▄]", line[left:]).group()) for line in lines)  # type: ignore[union-attr]
    rows = []
    for line in lines:
        cells = line[left : left + widest].ljust(widest)
        for table in (upper, lower):
            row = b"".join(bytes([table.get(char, 0)]) * scale for char in cells)
            rows.extend([row] * scale)
    return b"P5 %d %d 255\n" % (widest * scale, len(rows)) + b"".join(rows)


async def test_mark_paid_takes_the_balance_and_undo_brings_it_back(desk: Desk, size: Size) -> None:
    _, arrival = await fill(desk)
    app = app_of(desk)
    async with app.run_test(size=size) as pilot:
        await cursor_on(pilot, app, arrival)
        await pilot.press("m")
        await until(pilot, lambda: "Mark Rs. 10,000 paid" in shown(app))
        await believed(pilot, app)
        await pilot.click("#deed")
        await until(pilot, lambda: desk.states(arrival)[0] == "PAID")
        await until(pilot, lambda: re.search(r"● PAID +Rossi", shown(app)))
        await pilot.press("z")
        await until(pilot, lambda: app.screen.query("#reason"))
        await pilot.press(*"wrong")
        await believed(pilot, app)
        await pilot.click("#deed")
        await until(pilot, lambda: desk.states(arrival)[0] == "PENDING")


async def test_a_refund_wants_the_amount_twice_and_happens_once(desk: Desk, size: Size) -> None:
    from travello_desk.operations.checkout import checkout

    online, _ = await fill(desk)
    link = await checkout(desk.ctx, online, "Ayesha")
    await desk.sandbox.pay(link.session_id)
    await desk.feed()
    app = app_of(desk, "owner")
    async with app.run_test(size=size) as pilot:
        await cursor_on(pilot, app, online)
        await pilot.press("r")
        await until(pilot, lambda: "Refund" in shown(app) and app.screen.query("#deed"))
        await believed(pilot, app)
        assert app.screen.query_one("#deed").disabled
        await pilot.press(*["enter"] * 30)
        await pilot.pause(0.2)
        assert desk.posts("/v1/refunds") == []
        await pilot.press("escape")
        await until(pilot, lambda: not app.screen.query("#deed"))


async def test_what_cannot_be_done_says_why(desk: Desk, size: Size) -> None:
    online, arrival = await fill(desk)
    app = app_of(desk)
    async with app.run_test(size=size) as pilot:
        await cursor_on(pilot, app, online)
        await pilot.press("m")
        await until(pilot, lambda: "not for ONLINE bookings" in shown(app))
        await pilot.press("r")
        await until(pilot, lambda: "nothing was paid yet" in shown(app))
        await cursor_on(pilot, app, arrival)
        await pilot.press("l")
        await until(pilot, lambda: "not for ARRIVAL bookings" in shown(app))
    assert desk.posts("/") == []


async def test_search_while_typing_finds_and_esc_goes_back(desk: Desk, size: Size) -> None:
    await fill(desk)
    app = app_of(desk)
    async with app.run_test(size=size) as pilot:
        await until(pilot, lambda: "Rossi" in shown(app))
        await pilot.press("slash", *"ross")
        await until(pilot, lambda: "Khan" not in shown(app) and "Rossi" in shown(app))
        await pilot.press(*"zzzz")
        await until(pilot, lambda: "Nothing matches" in shown(app))
        await pilot.press("escape")
        await until(pilot, lambda: "Khan" in shown(app))


async def test_another_desk_changes_a_booking_and_the_cursor_stays(desk: Desk, size: Size) -> None:
    from travello_desk.operations.arrival import Mark, mark_paid

    online, arrival = await fill(desk)
    app = app_of(desk)
    async with app.run_test(size=size) as pilot:
        await cursor_on(pilot, app, online)
        await mark_paid(desk.ctx, Mark(arrival, "Ali", "cash"))
        await until(pilot, lambda: re.search(r"● PAID +Rossi", shown(app)))
        assert app.screen.table.cursor_id == online  # type: ignore[attr-defined]


@pytest.mark.parametrize(("key", "says"), [("n", "New booking"), ("E", "TRV-1"), ("p", "TRV-1")])
async def test_new_edit_and_explain_open_and_esc_does_no_harm(desk: Desk, key: str, says: str, size: Size) -> None:
    online, _ = await fill(desk)
    app = app_of(desk)
    async with app.run_test(size=size) as pilot:
        await cursor_on(pilot, app, online)
        before = len(app.screen_stack)
        await pilot.press(key)
        await until(pilot, lambda: len(app.screen_stack) > before and says in shown(app))
        await pilot.press("escape")
        await until(pilot, lambda: len(app.screen_stack) == before)
    assert desk.lines(online) == []


async def test_first_start_makes_the_owner_and_ctrl_l_locks(desk: Desk, size: Size) -> None:
    await fill(desk)
    app = DeskApp(desk.ctx)
    async with app.run_test(size=size) as pilot:
        await until(pilot, lambda: "make the owner's account" in shown(app))
        assert "Rossi" not in shown(app), "no guest data before sign-in"
        await pilot.press(*"Chaudhry", "enter", *"4711", "enter", *"4711", "enter")
        await until(pilot, lambda: "Rossi" in shown(app))
        assert app.user == User("Chaudhry", "owner", None)
        await pilot.press("ctrl+l")
        await until(pilot, lambda: "Locked" in shown(app))
        assert "Rossi" not in shown(app)
        await pilot.press(*"0000", "enter")
        await until(pilot, lambda: "tries left" in shown(app) or "try left" in shown(app))
        await pilot.press(*["backspace"] * 4, *"4711", "enter")
        await until(pilot, lambda: "Rossi" in shown(app))


async def test_a_window_that_is_too_small_says_so(desk: Desk) -> None:
    await fill(desk)
    app = app_of(desk)
    async with app.run_test(size=(50, 12)) as pilot:
        await until(pilot, lambda: "too small" in shown(app))


def test_no_key_is_forbidden_or_used_twice_in_one_place() -> None:
    forbidden = {"ctrl+m", "ctrl+i", "ctrl+h", "ctrl+b", "ctrl+a", "ctrl+z", "f10", "f11"}
    places = {"list": {"list", "anywhere"}}
    places |= {scope: {scope, "log", "anywhere"} for scope in ("activity", "events", "problems", "doctor")}
    for scopes in places.values():
        keys = [key for action in ACTIONS if action.scope in scopes for key in action.keys]
        assert len(keys) == len(set(keys))
        assert not forbidden & set(keys)
    assert all(action.help for action in ACTIONS)
