"""``a[b][0][c]=v`` bodies and queries, as stripe-python sends them, into nested dicts. Checks no meaning."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import TypeAlias
from urllib.parse import unquote_plus

from travello_desk.sandbox.errors import ApiError

Node: TypeAlias = "str | dict[str, Node]"

_KEY = re.compile(r"([^\[\]]+)((?:\[[^\[\]]*\])*)")
_STEP = re.compile(r"\[([^\[\]]*)\]")


_MOST_PAIRS = 2000


def pairs(text: str) -> list[tuple[str, str]]:
    """The names and values as sent, in their order. Several times faster than ``urllib.parse.parse_qsl``."""
    parts = text.split("&") if text else []
    if len(parts) > _MOST_PAIRS:
        raise ApiError(f"Invalid request: more than {_MOST_PAIRS} parameters.")
    cut = (part.partition("=") for part in parts if part)
    return [(_plain(name), _plain(value)) for name, _, value in cut]


def _plain(text: str) -> str:
    return unquote_plus(text) if "%" in text or "+" in text else text


def nested(sent: Iterable[tuple[str, str]]) -> dict[str, Node]:
    """The tree of a form. Arrays are dicts keyed ``"0"``, ``"1"``; ``x[]`` counts up by itself."""
    tree: dict[str, Node] = {}
    for key, value in sent:
        _put(tree, _path(key), value, key)
    return tree


def _path(key: str) -> list[str]:
    if "[" not in key:
        return [key]
    match = _KEY.fullmatch(key)
    if match is None:
        raise ApiError(f"Invalid request: the parameter name {key!r} could not be parsed.")
    return [match[1], *_STEP.findall(match[2])]


def _put(tree: dict[str, Node], path: list[str], value: str, key: str) -> None:
    branch = tree
    for step in path[:-1]:
        inner = branch.setdefault(step or str(len(branch)), {})
        if isinstance(inner, str):
            raise _both(key)
        branch = inner
    last = path[-1] or str(len(branch))
    if isinstance(branch.get(last), dict):
        raise _both(key)
    branch[last] = value


def _both(key: str) -> ApiError:
    return ApiError(f"Invalid request: {key!r} is sent both as a value and as an object.")
