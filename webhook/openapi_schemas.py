"""The shapes that `/openapi.json` speaks of: bodies, answers, errors. Data; errors have the words of their rules."""

from __future__ import annotations

from typing import Any, Final

from travello_desk.money import CURRENCIES
from travello_desk.payments import rules

Json = dict[str, Any]

PAYMENT_STATUS: Final[Json] = {
    "type": "string",
    "enum": "PAY_ON_ARRIVAL NOT_INITIATED PROCESSING SUCCEEDED FAILED REFUNDED".split(),
}
BOOKING_STATUS: Final[Json] = {"type": "string", "enum": ["PENDING", "PAID", "CANCELLED"]}
MODES: Final[Json] = {"type": "string", "enum": ["NONE", "LIVE", "TEST", "SANDBOX"]}
CURRENCY: Final[Json] = {"type": "string", "enum": sorted(CURRENCIES)}
AMOUNT: Final[Json] = {"type": "number", "description": "Major units: a whole number when it is whole", "minimum": 0}
INSTANT: Final[Json] = {"type": "string", "pattern": "^[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}Z$"}
ID: Final[Json] = {"type": "integer", "minimum": 1, "maximum": 2**63 - 1}

ERRORS: Final = {
    "400": (
        "Malformed, or a rule of the booking says no",
        "booking_id must be a positive integer",
        rules.MUST_BE_ONLINE.text,
        rules.ALREADY_PAID.text,
        rules.IS_CANCELLED.text,
        rules.SETTLING.text,
        "Invalid Stripe Signature",
        "Body cannot be read",
    ),
    "403": ("No valid token, or neither owner nor staff", rules.NOT_AUTHORIZED.text),
    "404": ("There is no such booking", rules.NOT_FOUND.text),
    "413": ("The body is over 1 MiB", "Body is too large"),
    "429": ("Too often; Retry-After says when to ask again", "Too many requests"),
    "503": ("The store cannot be written or read; ask again", "Storage is not available"),
}
RETRY_AFTER: Final[Json] = {"Retry-After": {"description": "Seconds", "schema": {"type": "integer", "minimum": 1}}}


def of(properties: Json, *optional: str, **more: Any) -> Json:
    """An object that has all of these fields but the optional ones, and may have others."""
    required = [name for name in properties if name not in optional]
    return {"type": "object", "properties": properties, "required": required, **more}


def or_null(schema: Json) -> Json:
    return {"anyOf": [schema, {"type": "null"}]}


def json_content(component: str, **more: Any) -> Json:
    return {"application/json": {"schema": {"$ref": f"#/components/schemas/{component}"}, **more}}


def errors(*statuses: str) -> Json:
    """The answers of these statuses, with their texts as examples."""
    return {status: error(status, *ERRORS[status]) for status in statuses}


def error(status: str, description: str, *texts: str) -> Json:
    examples = {f"e{number}": {"value": {"success": False, "error": text}} for number, text in enumerate(texts)}
    answer: Json = {"description": description, "content": json_content("Error", examples=examples)}
    return answer | ({"headers": RETRY_AFTER} if status in ("429", "503") else {})


COMPONENTS: Final[Json] = {
    "Error": of({"success": {"const": False}, "error": {"type": "string", "minLength": 1}}),
    "StripeError": of(
        {"success": {"const": False}, "error": {"const": "Stripe API error"}, "retryable": {"type": "boolean"}}
    ),
    "CreateSession": of({"booking_id": ID}),
    "Session": of(
        {
            "success": {"const": True},
            "session_id": {"type": "string", "pattern": "^cs_"},
            "session_url": {"type": "string", "pattern": "^https?://"},
            "payment_id": ID,
            "publishable_key": or_null({"type": "string", "pattern": "^pk_(test|live)_"}),
        }
    ),
    "Event": of(
        {
            "id": {"type": "string", "pattern": "^evt_[A-Za-z0-9_]{1,200}$"},
            "object": {"const": "event"},
            "type": {"type": "string", "pattern": "^[a-z_]{1,30}([.][a-z_]{1,30}){1,3}$"},
            "created": {"type": "integer", "minimum": 1, "maximum": 2**40},
            "livemode": {"type": "boolean"},
            "api_version": {"type": ["string", "null"]},
            "data": of(
                {
                    "object": of(
                        {"id": {"type": "string", "minLength": 1, "maxLength": 200}, "object": {"type": "string"}},
                    )
                }
            ),
        },
        "api_version",
    ),
    "Received": of({"received": {"const": True}}),
    "Status": of(
        {
            "booking_id": ID,
            "payment_status": PAYMENT_STATUS,
            "payment_required": {"type": "boolean"},
            "stripe_session_id": or_null({"type": "string", "pattern": "^cs_"}),
            "amount": AMOUNT,
            "currency": CURRENCY,
            "display": {"type": "string", "minLength": 1},
            "booking_status": BOOKING_STATUS,
            "refunded_amount": AMOUNT,
            "charged_amount": or_null(AMOUNT),
            "charged_currency": or_null(CURRENCY),
            "updated_at": INSTANT,
        }
    ),
    "Health": of(
        {
            "status": {"type": "string", "enum": ["ok", "unwell"]},
            "database": {"type": "string"},
            "listener": {"type": "string"},
            "stripe_mode": MODES,
            "last_event_at": or_null(INSTANT),
            "backlog": {"type": "integer", "minimum": 0},
            "app": {"const": "travello-desk"},
            "install": {"type": "string"},
        }
    ),
}
