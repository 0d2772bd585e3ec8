"""The status endpoint over HTTP: its body, who may see it, and waiting for a change."""

from __future__ import annotations

import asyncio

import pytest

from tests.house import NOW, OWNER, Answer, Builder, House, event
from travello_desk.operations import bookings as changes
from travello_desk.store import bookings

FORBIDDEN = {"success": False, "error": "User not authorized"}


def path(booking_id: object) -> str:
    return f"/api/payments/booking/{booking_id}/status/"


async def test_the_body_before_anything_was_asked(house: House):
    answer = await house.status(await house.add_booking(amount_minor=1_000_050))
    assert (answer.status, answer.json) == (
        200,
        {
            "booking_id": 1,
            "payment_status": "NOT_INITIATED",
            "payment_required": True,
            "stripe_session_id": None,
            "amount": 10000.5,
            "currency": "PKR",
            "display": "Rs. 10,000.50",
            "booking_status": "PENDING",
            "refunded_amount": 0,
            "charged_amount": None,
            "charged_currency": None,
            "updated_at": "2026-09-21T14:13:20Z",
        },
    )


async def test_the_body_when_it_is_paid(house: House):
    booking_id, session_id = await house.booking_with_session()
    await house.sandbox.pay(session_id)
    house.clock.advance(61)
    await house.deliver("checkout.session.completed")
    told = (await house.status(booking_id)).json
    assert (told["payment_status"], told["booking_status"], told["payment_required"]) == ("SUCCEEDED", "PAID", False)
    assert (told["stripe_session_id"], told["amount"], told["charged_amount"]) == (session_id, 10_000, 10_000)
    assert isinstance(told["amount"], int)
    assert told["updated_at"] == "2026-09-21T14:14:21Z"


async def test_the_words_of_other_bookings(house: House):
    arrival = await house.add_booking(method="ARRIVAL")
    cancelled = await house.add_booking()
    await changes.cancel(house.ctx, cancelled, "no longer coming", "Ali")
    told = (await house.status(arrival)).json
    assert (told["payment_status"], told["payment_required"]) == ("PAY_ON_ARRIVAL", False)
    told = (await house.status(cancelled)).json
    assert (told["booking_status"], told["payment_required"]) == ("CANCELLED", False)


async def test_refunds_are_told_in_the_bookings_currency(house: House):
    booking_id, intent = await house.paid_booking()
    await house.sandbox.refund_from_dashboard(intent, 200_050)
    await house.deliver("refund.created")
    told = (await house.status(booking_id)).json
    assert (told["payment_status"], told["refunded_amount"], told["charged_amount"]) == ("SUCCEEDED", 2000.5, 10_000)


async def test_refunds_of_a_fallback_are_told_in_the_bookings_currency(builder: Builder):
    builder.sandbox.world.supported_currencies = ("usd",)
    house = await builder.build(FX_RATE="PKR/USD=280.00@2026-09-21")
    booking_id, session_id = await house.add_booking(), ""
    session_id = (await house.create_session(booking_id)).json["session_id"]
    await house.sandbox.pay(session_id)
    await house.deliver("checkout.session.completed")
    await house.sandbox.refund_from_dashboard(house.sandbox.books.sessions[session_id]["payment_intent"])
    await house.deliver("refund.created")
    told = (await house.status(booking_id)).json
    assert (told["payment_status"], told["refunded_amount"]) == ("REFUNDED", 10_000)
    assert (told["charged_amount"], told["charged_currency"]) == (35.71, "USD")


async def test_a_new_link_after_a_refund_speaks_for_the_booking(house: House):
    booking_id, intent = await house.paid_booking()
    await house.sandbox.refund_from_dashboard(intent)
    await house.deliver("refund.created")
    first = (await house.status(booking_id)).json
    assert (first["payment_status"], first["refunded_amount"], first["payment_required"]) == ("REFUNDED", 10_000, True)
    session_id = await house.open_session(booking_id)
    told = (await house.status(booking_id)).json
    assert (told["payment_status"], told["stripe_session_id"]) == ("PROCESSING", session_id)
    assert told["refunded_amount"] == 10_000


async def test_of_two_sessions_that_ended_alike_the_newest_speaks(house: House):
    booking_id = await house.add_booking()
    for _ in range(2):
        session_id = await house.open_session(booking_id)
        await house.sandbox.expire(session_id)
        await house.deliver("checkout.session.expired")
    told = (await house.status(booking_id)).json
    assert (told["payment_status"], told["stripe_session_id"]) == ("NOT_INITIATED", session_id)


