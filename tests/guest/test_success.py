"""Coming back from Stripe: checking, then paid by itself; one question to Stripe; nobody sees another's booking."""

from __future__ import annotations

import asyncio

import pytest

from tests.guest.site import Page, Site
from tests.house import until
from travello_desk.operations.refund import Request, refund


async def returned(site: Site, session_id: str, path: str = "", n: int = 0) -> Page:
    guest = f"&guest={path.rsplit('/', 1)[-1]}" if path else ""
    return await site.get(f"/payment-success?session_id={session_id}{guest}&n={n}")


async def changed(site: Site, session_id: str, title: str) -> Page:
    """Open the page until it says something, or fail."""
    async with asyncio.timeout(30):
        while True:
            page = await returned(site, session_id)
            if page.title == title:
                return page
            await asyncio.sleep(0.005)


def look_ups(site: Site, session_id: str) -> int:
    return sum(1 for item in site.house.sandbox.requests if item.method == "GET" and session_id in item.path)


async def test_D42_checking_then_paid_by_one_look_up(site: Site) -> None:
    booking_id, path = await site.booked()
    session_id = await site.session(path)
    await site.house.sandbox.pay(session_id)
    assert (await returned(site, session_id)).title == "Checking your payment"
    await changed(site, session_id, "Your payment is confirmed")
    assert look_ups(site, session_id) == 1
    await site.told()
    lines = await site.house.lines(booking_id)
    assert [line for line in lines if "PAID" in line] == ["Booking marked as PAID by look-up"]


async def test_D42_many_openings_are_one_question(site: Site) -> None:
    _, path = await site.booked()
    session_id = await site.session(path)
    await asyncio.gather(*(returned(site, session_id) for _ in range(10)))
    await until(lambda: look_ups(site, session_id) > 0)
    for _ in range(5):
        assert (await returned(site, session_id)).title == "Checking your payment"
    assert look_ups(site, session_id) == 1


async def test_the_webhook_is_enough_and_then_stripe_is_not_asked(site: Site) -> None:
    _, path = await site.booked()
    session_id = await site.session(path)
    await site.house.sandbox.pay(session_id)
    await site.told()
    assert (await returned(site, session_id)).title == "Your payment is confirmed"
    assert look_ups(site, session_id) == 0


async def test_stripe_away_is_no_error_for_the_guest(site: Site) -> None:
    _, path = await site.booked()
    session_id = await site.session(path)
    site.house.sandbox.faults.always("GET /v1/checkout/sessions", "reset_before")
    for _ in range(3):
        page = await returned(site, session_id)
        assert (page.status, page.title) == (200, "Checking your payment")


async def test_opening_it_changes_nothing(site: Site) -> None:
    booking_id, path = await site.booked()
    session_id = await site.session(path)
    before = await site.house.snapshot()
    await returned(site, session_id, path)
    await until(lambda: look_ups(site, session_id) > 0)
    await asyncio.sleep(0.05)
    assert (await site.house.snapshot())["timeline"] == before["timeline"]
    assert (await site.house.booking(booking_id)).status == "PENDING"


@pytest.mark.parametrize(
    "session_id", ["cs_test_of_nobody", "", "{CHECKOUT_SESSION_ID}", "%7BCHECKOUT_SESSION_ID%7D", "x' OR 1"]
)
async def test_D43_an_unknown_session_is_neutral_and_asks_nothing(site: Site, session_id: str) -> None:
    await site.booked()
    page = await site.get("/payment-success", params={"session_id": session_id})
    assert (page.status, page.title) == (200, "Thank you")
    assert "Rs." not in page.text
    assert site.stripe_calls() == 0


