"""The day compared with Stripe, over HTTP: what is missing on either side is named, nothing is changed by asking."""

from __future__ import annotations

from datetime import timedelta

import pytest

from tests.desk import Desk
from travello_desk.operations.checkout import checkout
from travello_desk.operations.compare_day import Comparison, OnlinePayment, compare_day
from travello_desk.operations.errors import StripeFailed
from travello_desk.operations.report import business_date
from travello_desk.payments.rules import Refused
from travello_desk.stripe_gateway.errors import GatewayError


async def pay(desk: Desk, reference: str) -> None:
    booking_id = await desk.book(reference)
    await desk.sandbox.pay((await checkout(desk.ctx, booking_id, "Ayesha")).session_id)


async def test_a_payment_we_never_heard_of_is_found(desk: Desk) -> None:
    await pay(desk, "TRV-1")
    await desk.feed()
    today = business_date(desk.ctx)
    assert (await compare_day(desk.ctx, today)).agree
    await pay(desk, "TRV-2")
    found = await compare_day(desk.ctx, today)
    assert (len(found.only_stripe), found.only_ours, found.sentence) == (1, [], "Stripe says 2 online, we have 1")
    assert found.only_stripe[0].amount_minor == 1_000_000
    assert desk.states(2)[0] == "PENDING"
    await desk.feed()
    assert (await compare_day(desk.ctx, today)).sentence == "Stripe says 2 online, and so do we"
    assert (await compare_day(desk.ctx, today - timedelta(days=1))).stripe == ()


async def test_a_day_that_stripe_has_forgotten_is_refused(desk: Desk) -> None:
    with pytest.raises(Refused, match="30 days"):
        await compare_day(desk.ctx, business_date(desk.ctx) - timedelta(days=31))


async def test_a_stripe_that_is_away_is_told_as_such(desk: Desk) -> None:
    desk.sandbox.faults.always("GET /v1/events", "500")
    with pytest.raises((StripeFailed, GatewayError)):
        await compare_day(desk.ctx, business_date(desk.ctx))
    desk.ctx.gateway = None
    with pytest.raises(StripeFailed):
        await compare_day(desk.ctx, business_date(desk.ctx))


def test_every_kind_of_difference_has_its_line() -> None:
    theirs = (OnlinePayment("pi_1", 100, "PKR", 1), OnlinePayment("pi_2", 200, "PKR", 1))
    ours = (OnlinePayment("pi_2", 300, "PKR", 1, "TRV-2"), OnlinePayment("pi_3", 400, "PKR", 1, "TRV-3"))
    lines = Comparison(theirs, ours, elsewhere=2).lines
    assert lines == [
        "Stripe says 2 online, we have 2",
        "Stripe only: Rs. 1 pi_1",
        "here only: TRV-3 Rs. 4 pi_3",
        "Stripe Rs. 2 pi_2, here Rs. 3",
        "2 more were taken on this account by other programs",
        "travello-desk reconcile fetches what is missing",
    ]
