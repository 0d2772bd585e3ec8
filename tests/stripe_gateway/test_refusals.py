"""The refusals that lead somewhere are told apart, and nothing else is taken for them (PAYMENTS 2.4, 2.5, C8)."""

import pytest

from travello_desk.stripe_gateway.errors import Conflict, GatewayError, Rejected, Unauthorised
from travello_desk.stripe_gateway.refusals import (
    is_already_complete,
    is_already_expired,
    is_amount_too_small,
    is_currency_rejection,
    is_disputed,
    is_missing,
    is_over_refund,
)

NOT_HERE = "Invalid currency: pkr. Stripe accounts in US do not support pkr. Your account currently supports ..."
NO_METHOD = "No valid payment method types for this Checkout Session. Please ensure that you have activated ..."
TOO_SMALL = "The Checkout Session's total amount must convert to at least 50 cents. Rs100.00 converts to ..."
UGX = "Invalid amount. Currency UGX has become effectively zero-decimal ..."
OVER = "Refund amount (Rs10,000.00) is greater than unrefunded amount on charge (Rs8,000.00)"


def refused(message: str = "", *, status: int = 400, code: str | None = None, param: str | None = None) -> Rejected:
    return Rejected(message, http_status=status, code=code, param=param, error_type="invalid_request_error")


@pytest.mark.parametrize(
    "error",
    [
        refused(NOT_HERE, param="currency"),
        refused(NOT_HERE, param="line_items[0][price_data][currency]"),
        refused(NOT_HERE.upper(), param="currency"),
        refused("Invalid currency: pkr", param="currency"),
    ],
)
def test_only_a_proven_currency_refusal_counts(error: GatewayError) -> None:
    assert is_currency_rejection(error, "PKR")
    assert is_currency_rejection(error, "pkr")


@pytest.mark.parametrize(
    "error",
    [
        refused(NOT_HERE.replace("pkr", "inr"), param="currency"),
        refused(NOT_HERE.replace("pkr", "pkrs"), param="currency"),
        refused("Sorry. " + NOT_HERE, param="currency"),
        refused(NOT_HERE, param="line_items[0][price_data][unit_amount]"),
        refused(NOT_HERE, param="currency_options"),
        refused(NOT_HERE),
        refused(NOT_HERE, param="currency", status=404),
        refused(NO_METHOD, param="payment_method_types"),
        refused(NO_METHOD),
        refused(TOO_SMALL, code="amount_too_small"),
        refused(UGX, param="amount"),
        Conflict(NOT_HERE, http_status=400, param="currency"),
        Unauthorised(NOT_HERE, http_status=400, param="currency"),
    ],
)
def test_nothing_else_starts_a_currency_fallback(error: GatewayError) -> None:
    assert not is_currency_rejection(error, "PKR")


def test_the_currency_is_no_pattern() -> None:
    assert not is_currency_rejection(refused(NOT_HERE, param="currency"), ".*")


def test_too_small() -> None:
    assert is_amount_too_small(refused(TOO_SMALL, code="amount_too_small"))
    assert not is_amount_too_small(refused(TOO_SMALL, code="amount_too_large"))


@pytest.mark.parametrize(
    ("error", "over"),
    [
        (refused(OVER), True),
        (refused("Charge ch_1 has already been refunded.", code="charge_already_refunded"), True),
        (refused("Refund amount is invalid", param="amount"), False),
        (Conflict(OVER), False),
        (refused(OVER, status=402), False),
    ],
)
def test_over_refund(error: GatewayError, over: bool) -> None:
    assert is_over_refund(error) is over


def test_disputed_and_missing() -> None:
    assert is_disputed(refused("...", code="charge_disputed"))
    assert is_disputed(refused("...", code="refund_disputed_payment"))
    assert not is_disputed(refused("...", code="charge_already_refunded"))
    assert is_missing(refused("No such checkout.session: 'cs_1'", status=404, code="resource_missing"))
    assert not is_missing(refused("Unrecognized request URL", status=404))


@pytest.mark.parametrize(
    ("status", "complete", "expired"), [("complete", True, False), ("expired", False, True), ("open", False, False)]
)
def test_a_session_that_cannot_be_expired_says_why(status: str, complete: bool, expired: bool) -> None:
    error = refused(
        'Only Checkout Sessions with a status in ["open"] can be expired. '
        f"This Checkout Session has a status of `{status}`."
    )
    assert (is_already_complete(error), is_already_expired(error)) == (complete, expired)


def test_another_refusal_to_expire_says_nothing_about_the_session() -> None:
    error = refused("No such checkout.session: 'complete'", status=404, code="resource_missing")
    assert not is_already_complete(error)
    assert not is_already_expired(error)