# Who may see it


async def test_owner_and_staff_may_others_not(house: House):
    booking_id = await house.add_booking()
    assert (await house.status(booking_id, OWNER)).status == 200
    answer = await house.status(booking_id, OWNER + 1)
    assert (answer.status, answer.json) == (403, FORBIDDEN)
    staff = {"Authorization": f"Bearer {house.token(99, is_staff=True)}"}
    assert (await house.ask("GET", path(booking_id), headers=staff)).status == 200


async def test_a_booking_without_a_web_account_is_nobodys(house: House):
    booking_id = await house.add_booking(user_id=None)
    assert (await house.status(booking_id)).status == 403


async def test_nothing_is_told_without_a_proof(house: House):
    booking_id = await house.add_booking()
    for asked in (booking_id, 999):
        answer = await house.status(asked, user_id=None)
        assert (answer.status, answer.json) == (403, FORBIDDEN)


async def test_D44_unknown_booking_with_a_valid_token(house: House):
    for booking_id in ("999", "0", str(2**63 - 1), str(2**63), "9" * 40, "9" * 5000):
        answer = await house.ask("GET", path(booking_id), headers=house.bearer())
        assert (answer.status, answer.json) == (404, {"success": False, "error": "Booking not found"})


async def test_D43_a_session_of_that_booking_is_a_proof_and_of_another_is_none(house: House):
    booking_id, session_id = await house.booking_with_session()
    other_id, other_session = await house.booking_with_session()
    assert (await house.status(booking_id, None, session_id=session_id)).status == 200
    assert (await house.status(other_id, None, session_id=other_session)).status == 200
    for wrong in (other_session, session_id[:-1], session_id.upper(), "", "null", "\u00e9", "{CHECKOUT_SESSION_ID}"):
        assert (await house.status(booking_id, None, session_id=wrong)).status == 403
    assert (await house.status(booking_id, OWNER + 1, session_id=session_id)).status == 200


async def test_an_older_session_of_the_booking_is_a_proof_too(house: House):
    booking_id, session_id = await house.booking_with_session()
    await house.sandbox.expire(session_id)
    await house.deliver("checkout.session.expired")
    await house.open_session(booking_id)
    assert (await house.status(booking_id, None, session_id=session_id)).status == 200


async def test_the_guests_code_is_a_proof_until_it_is_revoked(house: House):
    booking_id = await house.add_booking()
    other = await house.booking(await house.add_booking())
    code = (await house.booking(booking_id)).guest_code
    for written in (code, code.lower(), f"{code[:4]}-{code[4:8]}-{code[8:]}"):
        assert (await house.status(booking_id, None, guest=written)).status == 200
    for wrong in (other.guest_code, code[:-1], "", "' OR 1=1 --", "\ud800".encode("utf-8", "replace").decode()):
        assert (await house.status(booking_id, None, guest=wrong)).status == 403
    await house.ctx.store.write(lambda tx: bookings.revoke_code(tx, booking_id))
    assert (await house.status(booking_id, None, guest=code)).status == 403


@pytest.mark.parametrize("query", ["session_id=%FF", "guest=%00", "session_id=%ED%A0%80", "wait=%FF&known=%FF", "&&=&"])
async def test_queries_that_no_program_writes(house: House, query: str):
    booking_id = await house.add_booking()
    assert (await house.ask("GET", f"{path(booking_id)}?{query}")).status == 403
    assert (await house.ask("GET", f"{path(booking_id)}?{query}", headers=house.bearer())).status == 200


@pytest.mark.parametrize("odd", ["x", "-1", "1.5", "\u0661", "1%20", "0x1", ""])
async def test_paths_that_name_no_booking(house: House, odd: str):
    assert (await house.ask("GET", path(odd), headers=house.bearer())).status == 404


async def test_with_and_without_the_slash_and_head(house: House):
    booking_id = await house.add_booking()
    for method, written in (("GET", path(booking_id).rstrip("/")), ("HEAD", path(booking_id))):
        assert (await house.ask(method, written, headers=house.bearer())).status == 200


# Waiting


async def held(house: House, booking_id: int, **query: str) -> asyncio.Task[Answer]:
    """A status request that is being held open."""
    return (await held_many(house, 1, booking_id, **query))[0]


