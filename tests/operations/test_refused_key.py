"""A key that Stripe refuses is told on every screen by whoever meets it first, not only by the next poll (D18, D19)."""

from __future__ import annotations

import pytest

from tests.desk import Desk
from travello_desk.operations import bookings as changes
from travello_desk.operations.checkout import checkout
from travello_desk.operations.errors import StripeFailed
from travello_desk.operations.refund import Request, refund

SESSIONS = "POST /v1/checkout/sessions"
REFUSALS = pytest.mark.parametrize(("fault", "says"), [("401", "refuses the key"), ("403", "lacks the right")])


@REFUSALS
async def test_D18_D19_a_link_that_is_refused_raises_the_banner_at_once(desk: Desk, fault: str, says: str) -> None:
    booking_id = await desk.book()
    desk.sandbox.faults.always(SESSIONS, fault)
    with pytest.raises(StripeFailed):
        await checkout(desk.ctx, booking_id, "Ayesha")
    assert says in desk.ctx.health.banner
    desk.sandbox.faults.clear()
    await checkout(desk.ctx, booking_id, "Ayesha")
    assert desk.ctx.health.banner == ""
    assert desk.ctx.health.stripe_seen_at == int(desk.time())


@REFUSALS
async def test_C30_a_refund_that_is_refused_raises_the_banner_at_once(desk: Desk, fault: str, says: str) -> None:
    booking_id = await desk.book()
    await desk.sandbox.pay((await checkout(desk.ctx, booking_id, "Ayesha")).session_id)
    await desk.feed()
    desk.sandbox.faults.always("POST /v1/refunds", fault)
    with pytest.raises(StripeFailed):
        await refund(desk.ctx, Request(booking_id, "Ayesha"))
    assert says in desk.ctx.health.banner
    desk.sandbox.faults.clear()
    await refund(desk.ctx, Request(booking_id, "Ayesha"))
    assert desk.ctx.health.banner == ""


@REFUSALS
async def test_a_link_that_may_not_be_switched_off_raises_the_banner(desk: Desk, fault: str, says: str) -> None:
    booking_id = await desk.book()
    await checkout(desk.ctx, booking_id, "Ayesha")
    desk.sandbox.faults.always(f"{SESSIONS}/*/expire", fault)
    assert "still live" in (await changes.cancel(desk.ctx, booking_id, "plans changed", "Ayesha")).warning
    assert says in desk.ctx.health.banner


async def test_a_line_that_broke_is_no_refused_key(desk: Desk) -> None:
    booking_id = await desk.book()
    desk.sandbox.faults.always(SESSIONS, "reset_before")
    with pytest.raises(StripeFailed):
        await checkout(desk.ctx, booking_id, "Ayesha")
    assert desk.ctx.health.banner == ""
