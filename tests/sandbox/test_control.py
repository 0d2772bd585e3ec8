"""The control endpoints and the page for people: everything tests do in process, over HTTP."""

from __future__ import annotations

import asyncio
import dataclasses
import sys
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import aiohttp
import pytest
import stripe

from tests.sandbox.conftest import NOW, Listener, params, until
from travello_desk.sandbox import Sandbox, actions, dashboard, faults
from travello_desk.sandbox.world import Behaviour

BROWSER = {"Accept": "text/html,application/xhtml+xml"}


@pytest.fixture
async def control_(sandbox: Sandbox) -> AsyncIterator[aiohttp.ClientSession]:
    async with aiohttp.ClientSession(sandbox.base_url) as session:
        yield session


async def opened(client: stripe.StripeClient) -> str:
    return (await client.v1.checkout.sessions.create_async(params())).id


async def do(http: aiohttp.ClientSession, action: str, **sent: Any) -> Any:
    async with http.post(f"/_sandbox/{action}", json=sent) as answer:
        body = await answer.json()
        assert answer.status == 200, body
        return body


async def refused(http: aiohttp.ClientSession, action: str, **sent: Any) -> tuple[int, str]:
    async with http.post(f"/_sandbox/{action}", json=sent) as answer:
        return answer.status, (await answer.json())["error"]


async def test_a_story_told_from_another_process(client: stripe.StripeClient, control_: aiohttp.ClientSession) -> None:
    session = await opened(client)
    assert (await do(control_, "decline", session=session))["outcome"] == "declined"
    paid = await do(control_, "pay", session=session, email="a@example.com")
    assert (paid["outcome"], paid["session"]["status"]) == ("paid", "complete")
    intent = paid["session"]["payment_intent"]
    refund = await do(control_, "refund", payment_intent=intent, amount=200_000)
    assert (refund["amount"], refund["metadata"]) == (200_000, {})
    assert (await do(control_, "refund", payment_intent=intent, major="1,000.50"))["amount"] == 100_050
    failed = await do(control_, "fail_refund", refund=refund["id"], reason="expired_or_canceled_card")
    assert (failed["status"], failed["failure_reason"]) == ("failed", "expired_or_canceled_card")
    dispute = await do(control_, "open_dispute", charge=refund["charge"])
    assert (await do(control_, "answer_dispute", dispute=dispute["id"]))["status"] == "under_review"
    assert (await do(control_, "close_dispute", dispute=dispute["id"], won=False))["status"] == "lost"
    async with control_.get("/_sandbox/books") as answer:
        books = await answer.json()
    assert books["totals"] == {
        "pkr": {"received": 1_000_000, "refunded": 100_050, "disputed": 1_000_000, "net": -100_050}
    }
    assert [payment["refunded"] for payment in books["payments"]] == [100_050]
    assert [refund["status"] for refund in books["refunds"]] == ["failed", "succeeded"]


async def test_books_reconcile_with_the_api(
    client: stripe.StripeClient, sandbox: Sandbox, control_: aiohttp.ClientSession
) -> None:
    for amount in (None, 100, 250):
        session = await opened(client)
        await sandbox.pay(session)
        await sandbox.refund_from_dashboard(sandbox.books.sessions[session]["payment_intent"], amount)
    async with control_.get("/_sandbox/books") as answer:
        books = await answer.json()
    listed = [refund.amount async for refund in (await client.v1.refunds.list_async()).auto_paging_iter()]
    assert sum(listed) == books["totals"]["pkr"]["refunded"] == 1_000_350
    balance = await client.v1.balance.retrieve_async()
    assert balance.available[0].amount == books["totals"]["pkr"]["net"]


async def test_delayed_money_and_the_clock(client: stripe.StripeClient, control_: aiohttp.ClientSession) -> None:
    first, second, third = [await opened(client) for _ in range(3)]
    intent = (await do(control_, "pay_delayed", session=first))["session"]["payment_intent"]
    assert (await do(control_, "settle_delayed", payment_intent=intent, ok=False))[
        "status"
    ] == "requires_payment_method"
    await do(control_, "pay_delayed", session=second, settles=True)
    assert await do(control_, "advance", seconds=20) == {"ran": 1, "now": NOW + 20}
    assert (await do(control_, "expire", session=third))["status"] == "expired"
    async with control_.get("/_sandbox/health") as answer:
        assert (await answer.json())["now"] == NOW + 20


