"""README's tour of the demo, pressed as it stands there: a key that is not true any more fails."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator, Awaitable, Callable
from datetime import date
from pathlib import Path

import pytest
from textual.message import Message

from tests.desk import Desk, open_desk
from tests.tree import ROOT
from tests.tui.sizes import Size
from tests.tui.test_desk import app_of
from tests.tui.test_flows import Clerk
from tests.tui.waiting import settled, until
from travello_desk.operations import staff
from travello_desk.operations.sample import sample_stays
from travello_desk.tui.app import DeskApp
from travello_desk.tui.dialogs import guarded
from travello_desk.tui.dialogs.arming import Arming
from travello_desk.tui.dialogs.guarded import GuardedModal
from travello_desk.tui.screens.bookings import BookingsScreen

TODAY = date(2026, 11, 24)
NAMES = {"Enter": "enter", "Esc": "escape", "Tab": "tab", "→": "right", "Ctrl+L": "ctrl+l", "Ctrl+Q": "ctrl+q"}


def steps() -> list[list[str]]:
    """What each step of the tour tells to press."""
    text = (ROOT / "README.md").read_text(encoding="utf-8")
    tour = text.partition("<!-- tour -->\n")[2].partition("<!-- /tour -->")[0]
    return [re.findall(r"`([^`]+)`", step) for step in re.split(r"^\d\. ", tour, flags=re.MULTILINE)[1:]]


def takes_keys(app: DeskApp) -> bool:
    """Whether what a key has asked for is there: no deed is on its way to its window, and that can be read."""
    if isinstance(app.screen, GuardedModal):
        return app.screen.armed(Message().time)
    return not any(worker.is_running and worker.group == "deed" for worker in app.workers)


def keys_of(pressed: str) -> list[str]:
    return [NAMES[pressed]] if pressed in NAMES else ["slash"] if pressed == "/" else list(pressed)


@pytest.fixture
async def demo(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Desk]:
    """The demo's arrivals of today, not yet touched, and its people."""
    monkeypatch.setattr(guarded, "Arming", lambda opened_at: Arming(opened_at, arming=0, repeat=0))
    async with open_desk(tmp_path) as desk:
        await staff.demo_people(desk.ctx)
        for stay in sample_stays(TODAY):
            if stay.check_in_on == TODAY:
                await desk.book(
                    stay.reference, stay.payment_method, stay.amount_minor, guest_name=stay.guest_name,
                    currency=stay.currency, guest_email=stay.guest_email,
                )  # fmt: skip
        yield desk


async def test_the_tour_is_true_key_by_key(demo: Desk, size: Size) -> None:
    app = app_of(demo, "clerk")
    opened: list[str] = []
    app.open_url = lambda url, **more: opened.append(url)  # type: ignore[method-assign, assignment]
    async with app.run_test(size=size) as pilot:
        await settled(pilot)
        at = Clerk(app, pilot)

        async def press(tokens: list[str]) -> None:
            for token in tokens:
                await pilot.press(*keys_of(token))
                await settled(pilot)
                await until(pilot, lambda: takes_keys(app), "a window that is opening is open")

        async def sees(words: str) -> None:
            await until(pilot, lambda: words in at.flat, words)

        await tour(at, demo, press, sees, opened)
        await until(pilot, lambda: app.return_code == 0, "left")


async def tour(
    at: Clerk,
    demo: Desk,
    press: Callable[[list[str]], Awaitable[None]],
    sees: Callable[[str], Awaitable[None]],
    opened: list[str],
) -> None:
    find, pay, back, cash, undo, leave = steps()
    await press(find)
    await sees("○ DUE Sean O'Neil")
    assert (pay[:2], pay[-1]) == (["l", "o"], "Esc")
    await press(pay[:1])
    await sees("waiting for the guest")
    await press(pay[1:2])
    assert "/c/pay/" in opened[0] or "/p/" in opened[0]
    sean, sidra = (row(demo, name) for name in ("Sean O'Neil [VIP]", "Sidra ul-Haq"))
    await demo.sandbox.pay(demo.view(sean).payments[-1].payment.facts.session_id)
    await demo.feed()
    await sees("● PAID Rs. 29,900")
    await press(pay[2:])
    await sees("● PAID Sean O'Neil")
    await press(back)
    await sees("◑ PART REF Sean O'Neil")
    await press(cash)
    await sees("● PAID Sidra ul-Haq")
    assert demo.booking(sidra).status == "PAID"
    await press(undo)
    await sees("▹ ON ARRIVAL Sidra ul-Haq")
    assert "Undid mark paid" in demo.lines(sidra)
    assert leave == ["Ctrl+L", "1234", "Enter", "Ctrl+Q"]
    await at.pilot.press("ctrl+l")
    await sees("PIN 1234")
    await at.pilot.press(*"1234", "enter")
    await until(at.pilot, lambda: isinstance(at.app.screen, BookingsScreen), "the desk is open again")
    await at.pilot.press("ctrl+q")


def row(demo: Desk, guest: str) -> int:
    found = demo.ctx.store.read_now(lambda tx: tx.value("SELECT id FROM bookings WHERE guest_name = ?", (guest,)))
    return int(found)
