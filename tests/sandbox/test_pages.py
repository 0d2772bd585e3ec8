"""The payment page by form posts, as a browser without scripts sends them."""

from __future__ import annotations

import asyncio
import re
from collections.abc import AsyncIterator
from html.parser import HTMLParser
from typing import Any

import aiohttp
import pytest
import stripe

from tests.sandbox.conftest import FakeTime, params, priced
from travello_desk.sandbox import Sandbox
from travello_desk.sandbox.cards import KNOWN

CARD = {
    "email": "ayesha@example.com",
    "card": "4242 4242 4242 4242",
    "expiry": "12 / 34",
    "cvc": "123",
    "name": "Ayesha Khan",
    "method": "card",
}
RIBBON = "Sandbox: no real money."


@pytest.fixture
async def browser(sandbox: Sandbox) -> AsyncIterator[aiohttp.ClientSession]:
    async with aiohttp.ClientSession(sandbox.base_url) as session:
        yield session


async def opened(client: stripe.StripeClient, **changes: Any) -> str:
    return (await client.v1.checkout.sessions.create_async(params(**changes))).id


async def post(browser: aiohttp.ClientSession, id_: str, **changes: str) -> tuple[int, str, str]:
    async with browser.post(f"/c/pay/{id_}", data=CARD | changes, allow_redirects=False) as answer:
        return answer.status, answer.headers.get("Location", ""), await answer.text()


async def get(browser: aiohttp.ClientSession, path: str) -> tuple[int, str]:
    async with browser.get(path) as answer:
        return answer.status, await answer.text()


