"""The endpoints under /v1: which path takes which parameters and does what. HTTP is ``server``'s."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeAlias

from travello_desk.sandbox import refunds, sessions, shapes, tables
from travello_desk.sandbox.currencies import settlement_of
from travello_desk.sandbox.delivery import Target
from travello_desk.sandbox.errors import no_such
from travello_desk.sandbox.events import forget_old
from travello_desk.sandbox.lists import created_within, page
from travello_desk.sandbox.world import API_VERSION, Cause, Thing, World


@dataclass(frozen=True, slots=True)
class Call:
    """One request, with its parameters checked. ``id`` is the part of the path in braces, if there is one."""

    world: World
    id: str
    params: Thing
    cause: Cause
    targets: list[Target]


Run: TypeAlias = Callable[[Call], Thing]

#: Objects whose right goes by another name.
_RIGHTS = {"refund": "charge", "item": "checkout_session", "webhook_endpoint": "webhook"}


@dataclass(frozen=True, slots=True)
class Endpoint:
    """``kind`` is the object it answers with; ``lists`` says it answers with a page of them."""

    method: str
    path: str
    fields: tables.Fields
    kind: str
    run: Run
    lists: bool = False

    @property
    def permission(self) -> str:
        """What a restricted key needs, in the words of Stripe's refusal."""
        noun = _RIGHTS.get(self.kind, self.kind.replace(".", "_"))
        return f"rak_{noun}_{'write' if self.method == 'POST' else 'read'}"


def _session(call: Call) -> Thing:
    return _find(call.world.books.sessions, call.id, "checkout.session", "session")


def _intent(call: Call) -> Thing:
    return _find(call.world.books.payment_intents, call.id, "payment_intent", "intent")


def _charge(call: Call) -> Thing:
    return _find(call.world.books.charges, call.id, "charge", "id")


def _refund(call: Call) -> Thing:
    return _find(call.world.books.refunds, call.id, "refund", "id")


def _dispute(call: Call) -> Thing:
    return _find(call.world.books.disputes, call.id, "dispute", "dispute")


def _event(call: Call) -> Thing:
    forget_old(call.world)
    return _find(call.world.books.events, call.id, "event", "id")


def _find(book: dict[str, Thing], id_: str, noun: str, param: str) -> Thing:
    if id_ not in book:
        raise no_such(noun, id_, param)
    return book[id_]


def _create_session(call: Call) -> Thing:
    return sessions.create(call.world, call.params, call.cause)


def _expire_session(call: Call) -> Thing:
    return sessions.expire(call.world, _session(call), call.cause)


def _create_refund(call: Call) -> Thing:
    return refunds.create(call.world, call.params, call.cause)


def _cancel_refund(call: Call) -> Thing:
    return refunds.cancel(call.world, _refund(call), call.cause)


def _line_items(call: Call) -> Thing:
    items = call.world.books.line_items[_session(call)["id"]][::-1]
    known = {item["id"]: item for item in items}
    return page(f"/v1/checkout/sessions/{call.id}/line_items", items, call.params, known, "item")


def _list(call: Call, url: str, book: dict[str, Thing], noun: str, *equal: str) -> Thing:
    """A filtered page: each name in ``equal`` must match when it was sent."""
    wanted = {name: call.params[name] for name in equal if name in call.params}
    things = (thing for thing in book.values() if all(thing.get(name) == value for name, value in wanted.items()))
    found = created_within(things, call.params.get("created", {}))
    return page(url, found, call.params, book, noun)


def _list_sessions(call: Call) -> Thing:
    book = call.world.books.sessions
    email = call.params.get("customer_details", {}).get("email")
    if email is not None:
        details = {id_: s["customer_details"] or {} for id_, s in book.items()}
        book = {id_: s for id_, s in book.items() if details[id_].get("email") == email}
    equal = ("payment_intent", "status", "customer", "customer_account", "payment_link", "subscription")
    return _list(call, "/v1/checkout/sessions", book, "checkout.session", *equal)


def _list_refunds(call: Call) -> Thing:
    return _list(call, "/v1/refunds", call.world.books.refunds, "refund", "charge", "payment_intent")


def _list_disputes(call: Call) -> Thing:
    return _list(call, "/v1/disputes", call.world.books.disputes, "dispute", "charge", "payment_intent")


def _list_events(call: Call) -> Thing:
    forget_old(call.world)
    params, book = call.params, call.world.books.events
    types = set(params.get("types", ())) | ({params["type"]} if "type" in params else set())
    patterns = [re.compile(re.escape(type_).replace(r"\*", ".*")) for type_ in types]
    success = params.get("delivery_success")
    found = [
        event
        for event in created_within(book.values(), params.get("created", {}))
        if (not patterns or any(pattern.fullmatch(event["type"]) for pattern in patterns))
        and (success is None or success == (event["pending_webhooks"] == 0))
    ]
    return page("/v1/events", found, params, book, "event")


