"""What an HTTP answer other than 2xx means. Pure: status, headers and body in, one GatewayError out.

The SDK has its own idea of this, but an incomplete one: 409 and HTML share a class, 429 hides its code, and an
`error` that is a list ends in an AttributeError. So it is judged here, before the SDK sees it (PAYMENTS 4.4).
"""

import json
from collections.abc import Mapping
from typing import Any

from travello_desk.stripe_gateway.errors import (
    BadAnswer,
    Busy,
    Conflict,
    Forbidden,
    GatewayError,
    KeyReuse,
    Rejected,
    ServerFault,
    Unauthorised,
    Unreachable,
)

# These mean the same whoever says so, Stripe or a machine in front of it.
_BY_STATUS: Mapping[int, type[GatewayError]] = {
    401: Unauthorised,
    407: Unreachable,
    429: Busy,
    511: Unreachable,
}
# These only count with Stripe's own words: a firewall says 403 and a wrong address 404 just as well.
_BY_STRIPE: Mapping[int, type[GatewayError]] = {403: Forbidden, 409: Conflict}
_BUSY_CODES = frozenset({"rate_limit", "lock_timeout"})
_NOT_LET_THROUGH = "A proxy or a login page stands between this desk and Stripe (HTTP {status})"
_SOMEBODY_ELSE = "Something other than Stripe answered (HTTP {status})"
_LONGEST_WAIT_SECONDS = 3600.0


def judge(status: int, headers: Mapping[str, str], body: bytes) -> GatewayError:
    """The error that this answer means. Never call it for 2xx."""
    stripe_error = _stripe_error(body)
    kind = _kind(status, stripe_error)
    told = stripe_error or {}
    return kind(
        _text(told, "message") or _own_message(kind, status),
        outcome_known=True if status in (407, 511) else None,
        code=_text(told, "code"),
        param=_text(told, "param"),
        error_type=_text(told, "type"),
        request_id=headers.get("Request-Id"),
        http_status=status,
        retry_after_seconds=_seconds(headers.get("Retry-After")),
        should_retry={"true": True, "false": False}.get(headers.get("Stripe-Should-Retry", "").lower()),
    )


def _kind(status: int, stripe_error: dict[str, Any] | None) -> type[GatewayError]:
    if status in _BY_STATUS:
        return _BY_STATUS[status]
    if status >= 500:
        return ServerFault
    if stripe_error is None or status < 400:
        return BadAnswer
    if status in _BY_STRIPE:
        return _BY_STRIPE[status]
    if stripe_error.get("type") == "idempotency_error":
        return KeyReuse
    return Busy if stripe_error.get("code") in _BUSY_CODES else Rejected


def _own_message(kind: type[GatewayError], status: int) -> str:
    if kind is Unreachable:
        return _NOT_LET_THROUGH.format(status=status)
    return _SOMEBODY_ELSE.format(status=status) if kind is BadAnswer else ""


def _stripe_error(body: bytes) -> dict[str, Any] | None:
    """Stripe's error object; None when the body is not Stripe's way of saying no."""
    try:
        answer = json.loads(body)
    except (ValueError, RecursionError):  # ValueError: not JSON, or not even UTF-8
        return None
    error = answer.get("error") if isinstance(answer, dict) else None
    if isinstance(error, str):  # the old way, still used for some refusals
        return {"message": error}
    return error if isinstance(error, dict) else None


def _text(error: Mapping[str, Any], name: str) -> str | None:
    value = error.get(name)
    return value if isinstance(value, str) else None


def _seconds(header: str | None) -> float | None:
    """Retry-After in seconds; its other form, a date, is nothing that Stripe sends."""
    if header is None or not header.strip().isascii() or not header.strip().isdigit():
        return None
    return min(float(header), _LONGEST_WAIT_SECONDS)
