"""Currencies and limits as Stripe words them (PAYMENTS 2.1 to 2.4)."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import aiohttp
import pytest
import stripe

from tests.sandbox.conftest import priced
from travello_desk import money
from travello_desk.sandbox import Sandbox, currencies

PARAM = "line_items[0][price_data][currency]"


async def refused(client: stripe.StripeClient, sent: dict[str, Any]) -> stripe.InvalidRequestError:
    with pytest.raises(stripe.InvalidRequestError) as refusal:
        await client.v1.checkout.sessions.create_async(sent)
    assert refusal.value.http_status == 400
    return refusal.value


async def test_what_is_no_currency(client: stripe.StripeClient) -> None:
    error = await refused(client, priced("zzz", 1000))
    assert (error.code, error.param) == (None, PARAM)
    assert str(error.user_message).startswith("Invalid currency: zzz. Stripe currently supports these currencies: usd")


async def test_what_this_account_does_not_take(client: stripe.StripeClient) -> None:
    error = await refused(client, priced("tnd", 100_000))
    assert (error.code, error.param) == (None, PARAM)
    assert str(error.user_message).startswith(
        "Invalid currency: tnd. Stripe accounts in US do not support tnd. "
        "Your account currently supports these currencies: usd"
    )


async def test_a_sandbox_without_pkr_refuses_pkr_and_says_so_beforehand() -> None:
    async with Sandbox(supported_currencies=["USD", "EUR"]) as box:
        http = stripe.AIOHTTPClient()
        client = stripe.StripeClient("sk_test_sandbox", http_client=http, base_addresses={"api": box.base_url})
        error = await refused(client, priced("PKR", 1_000_000))
        spec = await client.v1.country_specs.retrieve_async("US")
        await http.close_async()
    assert str(error.user_message).startswith("Invalid currency: pkr. Stripe accounts in US do not support pkr.")
    assert spec.supported_payment_currencies == ["usd", "eur"]


async def test_below_the_minimum_after_conversion(client: stripe.StripeClient) -> None:
    error = await refused(client, priced("pkr", 10_000))
    assert (error.code, error.param) == ("amount_too_small", None)
    assert error.user_message == (
        "The Checkout Session's total amount must convert to at least 50 cents. "
        "₨100.00 converts to approximately $0.36."
    )


@pytest.mark.parametrize(
    ("currency", "amount", "ok"),
    [
        ("pkr", 13_860, True),  # 49.5 cents rounds to 50
        ("pkr", 13_859, False),
        ("usd", 50, True),
        ("usd", 49, False),
        ("jpy", 75, True),
        ("jpy", 70, False),
        ("usd", 99_999_999, True),
        ("usd", 100_000_000, False),
        ("inr", 999_999_999, True),
        ("inr", 1_000_000_000, False),
        ("ugx", 1_000_000, True),
        ("ugx", 1_000_001, False),
        ("isk", 1_000_000, True),
        ("isk", 1_000_050, False),
    ],
)
async def test_limits_and_remainders(client: stripe.StripeClient, currency: str, amount: int, ok: bool) -> None:
    if ok:
        assert (await client.v1.checkout.sessions.create_async(priced(currency, amount))).amount_total == amount
    else:
        await refused(client, priced(currency, amount))


async def test_too_much_is_named(client: stripe.StripeClient) -> None:
    error = await refused(client, priced("pkr", 120_000_000))
    assert (error.code, error.param) == ("amount_too_large", None)
    assert "₨999,999.99" in str(error.user_message)


async def test_the_total_counts_and_not_the_unit(client: stripe.StripeClient) -> None:
    assert (await client.v1.checkout.sessions.create_async(priced("usd", 25, quantity=2))).amount_total == 50


async def test_three_decimal_currencies_need_an_account_of_their_own_and_end_in_nought() -> None:
    async with Sandbox(supported_currencies=["bhd", "kwd"]) as box:
        http = stripe.AIOHTTPClient()
        client = stripe.StripeClient("sk_test_sandbox", http_client=http, base_addresses={"api": box.base_url})
        error = await refused(client, priced("bhd", 10_005))
        fine = await client.v1.checkout.sessions.create_async(priced("bhd", 10_010))
        await http.close_async()
    assert "the last digit must be 0" in str(error.user_message)
    assert fine.amount_total == 10_010


async def test_two_currencies_in_one_session_are_refused(client: stripe.StripeClient) -> None:
    sent = priced("usd", 1000)
    sent["line_items"].append(priced("eur", 1000)["line_items"][0])
    assert "one currency" in str((await refused(client, sent)).user_message)


async def test_no_method_left_is_no_currency_matter(client: stripe.StripeClient) -> None:
    error = await refused(
        client, priced("pkr", 100_000) | {"excluded_payment_method_types": ["card", "us_bank_account"]}
    )
    assert str(error.user_message).startswith("No valid payment method types for this Checkout Session.")


async def test_allowed_methods_shape_the_page(
    client: stripe.StripeClient, http: aiohttp.ClientSession, client_for: Callable[..., Any]
) -> None:
    session = await client.v1.checkout.sessions.create_async(
        priced("pkr", 100_000) | {"allowed_payment_method_types": ["card"]}
    )
    assert session.payment_method_types == ["card"]
    async with http.get(f"/c/pay/{session.id}") as answer:
        assert "bank debit" not in await answer.text()


def test_the_desks_own_table_and_stripes_agree() -> None:
    """Two tables, written apart: a difference is a bug in one of them."""
    assert {code.upper() for code in currencies.KNOWN} == set(money.CURRENCIES)
    assert all(currencies.exponent(code) == money.exponent(code.upper()) for code in currencies.KNOWN)
