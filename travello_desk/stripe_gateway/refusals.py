"""Which refusal of Stripe's is it? Pure: reads a GatewayError, decides nothing about bookings.

Stripe gives no code for half of these, so the words of its message have to do; every test is as narrow as those
words allow, because a refusal taken for another one would charge the wrong money (PAYMENTS 2.4, 2.5).
"""

import re

from travello_desk.stripe_gateway.errors import GatewayError, Rejected

_OVER_REFUND = re.compile(r"greater than (?:the )?unrefunded amount", re.IGNORECASE)
_SESSION_STATUS = re.compile(r"Checkout Session has a status of\W+(\w+)", re.IGNORECASE)
_DISPUTED = frozenset({"charge_disputed", "refund_disputed_payment"})


def is_currency_rejection(error: GatewayError, currency: str) -> bool:
    """Whether Stripe refused exactly because this account does not take `currency` (PAYMENTS 2.5, point 2).

    True for 400, a param that ends with currency (also as `line_items[0][price_data][currency]`) and a message
    that begins with "Invalid currency: <ours>", case-blind. Never for too small amounts, methods, other currencies.
    """
    if not isinstance(error, Rejected) or error.http_status != 400:
        return False
    named = (error.param or "").rstrip("]").endswith("currency")
    said = re.match(rf"Invalid currency:\s*{re.escape(currency)}\b", error.message, re.IGNORECASE)
    return named and said is not None


def is_amount_too_small(error: GatewayError) -> bool:
    """Below Stripe's minimum after conversion (PAYMENTS 2.3, D23)."""
    return isinstance(error, Rejected) and error.code == "amount_too_small"


def is_over_refund(error: GatewayError) -> bool:
    """More than what is left of the charge: somebody refunded elsewhere meanwhile (PAYMENTS C8)."""
    if not _is_invalid_request(error):
        return False
    return error.code == "charge_already_refunded" or _OVER_REFUND.search(error.message) is not None


def is_disputed(error: GatewayError) -> bool:
    """The guest's bank has the money: no refund while it decides (PAYMENTS C23)."""
    return isinstance(error, Rejected) and error.code in _DISPUTED


def is_missing(error: GatewayError) -> bool:
    """There is no such object at Stripe, or not for this key: of another account, or of the other mode."""
    return isinstance(error, Rejected) and error.code == "resource_missing"


def is_already_complete(error: GatewayError) -> bool:
    """expire_session came too late: the guest has gone through checkout, and may have paid (PAYMENTS D35)."""
    return _session_status(error) == "complete"


def is_already_expired(error: GatewayError) -> bool:
    """expire_session had nothing left to do."""
    return _session_status(error) == "expired"


def _session_status(error: GatewayError) -> str | None:
    found = _SESSION_STATUS.search(error.message) if _is_invalid_request(error) else None
    return found[1].lower() if found else None


def _is_invalid_request(error: GatewayError) -> bool:
    return isinstance(error, Rejected) and error.http_status in (400, 404)
