"""The proof of one booking from its stored events: what it takes in, and that it can fail."""

from __future__ import annotations

import json

import pytest

from tests.desk import Desk
from travello_desk.operations.checkout import checkout
from travello_desk.operations.ingest import ingest_event
from travello_desk.operations.order_proof import order_proof
from travello_desk.operations.pay_back import PayBack, pay_back
from travello_desk.operations.poll import poll
from travello_desk.operations.refund import Request, refund
from travello_desk.payments import facts
from travello_desk.payments.events import read_event
from travello_desk.payments.rules import Refused


async def eventful(desk: Desk) -> int:
    """Declined, paid, refunded in part at the desk and in part in the Dashboard, which then comes back."""
    booking_id = await desk.book()
    link = await checkout(desk.ctx, booking_id, "Ayesha")
    await desk.sandbox.decline(link.session_id)
    await desk.sandbox.pay(link.session_id)
    await desk.feed()
    await refund(desk.ctx, Request(booking_id, "Ayesha", 200_000))
    (intent,) = desk.sandbox.books.payment_intents
    back = await desk.sandbox.refund_from_dashboard(intent, 100_000)
    await desk.sandbox.fail_refund(back["id"])
    await desk.feed()
    return booking_id


async def test_a_bookings_events_end_in_what_is_stored_in_every_order(desk: Desk) -> None:
    booking_id = await eventful(desk)
    other = await desk.book("TRV-2")
    await checkout(desk.ctx, other, "Ayesha")
    proof = await order_proof(desk.ctx, booking_id)
    assert proof.holds
    assert (proof.events, proof.orders) == (10, 3_628_800)
    assert proof.exact
    assert proof.endings[0].lines == proof.stored
    assert proof.endings[0].lines[0] == "booking PAID SUCCEEDED, paid 800000, due 0"
    assert (await order_proof(desk.ctx, other)).events == 0


async def test_an_event_that_waited_for_its_payment_is_one_of_them(desk: Desk) -> None:
    """B12: the refund was told before anything led to its payment."""
    booking_id = await desk.book()
    link = await checkout(desk.ctx, booking_id, "Ayesha")
    await desk.sandbox.pay(link.session_id)
    (intent,) = desk.sandbox.books.payment_intents
    await desk.sandbox.refund_from_dashboard(intent, 100_000)
    outcomes = [
        await ingest_event(desk.ctx, read_event(event), json.dumps(event))
        for event in sorted(desk.sandbox.books.events.values(), key=lambda e: not e["type"].startswith("refund"))
    ]
    assert "loose" in outcomes
    proof = await order_proof(desk.ctx, booking_id)
    assert proof.holds
    assert any(label.startswith("refund.created") for label in proof.endings[0].order)


async def test_what_no_event_told_is_no_difference(desk: Desk) -> None:
    """Stripe's direct answers and what the desk gave back itself stand in the store beside the events."""
    booking_id = await desk.book()
    await desk.sandbox.pay((await checkout(desk.ctx, booking_id, "Ayesha")).session_id)
    await poll(desk.ctx)
    done = await refund(desk.ctx, Request(booking_id, "Ayesha"))
    await desk.sandbox.fail_refund(done.stripe_refund_id)
    await poll(desk.ctx)
    await pay_back(desk.ctx, PayBack(booking_id, "Ayesha", "cash", "R-1"))
    proof = await order_proof(desk.ctx, booking_id)
    assert proof.holds, proof.lines
    await refund_told_by_its_answer_only(desk)


async def refund_told_by_its_answer_only(desk: Desk) -> None:
    booking_id = await desk.book("TRV-2")
    await desk.sandbox.pay((await checkout(desk.ctx, booking_id, "Ayesha")).session_id)
    await poll(desk.ctx)
    await refund(desk.ctx, Request(booking_id, "Ayesha", 100_000))
    proof = await order_proof(desk.ctx, booking_id)
    assert proof.holds, proof.lines
    assert proof.sentence.endswith("the store also knows what Stripe was asked")


async def test_the_proof_fails_where_the_last_report_is_believed(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    booking_id = await eventful(desk)
    with monkeypatch.context() as patched:
        patched.setattr(facts, "higher", lambda _rank, left, right: right or left)
        proof = await order_proof(desk.ctx, booking_id)
        assert not proof.holds
        assert len(proof.endings) == 2
        assert proof.lines[0].startswith("told as ")


async def test_the_proof_fails_where_a_rank_is_turned(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    booking_id = await eventful(desk)
    with monkeypatch.context() as patched:
        patched.setitem(facts.ATTEMPT_RANK, "paid", -1)
        proof = await order_proof(desk.ctx, booking_id)
        assert not proof.holds
        assert proof.lines[0] == "its events end in:"


async def test_no_booking_no_proof(desk: Desk) -> None:
    with pytest.raises(Refused, match="Booking not found"):
        await order_proof(desk.ctx, 99)
