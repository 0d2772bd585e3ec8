"""Refunds: the sums Stripe checks, every way a refund can go on, and who may not."""

from __future__ import annotations

from typing import Any

import pytest
import stripe

from tests.sandbox.conftest import params
from travello_desk.sandbox import Sandbox
from travello_desk.sandbox.world import Thing


async def paid(client: stripe.StripeClient, sandbox: Sandbox, card: str = "4242424242424242") -> Thing:
    """A charge of Rs 10,000."""
    session = await client.v1.checkout.sessions.create_async(params())
    await sandbox.pay(session.id, card=card)
    charge = list(sandbox.books.charges.values())[-1]
    sandbox.books.events.clear()
    return charge


def types(sandbox: Sandbox) -> list[str]:
    return [event["type"] for event in sandbox.books.events.values()]


async def test_a_full_refund_by_intent(client: stripe.StripeClient, sandbox: Sandbox) -> None:
    charge = await paid(client, sandbox)
    refund = await client.v1.refunds.create_async(
        {
            "payment_intent": charge["payment_intent"],
            "metadata": {"refund_uid": "r1"},
            "reason": "requested_by_customer",
        }
    )
    assert (refund.status, refund.amount, refund.charge) == ("succeeded", 1_000_000, charge["id"])
    assert refund.metadata is not None
    assert refund.metadata["refund_uid"] == "r1"
    assert types(sandbox) == ["refund.created", "charge.refunded"]
    created, refunded = sandbox.books.events.values()
    assert created["request"]["id"].startswith("req_")
    assert refunded["data"]["object"]["refunded"] is True
    assert refunded["data"]["previous_attributes"] == {"amount_refunded": 0, "refunded": False}
    assert (await client.v1.refunds.retrieve_async(refund.id)).id == refund.id


async def test_partial_refunds_add_up(client: stripe.StripeClient, sandbox: Sandbox) -> None:
    charge = await paid(client, sandbox)
    await client.v1.refunds.create_async({"charge": charge["id"], "amount": 200_000})
    assert (charge["amount_refunded"], charge["refunded"]) == (200_000, False)
    rest = await client.v1.refunds.create_async({"charge": charge["id"]})
    assert rest.amount == 800_000
    assert (charge["amount_refunded"], charge["refunded"]) == (1_000_000, True)
    expanded: Any = await client.v1.charges.retrieve_async(charge["id"], {"expand": ["refunds"]})
    assert [refund.amount for refund in expanded.refunds.data] == [800_000, 200_000]


async def test_above_the_rest_is_refused_without_a_code(client: stripe.StripeClient, sandbox: Sandbox) -> None:
    charge = await paid(client, sandbox)
    await sandbox.refund_from_dashboard(charge["id"], 200_000)
    with pytest.raises(stripe.InvalidRequestError) as refusal:
        await client.v1.refunds.create_async({"charge": charge["id"], "amount": 800_001})
    assert refusal.value.code is None
    assert refusal.value.user_message == (
        "Refund amount (₨8,000.01) is greater than unrefunded amount on charge (₨8,000.00)"
    )


async def test_a_second_full_refund_is_refused(client: stripe.StripeClient, sandbox: Sandbox) -> None:
    charge = await paid(client, sandbox)
    await sandbox.refund_from_dashboard(charge["payment_intent"])
    with pytest.raises(stripe.InvalidRequestError, match="has already been refunded") as refusal:
        await client.v1.refunds.create_async({"charge": charge["id"]})
    assert refusal.value.code == "charge_already_refunded"


@pytest.mark.parametrize("lowers", [True, False])
async def test_a_refund_may_fail_after_it_succeeded(
    client: stripe.StripeClient, sandbox: Sandbox, lowers: bool
) -> None:
    sandbox.behaviour.failed_refund_lowers_charge = lowers
    charge = await paid(client, sandbox, card="4000000000005126")
    refund = await client.v1.refunds.create_async({"charge": charge["id"]})
    assert refund.status == "succeeded"
    sandbox.advance(5)
    failed = await client.v1.refunds.retrieve_async(refund.id)
    assert failed.status == "failed"
    assert failed.failure_reason
    assert types(sandbox)[2:] == ["refund.failed", "refund.updated", "charge.refund.updated"]
    assert charge["amount_refunded"] == (0 if lowers else 1_000_000)
    again = await client.v1.refunds.create_async({"charge": charge["id"]})
    assert again.amount == 1_000_000