async def test_D43_somebody_elses_session_shows_nothing_of_theirs(site: Site) -> None:
    _, theirs = await site.booked(guest_name="Bilal Ahmed", room="511")
    _, mine = await site.booked()
    session_id = await site.session(theirs)
    await site.house.sandbox.pay(session_id)
    await site.told()
    for page in (await returned(site, session_id), await returned(site, session_id, mine)):
        assert page.title == "Your payment is confirmed"
        for secret in ("Bilal", "511", "Rs.", "TD-0001", theirs, theirs.rsplit("/", 1)[-1]):
            assert secret not in page.source


async def test_the_guests_own_code_shows_the_booking_and_the_receipt(site: Site) -> None:
    _, path = await site.booked()
    session_id = await site.session(path)
    await site.house.sandbox.pay(session_id)
    await site.told()
    page = await returned(site, session_id, path)
    assert "Rs. 10,000" in page.text
    assert f"{path}/receipt" in page.links


async def test_stripe_sends_the_guest_back_with_both(site: Site) -> None:
    _, path = await site.booked()
    session = site.house.sandbox.books.sessions[await site.session(path)]
    code = path.rsplit("/", 1)[-1]
    assert session["success_url"].endswith(f"/payment-success?guest={code}&session_id={{CHECKOUT_SESSION_ID}}")
    assert session["cancel_url"].endswith(f"/payment-cancel?guest={code}")


async def test_without_script_it_refreshes_slower_and_slower_and_then_stops(site: Site) -> None:
    _, path = await site.booked()
    session_id = await site.session(path)
    first, last = await returned(site, session_id, path), await returned(site, session_id, path, n=7)
    assert '<noscript><meta http-equiv="refresh" content="2;url=/payment-success?' in first.source
    assert "n=1" in first.source
    assert "refresh" not in last.source
    assert "<script" not in last.source
    assert "You may close this page" in last.text


async def test_settling_failed_expired_and_refunded_are_told(site: Site) -> None:
    booking_id, path = await site.booked()
    first = await site.session(path)
    await site.house.sandbox.pay_delayed(first)
    await site.told()
    assert (await returned(site, first)).title == "Your payment is on its way"
    await site.house.sandbox.settle_delayed(site.house.sandbox.books.sessions[first]["payment_intent"], ok=False)
    await site.told()
    assert (await returned(site, first)).title == "The payment did not go through"
    second = await site.session(path)
    await site.house.sandbox.expire(second)
    await site.told()
    assert (await returned(site, second)).title == "The payment page has closed"
    third = await site.session(path)
    await site.house.sandbox.pay(third)
    await site.told()
    await refund(site.house.ctx, Request(booking_id, "Ali"))
    assert (await returned(site, third)).title == "This payment was refunded"


async def test_a_declined_card_leaves_the_page_checking(site: Site) -> None:
    _, path = await site.booked()
    session_id = await site.session(path)
    await site.house.sandbox.decline(session_id)
    await site.told()
    assert (await returned(site, session_id)).title == "Checking your payment"


async def test_cancel_shows_the_booking_again_with_one_sentence(site: Site) -> None:
    _, path = await site.booked()
    await site.session(path)
    page = await site.get(f"/payment-cancel?guest={path.rsplit('/', 1)[-1]}")
    assert "You left the payment page. Nothing has been charged." in page.text
    assert page.button == "Pay Rs. 10,000"


@pytest.mark.parametrize("guest", ["", "{CHECKOUT_SESSION_ID}", "000000000000", "<b>"])
async def test_cancel_with_anything_else_is_neutral(site: Site, guest: str) -> None:
    await site.booked()
    page = await site.get("/payment-cancel", params={"guest": guest})
    assert (page.status, page.title) == (200, "Nothing has been charged")


async def test_cancel_of_a_paid_booking_says_paid(site: Site) -> None:
    _, path = await site.booked()
    await site.house.sandbox.pay(await site.session(path))
    await site.told()
    page = await site.get(f"/payment-cancel?guest={path.rsplit('/', 1)[-1]}")
    assert page.title == "Paid. Thank you."
    assert "Nothing has been charged" not in page.text
