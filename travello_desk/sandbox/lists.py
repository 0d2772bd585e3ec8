"""List objects: newest first, filtered, cut into pages by cursors, as Stripe pages. Pure."""

from __future__ import annotations

import operator
from collections.abc import Callable, Iterable
from typing import Any

from travello_desk.sandbox.errors import ApiError, no_such
from travello_desk.sandbox.world import Thing

_BOUNDS: dict[str, Callable[[int, int], Any]] = {
    "gt": operator.gt,
    "gte": operator.ge,
    "lt": operator.lt,
    "lte": operator.le,
}


def list_object(url: str, data: list[Thing], has_more: bool) -> Thing:
    """The envelope of every list."""
    return {"object": "list", "data": data, "has_more": has_more, "url": url}


def created_within(things: Iterable[Thing], bounds: dict[str, int]) -> list[Thing]:
    """Those created inside the bounds (unix seconds)."""
    return [thing for thing in things if all(_BOUNDS[name](thing["created"], bound) for name, bound in bounds.items())]


def page(url: str, oldest_first: list[Thing], params: Thing, known: dict[str, Thing], noun: str) -> Thing:
    """One page. ``ending_before`` gives the page just newer than the cursor, so it walks forward in time.

    ``known`` is the whole collection: a cursor may name an object that the filters leave out.
    """
    if "starting_after" in params and "ending_before" in params:
        message = "You can't provide both `ending_before` and `starting_after`."
        raise ApiError(message, code="parameters_exclusive", param="ending_before")
    limit = params.get("limit", 10)
    if "ending_before" in params:
        newer = _newer_than(oldest_first, params["ending_before"], known, noun)
        return list_object(url, newer[:limit][::-1], len(newer) > limit)
    older = oldest_first
    if "starting_after" in params:
        older = _older_than(oldest_first, params["starting_after"], known, noun)
    return list_object(url, older[: -limit - 1 : -1], len(older) > limit)


def _newer_than(things: list[Thing], cursor: str, known: dict[str, Thing], noun: str) -> list[Thing]:
    order = _order(known, cursor, noun, "ending_before")
    place = order[cursor]
    return [thing for thing in things if order[thing["id"]] > place]


def _older_than(things: list[Thing], cursor: str, known: dict[str, Thing], noun: str) -> list[Thing]:
    order = _order(known, cursor, noun, "starting_after")
    place = order[cursor]
    return [thing for thing in things if order[thing["id"]] < place]


def _order(known: dict[str, Thing], cursor: str, noun: str, param: str) -> dict[str, int]:
    if cursor not in known:
        raise no_such(noun, cursor, param, status=400)
    return {id_: place for place, id_ in enumerate(known)}
