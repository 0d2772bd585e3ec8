"""Every method against a Stripe that keeps books: what is asked for happens, and happens once."""

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import pytest

from tests.house import until
from tests.loop_time import put_forward
from tests.stripe_gateway.conftest import PATIENCE_SECONDS
from travello_desk.sandbox import Sandbox, stall_after
from travello_desk.stripe_gateway import (
    BadAnswer,
    Busy,
    Conflict,
    Forbidden,
    Gateway,
    GatewayError,
    KeyReuse,
    Rejected,
    ServerFault,
    TimedOut,
    Unauthorised,
    Unreachable,
    is_already_complete,
    is_already_expired,
    is_amount_too_small,
    is_currency_rejection,
    is_disputed,
    is_missing,
    is_over_refund,
)

CREATE = "POST /v1/checkout/sessions"
COMPLETED = "checkout.session.completed"
TYPES = [COMPLETED, "payment_intent.succeeded", "charge.refunded", "refund.created", "checkout.session.expired"]


def room(currency: str = "pkr", unit_amount: int = 1_000_000, **more: Any) -> dict[str, Any]:
    return {
        "mode": "payment",
        "success_url": "https://hotel.example/ok?session_id={CHECKOUT_SESSION_ID}",
        "cancel_url": "https://hotel.example/back",
        "line_items": [
            {
                "quantity": 1,
                "price_data": {
                    "currency": currency,
                    "unit_amount": unit_amount,
                    "product_data": {"name": "Room 204, two nights"},
                },
            }
        ],
        **more,
    }


@pytest.fixture
async def sandbox() -> AsyncIterator[Sandbox]:
    async with Sandbox(seed=1, background=False) as running:
        yield running


def desk(sandbox: Sandbox, key: str = "sk_test_sandbox") -> Gateway:
    return Gateway(key, api_base=sandbox.base_url, timeout_seconds=PATIENCE_SECONDS, pause_seconds=0.001)


@pytest.fixture
async def gateway(sandbox: Sandbox) -> AsyncIterator[Gateway]:
    opened = desk(sandbox)
    yield opened
    await opened.close()


async def paid(sandbox: Sandbox, gateway: Gateway, **changes: Any) -> dict[str, Any]:
    """A session that a guest has paid, with its payment intent and charge."""
    created = await gateway.create_session(room(**changes), f"key-{len(sandbox.books.sessions)}")
    await sandbox.pay(created["id"])
    return await gateway.retrieve_session(created["id"])


async def refusal(call: Any) -> GatewayError:
    with pytest.raises(GatewayError) as caught:
        await call
    return caught.value


async def test_a_session_is_made_once_per_key(sandbox: Sandbox, gateway: Gateway) -> None:
    first = await gateway.create_session(room(client_reference_id="uid-1", metadata={"booking_id": "15"}), "key-1")
    again = await gateway.create_session(room(client_reference_id="uid-1", metadata={"booking_id": "15"}), "key-1")
    assert first == again
    assert list(sandbox.books.sessions) == [first["id"]]
    assert (first["amount_total"], first["currency"], first["status"]) == (1_000_000, "pkr", "open")
    assert first["metadata"] == {"booking_id": "15"}
    assert first["url"].startswith("http")


async def test_the_same_key_for_another_amount_is_refused(gateway: Gateway) -> None:
    await gateway.create_session(room(), "key-1")
    error = await refusal(gateway.create_session(room(unit_amount=2_000_000), "key-1"))
    assert type(error) is KeyReuse
    assert not error.retryable
    assert not error.outcome_known


async def test_a_paid_session_comes_with_its_intent_and_charge(sandbox: Sandbox, gateway: Gateway) -> None:
    session = await paid(sandbox, gateway)
    intent = session["payment_intent"]
    assert (session["status"], session["payment_status"]) == ("complete", "paid")
    assert intent["latest_charge"]["amount"] == 1_000_000
    assert await gateway.retrieve_payment_intent(intent["id"]) == intent
    assert await gateway.retrieve_charge(intent["latest_charge"]["id"]) == intent["latest_charge"]


async def test_expiring_and_what_stands_in_its_way(sandbox: Sandbox, gateway: Gateway) -> None:
    created = await gateway.create_session(room(), "key-a")
    assert (await gateway.expire_session(created["id"]))["status"] == "expired"
    again = await refusal(gateway.expire_session(created["id"]))
    complete = await refusal(gateway.expire_session((await paid(sandbox, gateway))["id"]))
    assert (is_already_expired(again), is_already_complete(again)) == (True, False)
    assert (is_already_expired(complete), is_already_complete(complete)) == (False, True)


@pytest.mark.parametrize("fault", ["reset_after", "truncate", "html_502_after", "500_lost"])
async def test_an_expiry_whose_answer_was_lost_is_still_an_expiry(
    sandbox: Sandbox, gateway: Gateway, fault: str
) -> None:
    """Its two attempts share a key: without one, the second would be told that the session is not open."""
    created = await gateway.create_session(room(), "key-1")
    sandbox.faults.next("POST /v1/checkout/sessions/*", fault)
    assert (await gateway.expire_session(created["id"]))["status"] == "expired"