class Fields(HTMLParser):
    """Inputs by name, labels by what they label, and all ids of a page."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.inputs: dict[str, dict[str, str | None]] = {}
        self.labelled: set[str] = set()
        self.ids: list[str] = []
        self.tags: set[str] = set()
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        named = dict(attrs)
        self.tags.add(tag)
        if "id" in named:
            self.ids.append(str(named["id"]))
        if tag == "input" and named.get("type") != "hidden":
            self.inputs[str(named["name"])] = named
        if tag == "label":
            self.labelled.add(str(named["for"]))


async def test_the_page_shows_what_is_paid_and_to_whom(
    client: stripe.StripeClient, browser: aiohttp.ClientSession
) -> None:
    sent = priced("pkr", 625_000, quantity=2) | {"customer_email": "ayesha@example.com"}
    sent["line_items"][0]["price_data"]["product_data"] |= {"description": "Breakfast included"}
    session = await client.v1.checkout.sessions.create_async(sent)
    status, html = await get(browser, f"/c/pay/{session.id}")
    assert status == 200
    for text in (RIBBON, "Travello Hotel", "Rs. 12,500", "2 × Rs. 6,250", "Room", "Breakfast included"):
        assert text in html
    fields = Fields(html)
    assert fields.inputs["email"]["value"] == "ayesha@example.com"
    assert set(fields.inputs) <= fields.labelled
    assert len(fields.ids) == len(set(fields.ids))
    assert "script" not in fields.tags
    assert f'action="/c/pay/{session.id}"' in html  # an empty action would take the fragment along
    assert "style=" not in html
    for card in KNOWN.values():
        if card.shown:
            assert " ".join(re.findall("....", card.number)) in html


async def test_every_page_carries_the_ribbon_and_no_way_out(
    client: stripe.StripeClient, sandbox: Sandbox, browser: aiohttp.ClientSession
) -> None:
    open_, paid, expired = [await opened(client) for _ in range(3)]
    await sandbox.pay(paid)
    await sandbox.expire(expired)
    charge = next(iter(sandbox.books.charges))
    paths = [f"/c/pay/{id_}" for id_ in (open_, paid, expired, "cs_test_none")]
    for path in [*paths, f"/_sandbox/receipts/{charge}", "/_sandbox/receipts/none", "/_sandbox/"]:
        async with browser.get(path) as answer:
            assert RIBBON in await answer.text()
            assert answer.headers["Cache-Control"] == "no-store"
            assert "default-src 'none'" in answer.headers["Content-Security-Policy"]


async def test_our_own_buttons_are_not_sent_from_origin_null(browser: aiohttp.ClientSession) -> None:
    """A page with "no-referrer" sends its forms with "Origin: null", which control must refuse."""
    async with browser.get("/_sandbox/") as answer:
        assert answer.headers["Referrer-Policy"] == "same-origin"


async def test_the_style_sheet_is_served(browser: aiohttp.ClientSession) -> None:
    async with browser.get("/_sandbox/style.css") as answer:
        assert (answer.status, answer.content_type) == (200, "text/css")


async def test_paying_sends_the_guest_on_with_the_session_filled_in(
    client: stripe.StripeClient, sandbox: Sandbox, browser: aiohttp.ClientSession
) -> None:
    id_ = await opened(client)
    assert await post(browser, id_) == (303, f"https://hotel.example/ok?session_id={id_}", "")
    session = sandbox.books.sessions[id_]
    assert session["payment_status"] == "paid"
    assert session["customer_details"]["name"] == "Ayesha Khan"


async def test_only_the_success_url_is_filled_in(client: stripe.StripeClient, browser: aiohttp.ClientSession) -> None:
    id_ = await opened(client)
    _, html = await get(browser, f"/c/pay/{id_}")
    assert 'href="https://hotel.example/back?guest={CHECKOUT_SESSION_ID}"' in html


async def test_twenty_submits_at_once_pay_once(
    client: stripe.StripeClient, sandbox: Sandbox, browser: aiohttp.ClientSession
) -> None:
    id_ = await opened(client)
    answers = await asyncio.gather(*(post(browser, id_) for _ in range(20)))
    assert {status for status, _, _ in answers} == {303}
    assert len(sandbox.books.charges) == 1
    assert len(sandbox.books.events) == 4


@pytest.mark.parametrize(
    ("field", "value", "text"),
    [
        ("email", "ayesha", "Enter an e-mail address"),
        ("email", "", "Enter an e-mail address"),
        ("card", "4242424242424241", "Your card number is invalid."),
        ("card", "", "Your card number is incomplete."),
        ("expiry", "01 / 20", "Enter an expiry date in the future"),
        ("expiry", "13 / 34", "Enter an expiry date in the future"),
        ("expiry", "soon", "Enter an expiry date in the future"),
        ("cvc", "12", "Enter the security code"),
        ("cvc", "abc", "Enter the security code"),
    ],
)
async def test_what_is_wrong_is_said_at_the_top_and_at_the_field(
    client: stripe.StripeClient, sandbox: Sandbox, browser: aiohttp.ClientSession, field: str, value: str, text: str
) -> None:
    id_ = await opened(client)
    status, _, html = await post(browser, id_, **{field: value})
    assert status == 422
    assert f'<a href="#{field}">{text}' in html
    assert f'id="{field}-problem">{text}' in html
    box = Fields(html).inputs[field]
    assert (box["aria-invalid"], box["aria-describedby"], box["value"]) == ("true", f"{field}-problem", value)
    assert not sandbox.books.payment_intents


@pytest.mark.parametrize("expiry", ["12 / 34", "12/34", "1234", "12-2034", "9 / 26"])
async def test_expiry_dates_as_people_type_them(
    client: stripe.StripeClient, browser: aiohttp.ClientSession, expiry: str
) -> None:
    assert (await post(browser, await opened(client), expiry=expiry))[0] == 303


async def test_a_decline_is_told_and_can_be_tried_again(
    client: stripe.StripeClient, sandbox: Sandbox, browser: aiohttp.ClientSession
) -> None:
    id_ = await opened(client)
    status, _, html = await post(browser, id_, card="4000000000009995")
    assert status == 422
    assert "The payment did not go through" in html
    assert "Your card has insufficient funds." in html
    assert (await post(browser, id_))[0] == 303
    assert len(sandbox.books.payment_intents) == 1


async def test_use_fills_a_test_card_in_and_keeps_what_was_typed(
    client: stripe.StripeClient, sandbox: Sandbox, browser: aiohttp.ClientSession
) -> None:
    status, _, html = await post(browser, await opened(client), fill="4000000000005126", card="")
    inputs = Fields(html).inputs
    assert status == 200
    assert (inputs["card"]["value"], inputs["email"]["value"]) == ("4000 0000 0000 5126", "ayesha@example.com")
    assert not sandbox.books.payment_intents


@pytest.mark.parametrize(("method", "status"), [("bank_settles", "paid"), ("bank_fails", "unpaid")])
async def test_a_bank_debit_settles_after_the_guest_has_gone(
    client: stripe.StripeClient, sandbox: Sandbox, browser: aiohttp.ClientSession, method: str, status: str
) -> None:
    id_ = await opened(client)
    assert (await post(browser, id_, method=method, card="", cvc="", expiry=""))[0] == 303
    assert "Your bank debit is on its way" in (await get(browser, f"/c/pay/{id_}"))[1]
    sandbox.advance(20)
    assert sandbox.books.sessions[id_]["payment_status"] == status
    assert next(iter(sandbox.books.payment_intents.values()))["status"] != "processing"


async def test_a_paid_page_says_so_and_leads_back(
    client: stripe.StripeClient, sandbox: Sandbox, browser: aiohttp.ClientSession
) -> None:
    id_ = await opened(client)
    await sandbox.pay(id_)
    status, html = await get(browser, f"/c/pay/{id_}")
    assert status == 200
    assert "This payment is complete" in html
    assert f'href="https://hotel.example/ok?session_id={id_}"' in html


async def test_an_expired_page_says_so_and_takes_no_money(
    client: stripe.StripeClient, sandbox: Sandbox, browser: aiohttp.ClientSession, time: FakeTime
) -> None:
    id_ = await opened(client)
    time.seconds += 24 * 3600
    status, _, html = await post(browser, id_)
    assert (status, "This payment link has expired" in html) == (200, True)
    assert not sandbox.books.charges


async def test_an_unknown_session_is_a_plain_404(browser: aiohttp.ClientSession) -> None:
    for status, html in (await get(browser, "/c/pay/cs_test_x"), (await post(browser, "cs_test_x"))[::2]):
        assert status == 404
        assert "There is no such payment" in html


async def test_an_order_of_nought_asks_for_no_card(
    client: stripe.StripeClient, sandbox: Sandbox, browser: aiohttp.ClientSession
) -> None:
    session = await client.v1.checkout.sessions.create_async(priced("pkr", 0))
    _, html = await get(browser, f"/c/pay/{session.id}")
    assert "card" not in Fields(html).inputs
    assert "Complete the order" in html
    assert (await post(browser, session.id, card=""))[0] == 303
    assert sandbox.books.sessions[session.id]["payment_status"] == "no_payment_required"


async def test_names_are_text_and_never_markup(client: stripe.StripeClient, browser: aiohttp.ClientSession) -> None:
    sent = params(branding_settings={"display_name": "<b>Hotel</b>"}, custom_text={"submit": {"message": "<i>x"}})
    sent["line_items"] = [sent["line_items"][0] | {}]
    session = await client.v1.checkout.sessions.create_async(sent)
    _, _, html = await post(browser, session.id, email='"><script>alert(1)</script>')
    assert "<b>Hotel" not in html
    assert "&lt;b&gt;Hotel" in html
    assert "<script" not in html


async def test_the_charge_has_a_receipt(
    client: stripe.StripeClient, sandbox: Sandbox, browser: aiohttp.ClientSession
) -> None:
    id_ = await opened(client, payment_intent_data={"description": "Booking 15"})
    await sandbox.pay(id_)
    (charge,) = sandbox.books.charges.values()
    await sandbox.refund_from_dashboard(charge["id"], 250_000)
    _, html = await get(browser, charge["receipt_url"].removeprefix(sandbox.base_url))
    for text in ("Rs. 10,000", "Rs. 2,500", "21 September 2026", "visa ··4242", "Booking 15", charge["id"]):
        assert text in html


@pytest.mark.parametrize("body", [b"\xff\xfe=1", b"", b"email"])
async def test_a_body_that_is_no_form_is_an_empty_form(
    client: stripe.StripeClient, browser: aiohttp.ClientSession, body: bytes
) -> None:
    headers = {"Content-Type": "application/x-www-form-urlencoded"}
    async with browser.post(f"/c/pay/{await opened(client)}", data=body, headers=headers) as answer:
        assert answer.status == 422