async def test_a_pending_refund_settles(client: stripe.StripeClient, sandbox: Sandbox) -> None:
    charge = await paid(client, sandbox, card="4000000000007726")
    refund = await client.v1.refunds.create_async({"charge": charge["id"]})
    assert (refund.status, refund.pending_reason) == ("pending", "processing")
    sandbox.advance(5)
    assert (await client.v1.refunds.retrieve_async(refund.id)).status == "succeeded"
    assert types(sandbox)[2:] == ["refund.updated", "charge.refund.updated"]


async def test_the_banks_reference_comes_later(client: stripe.StripeClient, sandbox: Sandbox) -> None:
    charge = await paid(client, sandbox)
    refund: Any = await client.v1.refunds.create_async({"charge": charge["id"]})
    assert refund.destination_details.card.reference_status == "pending"
    sandbox.advance(2)
    refund = await client.v1.refunds.retrieve_async(refund.id)
    assert refund.destination_details.card.reference_status == "available"
    assert len(refund.destination_details.card.reference) == 23
    assert types(sandbox)[2:] == ["refund.updated", "charge.refund.updated"]


async def test_without_balance_a_refund_waits(client: stripe.StripeClient, sandbox: Sandbox) -> None:
    charge = await paid(client, sandbox)
    sandbox.behaviour.insufficient_balance = True
    refund = await client.v1.refunds.create_async({"charge": charge["id"]})
    assert (refund.status, refund.pending_reason) == ("pending", "insufficient_funds")
    assert await sandbox.add_balance() == 1
    assert (await client.v1.refunds.retrieve_async(refund.id)).status == "succeeded"


async def test_a_refund_that_waits_for_the_guest_can_be_cancelled(
    client: stripe.StripeClient, sandbox: Sandbox
) -> None:
    sandbox.behaviour.refund_status = "requires_action"
    charge = await paid(client, sandbox)
    refund = await client.v1.refunds.create_async({"charge": charge["id"], "amount": 5000})
    assert refund.status == "requires_action"
    canceled = await client.v1.refunds.cancel_async(refund.id)
    assert canceled.status == "canceled"
    assert charge["amount_refunded"] == 0
    with pytest.raises(stripe.InvalidRequestError, match="cannot be canceled"):
        await client.v1.refunds.cancel_async(refund.id)


@pytest.mark.parametrize("status", ["succeeded", "pending"])
async def test_other_refunds_cannot_be_cancelled(client: stripe.StripeClient, sandbox: Sandbox, status: str) -> None:
    sandbox.behaviour.refund_status = status
    charge = await paid(client, sandbox)
    refund = await client.v1.refunds.create_async({"charge": charge["id"]})
    with pytest.raises(stripe.InvalidRequestError, match="cannot be canceled"):
        await client.v1.refunds.cancel_async(refund.id)


@pytest.mark.parametrize(
    ("sent", "code", "param"),
    [
        ({}, "parameter_missing", "payment_intent"),
        ({"charge": "ch_x"}, "resource_missing", "charge"),
        ({"payment_intent": "pi_x"}, "resource_missing", "payment_intent"),
        ({"charge": "ch_x", "payment_intent": "pi_x"}, "parameters_exclusive", None),
        ({"charge": "ch_x", "amount": 0}, "parameter_invalid_integer", "amount"),
        ({"charge": "ch_x", "amount": -5}, "parameter_invalid_integer", "amount"),
        ({"charge": "ch_x", "amount": 10.5}, "parameter_invalid_integer", "amount"),
        ({"charge": "ch_x", "reason": "bored"}, None, "reason"),
        ({"charge": "ch_x", "speed": "fast"}, "parameter_unknown", "speed"),
    ],
)
async def test_what_stripe_refuses_is_refused(
    client: stripe.StripeClient, sent: Any, code: str | None, param: str | None
) -> None:
    with pytest.raises(stripe.InvalidRequestError) as refusal:
        await client.v1.refunds.create_async(sent)
    assert (refusal.value.code, refusal.value.param) == (code, param)


