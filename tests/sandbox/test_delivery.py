"""Webhooks over HTTP: signatures, retries, order, and every way a test may disturb them."""

from __future__ import annotations

import json
import random
from typing import Any

import pytest
import stripe

from tests.sandbox.conftest import NOW, FakeTime, Listener, params
from travello_desk.sandbox import Sandbox

STORY = [
    "payment_intent.created",
    "charge.succeeded",
    "payment_intent.succeeded",
    "checkout.session.completed",
]


@pytest.fixture
def target(sandbox: Sandbox, listener: Listener) -> Any:
    sandbox.delivery.retry_delays_seconds = (0.01, 0.02)
    return sandbox.deliver_to(listener.url, "whsec_sandbox")


async def story(client: stripe.StripeClient, sandbox: Sandbox) -> str:
    session = await client.v1.checkout.sessions.create_async(params())
    await sandbox.pay(session.id)
    return session.id


async def test_events_arrive_signed_and_in_order(
    client: stripe.StripeClient, sandbox: Sandbox, listener: Listener, target: Any
) -> None:
    id_ = await story(client, sandbox)
    await sandbox.delivery.drain()
    assert listener.types() == STORY
    event = json.loads(listener.bodies[-1])
    assert event["api_version"] == stripe.api_version == "2026-10-28.endive"
    assert event["data"]["object"]["id"] == id_
    assert (event["object"], event["livemode"], event["created"]) == ("event", False, NOW)
    assert listener.signatures[0].startswith(f"t={NOW},v1=")


async def test_another_secret_does_not_verify(
    client: stripe.StripeClient, sandbox: Sandbox, listener: Listener, target: Any
) -> None:
    await story(client, sandbox)
    await sandbox.delivery.drain()
    with pytest.raises(stripe.SignatureVerificationError):
        listener.events("whsec_other")


async def test_pending_webhooks_counts_down_and_delivery_success_filters(
    client: stripe.StripeClient, sandbox: Sandbox, listener: Listener, target: Any
) -> None:
    listener.answers = [200, 500, 500, 500]
    sandbox.delivery.retry_delays_seconds = (0.0, 0.0)
    session = await client.v1.checkout.sessions.create_async(params())
    await client.v1.checkout.sessions.expire_async(session.id)
    await sandbox.delivery.drain()
    session = await client.v1.checkout.sessions.create_async(params())
    await client.v1.checkout.sessions.expire_async(session.id)
    await sandbox.delivery.drain()
    failed = await client.v1.events.list_async({"delivery_success": False})
    arrived = await client.v1.events.list_async({"delivery_success": True})
    assert [(len(page.data), page.data[0].pending_webhooks) for page in (failed, arrived)] == [(1, 1), (1, 0)]
    assert failed.data[0].data.object["id"] == session.id


@pytest.mark.parametrize("status", [500, 302, 404, 400])
async def test_anything_but_2xx_is_tried_three_times_and_redirects_are_not_followed(
    client: stripe.StripeClient, sandbox: Sandbox, listener: Listener, target: Any, status: int
) -> None:
    listener.answers = [status] * 3
    session = await client.v1.checkout.sessions.create_async(params())
    await client.v1.checkout.sessions.expire_async(session.id)
    await sandbox.delivery.drain()
    assert [(tried.attempt, tried.status) for tried in sandbox.delivery.tried] == [
        (1, status),
        (2, status),
        (3, status),
    ]
    assert len(set(listener.bodies)) == 1


async def test_a_retry_that_works_ends_the_retries(
    client: stripe.StripeClient, sandbox: Sandbox, listener: Listener, target: Any
) -> None:
    listener.answers = [503]
    session = await client.v1.checkout.sessions.create_async(params())
    await client.v1.checkout.sessions.expire_async(session.id)
    await sandbox.delivery.drain()
    assert [tried.ok for tried in sandbox.delivery.tried] == [False, True]


async def test_nobody_listening_is_a_failed_attempt(client: stripe.StripeClient, sandbox: Sandbox) -> None:
    sandbox.delivery.retry_delays_seconds = ()
    sandbox.deliver_to("http://127.0.0.1:9/hook", "whsec_sandbox")
    session = await client.v1.checkout.sessions.create_async(params())
    await client.v1.checkout.sessions.expire_async(session.id)
    await sandbox.delivery.drain()
    assert [tried.status for tried in sandbox.delivery.tried] == [None]


