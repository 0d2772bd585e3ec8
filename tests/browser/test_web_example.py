"""The example of the hotel's own web site: pays, comes back, waits, and says what is wrong."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import dataclass

import pytest
from aiohttp import web

from tests.browser.browser import Guest, Open
from tests.browser.test_guest_journey import GOOD, fill_card
from tests.house import Builder, House
from tests.tree import ROOT
from travello_desk.operations.refund import Request, refund


@dataclass
class Front:
    """The hotel's site on a port of its own, and the desk behind it."""

    house: House
    url: str


@pytest.fixture
async def front(builder: Builder) -> AsyncIterator[Front]:
    page = (ROOT / "docs" / "web-example" / "index.html").read_text("utf-8")

    async def show(_: web.Request) -> web.Response:
        return web.Response(text=page, content_type="text/html")

    app = web.Application()
    app.router.add_get("/", show)
    runner = web.AppRunner(app, access_log=None)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    url = f"http://127.0.0.1:{runner.addresses[0][1]}/"
    environ = {"FRONTEND_PAYMENT_SUCCESS_URL": url, "FRONTEND_PAYMENT_CANCEL_URL": f"{url}?cancelled=1"}
    yield Front(await builder.build(**environ), url)
    await runner.cleanup()


async def fill(visitor: Guest, front: Front, booking_id: object, token: str) -> None:
    await visitor.page.fill("#desk", front.house.base_url)
    await visitor.page.fill("#booking", str(booking_id))
    await visitor.page.fill("#token", token)


async def says(visitor: Guest, text: str) -> None:
    await visitor.page.locator("#says", has_text=text).wait_for()


async def test_the_whole_conversation(front: Front, guest: Open) -> None:
    booking_id = await front.house.add_booking()
    visitor: Guest = await guest("web-example", size="desktop")
    await visitor.page.goto(front.url)
    await fill(visitor, front, booking_id, front.house.token())
    await visitor.page.click("#look")
    await says(visitor, "Rs. 10,000: Not paid yet")
    await visitor.seen("1-not-paid")
    await visitor.page.click("button[type=submit]")
    await visitor.page.wait_for_url("**/c/pay/**")
    await fill_card(visitor, GOOD)
    await visitor.page.wait_for_url(f"{front.url}**")
    await says(visitor, "Rs. 10,000: The payment is being made")
    await front.house.deliver("checkout.session.completed")
    await says(visitor, "Rs. 10,000: Paid. Thank you.")
    await visitor.seen("2-paid")
    await refund(front.house.ctx, Request(booking_id, "Ali"))
    await visitor.page.click("#look")
    await says(visitor, "refunded")
    assert visitor.troubles == []


async def test_its_errors_are_the_desks_words(front: Front, guest: Open) -> None:
    house = front.house
    booking_id, arrival_id = await house.add_booking(), await house.add_booking(method="ARRIVAL")
    visitor: Guest = await guest("web-example-errors")
    await visitor.page.goto(f"{front.url}?cancelled=1")
    await says(visitor, "You left the payment page")
    for wanted, token, text in (
        (booking_id, "rubbish", "not signed in"),
        (booking_id, house.token(99), "not your booking"),
        (9999, house.token(), "Booking not found"),
        (arrival_id, house.token(), "Payment method must be ONLINE"),
    ):
        await fill(visitor, front, wanted, token)
        await visitor.page.click("button[type=submit]")
        await says(visitor, text)
    house.sandbox.faults.always("POST /v1/checkout/sessions", "reset_before")
    await fill(visitor, front, booking_id, house.token())
    await visitor.page.click("button[type=submit]")
    await says(visitor, "Nothing was charged: try again")
    await visitor.page.fill("#desk", "http://127.0.0.1:9")
    await visitor.page.click("#look")
    await says(visitor, "cannot be reached")
