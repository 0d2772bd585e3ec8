"""An event's kept body as people and programs may see it: all that Stripe said, without its secrets. Pure."""

from __future__ import annotations

import json
from typing import Any, Final

SECRET: Final = frozenset({"client_secret"})
"""Who has a PaymentIntent's client secret can finish the payment in a browser: no screen and no command shows it."""


def shown(thing: Any) -> Any:
    """A copy with secrets hidden."""
    if isinstance(thing, dict):
        return {key: "…" if key in SECRET and value else shown(value) for key, value in thing.items()}
    return [shown(value) for value in thing] if isinstance(thing, list) else thing


def document(body: str) -> Any:
    """The body as a JSON value; text that is no JSON as it is, None for a body that was not kept."""
    if not body:
        return None
    try:
        return shown(json.loads(body))
    except (ValueError, RecursionError):
        return body


def pretty(body: str) -> str:
    """The same as lines, indented by two."""
    found = document(body)
    return found if isinstance(found, str) else json.dumps(found, indent=2, ensure_ascii=False) if found else ""
