"""`/openapi.json` against the routes, and the listener against `/openapi.json`: Schemathesis over real HTTP.

No answer but those the document tells of, in the shape it tells; no 5xx at all while Stripe and the store are well.
Bounded and seeded: the same cases in every run.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable, Iterator
from typing import Any

import pytest
import requests
import schemathesis
from hypothesis import HealthCheck, given, settings
from schemathesis import GenerationMode
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi import checks

from tests.house import OWNER, SECRET, Builder, House, sign
from travello_desk.operations import arrival
from travello_desk.operations import bookings as booking_operations
from webhook.answers import error_answer
from webhook.app import routes
from webhook.stripe_events import StripeEvents

CHECKS = [
    checks.status_code_conformance,
    checks.content_type_conformance,
    checks.response_headers_conformance,
    checks.response_schema_conformance,
]
EXAMPLES = 25
WHO = {"nobody": None, "owner": {"user_id": OWNER}, "other": {"user_id": 8}, "staff": {"user_id": 1, "is_staff": True}}
Case = Any


@pytest.fixture
async def busy_house(builder: Builder) -> House:
    """Bookings in every state, and nobody slowed down."""
    house = await builder.build(RATE_LIMITS="0")
    await house.add_booking()  # 1: not paid yet
    await house.booking_with_session()
    await house.paid_booking()
    await arrival.mark_paid(house.ctx, arrival.Mark(await house.add_booking(method="ARRIVAL"), "Ali", "cash"))
    await booking_operations.cancel(house.ctx, await house.add_booking(), "no more", "Ali")
    return house


async def test_the_document_and_the_routes_name_the_same(house: House) -> None:
    document = (await house.ask("GET", "/openapi.json")).json
    told = {(path.rstrip("/"), method.upper()) for path, item in document["paths"].items() for method in item}
    served = {
        (route.path.replace("{id:[0-9]+}", "{id}"), method)
        for route in [*StripeEvents(house.ctx).routes(), *routes(common_of(house))]
        for method in route.handlers
        if route.render is error_answer and not route.path.startswith("/static/")
    }
    assert told == served
    for slash in ("/openapi.json/", "/openapi.json"):
        assert (await house.ask("GET", slash)).json == document


def common_of(house: House) -> Any:
    from webhook.auth import Tokens
    from webhook.common import Common
    from webhook.rate_limit import Limits
    from webhook.watching import Watching

    tokens = Tokens("a secret", house.clock)
    return Common(house.ctx, tokens, Watching(house.ctx.store), Limits(house.ctx.settings))


async def test_the_document_tells_no_secret(house: House) -> None:
    body = (await house.ask("GET", "/openapi.json")).body.decode()
    for secret in (SECRET, house.sandbox.access.secret_key, house.sandbox.access.publishable_key):
        assert secret not in body


async def explored(house: House, ask: Callable[[Any, str], None]) -> None:
    """Run `ask(schema, base_url)` in a thread: Schemathesis is not asynchronous, the listener lives in this loop."""
    document = (await house.ask("GET", "/openapi.json")).json
    for slash in (True, False):
        paths = {path if slash else path.rstrip("/"): item for path, item in document["paths"].items()}
        schema = schemathesis.openapi.from_dict(document | {"paths": paths})
        async with asyncio.timeout(240):
            await asyncio.to_thread(ask, schema, house.base_url)


def operations(schema: Any) -> Iterator[Any]:
    return (result.ok() for result in schema.get_all_operations())


def quick(case: Case) -> Case:
    """The same request, but one that is never held open."""
    if "wait" in case.query and str(case.query["wait"]).isdigit():
        case.query["wait"] = 0
    return case


@pytest.mark.parametrize("mode", [GenerationMode.POSITIVE, GenerationMode.NEGATIVE])
@pytest.mark.parametrize("who", WHO)
async def test_every_answer_is_in_the_document(busy_house: House, who: str, mode: GenerationMode) -> None:
    claims = WHO[who]
    bearer = busy_house.bearer(**claims) if claims else {}

    def ask(schema: Any, base_url: str) -> None:
        for operation in operations(schema):
            if mode is GenerationMode.NEGATIVE and not (operation.body or list(operation.iter_parameters())):
                continue  # nothing that could be wrong

            @settings(max_examples=EXAMPLES, derandomize=True, deadline=None, suppress_health_check=list(HealthCheck))
            @given(case=operation.as_strategy(generation_mode=mode))
            def try_one(case: Case) -> None:
                answer = quick(case).call(base_url=base_url, headers=bearer, timeout=20)
                case.validate_response(answer, checks=[not_a_server_error, *CHECKS])

            try_one()

    await explored(busy_house, ask)


async def test_signed_events_of_the_document_are_taken(busy_house: House) -> None:
    statuses: set[int] = set()

    def ask(schema: Any, base_url: str) -> None:
        operation = next(op for op in operations(schema) if "webhook" in op.path)

        @settings(max_examples=2 * EXAMPLES, derandomize=True, deadline=None, suppress_health_check=list(HealthCheck))
        @given(case=operation.as_strategy())
        def try_one(case: Case) -> None:
            body = json.dumps(case.body).encode()
            headers = {"Stripe-Signature": sign(body, SECRET, int(busy_house.clock()))}
            answer = requests.post(base_url + operation.path, data=body, headers=headers, timeout=20)
            case.validate_response(answer, checks=[not_a_server_error, *CHECKS])
            statuses.add(answer.status_code)

        try_one()

    await explored(busy_house, ask)
    assert 200 in statuses


async def test_every_booking_and_every_outcome_fits(busy_house: House) -> None:
    """The answers that a random request seldom meets: each state of a booking, Stripe's failures, a wrong method."""
    seen: dict[str, set[int]] = {}
    staff = busy_house.bearer(1, is_staff=True)

    def ask(schema: Any, base_url: str) -> None:
        by_path = {operation.path.rstrip("/"): operation for operation in operations(schema)}
        status, create = by_path["/api/payments/booking/{id}/status"], by_path["/api/payments/create-session"]
        for booking_id in range(1, 7):
            made = create.Case(body={"booking_id": booking_id}, media_type="application/json")
            told = status.Case(path_parameters={"id": booking_id})
            for name, case in (("create", made), ("status", told)):
                answer = case.call(base_url=base_url, headers=staff, timeout=20)
                case.validate_response(answer, checks=[not_a_server_error, *CHECKS])
                seen.setdefault(name, set()).add(answer.status_code)

    await explored(busy_house, ask)
    assert seen == {"create": {200, 400, 404}, "status": {200, 404}}