async def held_many(house: House, count: int, booking_id: int, **query: str) -> list[asyncio.Task[Answer]]:
    tasks = [asyncio.create_task(house.status(booking_id, **query)) for _ in range(count)]
    async with asyncio.timeout(20):
        while f"travello_status_requests_waiting {count}\n" not in (await house.ask("GET", "/metrics")).body.decode():
            assert not any(task.done() for task in tasks)
    return tasks


async def test_waiting_ends_with_the_change_at_once(house: House, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr("webhook.watching.LOOK_SECONDS", 3600.0)  # a change of this process needs no looking
    booking_id, session_id = await house.booking_with_session()
    waiting = await held(house, booking_id, wait="25", known="PROCESSING")
    await house.sandbox.decline(session_id)
    await house.deliver("payment_intent.payment_failed")
    assert (await waiting).json["payment_status"] == "FAILED"
    assert "travello_status_requests_waiting 0" in (await house.ask("GET", "/metrics")).body.decode()


async def test_waiting_goes_on_while_the_status_is_the_same(house: House):
    booking_id = await house.add_booking()
    waiting = await held(house, booking_id, wait="25", known="NOT_INITIATED")
    await house.ctx.store.write(lambda tx: bookings.update_details(tx, booking_id, {"room": "305"}))
    await house.status(booking_id)
    assert not waiting.done()
    await house.open_session(booking_id)
    assert (await waiting).json["payment_status"] == "PROCESSING"


async def test_waiting_sees_what_another_process_commits(builder: Builder):
    house, other = await builder.build(), await builder.build()
    booking_id = await house.add_booking()
    waiting = await held(house, booking_id, wait="25", known="NOT_INITIATED")
    await other.open_session(booking_id)
    async with asyncio.timeout(20):
        assert (await waiting).json["payment_status"] == "PROCESSING"


@pytest.mark.parametrize(
    "query",
    [
        {"wait": "25"},
        {"wait": "25", "known": "SUCCEEDED"},
        {"wait": "0", "known": "NOT_INITIATED"},
        {"wait": "-5", "known": "NOT_INITIATED"},
        {"wait": "nan", "known": "NOT_INITIATED"},
        {"wait": "9" * 30, "known": "NOT_INITIATED"},
        {"wait": "\u0663", "known": "NOT_INITIATED"},
        {"wait": "1.5", "known": "NOT_INITIATED"},
        {"known": "NOT_INITIATED"},
    ],
    ids=str,
)
async def test_answers_that_are_given_at_once(house: House, query: dict[str, str]):
    booking_id = await house.add_booking()
    async with asyncio.timeout(20):
        answer = await house.status(booking_id, **query)
    assert (answer.status, answer.json["payment_status"]) == (200, "NOT_INITIATED")


async def test_waiting_ends_with_its_time(house: House, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr("webhook.status.MOST_WAIT_SECONDS", 0.05)
    booking_id = await house.add_booking()
    async with asyncio.timeout(20):
        answer = await house.status(booking_id, wait="30", known="NOT_INITIATED")
    assert (answer.status, answer.json["payment_status"]) == (200, "NOT_INITIATED")


async def test_waiting_does_not_hold_up_the_closing_of_the_house(house: House):
    booking_id = await house.add_booking()
    waiting = await held(house, booking_id, wait="30", known="NOT_INITIATED")
    async with asyncio.timeout(20):
        await house.listener.stop()
        assert (await waiting).json["payment_status"] == "NOT_INITIATED"


async def test_only_so_many_may_wait(house: House, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr("webhook.watching.MOST_WAITING", 1)
    booking_id = await house.add_booking()
    waiting = await held(house, booking_id, wait="25", known="NOT_INITIATED")
    async with asyncio.timeout(20):
        assert (await house.status(booking_id, wait="25", known="NOT_INITIATED")).status == 200
    assert not waiting.done()
    waiting.cancel()


async def test_fifty_wait_for_one_payment(house: House):
    booking_id, session_id = await house.booking_with_session()
    waiting = await held_many(house, 50, booking_id, wait="25", known="PROCESSING")
    await house.sandbox.pay(session_id)
    await house.deliver("checkout.session.completed")
    answers = await asyncio.gather(*waiting)
    assert {answer.json["payment_status"] for answer in answers} == {"SUCCEEDED"}


async def test_an_event_that_says_nothing_new_moves_nothing(house: House):
    booking_id, session_id = await house.booking_with_session()
    before = (await house.status(booking_id)).json
    house.clock.advance(60)
    session = house.sandbox.books.sessions[session_id]
    await house.post_event(event("checkout.session.completed", session, created=NOW))
    assert (await house.status(booking_id)).json == before
