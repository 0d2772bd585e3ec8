"""What Stripe refuses, the sandbox refuses: unknown, missing and ill-typed parameters, in Stripe's shape and words."""

from __future__ import annotations

import copy
import inspect
from typing import Any
from urllib.parse import parse_qsl

import aiohttp
import pytest
import stripe
from stripe.params import EventListParams, RefundCreateParams, RefundListParams
from stripe.params.checkout import SessionCreateParams, SessionListParams

from tests.sandbox.conftest import ROOM, params
from travello_desk.sandbox import Sandbox, tables
from travello_desk.sandbox.errors import ApiError
from travello_desk.sandbox.forms import nested, pairs

PRICE = "line_items[0][price_data]"


def with_line(**changes: Any) -> dict[str, Any]:
    sent = copy.deepcopy(ROOM)
    sent["line_items"][0] |= changes
    return sent


def with_price(**changes: Any) -> dict[str, Any]:
    sent = copy.deepcopy(ROOM)
    price = sent["line_items"][0]["price_data"]
    price |= changes
    sent["line_items"][0]["price_data"] = {name: value for name, value in price.items() if value is not None}
    return sent


@pytest.mark.parametrize(
    ("sent", "code", "param", "message"),
    [
        (params(foo=1), "parameter_unknown", "foo", "Received unknown parameter: foo"),
        (params(foo=1, bar=2), "parameter_unknown", "foo", "Received unknown parameters: foo, bar"),
        (with_line(colour="red"), "parameter_unknown", "line_items[0][colour]", "line_items[0][colour]"),
        (with_price(tax=5), "parameter_unknown", f"{PRICE}[tax]", f"unknown parameter: {PRICE}[tax]"),
        (params(payment_method_types=["card"]), "parameter_unknown", "payment_method_types", "payment_method_types"),
        (params(mode=None), "parameter_missing", "mode", "Missing required param: mode."),
        (params(success_url=None), "parameter_missing", "success_url", "Missing required param: success_url."),
        (params(line_items=None), "parameter_missing", "line_items", "Missing required param: line_items."),
        (with_price(currency=None), "parameter_missing", f"{PRICE}[currency]", "Missing required param"),
        (with_price(product_data={}), "parameter_missing", f"{PRICE}[product_data]", "Missing required param"),
        (
            with_price(product_data={"description": "x"}),
            "parameter_missing",
            f"{PRICE}[product_data][name]",
            "Missing required param",
        ),
        (with_line(quantity="two"), "parameter_invalid_integer", "line_items[0][quantity]", "Invalid integer: two"),
        (with_line(quantity=0), "parameter_invalid_integer", "line_items[0][quantity]", "greater than or equal to 1"),
        (with_price(unit_amount=10.5), "parameter_invalid_integer", f"{PRICE}[unit_amount]", "Invalid integer: 10.5"),
        (with_price(unit_amount="1e3"), "parameter_invalid_integer", f"{PRICE}[unit_amount]", "Invalid integer: 1e3"),
        (with_price(unit_amount="٣"), "parameter_invalid_integer", f"{PRICE}[unit_amount]", "Invalid integer: ٣"),
        (with_price(unit_amount=-1), "parameter_invalid_integer", f"{PRICE}[unit_amount]", "Invalid non-negative"),
        (with_price(unit_amount="9" * 40), "parameter_invalid_integer", f"{PRICE}[unit_amount]", "less than or equal"),
        (with_price(unit_amount=""), "parameter_invalid_empty", f"{PRICE}[unit_amount]", "You passed an empty string"),
        (params(adaptive_pricing={"enabled": "maybe"}), None, "adaptive_pricing[enabled]", "Invalid boolean: maybe"),
        (params(adaptive_pricing="yes"), None, "adaptive_pricing", "Invalid object"),
        (params(line_items="room"), None, "line_items", "Invalid array"),
        (params(mode="gift"), None, "mode", "Invalid mode: must be one of payment, setup, or subscription"),
        (params(mode="subscription"), None, "mode", "only mode=payment"),
        (params(ui_mode="embedded_page"), None, "ui_mode", "only ui_mode=hosted_page"),
        (params(success_url="hotel.example/ok"), "url_invalid", "success_url", "explicit scheme"),
        (params(success_url="ftp://hotel.example"), "url_invalid", "success_url", "Not a valid URL"),
        (params(cancel_url="https://"), "url_invalid", "cancel_url", "Not a valid URL"),
        (params(cancel_url="https://[x"), "url_invalid", "cancel_url", "Not a valid URL"),
        (params(customer_email="ayesha"), "email_invalid", "customer_email", "Invalid email address: ayesha"),
        (params(client_reference_id="x" * 201), None, "client_reference_id", "must be at most 200 characters"),
        (params(locale="xx"), None, "locale", "Invalid locale"),
        (params(discounts=[{"coupon": "c"}]), None, "discounts", "Stripe knows the parameter 'discounts'"),
        (params(metadata={"k" * 41: "v"}), None, f"metadata[{'k' * 41}]", "up to 40 characters"),
        (params(metadata={"k": "v" * 501}), None, "metadata[k]", "up to 500 characters"),
        (params(metadata={f"k{n}": "v" for n in range(51)}), None, "metadata", "up to 50 metadata keys"),
        (params(metadata={"k": {"deep": "v"}}), None, "metadata[k]", "Invalid string"),
        (params(payment_intent_data={"color": "x"}), "parameter_unknown", "payment_intent_data[color]", "unknown"),
        (
            params(payment_intent_data={"statement_descriptor_suffix": "x" * 23}),
            None,
            "payment_intent_data[statement_descriptor_suffix]",
            "at most 22",
        ),
        (params(expires_at="tomorrow"), "parameter_invalid_integer", "expires_at", "Invalid integer: tomorrow"),
    ],
)  # fmt: skip
async def test_creating_a_session_is_refused(
    client: stripe.StripeClient, sandbox: Sandbox, sent: Any, code: str | None, param: str, message: str
) -> None:
    with pytest.raises(stripe.InvalidRequestError) as refusal:
        await client.v1.checkout.sessions.create_async(sent)
    assert (refusal.value.http_status, refusal.value.code, refusal.value.param) == (400, code, param)
    assert message in str(refusal.value.user_message)
    assert not sandbox.books.sessions