@pytest.mark.parametrize("fault", ["500", "429", "401", "reset_before", "html_502"])
async def test_stripes_failures_are_the_documented_500(house: House, fault: str) -> None:
    await house.add_booking()
    house.sandbox.faults.next("POST /v1/checkout/sessions", fault, times=9)

    def ask(schema: Any, base_url: str) -> None:
        create = next(op for op in operations(schema) if "create-session" in op.path)
        case = create.Case(body={"booking_id": 1}, media_type="application/json")
        answer = case.call(base_url=base_url, headers=house.bearer(), timeout=20)
        case.validate_response(answer, checks=CHECKS)
        assert (answer.status_code, answer.json()["error"]) == (500, "Stripe API error")

    await explored(house, ask)


async def test_being_told_to_slow_down_is_documented(house: House) -> None:
    await house.add_booking()

    def ask(schema: Any, base_url: str) -> None:
        status = next(op for op in operations(schema) if "status" in op.path)
        case = status.Case(path_parameters={"id": 1}, query={"guest": "0" * 12})
        statuses = set()
        for _ in range(400):
            answer = case.call(base_url=base_url, timeout=20)
            case.validate_response(answer, checks=[not_a_server_error, *CHECKS])
            statuses.add(answer.status_code)
            if 429 in statuses:
                break
        assert statuses <= {403, 429}
        assert 429 in statuses

    await explored(house, ask)
