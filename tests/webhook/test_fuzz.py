"""Whatever a client sends: never a 5xx, never a change in the store, never another guest's data."""

from __future__ import annotations

import asyncio
import copy
import json
from collections.abc import Callable, Coroutine
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from tests.house import CREATE, NOW, OWNER, SECRET, Answer, House, event, sign
from travello_desk.operations.webhook_secrets import PROBE

EXAMPLES = 150
PAGES = ("healthz", "metrics", "openapi.json", "payment-success", "payment-cancel")
header_text = st.text(alphabet=st.characters(min_codepoint=33, max_codepoint=126), max_size=200)
scalars = st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20)
documents = st.recursive(
    scalars,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=10), inner, max_size=4),
    max_leaves=10,
)


def run_all(house: House, strategy: st.SearchStrategy[Any], ask: Callable[[Any], Coroutine[Any, Any, None]]) -> Any:
    """Hypothesis around one house: its examples are awaited in the test's own loop."""
    examples: list[Any] = []

    @settings(max_examples=EXAMPLES)
    @given(strategy)
    def collect(example: Any) -> None:
        examples.append(example)

    collect()

    async def ask_all() -> None:
        for example in examples:
            await ask(example)

    return asyncio.wait_for(ask_all(), 300)


def refused(answer: Answer) -> None:
    assert 400 <= answer.status < 500, answer
    assert answer.json["success"] is False


async def test_unsigned_bytes_change_nothing(house: House):
    await house.booking_with_session()
    before = await house.snapshot()

    async def ask(example: tuple[bytes, str]) -> None:
        refused(await house.post(*example))

    await run_all(house, st.tuples(st.binary(max_size=2000), header_text), ask)
    assert await house.snapshot() == before


async def test_signed_bytes_that_are_no_event_change_nothing(house: House):
    await house.booking_with_session()
    before = await house.snapshot()

    async def ask(body: bytes) -> None:
        refused(await house.post(body, sign(body, SECRET, NOW)))

    # Hypothesis tries the house's own constants too; doctor's probe, signed, is a good one.
    bodies = st.binary(max_size=500).filter(lambda body: body != PROBE)
    await run_all(house, bodies | documents.map(lambda value: json.dumps(value).encode()), ask)
    assert await house.snapshot() == before


async def test_signed_events_around_any_object_are_taken(house: House):
    """Stripe adds fields and values without notice: nothing in an object may break the listener or the books."""
    booking_id, session_id = await house.booking_with_session()
    await house.sandbox.pay(session_id)
    types = ("checkout.session.completed", "payment_intent.succeeded", "charge.succeeded")
    real = [house.events(type_)[0] for type_ in types]

    async def ask(example: tuple[int, list[str], Any]) -> None:
        which, names, value = example
        made = copy.deepcopy(real[which])
        made["id"] = f"evt_{abs(hash(str(example)))}"
        for name in names:
            made["data"]["object"][name] = value
        assert (await house.post_event(made)).status == 200

    fields = sorted({name for made in real for name in made["data"]["object"]} - {"id", "object", "amount_total"})
    examples = st.tuples(st.integers(0, 2), st.lists(st.sampled_from(fields), min_size=1, max_size=3), documents)
    await run_all(house, examples, ask)
    assert (await house.status(booking_id)).status == 200


async def test_any_event_type_around_any_object(house: House):
    async def ask(example: tuple[str, dict[str, Any]]) -> None:
        type_, thing = example
        answer = await house.post_event(event(type_, thing))
        assert answer.status == (200 if thing else 400)

    types = st.sampled_from(["refund.updated", "charge.dispute.created", "charge.refunded", "customer.created"])
    things = st.fixed_dictionaries(
        {},
        optional={
            "id": st.text(max_size=10),
            "object": st.sampled_from(["refund", "dispute", "charge", "customer"]) | scalars,
            "amount": scalars,
            "amount_refunded": scalars,
            "status": scalars,
            "charge": scalars | st.text(max_size=5),
            "payment_intent": scalars | st.dictionaries(st.just("id"), scalars),
            "metadata": documents,
            "currency": scalars,
            "created": scalars,
        },
    )
    await run_all(house, st.tuples(types, things), ask)


async def test_any_body_of_create_session(house: House):
    await house.add_booking()
    before = await house.snapshot()

    async def ask(body: bytes) -> None:
        answer = await house.ask("POST", CREATE, data=body, headers=house.bearer())
        assert answer.status in (400, 404), (body, answer)

    bodies = st.binary(max_size=200) | documents.map(lambda value: json.dumps(value).encode())
    ids = scalars.filter(lambda value: value != 1).map(lambda value: json.dumps({"booking_id": value}).encode())
    await run_all(house, bodies | ids, ask)
    assert await house.snapshot() == before


async def test_any_token_and_any_query_show_nothing(house: House):
    await house.booking_with_session(user_id=OWNER)

    async def ask(example: tuple[str, str, str, str]) -> None:
        token, session_id, guest, wait = example
        headers = {"Authorization": f"Bearer {token}"}
        query = {"session_id": session_id, "guest": guest, "wait": wait, "known": "PROCESSING"}
        answer = await house.ask("GET", "/api/payments/booking/1/status", headers=headers, params=query)
        assert (answer.status, answer.json) == (403, {"success": False, "error": "User not authorized"})

    text = st.text(alphabet=st.characters(exclude_categories=["Cs"]), max_size=30)
    await run_all(house, st.tuples(header_text, text, text, text), ask)


async def test_any_path_is_404_or_405(house: House):
    def is_page(path: str) -> bool:
        return path.strip("/") in PAGES or path.lstrip("/").startswith("static/")

    async def ask(path: str) -> None:
        answer = await house.ask("GET", "/" + path)
        assert answer.status in (403, 404, 405) or is_page(path), (path, answer)

    await run_all(house, st.text(alphabet=st.characters(exclude_categories=["Cs"]), max_size=40), ask)
