"""Enter held at thirty repeats a second over every window that moves money: nothing moves, however long it is held;
the deliberate press afterwards does it once, and holding on does nothing more.
"""

from __future__ import annotations

import asyncio
import base64
import re
from collections.abc import AsyncIterator
from dataclasses import dataclass

import pytest
import pytest_asyncio

from tests.terminal.hotel import SPARES, Hotel, open_hotel, sign_in
from tests.terminal.terminal import Terminal, on_terminal

pytestmark = pytest.mark.asyncio(loop_scope="module")

RHYTHM_SECONDS = 0.12
"""A machine on which the test itself could not keep the key down proves nothing: the next booking is tried."""


@dataclass(frozen=True)
class Deed:
    """A window: the key that opens it, what it shows, the keys that fill it, and what stands in the timeline after."""

    key: str
    window: str
    fill: tuple[str, ...]
    filled: str
    done: str
    first: str = ""
    long: int = 30


DEEDS = {
    "mark": Deed("m", "Mark paid ·", ("tab", "tab", "tab", "held"), "Note +held", "marked_paid", long=100),
    "refund": Deed("r", "Refund ·", ("tab", "tab", "tab", "5000"), "Type it again +5000 +✓", "refund_asked"),
    "payout": Deed("r", "Refund ·", ("tab", "tab", "tab", "5000"), "Type it again +5000 +✓", "paid_out"),
    "cancel": Deed("X", "Cancel booking ·", ("tab", "called off"), "Reason +called off", "cancelled"),
    "bulk": Deed("b", "Marked bookings ·", ("tab", "1"), "Type +1 ", "link", first=" "),
}


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def hotel(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Hotel]:
    async with open_hotel(tmp_path_factory.mktemp("held")) as found:
        yield found


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def desk(hotel: Hotel) -> AsyncIterator[Terminal]:
    async with on_terminal(hotel.folder, hotel.environ) as terminal:
        await sign_in(terminal)
        await terminal.shows(f"row 1 of {6 * SPARES}")
        yield terminal


async def go_to(desk: Terminal, reference: str) -> None:
    """The booking alone in the list, under the cursor; what an earlier test left open is closed."""
    while "╭" in desk.text:
        await desk.type("escape")
    desk.paste(reference)
    await desk.shows("row 1 of 1\n", f"{reference} ")


async def back(desk: Terminal, window: str) -> None:
    desk.press("escape")
    await desk.until(lambda: window not in desk.text, f"left {window}")


async def filled(desk: Terminal, deed: Deed) -> None:
    """The window with its fields filled, the last of them in focus."""
    for _ in range(5):
        await desk.type(deed.key)
        await desk.shows(deed.window)
        await desk.type(*deed.fill)
        for _ in range(100):
            if re.search(deed.filled, desk.text):
                return
            await asyncio.sleep(0.05)
        await back(desk, deed.window)
    pytest.fail(f"never filled:\n{desk.text}")


@pytest.mark.parametrize("kind", DEEDS)
async def test_a_held_enter_moves_no_money_and_a_press_moves_it_once(hotel: Hotel, desk: Terminal, kind: str) -> None:
    deed, refunds = DEEDS[kind], hotel.refunds()
    for number in range(SPARES):
        reference = f"TRV-{kind.upper()}-{number}"
        if await held_over(hotel, desk, deed, reference):
            break
    else:
        pytest.fail("this machine never kept a key down for two seconds")
    desk.press("enter")
    await desk.until(lambda: deed.done in hotel.moved(reference), f"did {kind}")
    await desk.hold("enter", 15)
    await desk.let_go()
    assert hotel.moved(reference).count(deed.done) == 1
    assert hotel.refunds() == refunds + (kind == "refund")


async def held_over(hotel: Hotel, desk: Terminal, deed: Deed, reference: str) -> bool:
    """Held across the opening, in the last field, and onto the deed's button. False: the rhythm was lost on the way."""
    await go_to(desk, reference)
    if deed.first:
        await desk.type(deed.first)
    before = hotel.moved(reference)
    await desk.hold("enter", 8)
    desk.press(deed.key)
    await desk.hold("enter", 8)
    await desk.until(lambda: deed.window in desk.text, f"opened {deed.window}")
    await desk.hold("enter", 15)
    assert hotel.moved(reference) == before
    await desk.let_go()
    await back(desk, deed.window)
    await filled(desk, deed)
    await desk.hold("enter", 8)
    desk.press("tab")
    await desk.hold("enter", deed.long)
    kept, moved = desk.longest_gap < RHYTHM_SECONDS, hotel.moved(reference) != before
    await desk.let_go()
    assert not (kept and moved), f"a held key did it:\n{desk.text}"
    if moved:
        return False
    assert hotel.moved(reference) == before
    assert deed.window in desk.text
    return True


async def test_a_held_key_makes_one_link_and_no_second_session(hotel: Hotel, desk: Terminal) -> None:
    before = hotel.sessions()
    await go_to(desk, "TRV-LINK-0")
    await desk.hold("enter", 8)
    desk.press("l")
    await desk.hold("enter", 15)
    await desk.shows("waiting for the guest")
    await desk.hold("enter", 20)
    assert hotel.sessions() == before + 1
    await desk.let_go()
    if "waiting for the guest" not in desk.text:
        await desk.type("l")
        await desk.shows("waiting for the guest")
    await desk.hold("n", 40)
    kept = desk.longest_gap < RHYTHM_SECONDS
    await desk.let_go()
    assert hotel.sessions() == before + 1 or not kept
    known = hotel.sessions()
    if "n again does it" not in desk.text:  # held since before anybody could read the window: not even asked
        await desk.type("n")
        await desk.shows("n again does it")
        await desk.let_go()
    desk.press("n")
    await desk.until(lambda: hotel.sessions() == known + 1, "made a new session")
    await desk.shows("waiting for the guest")
    await back(desk, "Payment link ·")


async def test_c_gives_the_terminal_exactly_the_link_in_base64(hotel: Hotel, desk: Terminal) -> None:
    await go_to(desk, "TRV-LINK-1")
    await desk.type("l")
    await desk.shows("waiting for the guest")
    await desk.rest()
    already = len(desk.screen.copied)
    desk.press("c")
    await desk.until(lambda: len(desk.screen.copied) > already, "copied the link")
    link = f"https://pay.serena.example/p/{hotel.codes['TRV-LINK-1']}"
    assert desk.screen.copied[-1] == base64.b64encode(link.encode()).decode()
    await back(desk, "Payment link ·")


async def test_ctrl_c_copies_what_is_selected_and_else_says_how_to_leave_and_never_ends_the_desk(
    hotel: Hotel, desk: Terminal
) -> None:
    await go_to(desk, "TRV-MARK-3")
    desk.press("ctrl+c")
    await desk.shows("Ctrl+Q quits")
    await filled(desk, DEEDS["mark"])
    already = len(desk.screen.copied)
    desk.press("shift+home")
    await desk.rest()
    desk.press("ctrl+c")
    await desk.until(lambda: len(desk.screen.copied) > already, "copied the selection")
    assert desk.screen.clipboard[-1] == "held"
    await back(desk, "Mark paid ·")
    assert desk.process.poll() is None