async def test_an_unpaid_charge_cannot_be_refunded(client: stripe.StripeClient, sandbox: Sandbox) -> None:
    session = await client.v1.checkout.sessions.create_async(params())
    await sandbox.decline(session.id)
    (charge,) = sandbox.books.charges.values()
    with pytest.raises(stripe.InvalidRequestError, match="is not paid"):
        await client.v1.refunds.create_async({"charge": charge["id"]})
    with pytest.raises(stripe.InvalidRequestError, match="successful charge"):
        await client.v1.refunds.create_async({"payment_intent": charge["payment_intent"]})


async def test_refunds_are_listed_by_intent_and_charge(client: stripe.StripeClient, sandbox: Sandbox) -> None:
    first, second = await paid(client, sandbox), await paid(client, sandbox)
    for amount in (100, 200):
        await client.v1.refunds.create_async({"charge": first["id"], "amount": amount})
    await client.v1.refunds.create_async({"charge": second["id"], "amount": 300})
    by_intent = await client.v1.refunds.list_async({"payment_intent": first["payment_intent"]})
    assert [refund.amount for refund in by_intent.data] == [200, 100]
    by_charge = await client.v1.refunds.list_async({"charge": second["id"]})
    assert [refund.amount for refund in by_charge.data] == [300]


async def test_a_disputed_charge_cannot_be_refunded(client: stripe.StripeClient, sandbox: Sandbox) -> None:
    charge = await paid(client, sandbox)
    dispute = await sandbox.open_dispute(charge["id"])
    with pytest.raises(stripe.InvalidRequestError, match="has been charged back") as refusal:
        await client.v1.refunds.create_async({"charge": charge["id"]})
    assert refusal.value.code == "charge_disputed"
    await sandbox.close_dispute(dispute["id"], won=True)
    assert (await client.v1.refunds.create_async({"charge": charge["id"]})).status == "succeeded"


async def test_a_lost_dispute_bars_refunds_for_ever(client: stripe.StripeClient, sandbox: Sandbox) -> None:
    charge = await paid(client, sandbox)
    dispute = await sandbox.open_dispute(charge["id"])
    await sandbox.close_dispute(dispute["id"], won=False)
    with pytest.raises(stripe.InvalidRequestError, match="has been charged back"):
        await client.v1.refunds.create_async({"charge": charge["id"]})
    assert types(sandbox) == [
        "charge.dispute.created",
        "charge.dispute.funds_withdrawn",
        "charge.dispute.closed",
    ]


async def test_a_full_refund_ends_an_inquiry(client: stripe.StripeClient, sandbox: Sandbox) -> None:
    charge = await paid(client, sandbox)
    dispute = await sandbox.open_dispute(charge["id"], inquiry=True)
    assert dispute["is_charge_refundable"] is True
    await client.v1.refunds.create_async({"charge": charge["id"]})
    assert (await client.v1.disputes.retrieve_async(dispute["id"])).status == "warning_closed"


async def test_a_disputing_card_disputes_by_itself(client: stripe.StripeClient, sandbox: Sandbox) -> None:
    charge = await paid(client, sandbox, card="4000000000000259")
    sandbox.advance(2)
    (dispute,) = (await client.v1.disputes.list_async({"charge": charge["id"]})).data
    assert (dispute.status, dispute.reason, dispute.amount) == ("needs_response", "fraudulent", 1_000_000)
    assert charge["disputed"] is True
    answered = await sandbox.answer_dispute(dispute.id)
    assert answered["status"] == "under_review"
    await sandbox.close_dispute(dispute.id, won=True)
    assert types(sandbox)[-2:] == ["charge.dispute.closed", "charge.dispute.funds_reinstated"]
    with pytest.raises(ValueError, match="closed"):
        await sandbox.close_dispute(dispute.id)


async def test_the_balance_is_what_is_left(client: stripe.StripeClient, sandbox: Sandbox) -> None:
    charge = await paid(client, sandbox)
    await client.v1.refunds.create_async({"charge": charge["id"], "amount": 300_000})
    balance = await client.v1.balance.retrieve_async()
    assert [(part.currency, part.amount) for part in balance.available] == [("pkr", 700_000)]
