"""``expand[]``: replacing ids by the objects they name. Works on copies; the books stay as they are."""

from __future__ import annotations

from travello_desk.sandbox.errors import ApiError
from travello_desk.sandbox.events import snapshot
from travello_desk.sandbox.lists import list_object
from travello_desk.sandbox.world import Thing, World

#: object -> field -> what the field leads to. "list:" fields are absent unless expanded.
_LEADS = {
    "checkout.session": {"payment_intent": "payment_intent", "line_items": "list:item"},
    "payment_intent": {"latest_charge": "charge"},
    "charge": {"payment_intent": "payment_intent", "refunds": "list:refund"},
    "refund": {"charge": "charge", "payment_intent": "payment_intent"},
    "dispute": {"charge": "charge", "payment_intent": "payment_intent"},
    "item": {},
    "event": {},
}


def check(paths: list[str], kind: str, *, in_list: bool) -> None:
    """Refuse a path that leads nowhere, before anything is carried out."""
    for place, path in enumerate(paths):
        steps = path.split(".")
        if in_list and steps.pop(0) != "data":
            hint = f"You may want to try expanding 'data.{path}' instead."
            raise ApiError(f"This property cannot be expanded ({path}). {hint}", param=f"expand[{place}]")
        _walk(steps, kind, path, place)


def _walk(steps: list[str], kind: str, path: str, place: int) -> None:
    at = kind
    for step in (step for step in steps if step != "data"):
        if step not in _LEADS.get(at, {}):
            raise ApiError(f"This property cannot be expanded ({path}).", param=f"expand[{place}]")
        at = _LEADS[at][step].removeprefix("list:")


def expanded(world: World, thing: Thing, paths: list[str]) -> Thing:
    """A copy of ``thing`` with those paths filled in."""
    copy: Thing = snapshot(thing)
    for path in paths:
        _fill(world, copy, path.split("."))
    return copy


def _fill(world: World, thing: Thing, steps: list[str]) -> None:
    if not steps:
        return
    name, rest = steps[0], steps[1:]
    if name == "data":
        for inner in thing["data"]:
            _fill(world, inner, rest)
        return
    if name in ("line_items", "refunds"):
        thing.setdefault(name, _inner_list(world, thing, name))
    elif isinstance(thing.get(name), str):
        thing[name] = snapshot(_find(world, _LEADS[thing["object"]][name], thing[name]))
    if isinstance(thing.get(name), dict):
        _fill(world, thing[name], rest)


def _find(world: World, kind: str, id_: str) -> Thing:
    books = {"payment_intent": world.books.payment_intents, "charge": world.books.charges}
    return books[kind][id_]


def _inner_list(world: World, thing: Thing, name: str) -> Thing:
    if name == "line_items":
        url = f"/v1/checkout/sessions/{thing['id']}/line_items"
        return list_object(url, snapshot(world.books.line_items[thing["id"]]), False)
    refunds = world.books.refunds_of.get(thing["id"], [])[::-1]
    return list_object(f"/v1/charges/{thing['id']}/refunds", snapshot(refunds), False)
