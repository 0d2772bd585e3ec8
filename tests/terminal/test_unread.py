"""A terminal that stops reading, as a stuck line does: the listener answers, and what is read later is all there."""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import aiohttp
import pytest

from tests.house import sign
from tests.terminal.hotel import Hotel, open_hotel, sign_in
from tests.terminal.terminal import Terminal, on_terminal
from travello_desk.operations.checkout import checkout
from travello_desk.operations.context import Context
from travello_desk.settings import load
from travello_desk.store.database import open_store
from travello_desk.stripe_gateway import Gateway

ANSWER = aiohttp.ClientTimeout(total=90)
BOOKING = "TRV-LINK-0"
FRAMES_AFTER = 60
"""Twice as many as Textual's own driver would queue."""


@pytest.fixture
async def hotel(tmp_path: Path) -> AsyncIterator[Hotel]:
    async with open_hotel(tmp_path) as found:
        yield found


async def paid_event(hotel: Hotel) -> bytes:
    """The guest of a booking pays; what Stripe would send."""
    store = open_store(hotel.folder / "data" / "travello.db", time.time)
    gateway = Gateway(hotel.sandbox.access.secret_key, api_base=hotel.sandbox.base_url)
    try:
        ctx = Context(store, load(hotel.environ, hotel.folder), gateway, time.time)
        [(booking_id,)] = hotel.ask("SELECT id FROM bookings WHERE reference = ?", BOOKING)
        known = set(hotel.sandbox.books.events)
        await hotel.sandbox.pay((await checkout(ctx, booking_id, "guest")).session_id)
        new = [event for name, event in hotel.sandbox.books.events.items() if name not in known]
    finally:
        await gateway.close()
        store.close()
    [event] = [event for event in new if event["type"] == "checkout.session.completed"]
    return json.dumps(event).encode()


async def answer(hotel: Hotel, path: str, body: bytes | None = None) -> int:
    """The listener's, in whatever time it takes, but not never."""
    url = f"http://127.0.0.1:{hotel.environ['LISTEN_PORT']}{path}"
    headers: dict[str, Any] = {}
    if body is not None:
        headers["Stripe-Signature"] = sign(body, hotel.environ["STRIPE_WEBHOOK_SECRET"], int(time.time()))
    async with (
        aiohttp.ClientSession(timeout=ANSWER) as session,
        session.request("GET" if body is None else "POST", url, data=body, headers=headers) as told,
    ):
        return told.status


async def fill(desk: Terminal, hotel: Hotel) -> None:
    """Paint until the system takes nothing more, and go on painting; the loop lives after every key."""
    desk.stop_reading()
    painted_after = 0
    for number in range(2_000):
        desk.press("12"[number % 2])
        assert await answer(hotel, "/healthz") == 200
        await asyncio.sleep(0.02)  # the next key is another frame
        painted_after += desk.is_full
        if painted_after >= FRAMES_AFTER:
            return
    raise AssertionError("the terminal never filled up")


async def test_payments_are_stored_and_shown_when_it_is_read_again(hotel: Hotel) -> None:
    async with on_terminal(hotel.folder, hotel.environ) as desk:
        await sign_in(desk)
        await fill(desk, hotel)
        assert await answer(hotel, "/api/payments/webhook", await paid_event(hotel)) == 200
        assert hotel.ask("SELECT status FROM bookings WHERE reference = ?", BOOKING) == [("PAID",)]
        desk.press("6")  # all bookings
        assert desk.is_full
        desk.read_again()
        await desk.shows(f"1 of {len(hotel.codes)}", "travello-desk")
        await desk.until(lambda: any(BOOKING in line and "PAID" in line for line in lines(desk)), "showed the payment")


async def test_it_can_be_told_to_end(hotel: Hotel) -> None:
    async with on_terminal(hotel.folder, hotel.environ) as desk:
        await sign_in(desk)
        await fill(desk, hotel)
        desk.process.terminate()
        await desk_ends(desk)


def lines(desk: Terminal) -> list[str]:
    return desk.text.splitlines()


async def desk_ends(desk: Terminal) -> None:
    async with asyncio.timeout(90):
        while desk.process.poll() is None:  # noqa: ASYNC110 - a process has no event
            await asyncio.sleep(0.02)
    assert desk.process.returncode == 0
