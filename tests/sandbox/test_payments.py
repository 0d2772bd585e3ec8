"""What guests do: cards, declines, bank debits; the order of events and the shape of what is left behind."""

from __future__ import annotations

import json
from typing import Any

import pytest
import stripe

from tests.sandbox.conftest import FakeTime, params, priced
from travello_desk.sandbox import Buyer, NotACardError, NotPayableError, Sandbox
from travello_desk.sandbox.cards import KNOWN, passes_luhn


async def opened(client: stripe.StripeClient, **changes: Any) -> str:
    return (await client.v1.checkout.sessions.create_async(params(**changes))).id


def types(sandbox: Sandbox) -> list[str]:
    return [event["type"] for event in sandbox.books.events.values()]


async def test_paying_completes_everything_in_stripes_order(client: stripe.StripeClient, sandbox: Sandbox) -> None:
    metadata = {"payment_uid": "p1"}
    data = {"metadata": metadata, "description": "Booking 15"}
    id_ = await opened(client, metadata=metadata, payment_intent_data=data)
    attempt = await sandbox.pay(id_, buyer=Buyer("ayesha@example.com", "Ayesha Khan"))
    assert attempt.paid
    assert types(sandbox) == [
        "payment_intent.created",
        "charge.succeeded",
        "payment_intent.succeeded",
        "checkout.session.completed",
    ]
    session = sandbox.books.sessions[id_]
    assert session["customer_details"]["email"] == "ayesha@example.com"
    intent = await client.v1.payment_intents.retrieve_async(session["payment_intent"])
    assert (intent.status, intent.amount_received, intent.description) == (
        "succeeded",
        1_000_000,
        "Booking 15",
    )
    assert intent.metadata["payment_uid"] == "p1"
    charge = await client.v1.charges.retrieve_async(str(intent.latest_charge))
    assert (charge.status, charge.paid, charge.captured, charge.amount_refunded) == (
        "succeeded",
        True,
        True,
        0,
    )
    assert charge.metadata["payment_uid"] == "p1"
    assert charge.outcome is not None
    assert charge.outcome.network_status == "approved_by_network"


async def test_metadata_of_the_session_does_not_leak_onto_the_intent(
    client: stripe.StripeClient, sandbox: Sandbox
) -> None:
    id_ = await opened(client, metadata={"only": "session"})
    await sandbox.pay(id_)
    assert next(iter(sandbox.books.payment_intents.values()))["metadata"] == {}


@pytest.mark.parametrize(("number", "brand"), [("4242 4242 4242 4242", "visa"), ("5555555555554444", "mastercard")])
async def test_good_cards_pay(client: stripe.StripeClient, sandbox: Sandbox, number: str, brand: str) -> None:
    assert (await sandbox.pay(await opened(client), card=number)).paid
    (charge,) = sandbox.books.charges.values()
    assert charge["payment_method_details"]["card"]["brand"] == brand


@pytest.mark.parametrize(
    ("number", "code", "decline_code", "message"),
    [
        ("4000000000000002", "card_declined", "generic_decline", "Your card was declined."),
        ("4000000000009995", "card_declined", "insufficient_funds", "Your card has insufficient funds."),
        ("4000000000000069", "expired_card", None, "Your card has expired."),
        ("4000000000000010", "card_declined", "test_mode_live_card", "only knows the test cards"),
    ],
)
async def test_bad_cards_leave_the_session_open(
    client: stripe.StripeClient, sandbox: Sandbox, number: str, code: str, decline_code: str, message: str
) -> None:
    id_ = await opened(client)
    attempt = await sandbox.pay(id_, card=number)
    assert (attempt.outcome, attempt.paid) == ("declined", False)
    assert types(sandbox) == ["payment_intent.created", "charge.failed", "payment_intent.payment_failed"]
    session: Any = await client.v1.checkout.sessions.retrieve_async(id_, {"expand": ["payment_intent"]})
    assert (session.status, session.payment_status) == ("open", "unpaid")
    assert session.url
    error = session.payment_intent.last_payment_error
    assert session.payment_intent.status == "requires_payment_method"
    assert (error.type, error.code) == ("card_error", code)
    assert message in error.message
    assert error.to_dict().get("decline_code") == decline_code
    charge = await client.v1.charges.retrieve_async(error.charge)
    assert (charge.status, charge.paid, charge.failure_code) == ("failed", False, code)


async def test_a_decline_then_a_good_card_use_one_intent(client: stripe.StripeClient, sandbox: Sandbox) -> None:
    id_ = await opened(client)
    await sandbox.decline(id_)
    await sandbox.pay(id_)
    (intent,) = sandbox.books.payment_intents.values()
    assert intent["status"] == "succeeded"
    assert intent["last_payment_error"] is None
    assert [charge["status"] for charge in sandbox.books.charges.values()] == ["failed", "succeeded"]
    assert types(sandbox).count("payment_intent.created") == 1


async def test_events_are_snapshots(client: stripe.StripeClient, sandbox: Sandbox) -> None:
    id_ = await opened(client)
    await sandbox.decline(id_)
    before = json.dumps(list(sandbox.books.events.values()))
    await sandbox.pay(id_)
    assert json.dumps(list(sandbox.books.events.values())[:3]) == before
    created = next(iter(sandbox.books.events.values()))
    assert created["data"]["object"]["status"] == "requires_payment_method"


