"""Lists come whole and in the promised order, however Stripe cuts them into pages (PAYMENTS 4.8, E8, E11)."""

from typing import Any

import pytest

from tests.stripe_gateway.raw_server import RawServer, good
from travello_desk.stripe_gateway import BadAnswer, Gateway

TYPES = ["checkout.session.completed", "charge.refunded"]


def page(*ids: str, more: bool = False) -> Any:
    return good({"object": "list", "data": [{"id": i, "object": "event"} for i in ids], "has_more": more})


async def events(gateway: Gateway, **filters: Any) -> list[str]:
    return [event["id"] async for event in gateway.list_events(types=TYPES, **filters)]


def cursors(server: RawServer) -> list[tuple[str | None, str | None]]:
    return [(r.params.get("starting_after"), r.params.get("ending_before")) for r in server.requests]


async def test_sessions_come_newest_first_over_all_pages(server: RawServer, gateway: Gateway) -> None:
    server.script = [page("cs_5", "cs_4", more=True), page("cs_3", "cs_2", more=True), page("cs_1")]
    sessions = await gateway.list_sessions(created_gte=100, payment_intent="pi_1")
    assert [session["id"] for session in sessions] == ["cs_5", "cs_4", "cs_3", "cs_2", "cs_1"]
    assert cursors(server) == [(None, None), ("cs_4", None), ("cs_2", None)]
    for request in server.requests:
        assert request.path == "/v1/checkout/sessions"
        assert request.params["created[gte]"] == "100"
        assert request.params["payment_intent"] == "pi_1"
        assert request.params["limit"] == "100"


async def test_refunds_and_endpoints(server: RawServer, gateway: Gateway) -> None:
    server.script = [page("re_1"), page("we_2", "we_1")]
    assert [refund["id"] for refund in await gateway.list_refunds(payment_intent="pi_1")] == ["re_1"]
    assert [endpoint["id"] for endpoint in await gateway.webhook_endpoints()] == ["we_2", "we_1"]
    assert [request.path for request in server.requests] == ["/v1/refunds", "/v1/webhook_endpoints"]
    assert "payment_intent" not in server.last.params


async def test_an_empty_list(server: RawServer, gateway: Gateway) -> None:
    server.script = [page()]
    assert await gateway.list_sessions() == []
    assert await events(gateway) == []
    assert await events(gateway, ending_before="evt_9") == []


async def test_events_after_a_cursor_come_oldest_first(server: RawServer, gateway: Gateway) -> None:
    """Stripe gives the page next to the cursor, itself newest first: evt_3, evt_2 are next to evt_1."""
    server.script = [page("evt_3", "evt_2", more=True), page("evt_5", "evt_4", more=True), page("evt_6")]
    assert await events(gateway, ending_before="evt_1") == ["evt_2", "evt_3", "evt_4", "evt_5", "evt_6"]
    assert cursors(server) == [(None, "evt_1"), (None, "evt_3"), (None, "evt_5")]
    assert server.last.params["types[0]"] == "checkout.session.completed"
    assert server.last.params["types[1]"] == "charge.refunded"


async def test_events_without_a_cursor_start_at_the_oldest(server: RawServer, gateway: Gateway) -> None:
    """Back to the oldest page, then forward; evt_6 came in meanwhile and is not missed."""
    server.script = [
        page("evt_5", "evt_4", more=True),
        page("evt_3", "evt_2", more=True),
        page("evt_1"),
        page("evt_3", "evt_2", more=True),
        page("evt_6", "evt_5", "evt_4"),
    ]
    assert await events(gateway, created_gte=7) == ["evt_1", "evt_2", "evt_3", "evt_4", "evt_5", "evt_6"]
    assert cursors(server) == [(None, None), ("evt_4", None), ("evt_2", None), (None, "evt_1"), (None, "evt_3")]
    assert all(request.params["created[gte]"] == "7" for request in server.requests)


async def test_a_last_page_that_is_empty_does_not_lose_the_one_before(server: RawServer, gateway: Gateway) -> None:
    server.script = [page("evt_2", "evt_1", more=True), page(), page()]
    assert await events(gateway) == ["evt_1", "evt_2"]


async def test_a_consumer_that_stops_early_asks_no_further(server: RawServer, gateway: Gateway) -> None:
    server.script = [page("evt_3", "evt_2", more=True)]
    async for event in gateway.list_events(types=TYPES, ending_before="evt_1"):
        assert event["id"] == "evt_2"
        break
    assert len(server.requests) == 1


async def test_a_list_that_goes_round_in_circles_is_left(server: RawServer, gateway: Gateway) -> None:
    server.script = [page("evt_2", "evt_1", more=True)]
    with pytest.raises(BadAnswer) as caught:
        await gateway.list_refunds()
    assert caught.value.outcome_known
    assert len(server.requests) == 2
