"""The permanent link: what it says in every state, that a GET asks nothing, and that a press leads to one session."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from tests.guest.site import Site
from tests.house import Builder, until
from travello_desk.operations import arrival, bookings, refund
from travello_desk.store import bookings as rows

SESSIONS = "POST /v1/checkout/sessions"


async def test_D38_the_page_shows_what_a_guest_may_see_and_one_button(site: Site) -> None:
    _, path = await site.booked(guest_name="Khan, Ayesha", guest_phone="+923001234567", notes="VIP, late")
    page = await site.get(path)
    assert (page.status, page.title, page.button) == (200, "Pay for your stay", "Pay Rs. 10,000")
    for shown in ("Dear Ayesha,", "Tue 1 Dec 2026", "Fri 4 Dec 2026", "3 nights", "204", "Rs. 10,000", "TD-0001"):
        assert shown in page.text
    for hidden in ("Khan", "ayesha@", "+9230", "VIP"):
        assert hidden not in page.source


async def test_D38_the_press_leads_to_stripe(site: Site) -> None:
    booking_id, path = await site.booked()
    pressed = await site.press(path, (await site.get(path)).fields)
    assert pressed.status == 303
    session = next(iter(site.house.sandbox.books.sessions.values()))
    assert pressed.answer.headers["Location"] == session["url"]
    assert (await site.house.booking(booking_id)).payment_status == "PROCESSING"


async def test_D39_thirty_gets_of_a_scanner_ask_stripe_nothing_and_change_nothing(site: Site) -> None:
    booking_id, path = await site.booked()
    before = (await site.house.snapshot()) | {"bookings": []}
    pages = await asyncio.gather(*(site.get(path) for _ in range(30)))
    assert {page.status for page in pages} == {200}
    assert site.stripe_calls() == 0
    assert (await site.house.snapshot()) | {"bookings": []} == before
    await until(lambda: site.opened(booking_id) == 30)
    booking = await site.house.booking(booking_id)
    assert (booking.opened_count, booking.opened_at) == (30, int(site.house.clock()))
    assert (booking.status, booking.payment_status, booking.badge) == ("PENDING", "NOT_INITIATED", "DUE")


async def test_D39_a_head_request_is_not_an_opening(site: Site) -> None:
    booking_id, path = await site.booked()
    answer = await site.house.ask("HEAD", path)
    assert (answer.status, answer.body) == (200, b"")
    await site.get(path)
    await until(lambda: site.opened(booking_id) > 0)
    assert site.opened(booking_id) == 1


@pytest.mark.parametrize(
    "spelling", [str.lower, str.upper, lambda path: f"{path}/", lambda path: path[:9] + "-" + path[9:]]
)
async def test_the_code_is_case_blind_and_forgiving(site: Site, spelling: Any) -> None:
    _, path = await site.booked()
    head, code = path[:3], path[3:]
    assert (await site.get(head + spelling(code))).status == 200


async def test_double_click_and_two_devices_are_one_session(site: Site) -> None:
    _, path = await site.booked()
    presses = await asyncio.gather(*(site.press(path) for _ in range(4)))
    assert {page.status for page in presses} == {303}
    assert len({page.answer.headers["Location"] for page in presses}) == 1
    assert len(site.house.sandbox.books.sessions) == 1


async def test_the_back_button_leads_to_the_same_session(site: Site) -> None:
    _, path = await site.booked()
    first = await site.session(path)
    page = await site.get(path)
    assert page.button == "Pay Rs. 10,000"
    assert await site.session(path) == first


async def test_a_declined_card_says_so_and_keeps_the_session(site: Site) -> None:
    _, path = await site.booked()
    session_id = await site.session(path)
    await site.house.sandbox.decline(session_id)
    await site.told()
    page = await site.get(path)
    assert (page.title, page.button) == ("The last attempt did not go through", "Pay Rs. 10,000")
    assert await site.session(path) == session_id


async def test_a_week_old_link_makes_a_new_session(site: Site) -> None:
    _, path = await site.booked()
    first = await site.session(path)
    site.house.clock.advance(7 * 24 * 3600)
    site.house.sandbox.tick()
    await site.told()
    assert (await site.get(path)).button == "Pay Rs. 10,000"
    second = await site.session(path)
    assert second != first
    await site.house.sandbox.pay(second)
    await site.told()
    assert (await site.get(path)).title == "Paid. Thank you."


async def test_D29_a_price_that_changed_is_shown_before_it_is_paid(site: Site) -> None:
    booking_id, path = await site.booked()
    old = (await site.get(path)).fields
    await bookings.edit(site.house.ctx, booking_id, "Ali", amount_minor=1_200_000)
    page = await site.press(path, old)
    assert page.status == 200
    assert "The price has changed to Rs. 12,000" in page.text
    assert site.house.sandbox.books.sessions == {}
    assert (await site.press(path, page.fields)).status == 303
    assert next(iter(site.house.sandbox.books.sessions.values()))["amount_total"] == 1_200_000


async def paid(site: Site) -> tuple[int, str]:
    booking_id, path = await site.booked()
    await site.house.sandbox.pay(await site.session(path))
    await site.told()
    return booking_id, path


async def test_D41_paid(site: Site) -> None:
    _, path = await paid(site)
    calls = site.stripe_calls()
    for page in (await site.get(path), await site.press(path)):
        assert (page.status, page.title, page.button) == (200, "Paid. Thank you.", "")
        assert "Rs. 10,000" in page.text
        assert f"{path}/receipt" in page.links
    assert site.stripe_calls() == calls


async def test_part_refunded(site: Site) -> None:
    booking_id, path = await paid(site)
    await refund.refund(site.house.ctx, refund.Request(booking_id, "Ali", 200_000))
    page = await site.get(path)
    assert (page.title, page.button) == ("Paid, partly refunded", "")
    assert "given Rs. 2,000 back" in page.text


async def test_refunded_may_be_paid_again(site: Site) -> None:
    booking_id, path = await paid(site)
    await refund.refund(site.house.ctx, refund.Request(booking_id, "Ali"))
    page = await site.get(path)
    assert (page.title, page.button) == ("Your payment was refunded", "Pay Rs. 10,000 again")
    assert (await site.press(path, page.fields)).status == 303


async def test_settling(site: Site) -> None:
    _, path = await site.booked()
    await site.house.sandbox.pay_delayed(await site.session(path))
    await site.told()
    for page in (await site.get(path), await site.press(path)):
        assert (page.status, page.title, page.button) == (200, "Your payment is on its way", "")


async def test_D41_cancelled(site: Site) -> None:
    booking_id, path = await site.booked()
    await bookings.cancel(site.house.ctx, booking_id, "guest called", "Ali")
    for page in (await site.get(path), await site.press(path)):
        assert (page.status, page.title, page.button) == (200, "This booking is cancelled", "")
        assert "Nothing is due" in page.text
    assert site.stripe_calls() == 0


async def test_cancelled_with_money_says_who_settles_it(site: Site) -> None:
    booking_id, path = await paid(site)
    await bookings.cancel(site.house.ctx, booking_id, "guest called", "Ali")
    assert "We still hold Rs. 10,000" in (await site.get(path)).text
    await refund.refund(site.house.ctx, refund.Request(booking_id, "Ali"))
    assert "We have given Rs. 10,000 back" in (await site.get(path)).text


async def test_an_arrival_booking_says_pay_at_the_hotel(site: Site) -> None:
    booking_id, path = await site.booked(method="ARRIVAL")
    for page in (await site.get(path), await site.press(path)):
        assert (page.status, page.title, page.button) == (200, "You pay at the hotel", "")
    await arrival.mark_paid(site.house.ctx, arrival.Mark(booking_id, "Ali", "cash"))
    assert "paid at the reception: Rs. 10,000" in (await site.get(path)).text
    assert site.stripe_calls() == 0


@pytest.mark.parametrize("amount_minor", [10_000, 120_000_000])
async def test_D24_below_or_above_the_limit(site: Site, amount_minor: int) -> None:
    _, path = await site.booked(amount_minor=amount_minor)
    for page in (await site.get(path), await site.press(path)):
        assert (page.status, page.title, page.button) == (200, "This amount cannot be paid online", "")
    assert site.stripe_calls() == 0


async def test_money_in_review_is_not_asked_for_again(site: Site) -> None:
    booking_id, path = await site.booked()
    session_id = await site.session(path)
    site.house.sandbox.books.sessions[session_id]["amount_total"] = 500_000
    await site.house.sandbox.pay(session_id)
    await site.told()
    assert (await site.house.booking(booking_id)).status == "PENDING"
    page = await site.get(path)
    assert (page.title, page.button) == ("We have received your payment", "")


@pytest.mark.parametrize("fault", ["reset_before", "reset_after", "html_500", "429"])
async def test_stripe_unreachable_is_told_and_a_second_press_goes_on(site: Site, fault: str) -> None:
    _, path = await site.booked()
    site.house.sandbox.faults.always(SESSIONS, fault)
    page = await site.press(path)
    assert (page.status, page.title, page.button) == (503, "The payment page cannot be reached", "Try again")
    assert "Nothing has been charged" in page.text
    site.house.sandbox.faults.clear()
    assert (await site.press(path, page.fields)).status == 303
    assert len(site.house.sandbox.books.sessions) == 1


async def test_a_refused_key_is_no_traceback_for_the_guest(site: Site) -> None:
    _, path = await site.booked()
    site.house.sandbox.faults.always(SESSIONS, "401")
    page = await site.press(path)
    assert (page.status, page.title, page.button) == (200, "Online payment is not available", "")


async def test_a_house_without_keys_says_so(builder: Builder) -> None:
    site = Site(await builder.build(STRIPE_SECRET_KEY="", STRIPE_PUBLISHABLE_KEY="", STRIPE_API_BASE=""))
    _, path = await site.booked()
    assert (await site.press(path)).title == "Online payment is not available"


async def test_the_store_away_is_a_page_too(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    _, path = await site.booked()
    await asyncio.to_thread(site.house.ctx.store.close)
    page = await site.get(path)
    assert page.status in (500, 503)
    assert page.title == "Please try again in a minute"


async def test_revoked_unknown_and_malformed_are_one_answer(site: Site) -> None:
    booking_id, path = await site.booked()
    await site.house.ctx.store.write(lambda tx: rows.revoke_code(tx, booking_id))
    wrong = [path, "/p/000000000000", "/p/short", "/p/%3Cscript%3E", "/p/" + "A" * 300, "/p/%F0%9F%92%A9%00"]
    pages = [await method(bad) for bad in wrong for method in (site.get, site.press)]
    assert {page.status for page in pages} == {404}
    assert len({page.source.split("<main>")[1] for page in pages}) == 1
    assert site.stripe_calls() == 0


async def test_a_renewed_code_ends_the_old_one(site: Site) -> None:
    booking_id, old = await site.booked()
    await site.house.ctx.store.write(lambda tx: rows.renew_code(tx, booking_id))
    assert (await site.get(old)).status == 404
    assert (await site.get(await site.link_of(booking_id))).status == 200


async def test_all_wrong_codes_are_held_to_the_same_pace(site: Site) -> None:
    """Each answer to a wrong code is held until the same instant after it began, whatever was found."""
    booking_id, path = await site.booked()
    await site.house.ctx.store.write(lambda tx: rows.revoke_code(tx, booking_id))
    loop = asyncio.get_running_loop()
    for bad in (path, "/p/000000000000", "/p/x"):
        began = loop.time()
        await site.get(bad)
        assert loop.time() - began >= 0.05


async def test_hostile_names_are_text(site: Site) -> None:
    _, path = await site.booked(guest_name="<script>alert(1)</script>", room="<img src=x onerror=alert(1)>")
    page = await site.get(path)
    assert "<script>alert" not in page.source
    assert "<img" not in page.source