def _account(call: Call) -> Thing:
    return shapes.account(call.world, settlement_of(call.world.country))


def _country_spec(call: Call) -> Thing:
    world = call.world
    if call.id != world.country:
        raise no_such("country_spec", call.id, "country")
    settlement = settlement_of(world.country)
    return {
        "id": world.country,
        "object": "country_spec",
        "default_currency": settlement,
        "supported_bank_account_currencies": {settlement: [world.country]},
        "supported_payment_currencies": list(world.supported_currencies),
        "supported_payment_methods": ["card", "stripe"],
        "supported_transfer_countries": [world.country],
        "verification_fields": {"company": {"additional": [], "minimum": []}},
    }


def _webhook_endpoints(call: Call) -> Thing:
    endpoints: list[Thing] = [
        {
            "id": target.id,
            "object": "webhook_endpoint",
            "api_version": API_VERSION,
            "application": None,
            "created": 1_700_000_000,
            "description": None,
            "enabled_events": list(target.types),
            "livemode": call.world.livemode,
            "metadata": {},
            "status": "enabled",
            "url": target.url,
        }
        for target in call.targets
    ]
    known = {endpoint["id"]: endpoint for endpoint in endpoints}
    return page("/v1/webhook_endpoints", endpoints, call.params, known, "webhook_endpoint")


def _balance(call: Call) -> Thing:
    books = call.world.books
    sums: dict[str, int] = {}
    for charge in books.charges.values():
        paid = charge["amount"] if charge["paid"] else 0
        back = refunds.refunded_so_far(call.world, charge["id"])
        currency = charge["currency"]
        sums[currency] = sums.get(currency, 0) + paid - back
    for dispute in books.disputes.values():
        moved = sum(transaction["amount"] for transaction in dispute["balance_transactions"])
        sums[dispute["currency"]] = sums.get(dispute["currency"], 0) + moved
    available = [{"amount": total, "currency": code, "source_types": {"card": total}} for code, total in sums.items()]
    return {"object": "balance", "available": available, "livemode": call.world.livemode, "pending": []}


_SESSIONS, _ID = "/v1/checkout/sessions", "([^/]+)"

ENDPOINTS = (
    Endpoint("POST", _SESSIONS, tables.SESSION_CREATE, "checkout.session", _create_session),
    Endpoint("GET", _SESSIONS, tables.SESSION_LIST, "checkout.session", _list_sessions, True),
    Endpoint("GET", f"{_SESSIONS}/{_ID}", tables.ONE, "checkout.session", _session),
    Endpoint("POST", f"{_SESSIONS}/{_ID}/expire", tables.ONE, "checkout.session", _expire_session),
    Endpoint("GET", f"{_SESSIONS}/{_ID}/line_items", tables.PAGE, "item", _line_items, True),
    Endpoint("GET", f"/v1/payment_intents/{_ID}", tables.ONE, "payment_intent", _intent),
    Endpoint("GET", f"/v1/charges/{_ID}", tables.ONE, "charge", _charge),
    Endpoint("POST", "/v1/refunds", tables.REFUND_CREATE, "refund", _create_refund),
    Endpoint("GET", "/v1/refunds", tables.REFUND_LIST, "refund", _list_refunds, True),
    Endpoint("GET", f"/v1/refunds/{_ID}", tables.ONE, "refund", _refund),
    Endpoint("POST", f"/v1/refunds/{_ID}/cancel", tables.ONE, "refund", _cancel_refund),
    Endpoint("GET", "/v1/events", tables.EVENT_LIST, "event", _list_events, True),
    Endpoint("GET", f"/v1/events/{_ID}", tables.ONE, "event", _event),
    Endpoint("GET", "/v1/disputes", tables.DISPUTE_LIST, "dispute", _list_disputes, True),
    Endpoint("GET", f"/v1/disputes/{_ID}", tables.ONE, "dispute", _dispute),
    Endpoint("GET", "/v1/account", tables.ONE, "account", _account),
    Endpoint("GET", f"/v1/country_specs/{_ID}", tables.ONE, "country_spec", _country_spec),
    Endpoint("GET", "/v1/webhook_endpoints", tables.PAGE, "webhook_endpoint", _webhook_endpoints, True),
    Endpoint("GET", "/v1/balance", tables.ONE, "balance", _balance),
)  # fmt: skip

_FIXED = {(e.method, e.path): e for e in ENDPOINTS if _ID not in e.path}
_WITH_ID = [(re.compile(e.path), e) for e in ENDPOINTS if _ID in e.path]


def find(method: str, path: str) -> tuple[Endpoint, str] | None:
    """The endpoint for this request and the id in its path ("" when it has none)."""
    fixed = _FIXED.get((method, path))
    if fixed is not None:
        return fixed, ""
    for pattern, endpoint in _WITH_ID:
        match = pattern.fullmatch(path)
        if match is not None and endpoint.method == method:
            return endpoint, match[1]
    return None
