"""Answers of the API: results, refusals, and what a planned fault gives in their place. No connection is touched."""

from __future__ import annotations

import json
from dataclasses import dataclass, field

from travello_desk.sandbox import api, errors, expand
from travello_desk.sandbox.errors import ApiError
from travello_desk.sandbox.faults import Fault
from travello_desk.sandbox.world import Cause, Thing

_ENCODER = json.JSONEncoder(ensure_ascii=False)
_HTML = "<html><head><title>{title}</title></head><body><center><h1>{title}</h1></center></body></html>"
_HTML_STATUS = {
    "html_200": (200, "Welcome"),
    "html_500": (500, "Server Error"),
    "html_502": (502, "Bad Gateway"),
}


@dataclass(slots=True)
class Answer:
    """Status, body and the headers that are its own."""

    status: int
    body: bytes
    headers: dict[str, str] = field(default_factory=dict)


def execute(endpoint: api.Endpoint, call: api.Call) -> Answer:
    """Run it; a refusal made during execution is a result like any other (and is stored under the key)."""
    try:
        thing = endpoint.run(call)
        if "expand" in call.params:
            thing = expand.expanded(call.world, thing, call.params["expand"])
        return Answer(200, _json(thing))
    except ApiError as error:
        return refusal(error, call.cause)


def refusal(error: ApiError, cause: Cause) -> Answer:
    """A refusal as Stripe words it."""
    headers = {"WWW-Authenticate": 'Basic realm="Stripe"'} if error.status == 401 else {}
    return Answer(error.status, _json(error.body(cause.request_id or "")), headers)


def _json(thing: Thing) -> bytes:
    return _ENCODER.encode(thing).encode()


def fault_answer(fault: Fault, cause: Cause) -> Answer | None:
    """The answer a fault gives in place of the real one; None when it spoils the connection instead."""
    if fault.kind in _HTML_STATUS:
        status, title = _HTML_STATUS[fault.kind]
        return Answer(status, _HTML.format(title=title).encode(), {"Content-Type": "text/html"})
    made = {
        "401": lambda: errors.bad_key("sk_test_revoked_key"),
        "403": lambda: errors.lacks_permission("rk_test_restricted", "rak_charge_write"),
        "409": lambda: errors.key_in_use(cause.idempotency_key or ""),
        "429": errors.too_many,
        "lock_timeout": errors.locked,
        "500": errors.stripe_broke,
    }.get(fault.kind)
    return refusal(made(), cause) if made is not None else None
