"""What keys and secrets look like, and how they may be shown. Pure: no I/O, no stripe, no secret in any text.

Source: PAYMENTS 4.1 (the SDK accepts an empty key and fails only at call time on a trailing newline: check at start).
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from enum import StrEnum


class KeyMode(StrEnum):
    """Which of Stripe's two worlds a key opens."""

    LIVE = "LIVE"
    TEST = "TEST"


@dataclass(frozen=True, slots=True)
class ApiKey:
    """A Stripe API key whose form is right. `restricted` is an rk_ key; the value stays out of repr."""

    value: str = field(repr=False)
    mode: KeyMode
    restricted: bool = False


_KEY = re.compile(r"(?P<kind>sk|rk|pk)_(?P<mode>test|live)_[A-Za-z0-9_]+", re.ASCII)
_WEBHOOK = re.compile(r"whsec_[A-Za-z0-9+/=_-]+", re.ASCII)

# What somebody pasted, by how it begins: the commonest mix-ups deserve their own sentence.
_LOOKS_LIKE = {
    "pk_": "the publishable key",
    "sk_": "the secret key",
    "rk_": "a restricted secret key",
    "whsec_": "a webhook signing secret",
    "we_": "the id of a webhook endpoint",
    "acct_": "an account id",
}


def parse_secret_key(text: str) -> ApiKey:
    """sk_test_, sk_live_, rk_test_ or rk_live_ key; ValueError carries one sentence without the key."""
    match = _KEY.fullmatch(text)
    if match is None or match["kind"] == "pk":
        raise ValueError(_wrong(text, "a secret key begins with sk_test_, sk_live_, rk_test_ or rk_live_"))
    return ApiKey(text, KeyMode(match["mode"].upper()), restricted=match["kind"] == "rk")


def parse_publishable_key(text: str) -> ApiKey:
    """pk_test_ or pk_live_ key; ValueError carries one sentence without the key."""
    match = _KEY.fullmatch(text)
    if match is None or match["kind"] != "pk":
        raise ValueError(_wrong(text, "a publishable key begins with pk_test_ or pk_live_"))
    return ApiKey(text, KeyMode(match["mode"].upper()))


def parse_webhook_secrets(text: str) -> tuple[str, ...]:
    """One or more whsec_ secrets, comma separated (rotation, PAYMENTS A11), in order and without repeats."""
    parts = [part.strip() for part in text.split(",") if part.strip()]
    for part in parts:
        if _WEBHOOK.fullmatch(part) is None:
            raise ValueError(_wrong(part, "a webhook secret begins with whsec_"))
    if not parts:
        raise ValueError("holds no secret")
    return tuple(dict.fromkeys(parts))


def masked(value: str) -> str:
    """`sk_test_…f3a`: the prefix and the last three characters; a value too short to hide becomes `…`."""
    prefix = re.match(r"(?:(?:sk|rk|pk)_(?:test|live)_|whsec_)?", value)
    head = prefix.group() if prefix else ""
    tail = value[len(head) :]
    return f"{head}…{tail[-3:]}" if len(tail) >= 12 else f"{head}…"


def _wrong(text: str, rule: str) -> str:
    if re.search(r"\s", text):
        return "has a space or a line break inside: copy it again in one piece"
    for beginning, name in _LOOKS_LIKE.items():
        if text.startswith(beginning) and beginning not in rule:
            return f"looks like {name}; {rule}"
    return f"does not look right; {rule}"
