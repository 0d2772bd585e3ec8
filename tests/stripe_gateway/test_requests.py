"""What goes over the wire for each method, and what comes back: plain dicts, exactly as Stripe wrote them."""

import json
from typing import Any

import pytest

from tests.stripe_gateway.conftest import SECRET
from tests.stripe_gateway.raw_server import HANG, RawServer, good
from travello_desk.stripe_gateway import Gateway, Rejected, is_missing

PARAMS = {
    "mode": "payment",
    "line_items": [{"price_data": {"currency": "pkr", "unit_amount": 1000000}, "quantity": 1}],
    "metadata": {"booking_id": "15"},
    "adaptive_pricing": {"enabled": False},
    "success_url": "http://desk/ok?session_id={CHECKOUT_SESSION_ID}",
}


async def test_create_session_sends_the_parameters_and_the_key(server: RawServer, gateway: Gateway) -> None:
    server.script = [good({"id": "cs_1", "object": "checkout.session"})]
    await gateway.create_session(PARAMS, "desk-key-1")
    request = server.last
    assert (request.method, request.target) == ("POST", "/v1/checkout/sessions")
    assert request.params == {
        "mode": "payment",
        "line_items[0][price_data][currency]": "pkr",
        "line_items[0][price_data][unit_amount]": "1000000",
        "line_items[0][quantity]": "1",
        "metadata[booking_id]": "15",
        "adaptive_pricing[enabled]": "false",
        "success_url": "http://desk/ok?session_id={CHECKOUT_SESSION_ID}",
    }
    assert request.headers["authorization"] == f"Bearer {SECRET}"
    assert request.headers["idempotency-key"] == "desk-key-1"


async def test_nothing_about_this_machine_is_told(server: RawServer, gateway: Gateway) -> None:
    """Two calls: the SDK sends the metrics of the first with the second (PAYMENTS 4.6)."""
    server.script = [good({"id": "acct_1", "object": "account"}, Request_Id="req_1")]
    await gateway.account()
    await gateway.account()
    assert "x-stripe-client-telemetry" not in server.last.headers
    told = json.loads(server.last.headers["x-stripe-client-user-agent"])
    assert told.keys().isdisjoint({"telemetry_id", "platform"})


@pytest.mark.parametrize(
    ("method", "args", "kind", "method_and_path", "params"),
    [
        (
            "retrieve_session",
            ("cs_test_1",),
            "checkout.session",
            "GET /v1/checkout/sessions/cs_test_1",
            {"expand[0]": "payment_intent.latest_charge"},
        ),
        ("expire_session", ("cs_1",), "checkout.session", "POST /v1/checkout/sessions/cs_1/expire", {}),
        ("create_refund", ({"amount": 5}, "key-r"), "refund", "POST /v1/refunds", {"amount": "5"}),
        ("retrieve_refund", ("re_1",), "refund", "GET /v1/refunds/re_1", {}),
        (
            "retrieve_payment_intent",
            ("pi_1",),
            "payment_intent",
            "GET /v1/payment_intents/pi_1",
            {"expand[0]": "latest_charge"},
        ),
        ("retrieve_charge", ("ch_1",), "charge", "GET /v1/charges/ch_1", {}),
        ("retrieve_event", ("evt_1",), "event", "GET /v1/events/evt_1", {}),
        ("retrieve_dispute", ("du_1",), "dispute", "GET /v1/disputes/du_1", {}),
        ("account", (), "account", "GET /v1/account", {}),
        ("country_spec", ("US",), "country_spec", "GET /v1/country_specs/US", {}),
    ],
)
async def test_each_method_asks_one_thing_and_gives_a_plain_dict(
    server: RawServer,
    gateway: Gateway,
    method: str,
    args: tuple[Any, ...],
    kind: str,
    method_and_path: str,
    params: dict[str, str],
) -> None:
    sent = {"id": "x_1", "object": kind, "nested": {"list": [{"id": "y"}], "none": None}, "amount_decimal": "1.50"}
    server.script = [good(sent)]
    got = await getattr(gateway, method)(*args)
    assert got == sent
    assert type(got) is dict
    assert type(got["nested"]["list"][0]) is dict
    assert f"{server.last.method} {server.last.path}" == method_and_path
    assert server.last.params == params


async def test_what_the_sdk_would_make_a_decimal_stays_json(server: RawServer, gateway: Gateway) -> None:
    sent = {"id": "cs_1", "object": "checkout.session", "p": {"object": "price", "unit_amount_decimal": "1.5"}}
    server.script = [good(sent)]
    assert json.loads(json.dumps(await gateway.retrieve_session("cs_1"))) == sent


async def test_each_expiry_has_a_key_of_its_own(server: RawServer, gateway: Gateway) -> None:
    server.script = [good({"id": "cs_1", "object": "checkout.session"})]
    await gateway.expire_session("cs_1")
    await gateway.expire_session("cs_1")
    keys = [request.headers["idempotency-key"] for request in server.requests]
    assert len(set(keys)) == 2
    assert all(key.startswith("expire-") for key in keys)


@pytest.mark.parametrize("method", ["retrieve_session", "expire_session", "retrieve_refund", "retrieve_event"])
async def test_an_id_that_is_none_asks_nobody(server: RawServer, gateway: Gateway, method: str) -> None:
    server.script = [HANG]
    with pytest.raises(Rejected) as caught:
        await getattr(gateway, method)("../refunds")
    assert is_missing(caught.value)
    assert not server.requests


async def test_our_own_mistakes_are_no_gateway_errors(server: RawServer, gateway: Gateway) -> None:
    server.script = [HANG]
    with pytest.raises(TypeError, match="float"):
        await gateway.create_refund({"amount": 10.0}, "key")
    with pytest.raises(ValueError, match="idempotency key"):
        await gateway.create_refund({"amount": 10}, "")
    with pytest.raises(ValueError, match="event types"):
        gateway.list_events(types=[])
    with pytest.raises(ValueError, match="event types"):
        gateway.list_events(types=["x"] * 21)
    assert not server.requests


@pytest.mark.parametrize(
    ("key", "live"), [(" sk_test_x\n", False), ("rk_test_x", False), ("sk_live_x", True), ("rk_live_x", True)]
)
async def test_the_mode_is_read_from_the_key(key: str, live: bool) -> None:
    assert Gateway(key).livemode is live


@pytest.mark.parametrize("key", ["", "pk_test_x", "sk_test_a b"])
def test_no_gateway_without_a_secret_key(key: str) -> None:
    with pytest.raises(ValueError, match=r"begins with sk_test_|has a space"):
        Gateway(key)


@pytest.mark.parametrize("base", ["http://[::1", "http://127.0.0.1:99999"])
def test_no_gateway_to_nowhere(base: str) -> None:
    with pytest.raises(ValueError, match=r"IPv6|Port"):
        Gateway(SECRET, api_base=base)
