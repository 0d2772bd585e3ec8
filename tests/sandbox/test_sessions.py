"""Checkout sessions as stripe-python sees them: made, read, listed, expired, refused."""

from __future__ import annotations

from typing import Any

import pytest
import stripe

from tests.sandbox.conftest import NOW, FakeTime, params, priced
from travello_desk.sandbox import Sandbox


async def test_a_new_session_is_open_and_has_no_intent_yet(client: stripe.StripeClient) -> None:
    session = await client.v1.checkout.sessions.create_async(
        params(
            client_reference_id="pay_1",
            customer_email="ayesha@example.com",
            metadata={"booking_id": "15"},
            adaptive_pricing={"enabled": False},
        )
    )
    assert session.id.startswith("cs_test_")
    assert (session.status, session.payment_status) == ("open", "unpaid")
    assert session.payment_intent is None
    assert (session.amount_total, session.currency) == (1_000_000, "pkr")
    assert session.created == NOW
    assert session.expires_at == NOW + 24 * 3600
    assert session.metadata is not None
    assert session.metadata["booking_id"] == "15"
    assert session.client_reference_id == "pay_1"
    assert session.livemode is False


async def test_the_url_carries_a_long_fragment(client: stripe.StripeClient, sandbox: Sandbox) -> None:
    session = await client.v1.checkout.sessions.create_async(params())
    assert session.url is not None
    page, _, fragment = session.url.partition("#")
    assert page == f"{sandbox.base_url}/c/pay/{session.id}"
    assert fragment.startswith("fid")
    assert len(fragment) > 200
    assert "%2F" in fragment


async def test_url_goes_when_the_session_ends(client: stripe.StripeClient, sandbox: Sandbox) -> None:
    session = await client.v1.checkout.sessions.create_async(params())
    await sandbox.pay(session.id)
    again = await client.v1.checkout.sessions.retrieve_async(session.id)
    assert again.url is None
    assert (again.status, again.payment_status) == ("complete", "paid")


async def test_expand_reaches_the_latest_charge_and_the_line_items(
    client: stripe.StripeClient, sandbox: Sandbox
) -> None:
    made = await client.v1.checkout.sessions.create_async(params())
    await sandbox.pay(made.id)
    session: Any = await client.v1.checkout.sessions.retrieve_async(
        made.id, {"expand": ["payment_intent.latest_charge", "line_items"]}
    )
    assert session.payment_intent.latest_charge.payment_method_details.card.last4 == "4242"
    assert session.payment_intent.latest_charge.payment_intent == session.payment_intent.id
    assert session.line_items.data[0].description == "Room 204, two nights"
    plain = await client.v1.checkout.sessions.retrieve_async(made.id)
    assert isinstance(plain.payment_intent, str)
    assert "line_items" not in plain


async def test_an_unknown_expansion_is_refused_before_anything_is_made(
    client: stripe.StripeClient, sandbox: Sandbox
) -> None:
    with pytest.raises(stripe.InvalidRequestError, match=r"This property cannot be expanded \(guest\)"):
        await client.v1.checkout.sessions.create_async(params(expand=["guest"]))
    assert not sandbox.books.sessions


async def test_in_lists_expansions_start_with_data(client: stripe.StripeClient, sandbox: Sandbox) -> None:
    made = await client.v1.checkout.sessions.create_async(params())
    await sandbox.pay(made.id)
    page: Any = await client.v1.checkout.sessions.list_async({"expand": ["data.payment_intent"]})
    assert page.data[0].payment_intent.status == "succeeded"
    with pytest.raises(stripe.InvalidRequestError, match="try expanding 'data"):
        await client.v1.checkout.sessions.list_async({"expand": ["payment_intent"]})


async def test_line_items_have_their_own_list(client: stripe.StripeClient) -> None:
    session = await client.v1.checkout.sessions.create_async(priced("usd", 1250, quantity=3))
    assert session.amount_total == 3750
    items = await client.v1.checkout.sessions.line_items.list_async(session.id)
    assert [(item.quantity, item.amount_total) for item in items.data] == [(3, 3750)]


async def test_expire_ends_the_session_once(client: stripe.StripeClient, sandbox: Sandbox) -> None:
    session = await client.v1.checkout.sessions.create_async(params())
    expired = await client.v1.checkout.sessions.expire_async(session.id)
    assert (expired.status, expired.url) == ("expired", None)
    with pytest.raises(stripe.InvalidRequestError) as refusal:
        await client.v1.checkout.sessions.expire_async(session.id)
    assert 'Only Checkout Sessions with a status in ["open"] can be expired' in str(refusal.value)
    assert [event["type"] for event in sandbox.books.events.values()] == ["checkout.session.expired"]


