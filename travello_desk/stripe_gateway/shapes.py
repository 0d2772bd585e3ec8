"""What may go to Stripe and what may come back. Pure: no I/O, no stripe.

Wrong parameters are a mistake in this program (TypeError, ValueError); a wrong answer is a BadAnswer.
"""

import json
import re
from collections.abc import Mapping
from typing import Any

from travello_desk.stripe_gateway.errors import BadAnswer, Rejected

_ID = re.compile(r"[A-Za-z0-9_]{1,255}", re.ASCII)
_KEY = re.compile(r"[!-~]{1,255}", re.ASCII)


def checked_id(text: str) -> str:
    """An id that may stand in a path. Anything else would ask for another thing: "" for the whole list.

    Such ids come in from outside (`?session_id=`), so this is Stripe's own answer to an unknown one: Rejected.
    """
    if not _ID.fullmatch(text):
        raise Rejected("No such object", code="resource_missing", error_type="invalid_request_error", http_status=404)
    return text


def checked_key(idempotency_key: str) -> str:
    """Stripe takes up to 255 characters; without a key of ours a repeated request could act twice: ValueError."""
    if not _KEY.fullmatch(idempotency_key):
        raise ValueError("an idempotency key has 1 to 255 printable ASCII characters")
    return idempotency_key


def checked_params(params: Mapping[str, Any]) -> dict[str, Any]:
    """The parameters, certainly without a float: the SDK would send 1000.0 as it is (PAYMENTS 4.5). TypeError."""
    _refuse_floats(params, "params")
    return dict(params)


def _refuse_floats(value: object, where: str) -> None:
    if isinstance(value, float):
        raise TypeError(f"{where} is a float: amounts are integers of minor units")
    if isinstance(value, Mapping):
        for name, item in value.items():
            _refuse_floats(item, f"{where}[{name}]")
    elif isinstance(value, list | tuple):
        for index, item in enumerate(value):
            _refuse_floats(item, f"{where}[{index}]")


def plain_object(body: str, name: str) -> dict[str, Any]:
    """The object named so ("refund") as a plain dict, exactly as Stripe wrote it.

    From the body, not from the SDK's object: that one turns some strings into Decimal, which no JSON column takes.
    """
    answer = json.loads(body)
    if not isinstance(answer, dict) or answer.get("object", name) != name or not isinstance(answer.get("id"), str):
        raise BadAnswer(f"The answer is no {name.replace('.', ' ').replace('_', ' ')}")
    return answer


def plain_list(body: str) -> dict[str, Any]:
    """A page of a list as a plain dict; each entry of its `data` is an object with an id."""
    answer: dict[str, Any] = json.loads(body)
    data = answer.get("data") if isinstance(answer, dict) else None
    if not isinstance(data, list) or not all(isinstance(i, dict) and isinstance(i.get("id"), str) for i in data):
        raise BadAnswer("The answer is no list")
    return answer