async def test_knobs_turn_and_unknown_ones_are_named(sandbox: Sandbox, control_: aiohttp.ClientSession) -> None:
    turned = await do(control_, "behaviour", refund_status="pending", insufficient_balance=True, settle_delay_seconds=3)
    assert turned == dataclasses.asdict(
        Behaviour(refund_status="pending", insufficient_balance=True, settle_delay_seconds=3.0)
    )
    assert (await refused(control_, "behaviour", gravity=1))[0] == 400
    assert await do(control_, "add_balance") == {"released": 0}
    assert sandbox.behaviour.insufficient_balance is False


async def test_faults_over_http(client: stripe.StripeClient, sandbox: Sandbox, control_: aiohttp.ClientSession) -> None:
    await do(control_, "fault", pattern="POST *", fault="429", times=2)
    assert await do(control_, "fault", pattern="GET *", fault="500", always=True) == {"waiting": 2}
    for _ in range(2):
        with pytest.raises(stripe.RateLimitError):
            await opened(client)
    with pytest.raises(stripe.APIError):
        await client.v1.balance.retrieve_async()
    await do(control_, "clear_faults")
    assert await opened(client)
    await do(control_, "random_faults", seed=1, probability=1, faults=["500"])
    with pytest.raises(stripe.APIError):
        await opened(client)
    assert "there is no such fault" in (await refused(control_, "fault", pattern="*", fault="flood"))[1]


async def test_delivery_over_http(
    client: stripe.StripeClient, sandbox: Sandbox, control_: aiohttp.ClientSession, listener: Listener
) -> None:
    await do(control_, "deliver_to", url=listener.url, types=["charge.succeeded", "checkout.session.completed"])
    await do(control_, "delivery", duplicate=1.0, seed=4, retry_delays_seconds=[0.01])
    await do(control_, "pay", session=await opened(client))
    await do(control_, "drain")
    assert listener.types() == ["charge.succeeded"] * 2 + ["checkout.session.completed"] * 2
    await do(control_, "delivery", drop=1.0)
    await do(control_, "pay", session=await opened(client))
    await do(control_, "delivery")
    await do(control_, "hold")
    await do(control_, "pay", session=await opened(client))
    assert await do(control_, "release", order="reverse") == {"released": 2}
    await do(control_, "drain")
    assert listener.types()[4:] == ["checkout.session.completed", "charge.succeeded"]
    (tried,) = await do(control_, "resend", event=list(sandbox.books.events)[-1])
    assert tried["status"] == 200
    async with control_.get("/_sandbox/deliveries") as answer:
        assert len(await answer.json()) == 7


@pytest.mark.parametrize(
    ("action", "sent", "status", "text"),
    [
        ("pay", {}, 400, "session is missing"),
        ("pay", {"session": "cs_none"}, 404, "there is no cs_none"),
        ("advance", {"seconds": "soon"}, 400, "seconds must be a number"),
        ("advance", {"seconds": -1}, 400, "cannot run backwards"),
        ("refund", {"charge": "ch_none"}, 400, "No such charge"),
        ("refund", {"charge": "ch_none", "major": "1"}, 404, "there is no ch_none"),
        ("settle_delayed", {"payment_intent": "pi_none"}, 404, "there is no pi_none"),
        ("release", {"order": "sideways"}, 400, "order must be one of"),
        ("behaviour", {"insufficient_balance": "maybe"}, 400, "must be true or false"),
    ],
)
async def test_what_cannot_be_done_is_said(
    control_: aiohttp.ClientSession, action: str, sent: dict[str, Any], status: int, text: str
) -> None:
    got, error = await refused(control_, action, **sent)
    assert got == status
    assert text in error


async def test_paying_what_is_over_is_a_conflict(client: stripe.StripeClient, control_: aiohttp.ClientSession) -> None:
    session = await opened(client)
    await do(control_, "pay", session=session)
    assert await refused(control_, "pay", session=session) == (409, "the session is complete")


@pytest.mark.parametrize("body", [b"[]", b"nonsense", b"\xff"])
async def test_bodies_that_are_no_object(control_: aiohttp.ClientSession, body: bytes) -> None:
    headers = {"Content-Type": "application/json"}
    async with control_.post("/_sandbox/pay", data=body, headers=headers) as answer:
        assert answer.status == 400


async def test_an_unknown_action_lists_the_known(control_: aiohttp.ClientSession) -> None:
    async with control_.post("/_sandbox/fly") as answer:
        assert answer.status == 404
        assert "close_dispute" in await answer.text()


