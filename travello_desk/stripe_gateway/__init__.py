"""The only way to Stripe: sessions, refunds, events, look-ups. Knows no booking and no database, never prints.

Importing this package is cheap: the errors are plain Python, and `Gateway` is only loaded when somebody
asks for it (the SDK behind it not before the first call, or `Gateway.warm_up`).
"""

from typing import TYPE_CHECKING, Any

from travello_desk.stripe_gateway.errors import (
    BadAnswer,
    Busy,
    Conflict,
    Forbidden,
    GatewayError,
    KeyReuse,
    Rejected,
    ServerFault,
    TimedOut,
    Unauthorised,
    Unreachable,
)
from travello_desk.stripe_gateway.refusals import (
    is_already_complete,
    is_already_expired,
    is_amount_too_small,
    is_currency_rejection,
    is_disputed,
    is_missing,
    is_over_refund,
)

if TYPE_CHECKING:
    from travello_desk.stripe_gateway.client import Gateway

__all__ = [
    "BadAnswer",
    "Busy",
    "Conflict",
    "Forbidden",
    "Gateway",
    "GatewayError",
    "KeyReuse",
    "Rejected",
    "ServerFault",
    "TimedOut",
    "Unauthorised",
    "Unreachable",
    "is_already_complete",
    "is_already_expired",
    "is_amount_too_small",
    "is_currency_rejection",
    "is_disputed",
    "is_missing",
    "is_over_refund",
]


def __getattr__(name: str) -> Any:
    if name == "Gateway":
        from travello_desk.stripe_gateway.client import Gateway

        return Gateway
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
