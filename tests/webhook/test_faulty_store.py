"""While the store fails, every endpoint answers the documented 503 with the documented body; what can, still works."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Any

import pytest
import requests
from hypothesis import HealthCheck, given, settings

from tests.house import SECRET, Builder, event, sign
from tests.situations.trouble import full_disk, locked, read_only
from tests.webhook.test_openapi import CHECKS, explored, operations, quick
from travello_desk.operations.soundness import watch_soundness
from travello_desk.store.contract import Store
from travello_desk.store.health import Health

UNAVAILABLE = {"success": False, "error": "Storage is not available"}
EXAMPLES = 10
STATUS, CREATE, WEBHOOK = "/api/payments/booking/{id}/status", "/api/payments/create-session", "/api/payments/webhook"


@asynccontextmanager
async def damaged(store: Store) -> AsyncIterator[None]:
    """The look-through has found a broken page."""
    store.health = lambda: Health("", "The store is damaged: row 7 missing from index", "restore")  # type: ignore[method-assign]
    yield


# What fails, and which endpoints answer 503 then: reading goes on while nothing can be written.
TROUBLES: list[tuple[str, Callable[[Store], Any], set[str]]] = [
    ("full", full_disk, {CREATE, WEBHOOK}),
    ("locked", locked, {CREATE, WEBHOOK}),
    ("readonly", read_only, {CREATE, WEBHOOK}),
    ("damaged", damaged, {CREATE, WEBHOOK, STATUS, "/healthz", "/metrics"}),
]


@pytest.mark.parametrize(
    ("name", "trouble", "unwell"), TROUBLES, ids=lambda value: value if isinstance(value, str) else ""
)
async def test_every_endpoint_answers_as_documented_while_the_store_fails(
    builder: Builder, name: str, trouble: Callable[[Store], Any], unwell: set[str]
) -> None:
    house = await builder.build(RATE_LIMITS="0")
    # Needs more room than there is left in the pages that are there.
    booking_id = await house.add_booking(notes="x" * 5000)
    filler = {"fill": "y" * 6000}
    told: dict[str, tuple[int, Any]] = {}
    staff = house.bearer(1, is_staff=True)

    def ask(schema: Any, base_url: str) -> None:
        for operation in operations(schema):
            path = operation.path.rstrip("/")
            answer = deed(operation, path, base_url)
            told[path] = answer.status_code, None if path == "/metrics" else answer.json()

    def deed(operation: Any, path: str, base_url: str) -> Any:
        if path == WEBHOOK:
            number = len(told)
            thing = {"id": f"cs_{number}", "object": "checkout.session", "metadata": filler}
            body = json.dumps(event("checkout.session.completed", thing)).encode()
            headers = {"Stripe-Signature": sign(body, SECRET, int(house.clock()))}
            answer = requests.post(base_url + operation.path, data=body, headers=headers, timeout=20)
            operation.Case(body={}, media_type="application/json").validate_response(answer, checks=CHECKS)
            return answer
        given_ = {"body": {"booking_id": booking_id}, "media_type": "application/json"} if path == CREATE else {}
        case = operation.Case(**given_, path_parameters={"id": booking_id} if path == STATUS else {})
        answer = case.call(base_url=base_url, headers=staff, timeout=20)
        case.validate_response(answer, checks=CHECKS)
        return answer

    async with trouble(house.ctx.store):
        if name == "damaged":
            await watch_soundness(house.ctx)
            assert "restore FILE" in house.ctx.health.banner
        await explored(house, ask)
        assert {path for path, (status, _) in told.items() if status == 503} - {"/healthz"} == unwell - {"/healthz"}
        assert [told[path][1] for path in (CREATE, WEBHOOK)] == [UNAVAILABLE] * 2
        if name == "damaged":
            assert told[STATUS][1] == UNAVAILABLE
            assert told["/healthz"][0] == 503


async def test_whatever_is_asked_of_a_damaged_store_nothing_is_told_as_the_truth(builder: Builder) -> None:
    """Schemathesis, as staff: no answer but the refusals of what was asked and the documented 503."""
    house = await builder.build(RATE_LIMITS="0")
    await house.booking_with_session()
    bearer = house.bearer(1, is_staff=True)
    statuses: dict[str, set[int]] = {}
    async with damaged(house.ctx.store):
        await watch_soundness(house.ctx)

        def ask(schema: Any, base_url: str) -> None:
            for operation in operations(schema):

                @settings(
                    max_examples=EXAMPLES, derandomize=True, deadline=None, suppress_health_check=list(HealthCheck)
                )
                @given(case=operation.as_strategy())
                def try_one(case: Any) -> None:
                    path = case.path.rstrip("/")
                    answer = quick(case).call(base_url=base_url, headers=bearer, timeout=20)
                    case.validate_response(answer, checks=CHECKS)
                    statuses.setdefault(path, set()).add(answer.status_code)

                try_one()

        await explored(house, ask)
    assert 503 in statuses[STATUS]
    assert statuses[STATUS] <= {400, 403, 404, 503}
    assert statuses[CREATE] <= {400, 503}
    assert 200 not in statuses[WEBHOOK] | statuses["/healthz"]


async def test_a_sound_store_is_found_sound(builder: Builder) -> None:
    house = await builder.build()
    await watch_soundness(house.ctx)
    assert house.ctx.health.store_damage == ""
    assert (await house.ask("GET", "/healthz")).status == 200
