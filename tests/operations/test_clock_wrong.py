"""A computer whose clock is wrong, and known to be (E9): links and refunds go on as if it were right."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest

from tests.backend import open_store
from tests.desk import Desk
from travello_desk.operations.checkout import checkout
from travello_desk.operations.clock import watch_clock
from travello_desk.operations.context import Context
from travello_desk.operations.errors import StripeFailed
from travello_desk.operations.refund import Request, new_uid, refund
from travello_desk.operations.resume import resume

DAY = 24 * 3600


@asynccontextmanager
async def ahead_by(desk: Desk, seconds: float) -> AsyncIterator[Desk]:
    """The same desk with its own clock that much ahead of Stripe's, which has been measured."""

    def wrong() -> float:
        return desk.time() + seconds

    store = open_store(desk.folder / "travello.db", wrong)
    try:
        ctx = Context(store, desk.ctx.settings, desk.ctx.gateway, wrong)
        await watch_clock(ctx)
        assert ctx.clock_offset_seconds != 0
        yield Desk(ctx, desk.sandbox, desk.time, desk.folder)
    finally:
        store.close()


@pytest.mark.parametrize("ahead", [-3600, -600, 600, 3600, 30 * DAY])
async def test_E9_links_and_refunds_are_made_with_a_clock_known_to_be_wrong(desk: Desk, ahead: int) -> None:
    async with ahead_by(desk, ahead) as wrong:
        booking_id = await wrong.book()
        link = await checkout(wrong.ctx, booking_id, "Ayesha")
        assert (await checkout(wrong.ctx, booking_id, "Ayesha")).session_id == link.session_id
        await wrong.sandbox.pay(link.session_id)
        await wrong.feed()
        assert wrong.booking(booking_id).status == "PAID"
        assert (await refund(wrong.ctx, Request(booking_id, "Ayesha", uid=new_uid()))).status == "succeeded"


async def test_E9_what_was_not_answered_is_sent_again_with_the_same_key(desk: Desk) -> None:
    async with ahead_by(desk, 3600) as wrong:
        booking_id = await wrong.book()
        wrong.sandbox.faults.always("POST /v1/checkout/sessions", "reset_before")
        with pytest.raises(StripeFailed):
            await checkout(wrong.ctx, booking_id, "Ayesha")
        wrong.sandbox.faults.clear()
        link = await checkout(wrong.ctx, booking_id, "Ayesha")
        assert list(wrong.sandbox.books.sessions) == [link.session_id]


async def test_E9_a_link_that_has_ended_by_stripes_clock_is_not_handed_out(desk: Desk) -> None:
    async with ahead_by(desk, -1800) as slow:
        booking_id = await slow.book()
        first = await checkout(slow.ctx, booking_id, "Ayesha")
        desk.time.seconds += DAY + 60
        assert (await checkout(slow.ctx, booking_id, "Ayesha")).session_id != first.session_id


async def test_E9_an_old_intention_is_found_though_stripe_wrote_an_earlier_time(desk: Desk) -> None:
    async with ahead_by(desk, 3600) as wrong:
        booking_id = await wrong.book()
        wrong.sandbox.faults.always("POST /v1/checkout/sessions", "reset_after")
        with pytest.raises(StripeFailed):
            await checkout(wrong.ctx, booking_id, "Ayesha")
        wrong.sandbox.faults.clear()
        desk.time.seconds += 23.5 * 3600
        await resume(wrong.ctx)
        assert wrong.states(booking_id)[2] == ["OPEN"]