async def test_a_persons_button_leads_back_to_the_page(
    client: stripe.StripeClient, sandbox: Sandbox, control_: aiohttp.ClientSession
) -> None:
    session = await opened(client)
    await sandbox.pay(session)
    charge = next(iter(sandbox.books.charges))
    sent = {"charge": charge, "major": ""}
    async with control_.post("/_sandbox/refund", data=sent, headers=BROWSER, allow_redirects=False) as answer:
        assert (answer.status, answer.headers["Location"]) == (303, "/_sandbox/")
    assert sandbox.books.charges[charge]["refunded"] is True
    async with control_.post("/_sandbox/refund", data=sent, headers=BROWSER) as answer:
        assert answer.status == 400
        assert "has already been refunded" in await answer.text()


async def test_other_sites_may_not_press_the_buttons(control_: aiohttp.ClientSession, sandbox: Sandbox) -> None:
    for origin in ("https://evil.example", "null", ""):
        headers = {"Origin": origin} | BROWSER
        async with control_.post("/_sandbox/advance", data={"seconds": "1"}, headers=headers) as answer:
            assert answer.status == 403
            assert "no real money" in await answer.text()
    async with control_.post(
        "/_sandbox/advance", data={"seconds": "1"}, headers={"Origin": sandbox.base_url}
    ) as answer:
        assert answer.status == 200


async def test_control_can_be_switched_off(client: stripe.StripeClient) -> None:
    async with Sandbox(control_enabled=False) as box, aiohttp.ClientSession(box.base_url) as http:
        for path in ("/_sandbox/", "/_sandbox/books", "/_sandbox/health"):
            async with http.get(path) as answer:
                assert answer.status == 404
        async with http.post("/_sandbox/advance", json={"seconds": 1}) as answer:
            assert answer.status == 404
        async with http.get("/_sandbox/style.css") as answer:
            assert answer.status == 200


async def test_the_page_offers_what_can_happen_next(
    client: stripe.StripeClient, sandbox: Sandbox, control_: aiohttp.ClientSession, listener: Listener
) -> None:
    sandbox.deliver_to(listener.url)
    open_, declined, settling, disputed = [await opened(client) for _ in range(4)]
    await sandbox.decline(declined)
    await sandbox.pay_delayed(settling)
    await sandbox.pay(disputed)
    charge = list(sandbox.books.charges)[-1]
    await sandbox.refund_from_dashboard(charge, 5000)
    await sandbox.open_dispute(charge)
    await sandbox.delivery.drain()
    async with control_.get("/_sandbox/") as answer:
        html = await answer.text()
    assert sandbox.books.sessions[open_]["url"] in html
    for text in ("It bounces", "Rs. 50 back", "Hotel wins", "Be the guest", "It fails", "Send again", listener.url):
        assert text in html
    for action in {part.partition('"')[0] for part in html.split('action="/_sandbox/')[1:]}:
        assert action in actions.ACTIONS


def test_the_troubles_on_the_page_exist() -> None:
    assert set(dashboard.TROUBLES) <= set(faults.NAMED)


async def test_it_runs_on_its_own(tmp_path: Path) -> None:
    """One line with its address, an API that answers, and a clean end."""
    words = ["-m", "travello_desk.sandbox", "--port", "0", "--webhook", "http://127.0.0.1:9/x", "--seed", "1"]
    process = await asyncio.create_subprocess_exec(
        sys.executable, *words, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.PIPE
    )
    assert process.stdout is not None
    url = (await asyncio.wait_for(process.stdout.readline(), 60)).decode().strip()
    async with aiohttp.ClientSession(url) as http, http.get("/_sandbox/health") as answer:
        assert answer.status == 200
    process.terminate()
    out, err = await asyncio.wait_for(process.communicate(), 60)
    assert (process.returncode, out, err) == (0, b"", b"")


async def test_a_taken_port_is_one_clear_line(sandbox: Sandbox) -> None:
    port = sandbox.base_url.rpartition(":")[2]
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "travello_desk.sandbox", "--port", port, stderr=asyncio.subprocess.PIPE
    )
    _, err = await asyncio.wait_for(process.communicate(), 60)
    assert process.returncode == 1
    assert err.startswith(b"the sandbox cannot listen: ")
    assert err.count(b"\n") == 1


async def test_in_the_background_time_passes_by_itself() -> None:
    async with Sandbox() as box:
        ran: list[int] = []
        box.world.schedule.after(0.01, lambda: ran.append(1))
        await until(lambda: ran == [1])