async def test_nobody_pays_twice(client: stripe.StripeClient, sandbox: Sandbox) -> None:
    id_ = await opened(client)
    await sandbox.pay(id_)
    with pytest.raises(NotPayableError) as refusal:
        await sandbox.pay(id_)
    assert refusal.value.status == "complete"
    assert len(sandbox.books.charges) == 1


async def test_an_expired_session_cannot_be_paid_and_its_intent_is_cancelled(
    client: stripe.StripeClient, sandbox: Sandbox
) -> None:
    id_ = await opened(client)
    await sandbox.decline(id_)
    await sandbox.expire(id_)
    with pytest.raises(NotPayableError):
        await sandbox.pay(id_)
    assert types(sandbox)[-2:] == ["payment_intent.canceled", "checkout.session.expired"]


async def test_at_the_edge_the_clock_decides(client: stripe.StripeClient, sandbox: Sandbox, time: FakeTime) -> None:
    id_ = await opened(client)
    time.seconds += 24 * 3600
    with pytest.raises(NotPayableError) as refusal:
        await sandbox.pay(id_)
    assert refusal.value.status == "expired"


@pytest.mark.parametrize("number", ["4242424242424241", "1234", "", "4242-4242-4242-424x", "٤٢٤٢٤٢٤٢٤٢٤٢٤٢٤٢"])
async def test_what_is_no_card_number_is_refused(client: stripe.StripeClient, sandbox: Sandbox, number: str) -> None:
    id_ = await opened(client)
    with pytest.raises(NotACardError):
        await sandbox.pay(id_, card=number)
    assert not sandbox.books.charges


def test_all_test_cards_have_right_check_digits() -> None:
    assert all(passes_luhn(number) for number in KNOWN)


async def test_a_bank_debit_completes_unpaid_and_settles(client: stripe.StripeClient, sandbox: Sandbox) -> None:
    id_ = await opened(client)
    attempt = await sandbox.pay_delayed(id_)
    assert attempt.outcome == "settling"
    session = await client.v1.checkout.sessions.retrieve_async(id_)
    assert (session.status, session.payment_status) == ("complete", "unpaid")
    intent = str(session.payment_intent)
    assert sandbox.books.payment_intents[intent]["status"] == "processing"
    await sandbox.settle_delayed(intent, ok=True)
    session = await client.v1.checkout.sessions.retrieve_async(id_)
    assert session.payment_status == "paid"
    assert types(sandbox) == [
        "payment_intent.created",
        "payment_intent.processing",
        "charge.pending",
        "checkout.session.completed",
        "charge.succeeded",
        "payment_intent.succeeded",
        "checkout.session.async_payment_succeeded",
    ]
    completed = list(sandbox.books.events.values())[3]
    assert completed["data"]["object"]["payment_status"] == "unpaid"


async def test_a_bank_debit_can_bounce(client: stripe.StripeClient, sandbox: Sandbox) -> None:
    id_ = await opened(client)
    await sandbox.pay_delayed(id_)
    intent = sandbox.books.sessions[id_]["payment_intent"]
    await sandbox.settle_delayed(intent, ok=False)
    assert types(sandbox)[-3:] == [
        "charge.failed",
        "payment_intent.payment_failed",
        "checkout.session.async_payment_failed",
    ]
    session = sandbox.books.sessions[id_]
    assert (session["status"], session["payment_status"]) == ("complete", "unpaid")
    with pytest.raises(ValueError, match="nothing to settle"):
        await sandbox.settle_delayed(intent)


@pytest.mark.parametrize(("settles", "last"), [(True, "succeeded"), (False, "failed")])
async def test_a_bank_debit_settles_by_itself_after_twenty_seconds(
    client: stripe.StripeClient, sandbox: Sandbox, settles: bool, last: str
) -> None:
    await sandbox.pay_delayed(await opened(client), settles=settles)
    sandbox.advance(19)
    assert types(sandbox)[-1] == "checkout.session.completed"
    sandbox.advance(1)
    assert types(sandbox)[-1] == f"checkout.session.async_payment_{last}"


async def test_an_order_of_nought_needs_no_payment(client: stripe.StripeClient, sandbox: Sandbox) -> None:
    session = await client.v1.checkout.sessions.create_async(priced("pkr", 0))
    await sandbox.pay(session.id)
    done = await client.v1.checkout.sessions.retrieve_async(session.id)
    assert (done.payment_status, done.payment_intent) == ("no_payment_required", None)


async def test_presentment_shows_what_the_guest_saw(client: stripe.StripeClient, sandbox: Sandbox) -> None:
    id_ = await opened(client)
    await sandbox.pay(id_, buyer=Buyer(presentment=("eur", 3310)))
    session = await client.v1.checkout.sessions.retrieve_async(id_)
    assert session.presentment_details is not None
    assert session.presentment_details.presentment_amount == 3310
    assert session.currency == "pkr"


async def test_the_same_seed_and_clock_give_the_same_ids(time: FakeTime) -> None:
    async def run(seed: int | None) -> list[str]:
        async with Sandbox(clock=time, seed=seed) as box:
            http = stripe.AIOHTTPClient()
            client = stripe.StripeClient("sk_test_sandbox", http_client=http, base_addresses={"api": box.base_url})
            id_ = await opened(client)
            await box.pay(id_)
            await http.close_async()
            return [id_, *box.books.events]

    assert await run(3) == await run(3)
    assert await run(3) != await run(4)
    assert await run(None) != await run(None)
