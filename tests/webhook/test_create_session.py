"""PAYMENTS 3D for the JSON API: create-session over HTTP, with the sandbox behind it."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from tests.house import CREATE, OWNER, Builder, House, until
from tests.loop_time import put_forward
from travello_desk.operations import bookings
from travello_desk.operations.context import Context
from travello_desk.sandbox.faults import stall_after

SESSIONS = "/v1/checkout/sessions"
NOT_AN_ID = {"success": False, "error": "booking_id must be a positive integer"}
FORBIDDEN = {"success": False, "error": "User not authorized"}


def creations(house: House) -> list[Any]:
    """The requests that asked Stripe for a session."""
    return [asked for asked in house.sandbox.requests if (asked.method, asked.path) == ("POST", SESSIONS)]


def said(text: str) -> dict[str, Any]:
    return {"success": False, "error": text}


async def test_D1_the_body_is_as_the_contract_says(house: House):
    booking_id = await house.add_booking()
    answer = await house.create_session(booking_id)
    session = next(iter(house.sandbox.books.sessions.values()))
    assert (answer.status, answer.json) == (
        200,
        {
            "success": True,
            "session_id": session["id"],
            "session_url": session["url"],
            "payment_id": 1,
            "publishable_key": "pk_test_sandbox",
        },
    )
    assert answer.headers["Content-Type"] == "application/json"
    told = (await house.status(booking_id)).json
    assert (told["payment_status"], told["booking_status"]) == ("PROCESSING", "PENDING")
    assert (await house.rows("payments"))[0][10] == "api"


@pytest.mark.parametrize("path", [CREATE, CREATE.rstrip("/")])
async def test_D1_with_and_without_the_slash(house: House, path: str):
    booking_id = await house.add_booking()
    answer = await house.ask("POST", path, json={"booking_id": booking_id}, headers=house.bearer())
    assert answer.status == 200


async def test_D2_again_while_it_is_open(house: House):
    booking_id = await house.add_booking()
    first, second = await house.create_session(booking_id), await house.create_session(booking_id)
    assert second.json == first.json
    assert len(creations(house)) == 1


async def test_D3_a_double_click(house: House):
    booking_id = await house.add_booking()
    first, second = await asyncio.gather(house.create_session(booking_id), house.create_session(booking_id))
    assert (first.status, second.status) == (200, 200)
    assert first.json == second.json
    assert len(await house.rows("payments")) == 1
    assert len({asked.idempotency_key for asked in creations(house)}) == 1


async def test_D3_a_double_click_on_two_listeners(builder: Builder):
    first, second = await builder.build(), await builder.build()
    booking_id = await first.add_booking()
    answers = list(await asyncio.gather(*(door.create_session(booking_id) for door in (first, second))))
    for number, door in enumerate((first, second)):
        if answers[number].status == 500:  # Stripe was still at the other's request with the same key
            assert answers[number].json["retryable"] is True
            answers[number] = await door.create_session(booking_id)
    assert [answer.status for answer in answers] == [200, 200]
    assert answers[0].json == answers[1].json
    assert len(await first.rows("payments")) == 1


async def test_D4_twenty_bookings_at_once(house: House):
    ids = [await house.add_booking(f"TD-{number}") for number in range(20)]
    answers = await asyncio.gather(*(house.create_session(booking_id) for booking_id in ids))
    assert {answer.status for answer in answers} == {200}
    assert len({answer.json["session_id"] for answer in answers}) == len(await house.rows("payments")) == 20


async def test_D5_unknown_booking(house: House):
    for booking_id in (999, 2**63 - 1):
        answer = await house.create_session(booking_id)
        assert (answer.status, answer.json) == (404, said("Booking not found"))


async def test_D6_arrival(house: House):
    answer = await house.create_session(await house.add_booking(method="ARRIVAL"))
    assert (answer.status, answer.json) == (400, said("Payment method must be ONLINE"))
    assert (await house.rows("payments"), creations(house)) == ([], [])


async def test_D7_paid(house: House):
    booking_id, _ = await house.paid_booking()
    before = await house.snapshot()
    answer = await house.create_session(booking_id)
    assert (answer.status, answer.json) == (400, said("Payment already processed"))
    assert await house.snapshot() == before
    assert len(creations(house)) == 1


async def test_D8_cancelled(house: House):
    booking_id = await house.add_booking()
    await bookings.cancel(house.ctx, booking_id, "no longer coming", "Ali")
    answer = await house.create_session(booking_id)
    assert (answer.status, answer.json) == (400, said("Booking is cancelled"))
    assert creations(house) == []


async def test_D9_somebody_elses_booking(house: House):
    booking_id = await house.add_booking()
    answer = await house.create_session(booking_id, OWNER + 1)
    assert (answer.status, answer.json) == (403, FORBIDDEN)
    assert (await house.rows("payments"), creations(house)) == ([], [])


async def test_D9_staff_may(house: House):
    booking_id = await house.add_booking(user_id=None)
    assert (await house.create_session(booking_id, OWNER)).status == 403
    assert (await house.create_session(booking_id, OWNER, is_staff="yes")).status == 403
    assert (await house.create_session(booking_id, OWNER, is_staff=1)).status == 403
    assert (await house.create_session(booking_id, OWNER, is_staff=True)).status == 200


@pytest.mark.parametrize("header", [None, "", "Bearer", "Bearer ", "Bearer x.y.z", "Basic eHg6eQ==", "Bearer \u00e9"])
async def test_D10_no_or_wrong_token(house: House, header: str | None):
    booking_id = await house.add_booking()
    headers = {"Authorization": header} if header is not None else {}
    for body in ({"booking_id": booking_id}, {"booking_id": 999}, {}):
        answer = await house.ask("POST", CREATE, json=body, headers=headers)
        assert (answer.status, answer.json) == (403, FORBIDDEN)
    assert await house.rows("payments") == []


BODIES = {
    "not_json": b"booking_id=15",
    "nothing": b"",
    "half": b'{"booking_id": 1',
    "array": b"[]",
    "array_of_id": b"[1]",
    "empty": b"{}",
    "number": b"1",
    "null": b"null",
    "text": b'{"booking_id": "abc"}',
    "null_id": b'{"booking_id": null}',
    "true": b'{"booking_id": true}',
    "fraction": b'{"booking_id": 1.5}',
    "whole_float": b'{"booking_id": 1.0}',
    "exponent": b'{"booking_id": 1e0}',
    "negative": b'{"booking_id": -1}',
    "nought": b'{"booking_id": 0}',
    "10**30": b'{"booking_id": 1000000000000000000000000000000}',
    "2**63": b'{"booking_id": 9223372036854775808}',
    "ten_thousand_digits": b'{"booking_id": ' + b"1" * 10_000 + b"}",
    "nan": b'{"booking_id": NaN}',
    "infinity": b'{"booking_id": Infinity}',
    "nested": b'{"booking_id": {"booking_id": 1}}',
    "deep": b'{"booking_id": ' + b"[" * 200_000,
    "other_name": b'{"Booking_ID": 1}',
    "not_utf8": b'{"booking_id": 1, "x": "\xff"}',
    "utf16": '{"booking_id": 1}'.encode("utf-16"),
    "last_one_counts": b'{"booking_id": 1, "booking_id": "1"}',
    "D12_string": b'{"booking_id": "1"}',
}


@pytest.mark.parametrize("name", BODIES)
async def test_D11_D12_bodies_that_name_no_booking(house: House, name: str):
    await house.add_booking()
    answer = await house.ask("POST", CREATE, data=BODIES[name], headers=house.bearer())
    assert (answer.status, answer.json) == (400, NOT_AN_ID)
    assert await house.rows("payments") == []


async def test_D11_too_much_of_a_body(house: House):
    answer = await house.ask("POST", CREATE, data=b" " * (1024 * 1024 + 1), headers=house.bearer())
    assert (answer.status, answer.json) == (413, said("Body is too large"))


async def test_D11_the_content_type_and_more_fields_do_not_matter(house: House):
    booking_id = await house.add_booking()
    body = f'{{"booking_id": {booking_id}, "amount": 1, "currency": "usd"}}'.encode()
    answer = await house.ask("POST", CREATE, data=body, headers={**house.bearer(), "Content-Type": "text/plain"})
    assert answer.status == 200
    session = house.sandbox.books.sessions[answer.json["session_id"]]
    assert (session["amount_total"], session["currency"]) == (1_000_000, "pkr")


@pytest.mark.parametrize("fault", ["reset_after", "truncate", "html_502_after", "500_lost"])
async def test_D13_D20_stripe_made_it_and_the_answer_was_lost(house: House, fault: str):
    booking_id = await house.add_booking()
    house.sandbox.faults.next(f"POST {SESSIONS}", fault, times=2)
    answer = await house.create_session(booking_id)
    if answer.status == 500:
        assert answer.json == {**said("Stripe API error"), "retryable": True}
        answer = await house.create_session(booking_id)
    assert answer.status == 200
    assert list(house.sandbox.books.sessions) == [answer.json["session_id"]]
    assert len({asked.idempotency_key for asked in creations(house)}) == 1
    assert len(await house.rows("payments")) == 1


async def test_D13_stripe_is_slower_than_we_wait(builder: Builder):
    house = await builder.build(stripe_seconds=30)
    booking_id = await house.add_booking()
    house.sandbox.faults.next(f"POST {SESSIONS}", stall_after(30))
    asked = asyncio.create_task(house.create_session(booking_id))
    await until(lambda: bool(house.sandbox.books.sessions))
    put_forward(30)
    answer = await asked
    assert (answer.status, answer.json) == (500, {**said("Stripe API error"), "retryable": True})
    assert (await house.view(booking_id)).payments[0].status == "CREATING"
    again = await house.create_session(booking_id)
    assert (again.status, list(house.sandbox.books.sessions)) == (200, [again.json["session_id"]])


REFUSALS = {
    "D16_busy": ("429", True, "CREATING"),
    "D17_lock_timeout": ("lock_timeout", True, "CREATING"),
    "D18_key_revoked": ("401", False, "REFUSED"),
    "D19_right_missing": ("403", False, "REFUSED"),
    "D20_html_500": ("html_500", True, "CREATING"),
    "D20_html_200": ("html_200", True, "CREATING"),
    "D20_500": ("500", True, "CREATING"),
    "reset": ("reset_before", True, "CREATING"),
}


@pytest.mark.parametrize("name", REFUSALS)
async def test_D16_D17_D18_D19_D20_stripe_does_not_do_it(house: House, name: str):
    fault, retryable, left = REFUSALS[name]
    booking_id = await house.add_booking()
    house.sandbox.faults.always(f"POST {SESSIONS}", fault)
    answer = await house.create_session(booking_id)
    assert (answer.status, answer.json) == (500, {**said("Stripe API error"), "retryable": retryable})
    assert (await house.view(booking_id)).payments[0].status == left
    house.sandbox.faults.clear()
    assert (await house.create_session(booking_id)).status == 200


async def test_D20_stripe_cannot_be_reached(house: House):
    booking_id = await house.add_booking()
    await house.sandbox.stop_listening()
    answer = await house.create_session(booking_id)
    assert (answer.status, answer.json) == (500, {**said("Stripe API error"), "retryable": True})
    await house.sandbox.listen()
    assert (await house.create_session(booking_id)).status == 200


async def test_no_key_at_all(builder: Builder):
    house = await builder.build(STRIPE_SECRET_KEY="", STRIPE_PUBLISHABLE_KEY="")
    answer = await house.create_session(await house.add_booking())
    assert (answer.status, answer.json) == (500, {**said("Stripe API error"), "retryable": False})


@pytest.mark.parametrize("amount_minor", [100, 19_999, 100_000_000, 10**12])
async def test_D23_D24_limits_are_named(house: House, amount_minor: int):
    answer = await house.create_session(await house.add_booking(amount_minor=amount_minor))
    assert answer.status == 400
    limit = "minimum of Rs. 200" if amount_minor < 20_000 else "maximum of Rs. 999,999.99"
    assert limit in answer.json["error"]
    assert creations(house) == []


async def test_D25_the_currency_falls_back_by_itself_with_a_fresh_rate(builder: Builder):
    builder.sandbox.world.supported_currencies = ("usd", "eur")
    house = await builder.build(FX_RATE="PKR/USD=280.00@2026-09-21")
    booking_id = await house.add_booking()
    answer = await house.create_session(booking_id)
    assert answer.status == 200
    session = house.sandbox.books.sessions[answer.json["session_id"]]
    assert (session["amount_total"], session["currency"]) == (3571, "usd")
    told = (await house.status(booking_id)).json
    assert (told["amount"], told["currency"], told["payment_status"]) == (10_000, "PKR", "PROCESSING")
    assert (told["charged_amount"], told["charged_currency"]) == (35.71, "USD")


async def test_D25_without_a_rate_it_is_refused(builder: Builder):
    builder.sandbox.world.supported_currencies = ("usd", "eur")
    house = await builder.build()
    answer = await house.create_session(await house.add_booking())
    assert (answer.status, answer.json["success"]) == (400, False)
    assert "rate" in answer.json["error"]


async def test_D27_no_payment_method_types_are_sent(house: House):
    await house.create_session(await house.add_booking())
    assert "payment_method_types" not in creations(house)[0].params


async def test_D29_the_price_has_changed(house: House):
    booking_id, old = await house.booking_with_session()
    await bookings.edit(house.ctx, booking_id, "Ali", amount_minor=1_200_000)
    answer = await house.create_session(booking_id)
    assert (answer.status, answer.json["session_id"] == old) == (200, False)
    books = house.sandbox.books.sessions
    assert (books[old]["status"], books[answer.json["session_id"]]["amount_total"]) == ("expired", 1_200_000)
    assert [payment.status for payment in (await house.view(booking_id)).payments] == ["EXPIRED", "OPEN"]


async def test_D32_paid_at_the_edge_of_expiry(house: House):
    booking_id, session_id = await house.booking_with_session()
    await house.sandbox.pay(session_id)
    expired = house.events("checkout.session.completed")[0] | {"id": "evt_late", "type": "checkout.session.expired"}
    await house.post_event(expired)
    await house.deliver("checkout.session.completed")
    assert (await house.status(booking_id)).json["payment_status"] == "SUCCEEDED"


async def test_a_store_that_cannot_write_is_503(builder: Builder):
    house = await builder.build()
    booking_id = await house.add_booking()
    house.ctx.store.close()
    answer = await house.ask("POST", CREATE, json={"booking_id": booking_id}, headers=house.bearer())
    assert (answer.status, answer.json["success"]) == (503, False)
    assert int(answer.headers["Retry-After"]) > 0


async def test_a_bug_is_500_in_json_and_tells_nothing(house: House, monkeypatch: pytest.MonkeyPatch):
    async def explode(ctx: Context, booking_id: int, actor: str, origin: str) -> None:
        raise LookupError("the guest's name and address")

    monkeypatch.setattr("webhook.api.checkout", explode)
    answer = await house.create_session(await house.add_booking())
    assert (answer.status, answer.json) == (500, said("Internal error"))
