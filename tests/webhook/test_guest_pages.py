"""The guests' pages over HTTP: what they say, that a GET asks Stripe nothing, that nobody sees another's booking."""

from __future__ import annotations

import aiohttp
import pytest

from tests.house import House


async def get(house: House, path: str) -> tuple[int, str]:
    async with aiohttp.ClientSession() as client, client.get(f"{house.base_url}{path}") as answer:
        return answer.status, await answer.text()


async def post(house: House, path: str) -> aiohttp.ClientResponse:
    async with aiohttp.ClientSession() as client:
        answer = await client.post(f"{house.base_url}{path}", allow_redirects=False)
        await answer.read()
        return answer


async def code_of(house: House, booking_id: int) -> str:
    return (await house.booking(booking_id)).guest_code


async def test_D39_thirty_gets_ask_stripe_nothing(house: House) -> None:
    booking_id = await house.add_booking()
    code = await code_of(house, booking_id)
    for _ in range(30):
        status, text = await get(house, f"/p/{code.lower()}")
        assert status == 200
    assert "Pay Rs. " in text
    assert not [item for item in house.sandbox.requests if "/v1/" in item.path]


async def test_D38_post_leads_to_the_payment_page_and_twice_to_the_same(house: House) -> None:
    code = await code_of(house, await house.add_booking())
    first, second = await post(house, f"/p/{code}"), await post(house, f"/p/{code}/")
    assert (first.status, second.status) == (303, 303)
    assert first.headers["Location"] == second.headers["Location"]
    assert len(house.sandbox.books.sessions) == 1


async def test_D42_the_success_page_asks_once_and_then_says_paid(house: House) -> None:
    booking_id, session_id = await house.booking_with_session()
    assert "checking" in (await get(house, f"/payment-success?session_id={session_id}"))[1].lower()
    await house.sandbox.pay(session_id)
    asked = len(house.sandbox.requests)
    assert "checking" in (await get(house, f"/payment-success?session_id={session_id}"))[1].lower()
    assert len(house.sandbox.requests) == asked, "one look-up per session"
    for event in house.events("checkout.session.completed"):
        await house.post_event(event)
    status, text = await get(house, f"/payment-success/?session_id={session_id}")
    assert (status, "has arrived" in text) == (200, True)
    assert (await house.booking(booking_id)).status == "PAID"


@pytest.mark.parametrize("session_id", ["cs_test_of_somebody_else", "", "{CHECKOUT_SESSION_ID}"])
async def test_D43_an_unknown_session_shows_nothing_of_anybody(house: House, session_id: str) -> None:
    await house.booking_with_session()
    status, text = await get(house, f"/payment-success?session_id={session_id}")
    assert status == 200
    assert "Rs." not in text
    assert "Booking" not in text


async def test_D41_a_paid_booking_has_no_button(house: House) -> None:
    booking_id, session_id = await house.booking_with_session()
    await house.sandbox.pay(session_id)
    for event in house.events("checkout.session.completed"):
        await house.post_event(event)
    code = await code_of(house, booking_id)
    status, text = await get(house, f"/p/{code}")
    assert (status, "<button" in text, "is paid" in text) == (200, False, True)
    assert (await post(house, f"/p/{code}")).status == 200


@pytest.mark.parametrize("code", ["000000000000", "short", "%3Cscript%3E", "ABCDEFGHJKM"])
async def test_an_unknown_code_is_one_plain_page(house: House, code: str) -> None:
    for answer in (await get(house, f"/p/{code}"), (404, (await get(house, f"/p/{code}"))[1])):
        assert answer[0] == 404
        assert "not valid" in answer[1]
        assert "<script>" not in answer[1]


async def test_stripe_out_of_reach_says_that_nothing_was_charged(house: House) -> None:
    code = await code_of(house, await house.add_booking())
    house.sandbox.faults.always("POST /v1/checkout/sessions", "reset_before")
    async with aiohttp.ClientSession() as client, client.post(f"{house.base_url}/p/{code}") as answer:
        assert answer.status == 503
        assert "Nothing was charged" in await answer.text()


async def test_headers_keep_the_code_private(house: House) -> None:
    code = await code_of(house, await house.add_booking())
    async with aiohttp.ClientSession() as client, client.get(f"{house.base_url}/p/{code}") as answer:
        assert answer.headers["Referrer-Policy"] == "no-referrer"
        assert answer.headers["Cache-Control"] == "no-store"
        assert "script-src" not in answer.headers["Content-Security-Policy"]
        assert "ayesha@" not in (await answer.text()).lower()
