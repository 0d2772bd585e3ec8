"""The key layer, rule by rule (PAYMENTS 4.3), and keys to the door (401, 403)."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any

import aiohttp
import pytest
import stripe

from tests.sandbox.conftest import FakeTime, params, until
from travello_desk.sandbox import Sandbox
from travello_desk.sandbox.faults import held_before


async def create(client: stripe.StripeClient, key: str, **changes: Any) -> Any:
    return await client.v1.checkout.sessions.create_async(params(**changes), {"idempotency_key": key})


async def test_the_same_key_replays_the_first_result(client: stripe.StripeClient, sandbox: Sandbox) -> None:
    first = await create(client, "k1")
    await sandbox.pay(first.id)
    second = await create(client, "k1")
    assert second.id == first.id
    assert second.status == "open"  # the stored answer, not the present state
    assert "Idempotent-Replayed" not in first.last_response.headers
    assert second.last_response.headers["Idempotent-Replayed"] == "true"
    assert second.last_response.headers["Original-Request"] == first.last_response.request_id
    assert second.last_response.request_id != first.last_response.request_id
    assert len(sandbox.books.sessions) == 1
    assert [logged.replayed for logged in sandbox.requests] == [False, True]


async def test_the_same_key_with_other_parameters_is_refused(client: stripe.StripeClient) -> None:
    await create(client, "k1")
    with pytest.raises(stripe.IdempotencyError, match="same parameters they were first used with") as refusal:
        await create(client, "k1", client_reference_id="other")
    assert refusal.value.http_status == 400


async def test_the_order_of_parameters_does_not_matter(http: aiohttp.ClientSession) -> None:
    pairs = [("mode", "payment"), ("success_url", "https://h.example/"), ("line_items[0][quantity]", "1")]
    price = "line_items[0][price_data]"
    pairs += [(f"{price}[currency]", "usd"), (f"{price}[unit_amount]", "500")]
    pairs += [(f"{price}[product_data][name]", "Room")]
    ids = []
    for sent in (pairs, pairs[::-1]):
        async with http.post("/v1/checkout/sessions", data=sent, headers={"Idempotency-Key": "k"}) as answer:
            ids.append((await answer.json())["id"])
    assert ids[0] == ids[1]


async def test_the_same_key_on_another_endpoint_is_refused(client: stripe.StripeClient) -> None:
    session = await create(client, "k1")
    with pytest.raises(stripe.IdempotencyError, match="same endpoint they were first used for"):
        await client.v1.checkout.sessions.expire_async(session.id, options={"idempotency_key": "k1"})


async def test_a_concurrent_request_with_the_same_key_is_a_409(client: stripe.StripeClient, sandbox: Sandbox) -> None:
    answers = asyncio.Event()
    sandbox.faults.next("POST /v1/checkout/sessions", held_before(answers))
    first = asyncio.create_task(create(client, "k1"))
    await until(lambda: bool(sandbox.requests))
    with pytest.raises(stripe.APIError) as refusal:
        await create(client, "k1")
    assert refusal.value.http_status == 409
    answers.set()
    assert (await first).id in sandbox.books.sessions
    assert (await create(client, "k1")).id == (await first).id


async def test_a_key_of_256_characters_is_refused(client: stripe.StripeClient) -> None:
    await create(client, "k" * 255)
    with pytest.raises(stripe.IdempotencyError, match="255"):
        await create(client, "k" * 256)


async def test_keys_are_forgotten_after_a_day(client: stripe.StripeClient, sandbox: Sandbox, time: FakeTime) -> None:
    first = await create(client, "k1")
    time.seconds += 24 * 3600 - 1
    assert (await create(client, "k1")).id == first.id
    time.seconds += 1
    assert (await create(client, "k1")).id != first.id


async def test_a_parameter_error_leaves_the_key_free(client: stripe.StripeClient) -> None:
    with pytest.raises(stripe.InvalidRequestError, match="unknown parameter"):
        await create(client, "k1", colour="blue")
    assert (await create(client, "k1")).status == "open"


async def test_a_refusal_during_execution_is_stored(client: stripe.StripeClient, sandbox: Sandbox) -> None:
    session = await create(client, "k1")
    await sandbox.expire(session.id)
    for _ in range(2):
        with pytest.raises(stripe.InvalidRequestError) as refusal:
            await client.v1.checkout.sessions.expire_async(session.id, options={"idempotency_key": "k2"})
    assert refusal.value.headers is not None
    assert refusal.value.headers["Idempotent-Replayed"] == "true"


async def test_the_rate_limiter_stands_before_the_keys(client: stripe.StripeClient, sandbox: Sandbox) -> None:
    sandbox.faults.next("POST *", "429")
    with pytest.raises(stripe.RateLimitError) as refusal:
        await create(client, "k1")
    assert refusal.value.error is not None
    assert refusal.value.error.code == "rate_limit"
    assert (await create(client, "k1")).status == "open"


async def test_a_get_has_no_key(http: aiohttp.ClientSession, sandbox: Sandbox) -> None:
    async with http.get("/v1/account", headers={"Idempotency-Key": "k1"}) as answer:
        assert answer.status == 200
    assert len(sandbox.api.keys) == 0


@pytest.mark.parametrize(
    ("key", "text"),
    [("sk_test_wrong", "Invalid API Key provided: sk_test"), ("pk_test_sandbox", "publishable API key")],
)
async def test_wrong_keys_are_a_401(client_for: Callable[..., stripe.StripeClient], key: str, text: str) -> None:
    with pytest.raises(stripe.AuthenticationError, match=text):
        await client_for(key).v1.balance.retrieve_async()


async def test_a_restricted_key_may_lack_a_right(
    client_for: Callable[..., stripe.StripeClient], sandbox: Sandbox
) -> None:
    sandbox.access.restricted["rk_test_desk"] = frozenset({"rak_charge_write"})
    client = client_for("rk_test_desk")
    await client.v1.refunds.list_async()
    with pytest.raises(stripe.PermissionError, match="rak_charge_write"):
        await client.v1.refunds.create_async({"charge": "ch_x"})


async def test_basic_auth_is_the_key_as_user_name(sandbox: Sandbox) -> None:
    basic = {"Authorization": aiohttp.encode_basic_auth("sk_test_sandbox", "")}
    async with (
        aiohttp.ClientSession(headers=basic) as session,
        session.get(f"{sandbox.base_url}/v1/account") as answer,
    ):
        assert answer.status == 200
        assert answer.headers["Request-Id"].startswith("req_")
    async with aiohttp.ClientSession() as session, session.get(f"{sandbox.base_url}/v1/account") as answer:
        assert answer.status == 401
        assert "You did not provide an API key" in (await answer.json())["error"]["message"]


async def test_another_api_version_is_refused(http: aiohttp.ClientSession) -> None:
    async with http.get("/v1/account", headers={"Stripe-Version": "2020-08-27"}) as answer:
        assert answer.status == 400
        assert "only API version 2026-10-28.endive" in (await answer.json())["error"]["message"]