async def test_sessions_by_payment_intent_and_by_age(sandbox: Sandbox, gateway: Gateway) -> None:
    session = await paid(sandbox, gateway)
    sandbox.advance(60)
    later = await gateway.create_session(room(), "later")
    found = await gateway.list_sessions(payment_intent=session["payment_intent"]["id"])
    assert [each["id"] for each in found] == [session["id"]]
    assert [each["id"] for each in await gateway.list_sessions()] == [later["id"], session["id"]]
    young = await gateway.list_sessions(created_gte=later["created"])
    assert [each["id"] for each in young] == [later["id"]]


async def test_refunds(sandbox: Sandbox, gateway: Gateway) -> None:
    intent = (await paid(sandbox, gateway))["payment_intent"]["id"]
    params = {"payment_intent": intent, "amount": 200_000, "metadata": {"refund_uid": "r-1"}}
    refund = await gateway.create_refund(params, "refund-1")
    assert await gateway.create_refund(params, "refund-1") == refund
    assert (refund["amount"], refund["status"]) == (200_000, "succeeded")
    assert await gateway.retrieve_refund(refund["id"]) == refund
    assert await gateway.list_refunds(payment_intent=intent) == [refund]
    assert await gateway.list_refunds(created_gte=refund["created"] + 1) == []


async def test_a_refund_above_the_rest(sandbox: Sandbox, gateway: Gateway) -> None:
    intent = (await paid(sandbox, gateway))["payment_intent"]["id"]
    await sandbox.refund_from_dashboard(intent, 200_000)
    error = await refusal(gateway.create_refund({"payment_intent": intent, "amount": 900_000}, "refund-1"))
    assert is_over_refund(error)
    assert error.outcome_known
    await sandbox.refund_from_dashboard(intent)
    assert is_over_refund(await refusal(gateway.create_refund({"payment_intent": intent, "amount": 1}, "refund-2")))


async def test_a_disputed_charge(sandbox: Sandbox, gateway: Gateway) -> None:
    intent = (await paid(sandbox, gateway))["payment_intent"]
    dispute = await sandbox.open_dispute(intent["latest_charge"]["id"])
    assert (await gateway.retrieve_dispute(dispute["id"]))["charge"] == intent["latest_charge"]["id"]
    assert is_disputed(await refusal(gateway.create_refund({"payment_intent": intent["id"]}, "refund-1")))


async def test_events_from_the_beginning_and_from_a_cursor(sandbox: Sandbox, gateway: Gateway) -> None:
    for _ in range(3):
        await paid(sandbox, gateway)
    events = [event async for event in gateway.list_events(types=TYPES)]
    assert [event["id"] for event in events] == [e["id"] for e in sandbox.books.events.values() if e["type"] in TYPES]
    assert await gateway.retrieve_event(events[0]["id"]) == events[0]
    after = [event async for event in gateway.list_events(types=[COMPLETED], ending_before=events[0]["id"])]
    assert after == [event for event in events[1:] if event["type"] == COMPLETED]
    nothing = [event async for event in gateway.list_events(types=TYPES, ending_before=events[-1]["id"])]
    assert nothing == []


async def test_more_events_than_a_page_holds(sandbox: Sandbox, gateway: Gateway) -> None:
    for number in range(125):
        created = await gateway.create_session(room(), f"key-{number}")
        await sandbox.expire(created["id"])
    expired = [event["data"]["object"]["id"] async for event in gateway.list_events(types=["checkout.session.expired"])]
    assert expired == list(sandbox.books.sessions)
    assert [session["id"] for session in await gateway.list_sessions()] == expired[::-1]


async def test_a_cursor_that_stripe_has_forgotten(gateway: Gateway) -> None:
    async def read() -> list[dict[str, Any]]:
        return [event async for event in gateway.list_events(types=TYPES, ending_before="evt_long_ago")]

    assert is_missing(await refusal(read()))


async def test_the_account_its_country_and_its_endpoints(sandbox: Sandbox, gateway: Gateway) -> None:
    assert (await gateway.account())["country"] == "US"
    assert "usd" in (await gateway.country_spec("US"))["supported_payment_currencies"]
    assert await gateway.webhook_endpoints() == []


async def test_stripes_clock(sandbox: Sandbox, gateway: Gateway) -> None:
    before = (await gateway.server_time())[0]
    sandbox.advance(600)
    assert (await gateway.server_time())[0] - before >= 600


@pytest.mark.parametrize(
    "method", ["retrieve_session", "retrieve_refund", "retrieve_charge", "retrieve_payment_intent"]
)
async def test_what_stripe_does_not_know(gateway: Gateway, method: str) -> None:
    error = await refusal(getattr(gateway, method)("xx_unknown"))
    assert is_missing(error)
    assert error.request_id is not None