async def test_a_target_gets_only_what_it_subscribed_to(
    client: stripe.StripeClient, sandbox: Sandbox, listener: Listener
) -> None:
    sandbox.deliver_to(listener.url, types=["checkout.session.completed"])
    await story(client, sandbox)
    await sandbox.delivery.drain()
    assert listener.types() == ["checkout.session.completed"]
    endpoints = await client.v1.webhook_endpoints.list_async()
    assert [(e.url, e.enabled_events) for e in endpoints.data] == [(listener.url, ["checkout.session.completed"])]


async def test_policies_drop_and_double(
    client: stripe.StripeClient, sandbox: Sandbox, listener: Listener, target: Any
) -> None:
    def policy(event: Any, target: Any) -> tuple[float, ...]:
        return {"charge.succeeded": (), "payment_intent.created": (0.0, 0.01)}.get(event["type"], (0.0,))

    sandbox.delivery.policy = policy
    await story(client, sandbox)
    await sandbox.delivery.drain()
    assert sorted(listener.types()) == sorted([STORY[0], *STORY[:1], *STORY[2:]])


async def test_held_events_can_be_released_in_any_order(
    client: stripe.StripeClient, sandbox: Sandbox, listener: Listener, target: Any
) -> None:
    sandbox.delivery.hold()
    await story(client, sandbox)
    await sandbox.delivery.drain()
    assert listener.bodies == []
    sandbox.delivery.release(list.reverse)
    await sandbox.delivery.drain()
    assert listener.types() == STORY[::-1]


async def test_chaos_is_the_same_for_the_same_seed(
    client: stripe.StripeClient, sandbox: Sandbox, listener: Listener, target: Any
) -> None:
    runs = []
    for _ in range(2):
        listener.bodies.clear()
        listener.signatures.clear()
        sandbox.delivery.hold()
        await story(client, sandbox)
        sandbox.delivery.release(random.Random(5).shuffle)
        await sandbox.delivery.drain()
        runs.append(listener.types())
    assert runs[0] == runs[1] != STORY


async def test_an_event_can_be_sent_again_by_hand(
    client: stripe.StripeClient, sandbox: Sandbox, listener: Listener, target: Any
) -> None:
    await story(client, sandbox)
    await sandbox.delivery.drain()
    event = list(sandbox.books.events.values())[-1]
    (tried,) = await sandbox.delivery.deliver_now(event)
    assert tried.status == 200
    assert listener.types() == [*STORY, STORY[-1]]


async def test_events_are_listed_by_type_and_forgotten_after_thirty_days(
    client: stripe.StripeClient, sandbox: Sandbox, time: FakeTime
) -> None:
    await story(client, sandbox)
    page = await client.v1.events.list_async({"types": ["charge.succeeded", "checkout.session.completed"]})
    assert [event.type for event in page.data] == [STORY[3], STORY[1]]
    assert [e.type for e in (await client.v1.events.list_async({"type": "charge.*"})).data] == [STORY[1]]
    last = page.data[0].id
    assert (await client.v1.events.retrieve_async(last)).id == last
    time.seconds += 30 * 24 * 3600 + 1
    assert [e.type for e in (await client.v1.events.list_async()).data] == []
    with pytest.raises(stripe.InvalidRequestError, match="No such event"):
        await client.v1.events.retrieve_async(last)


async def test_events_page_forward_from_a_cursor(client: stripe.StripeClient, sandbox: Sandbox) -> None:
    for _ in range(4):
        await story(client, sandbox)
    ids = list(sandbox.books.events)
    page = await client.v1.events.list_async({"ending_before": ids[2], "limit": 5})
    assert [event.id async for event in page.auto_paging_iter()] == ids[3:]


async def test_doubles_at_one_target_do_not_count_for_another(
    client: stripe.StripeClient, sandbox: Sandbox, listener: Listener, target: Any
) -> None:
    sandbox.delivery.retry_delays_seconds = ()
    sandbox.deliver_to("http://127.0.0.1:9/hook")
    sandbox.delivery.policy = lambda event, target: (0.0, 0.0)
    session = await client.v1.checkout.sessions.create_async(params())
    await client.v1.checkout.sessions.expire_async(session.id)
    await sandbox.delivery.drain()
    (event,) = (await client.v1.events.list_async()).data
    assert event.pending_webhooks == 1