async def test_a_paid_session_cannot_be_expired(client: stripe.StripeClient, sandbox: Sandbox) -> None:
    session = await client.v1.checkout.sessions.create_async(params())
    await sandbox.pay(session.id)
    with pytest.raises(stripe.InvalidRequestError, match="status of `complete`"):
        await client.v1.checkout.sessions.expire_async(session.id)


async def test_a_session_runs_out_after_its_day(client: stripe.StripeClient, sandbox: Sandbox, time: FakeTime) -> None:
    session = await client.v1.checkout.sessions.create_async(params())
    time.seconds += 24 * 3600 - 1
    assert (await client.v1.checkout.sessions.retrieve_async(session.id)).status == "open"
    time.seconds += 1
    assert (await client.v1.checkout.sessions.retrieve_async(session.id)).status == "expired"
    assert [event["type"] for event in sandbox.books.events.values()] == ["checkout.session.expired"]


@pytest.mark.parametrize("life", [30 * 60, 24 * 3600 - 1])
async def test_expires_at_within_its_bounds_is_kept(client: stripe.StripeClient, life: int) -> None:
    session = await client.v1.checkout.sessions.create_async(params(expires_at=NOW + life))
    assert session.expires_at == NOW + life


@pytest.mark.parametrize(
    ("life", "text"),
    [(30 * 60 - 1, "at least 30 minutes"), (24 * 3600, "less than 24 hours"), (-5, "at least")],
)
async def test_expires_at_outside_its_bounds_is_refused(client: stripe.StripeClient, life: int, text: str) -> None:
    with pytest.raises(stripe.InvalidRequestError, match=text) as refusal:
        await client.v1.checkout.sessions.create_async(params(expires_at=NOW + life))
    assert refusal.value.param == "expires_at"


async def test_sessions_are_listed_newest_first_and_paged(client: stripe.StripeClient) -> None:
    ids = [(await client.v1.checkout.sessions.create_async(params())).id for _ in range(5)]
    page = await client.v1.checkout.sessions.list_async({"limit": 2})
    assert [session.id for session in page.data] == ids[:2:-1]
    assert (page.has_more, page.url) == (True, "/v1/checkout/sessions")
    everything = [session.id async for session in page.auto_paging_iter()]
    assert everything == ids[::-1]


async def test_ending_before_walks_forward_in_time(client: stripe.StripeClient) -> None:
    ids = [(await client.v1.checkout.sessions.create_async(params())).id for _ in range(5)]
    page = await client.v1.checkout.sessions.list_async({"limit": 2, "ending_before": ids[0]})
    assert [session.id for session in page.data] == [ids[2], ids[1]]
    assert page.has_more is True
    forward = [session.id async for session in page.auto_paging_iter()]
    assert forward == ids[1:]


async def test_lists_filter_by_intent_status_time_and_email(
    client: stripe.StripeClient, sandbox: Sandbox, time: FakeTime
) -> None:
    paid = await client.v1.checkout.sessions.create_async(params(customer_email="a@example.com"))
    time.seconds += 100
    open_ = await client.v1.checkout.sessions.create_async(params(customer_email="b@example.com"))
    await sandbox.pay(paid.id)
    intent = sandbox.books.sessions[paid.id]["payment_intent"]

    async def found(**filters: Any) -> list[str]:
        page = await client.v1.checkout.sessions.list_async(filters)
        return [session.id for session in page.data]

    assert await found(payment_intent=intent) == [paid.id]
    assert await found(status="open") == [open_.id]
    assert await found(created={"gte": NOW + 100}) == [open_.id]
    assert await found(created={"lt": NOW + 100}) == [paid.id]
    assert await found(customer_details={"email": "b@example.com"}) == [open_.id]


async def test_a_cursor_from_nowhere_is_refused(client: stripe.StripeClient) -> None:
    with pytest.raises(stripe.InvalidRequestError) as refusal:
        await client.v1.checkout.sessions.list_async({"starting_after": "cs_test_gone"})
    assert (refusal.value.code, refusal.value.param) == ("resource_missing", "starting_after")


async def test_an_unknown_session_is_a_404(client: stripe.StripeClient) -> None:
    with pytest.raises(stripe.InvalidRequestError, match=r"No such checkout\.session: 'cs_test_x'") as refusal:
        await client.v1.checkout.sessions.retrieve_async("cs_test_x")
    assert (refusal.value.http_status, refusal.value.code) == (404, "resource_missing")


async def test_a_page_that_holds_all_has_no_more(client: stripe.StripeClient) -> None:
    ids = [(await client.v1.checkout.sessions.create_async(params())).id for _ in range(3)]
    assert (await client.v1.checkout.sessions.list_async({"limit": 3})).has_more is False
    assert (await client.v1.checkout.sessions.list_async({"limit": 2})).has_more is True
    newer = await client.v1.checkout.sessions.list_async({"limit": 2, "ending_before": ids[0]})
    assert newer.has_more is False