async def test_a_currency_that_the_account_does_not_take() -> None:
    async with Sandbox(seed=1, supported_currencies=["usd", "eur"]) as sandbox:
        gateway = desk(sandbox)
        error = await refusal(gateway.create_session(room(), "key-1"))
        spec = await gateway.country_spec("US")
        await gateway.close()
    assert is_currency_rejection(error, "PKR")
    assert not is_currency_rejection(error, "USD")
    assert spec["supported_payment_currencies"] == ["usd", "eur"]


async def test_other_refusals_of_a_session_are_not_about_the_currency(gateway: Gateway) -> None:
    small = await refusal(gateway.create_session(room(unit_amount=100), "key-1"))
    methods = await refusal(gateway.create_session(room(payment_method_types=["card"]), "key-2"))
    assert is_amount_too_small(small)
    assert not is_currency_rejection(small, "PKR")
    assert type(methods) is Rejected
    assert not is_currency_rejection(methods, "PKR")


@pytest.mark.parametrize(
    ("fault", "kind", "known"),
    [
        ("reset_before", Unreachable, False),
        ("reset_after", Unreachable, False),
        ("truncate", BadAnswer, False),
        ("html_200", BadAnswer, False),
        ("html_200_after", BadAnswer, False),
        ("html_500", ServerFault, False),
        ("html_502_after", ServerFault, False),
        ("500", ServerFault, False),
        ("500_after", ServerFault, False),
        ("409", Conflict, False),
        ("429", Busy, True),
        ("lock_timeout", Busy, True),
        ("401", Unauthorised, True),
        ("403", Forbidden, True),
    ],
)
async def test_a_fault_that_stays_is_named_and_a_later_call_gets_one_session(
    sandbox: Sandbox, gateway: Gateway, fault: str, kind: type[GatewayError], known: bool
) -> None:
    sandbox.faults.always(CREATE, fault)
    error = await refusal(gateway.create_session(room(), "key-1"))
    assert type(error) is kind
    assert error.outcome_known is known
    sandbox.faults.clear()
    if fault != "500_after":  # Stripe repeats such a 500 for a day: that session is found by listing
        await gateway.create_session(room(), "key-1")
    assert len(sandbox.books.sessions) == 1


@pytest.mark.parametrize("fault", ["reset_after", "truncate", "html_200_after", "html_502_after", "500_lost", "429"])
async def test_a_fault_that_passes_goes_unnoticed_and_acts_once(sandbox: Sandbox, gateway: Gateway, fault: str) -> None:
    sandbox.faults.next(CREATE, fault)
    created = await gateway.create_session(room(), "key-1")
    assert list(sandbox.books.sessions) == [created["id"]]
    assert [request.idempotency_key for request in sandbox.requests] == ["key-1", "key-1"]


async def test_created_and_then_silence(sandbox: Sandbox, gateway: Gateway) -> None:
    """PAYMENTS D13: the next call, under the same key, gets the session that this one made."""
    sandbox.faults.next(CREATE, stall_after(30))
    under_way = asyncio.create_task(refusal(gateway.create_session(room(), "key-1")))
    await until(lambda: bool(sandbox.books.sessions))
    put_forward(PATIENCE_SECONDS)
    error = await under_way
    created = await gateway.create_session(room(), "key-1")
    assert type(error) is TimedOut
    assert not error.outcome_known
    assert list(sandbox.books.sessions) == [created["id"]]


async def test_twenty_at_once_each_get_their_own(sandbox: Sandbox, gateway: Gateway) -> None:
    numbers = [str(number) for number in range(20)]
    made = await asyncio.gather(
        *(gateway.create_session(room(client_reference_id=number), f"key-{number}") for number in numbers)
    )
    assert [session["client_reference_id"] for session in made] == numbers
    assert len(sandbox.books.sessions) == 20


async def test_stripe_away_and_back(sandbox: Sandbox, gateway: Gateway) -> None:
    await sandbox.stop_listening()
    error = await refusal(gateway.create_session(room(), "key-1"))
    assert type(error) is Unreachable
    assert error.outcome_known
    await sandbox.listen()
    assert (await gateway.create_session(room(), "key-1"))["status"] == "open"


async def test_a_revoked_key(sandbox: Sandbox) -> None:
    revoked = desk(sandbox, "sk_test_thisKeyWasRevoked9Xq")
    error = await refusal(revoked.account())
    at, _latency_seconds = await revoked.server_time()
    await revoked.close()
    assert error.sentence == "Stripe refuses the key"
    assert "Revoked" not in error.message
    assert at > 0


async def test_a_restricted_key_without_the_right(sandbox: Sandbox) -> None:
    sandbox.access.restricted["rk_test_frontdesk"] = frozenset({"rak_charge_write"})
    limited = desk(sandbox, "rk_test_frontdesk")
    error = await refusal(limited.create_refund({"payment_intent": "pi_1"}, "refund-1"))
    await limited.close()
    assert error.sentence == "This Stripe key lacks the right charge write"
    assert not error.retryable