async def test_everything_at_its_limit_is_accepted(client: stripe.StripeClient) -> None:
    session = await client.v1.checkout.sessions.create_async(
        params(
            client_reference_id="x" * 200,
            customer_email="ayesha@example.com",
            locale="en",
            submit_type="book",
            metadata={f"{n:040}": "v" * 500 for n in range(50)},
            custom_text={"submit": {"message": "See you soon"}},
            branding_settings={"display_name": "Hotel"},
            payment_intent_data={
                "metadata": {"a": "b"},
                "description": "Room",
                "statement_descriptor_suffix": "BOOKING 15",
            },
        )
    )
    assert session.metadata is not None
    assert len(session.metadata.to_dict()) == 50


async def test_an_error_has_stripes_shape(http: aiohttp.ClientSession) -> None:
    async with http.post("/v1/checkout/sessions", data={"foo": "1"}) as answer:
        body = await answer.json()
        request_id = answer.headers["Request-Id"]
        assert (answer.status, answer.content_type) == (400, "application/json")
    assert body == {
        "error": {
            "code": "parameter_unknown",
            "doc_url": "https://stripe.com/docs/error-codes/parameter-unknown",
            "message": "Received unknown parameter: foo",
            "param": "foo",
            "request_log_url": f"https://dashboard.stripe.com/test/logs/{request_id}",
            "type": "invalid_request_error",
        }
    }


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [("GET", "/v1/nothing", 404), ("DELETE", "/v1/refunds", 404), ("POST", "/v1/charges/ch_1", 404)],
)
async def test_an_unknown_url_is_a_404(http: aiohttp.ClientSession, method: str, path: str, status: int) -> None:
    async with http.request(method, path) as answer:
        assert answer.status == status
        message = (await answer.json())["error"]["message"]
    assert message.startswith(f"Unrecognized request URL ({method}: {path}).")


@pytest.mark.parametrize("query", ["limit=0", "limit=101", "limit=x", "colour=red", "created[around]=5"])
async def test_lists_check_their_parameters(http: aiohttp.ClientSession, query: str) -> None:
    async with http.get(f"/v1/events?{query}") as answer:
        assert answer.status == 400


async def test_headers_of_every_answer(http: aiohttp.ClientSession) -> None:
    async with http.get("/v1/account") as answer:
        assert answer.headers["Stripe-Version"] == "2026-10-28.endive"
        assert answer.headers["Request-Id"].startswith("req_")
        assert answer.headers["Date"] == "Mon, 21 Sep 2026 14:13:20 GMT"


async def test_account_and_country_spec(client: stripe.StripeClient) -> None:
    account = await client.v1.accounts.retrieve_current_async()
    assert (account.country, account.default_currency, account.charges_enabled) == ("US", "usd", True)
    spec = await client.v1.country_specs.retrieve_async("US")
    assert "pkr" in spec.supported_payment_currencies
    with pytest.raises(stripe.InvalidRequestError, match="No such country_spec"):
        await client.v1.country_specs.retrieve_async("PK")


def test_forms_nest_as_stripe_nests() -> None:
    text = "a=1&b[c]=2&d[0][e]=3&d[1][e]=4&f[]=5&f[]=6&g="
    assert nested(pairs(text)) == {
        "a": "1",
        "b": {"c": "2"},
        "d": {"0": {"e": "3"}, "1": {"e": "4"}},
        "f": {"0": "5", "1": "6"},
        "g": "",
    }


@pytest.mark.parametrize("text", ["a=1&a[b]=2", "a[b]=1&a=2", "a[b=1", "[x]=1", "a]b[=1"])
def test_forms_that_contradict_themselves_are_refused(text: str) -> None:
    with pytest.raises(ApiError, match="Invalid request"):
        nested(pairs(text))


@pytest.mark.parametrize(
    ("table", "typed"),
    [
        (tables.SESSION_CREATE, SessionCreateParams),
        (tables.SESSION_LIST, SessionListParams),
        (tables.REFUND_CREATE, RefundCreateParams),
        (tables.REFUND_LIST, RefundListParams),
        (tables.EVENT_LIST, EventListParams),
    ],
)
def test_the_tables_name_exactly_what_the_sdk_knows(table: tables.Fields, typed: type) -> None:
    options = {"idempotency_key", "stripe_account", "stripe_context", "stripe_version", "api_key", "headers"}
    known = set(inspect.get_annotations(typed)) - options - {"max_network_retries", "content_type"}
    assert set(table) == known


@pytest.mark.parametrize("text", ["", "a=b%20c+d&e=%C3%A9&f", "a=%7BX%7D&&b==", "%5B=1", "a=%zz"])
def test_pairs_are_read_as_the_standard_library_reads_them(text: str) -> None:
    assert pairs(text) == parse_qsl(text, keep_blank_values=True)


async def test_too_many_parameters_are_refused(http: aiohttp.ClientSession) -> None:
    async with http.post("/v1/refunds", data="&".join(["a=1"] * 2001)) as answer:
        assert answer.status == 400
