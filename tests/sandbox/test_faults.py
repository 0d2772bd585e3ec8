"""Every planned misfortune, seen from the outside: what the client gets, and whether the work was done."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable

import aiohttp
import pytest
import stripe

from tests.sandbox.conftest import params, until
from travello_desk.sandbox import Sandbox, stall_after, stall_before
from travello_desk.sandbox.faults import Fault, FaultPlan, held_before

CREATE = "POST /v1/checkout/sessions"
ROOM = {
    "mode": "payment",
    "success_url": "https://h.example/",
    "line_items[0][quantity]": "1",
    "line_items[0][price_data][currency]": "pkr",
    "line_items[0][price_data][unit_amount]": "1000000",
    "line_items[0][price_data][product_data][name]": "Room",
}


async def create(http: aiohttp.ClientSession, key: str = "k1") -> tuple[int, bytes]:
    async with http.post("/v1/checkout/sessions", data=ROOM, headers={"Idempotency-Key": key}) as answer:
        return answer.status, await answer.read()


async def given_up(http: aiohttp.ClientSession, when: Callable[[], bool]) -> None:
    """A client that waits until something is so, then a moment longer, and hangs up without its answer."""
    call = asyncio.create_task(create(http))
    await until(when)
    with pytest.raises(TimeoutError):
        await asyncio.wait_for(call, 0.05)


@pytest.mark.parametrize(("fault", "done"), [("reset_before", 0), ("reset_after", 1)])
async def test_a_cut_connection(sandbox: Sandbox, http: aiohttp.ClientSession, fault: str, done: int) -> None:
    sandbox.faults.next(CREATE, fault)
    with pytest.raises(aiohttp.ClientConnectionError):
        await create(http)
    assert len(sandbox.books.sessions) == done
    assert sandbox.requests[-1].status is None
    status, body = await create(http)
    assert status == 200
    assert list(sandbox.books.sessions) == [json.loads(body)["id"]]


async def test_a_truncated_answer(sandbox: Sandbox, http: aiohttp.ClientSession) -> None:
    sandbox.faults.next(CREATE, "truncate")
    with pytest.raises(aiohttp.ClientPayloadError):
        await create(http)
    assert len(sandbox.books.sessions) == 1


async def test_a_body_that_stalls(sandbox: Sandbox, http: aiohttp.ClientSession) -> None:
    sandbox.faults.next(CREATE, "stall_body")
    await given_up(http, lambda: bool(sandbox.books.sessions))
    assert len(sandbox.books.sessions) == 1


async def test_stalling_before_carries_it_out_later(sandbox: Sandbox, http: aiohttp.ClientSession) -> None:
    sandbox.faults.next(CREATE, stall_before(0.05))
    assert (await create(http))[0] == 200
    assert len(sandbox.books.sessions) == 1


async def test_what_is_held_is_carried_out_although_its_client_has_gone(
    sandbox: Sandbox, http: aiohttp.ClientSession
) -> None:
    go_on = asyncio.Event()
    sandbox.faults.next(CREATE, held_before(go_on))
    await given_up(http, lambda: bool(sandbox.requests))
    assert not sandbox.books.sessions
    go_on.set()
    await until(lambda: len(sandbox.books.sessions) == 1)
    assert (await create(http))[0] == 200
    assert len(sandbox.books.sessions) == 1


async def test_stalling_after_has_carried_it_out(sandbox: Sandbox, http: aiohttp.ClientSession) -> None:
    sandbox.faults.next(CREATE, stall_after(30))
    await given_up(http, lambda: bool(sandbox.books.sessions))
    assert len(sandbox.books.sessions) == 1
    assert (await create(http))[0] == 200
    assert len(sandbox.books.sessions) == 1


async def test_closing_ends_a_stall_without_carrying_it_out() -> None:
    box = Sandbox()
    await box.start()
    box.faults.next(CREATE, stall_before(30))
    async with aiohttp.ClientSession(box.base_url, headers={"Authorization": "Bearer sk_test_sandbox"}) as http:
        call = asyncio.create_task(create(http))
        await until(lambda: bool(box.requests))
        await box.close()
        with pytest.raises(aiohttp.ClientError):
            await call
    assert not box.books.sessions


@pytest.mark.parametrize(
    ("fault", "status", "done"),
    [
        ("html_200", 200, 0),
        ("html_200_after", 200, 1),
        ("html_500", 500, 0),
        ("html_502", 502, 0),
        ("html_502_after", 502, 1),
    ],
)
async def test_html_instead_of_json(
    sandbox: Sandbox, http: aiohttp.ClientSession, fault: str, status: int, done: int
) -> None:
    sandbox.faults.next(CREATE, fault)
    got, body = await create(http)
    assert got == status
    assert body.startswith(b"<html>")
    assert len(sandbox.books.sessions) == done
    assert (await create(http))[0] == 200
    assert len(sandbox.books.sessions) == 1


@pytest.mark.parametrize(
    ("fault", "kind", "code"),
    [
        ("401", stripe.AuthenticationError, None),
        ("403", stripe.PermissionError, "more_permissions_required_for_application"),
        ("409", stripe.APIError, "idempotency_key_in_use"),
        ("429", stripe.RateLimitError, "rate_limit"),
        ("lock_timeout", stripe.RateLimitError, "lock_timeout"),
        ("500", stripe.APIError, None),
    ],
)
async def test_stripes_own_errors(
    client: stripe.StripeClient, sandbox: Sandbox, fault: str, kind: type[stripe.StripeError], code: str | None
) -> None:
    sandbox.faults.next(CREATE, fault)
    with pytest.raises(kind) as error:
        await client.v1.checkout.sessions.create_async(params(), {"idempotency_key": "k1"})
    status = {"lock_timeout": 429}.get(fault) or int(fault)
    assert error.value.http_status == status
    assert error.value.error is not None
    assert error.value.error.code == code
    assert not sandbox.books.sessions
    fine = await client.v1.checkout.sessions.create_async(params(), {"idempotency_key": "k1"})
    assert fine.status == "open"


@pytest.mark.parametrize(
    ("fault", "done", "again"), [("500_stored", 0, 500), ("500_after", 1, 500), ("500_lost", 1, 200)]
)
async def test_what_a_500_leaves_behind(
    sandbox: Sandbox, http: aiohttp.ClientSession, fault: str, done: int, again: int
) -> None:
    """Stripe keeps the first result of a key, a 500 too; only one lost on the way out is not the result."""
    sandbox.faults.next(CREATE, fault)
    assert (await create(http))[0] == 500
    assert len(sandbox.books.sessions) == done
    assert (await create(http))[0] == again
    assert len(sandbox.books.sessions) == done
    assert (await create(http, key="k2"))[0] == 200


async def test_nobody_at_home(sandbox: Sandbox, http: aiohttp.ClientSession) -> None:
    url = sandbox.base_url
    assert (await create(http, "k0"))[0] == 200  # leaves a connection in the client's pool
    await sandbox.stop_listening()
    with pytest.raises(aiohttp.ClientConnectionError):
        await create(http)
    with pytest.raises(aiohttp.ClientConnectorError):
        await create(http)
    assert len(sandbox.books.sessions) == 1
    await sandbox.listen()
    assert sandbox.base_url == url
    assert (await create(http))[0] == 200


def test_plans_match_by_pattern_count_and_skip() -> None:
    plan = FaultPlan()
    plan.next("GET /v1/refunds/*", "500", times=2, skip=1)
    plan.always("POST /v1/refunds", "429")
    met = [plan.take("GET", "/v1/refunds/re_1") for _ in range(5)]
    assert [fault is not None for fault in met] == [False, True, True, False, False]
    assert [plan.take("POST", "/v1/refunds") for _ in range(3)] == [Fault("429")] * 3
    assert plan.take("GET", "/v1/events") is None
    assert len(plan.met) == 5
    plan.clear()
    assert plan.take("POST", "/v1/refunds") is None


def test_random_faults_repeat_under_their_seed() -> None:
    def run(seed: int) -> list[bool]:
        plan = FaultPlan()
        plan.at_random(seed, 0.3, ["500", "reset_after"])
        return [plan.take("GET", "/v1/account") is not None for _ in range(200)]

    assert run(1) == run(1)
    assert run(1) != run(2)
    assert 30 < sum(run(1)) < 90


def test_an_unknown_fault_is_named() -> None:
    with pytest.raises(ValueError, match="no fault 'flood'"):
        FaultPlan().next("*", "flood")


async def test_a_stored_500_shows_without_a_key_too(sandbox: Sandbox, http: aiohttp.ClientSession) -> None:
    for fault in ("500_stored", "500_after"):
        sandbox.faults.next("GET /v1/account", fault)
        async with http.get("/v1/account") as answer:
            assert answer.status == 500


async def test_a_bug_in_the_work_leaves_the_key_free(
    sandbox: Sandbox, http: aiohttp.ClientSession, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as patch:
        patch.setattr("travello_desk.sandbox.sessions.create", lambda *_: 1 / 0)
        assert (await create(http))[0] == 500
    assert (await create(http))[0] == 200
