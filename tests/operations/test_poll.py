"""Polling and reconciling: what webhooks never told (PAYMENTS E8, E10, E11), and old intentions looked at first."""

from __future__ import annotations

from typing import Any

import pytest

from tests.desk import NOW, Desk
from travello_desk.operations import poll as polling
from travello_desk.operations.checkout import checkout
from travello_desk.operations.errors import StripeFailed
from travello_desk.operations.poll import Stage, poll, poll_job
from travello_desk.operations.reconcile import reconcile
from travello_desk.operations.refund import Request, refund
from travello_desk.operations.resume import resume
from travello_desk.store import cursors
from travello_desk.stripe_gateway import BadAnswer

DAY = 24 * 3600


async def test_E8_polling_tells_what_no_webhook_told(desk: Desk) -> None:
    booking_id = await desk.book()
    link = await checkout(desk.ctx, booking_id, "Ayesha")
    await desk.sandbox.decline(link.session_id)
    await desk.sandbox.pay(link.session_id)
    polled = await poll(desk.ctx)
    assert polled.new == polled.seen > 1
    assert desk.states(booking_id) == ("PAID", "SUCCEEDED", ["SUCCEEDED"])
    assert "Payment failed: Your card was declined." in desk.lines(booking_id)
    again = await poll(desk.ctx)
    assert again.new == 0


async def test_E8_only_time_that_was_lost_is_told_as_caught_up(desk: Desk) -> None:
    """A poll that was quicker than the webhook is no news to anybody."""

    async def told_of_a_decline() -> str:
        desk.ctx.health.caught_up = ""
        await desk.sandbox.decline(session)
        await poll_job(desk.ctx)
        return desk.ctx.health.caught_up

    session = (await checkout(desk.ctx, await desk.book(), "Ayesha")).session_id
    assert await told_of_a_decline() == "caught up: 1 event"
    desk.time.seconds += 60
    assert await told_of_a_decline() == ""
    desk.time.seconds += 3600
    assert await told_of_a_decline() == "caught up: 1 event"


async def test_E8_webhooks_after_polling_change_nothing(desk: Desk) -> None:
    booking_id = await desk.book()
    link = await checkout(desk.ctx, booking_id, "Ayesha")
    await desk.sandbox.pay(link.session_id)
    await poll(desk.ctx)
    lines = desk.lines(booking_id)
    assert set(await desk.feed()) <= {"duplicate", "ignored"}
    assert desk.lines(booking_id) == lines


async def test_E11_a_cut_in_the_middle_of_a_page_reads_it_again(desk: Desk) -> None:
    ids = [await desk.book(f"TRV-{number}") for number in range(3)]
    for booking_id in ids:
        link = await checkout(desk.ctx, booking_id, "Ayesha")
        await desk.sandbox.pay(link.session_id)
    desk.sandbox.faults.next("GET /v1/events*", "truncate", times=2)
    before = desk.ctx.store.read_now(lambda tx: cursors.get(tx, "events"))
    with pytest.raises(BadAnswer):
        await poll(desk.ctx)
    assert desk.ctx.store.read_now(lambda tx: cursors.get(tx, "events")) == before
    desk.sandbox.faults.clear()
    await poll(desk.ctx)
    assert [desk.states(booking_id)[0] for booking_id in ids] == ["PAID"] * 3


async def test_E10_beyond_what_stripe_keeps_objects_are_looked_at(desk: Desk) -> None:
    booking_id, open_id = await desk.book(), await desk.book("TRV-2")
    link = await checkout(desk.ctx, booking_id, "Ayesha")
    await checkout(desk.ctx, open_id, "Ayesha")
    await poll(desk.ctx)
    await desk.sandbox.pay(link.session_id)
    charge = next(iter(desk.sandbox.books.charges))
    desk.time.seconds += 40 * DAY
    desk.sandbox.tick()
    await desk.sandbox.refund_from_dashboard(charge, 100_000)
    desk.time.seconds += 35 * DAY
    done = await reconcile(desk.ctx)
    assert done.by_object >= 1
    assert "reconciled by object" in done.sentence
    assert desk.states(booking_id) == ("PAID", "SUCCEEDED", ["SUCCEEDED"])
    assert desk.view(booking_id).payments[0].refunded_minor == 100_000
    assert desk.states(open_id)[2] == ["EXPIRED"]


async def test_E10_the_background_looks_at_objects_and_keeps_the_gap_open_until_it_has(desk: Desk) -> None:
    booking_id = await desk.book()
    link = await checkout(desk.ctx, booking_id, "Ayesha")
    await poll(desk.ctx)
    await desk.sandbox.pay(link.session_id)
    desk.time.seconds += 40 * DAY
    desk.sandbox.tick()
    desk.sandbox.faults.always("GET /v1/checkout/sessions", "500")
    await poll_job(desk.ctx)
    assert desk.states(booking_id)[0] == "PENDING"
    desk.sandbox.faults.clear()
    await poll_job(desk.ctx)
    assert desk.states(booking_id) == ("PAID", "SUCCEEDED", ["SUCCEEDED"])
    assert "reconciled by object" in desk.ctx.health.caught_up


async def test_a_day_old_intention_is_looked_for_before_it_is_repeated(desk: Desk) -> None:
    booking_id = await desk.book()
    desk.sandbox.faults.next("POST /v1/checkout/sessions", "reset_after", times=3)
    with pytest.raises(StripeFailed):
        await checkout(desk.ctx, booking_id, "Ayesha")
    desk.sandbox.faults.clear()
    desk.time.seconds += 23.5 * 3600
    posts = len(desk.posts("/v1/checkout/sessions"))
    await resume(desk.ctx)
    assert len(desk.posts("/v1/checkout/sessions")) == posts, "found by looking, not made again"
    assert desk.states(booking_id)[2] == ["OPEN"]


async def test_a_day_old_intention_that_never_happened_is_closed(desk: Desk) -> None:
    booking_id = await desk.book()
    desk.sandbox.faults.next("POST /v1/checkout/sessions", "reset_before", times=3)
    with pytest.raises(StripeFailed):
        await checkout(desk.ctx, booking_id, "Ayesha")
    desk.sandbox.faults.clear()
    desk.time.seconds += 2 * DAY
    await resume(desk.ctx)
    assert desk.states(booking_id)[2] == ["REFUSED"]
    await checkout(desk.ctx, booking_id, "Ayesha")
    assert desk.states(booking_id)[2] == ["REFUSED", "OPEN"]


async def test_a_key_that_answers_500_for_ever_does_not_block_the_booking(desk: Desk) -> None:
    booking_id = await desk.book()
    desk.sandbox.faults.next("POST /v1/checkout/sessions", "500_stored")
    for _ in range(3):
        with pytest.raises(StripeFailed):
            await checkout(desk.ctx, booking_id, "Ayesha")
    link = await checkout(desk.ctx, booking_id, "Ayesha")
    assert list(desk.sandbox.books.sessions) == [link.session_id]


@pytest.mark.parametrize(("fault", "happened"), [("reset_after", True), ("reset_before", False)])
async def test_a_day_old_refund_is_looked_for_and_never_sent_again(desk: Desk, fault: str, happened: bool) -> None:
    booking_id = await desk.book()
    link = await checkout(desk.ctx, booking_id, "Ayesha")
    await desk.sandbox.pay(link.session_id)
    await desk.feed()
    desk.sandbox.faults.next("POST /v1/refunds", fault, times=3)
    with pytest.raises(StripeFailed):
        await refund(desk.ctx, Request(booking_id, "Ayesha", 200_000))
    desk.sandbox.faults.clear()
    posts = len(desk.posts("/v1/refunds"))
    desk.time.seconds += 2 * DAY
    await resume(desk.ctx)
    assert len(desk.posts("/v1/refunds")) == posts
    assert desk.view(booking_id).payments[0].refunded_minor == (200_000 if happened else 0)
    assert len(desk.sandbox.books.refunds) == int(happened)


async def test_a_look_at_the_past_tells_how_far_it_has_come(desk: Desk) -> None:
    booking_id = await desk.book()
    link = await checkout(desk.ctx, booking_id, "Ayesha")
    await desk.sandbox.pay(link.session_id)
    desk.time.seconds += DAY
    told: list[Stage] = []
    await reconcile(desk.ctx, since=int(desk.time()) - 2 * DAY, by_object=True, progress=told.append)
    assert [stage.what for stage in told] == ["objects", "events"]
    assert (told[0].done, told[0].total, told[0].percent) == (1, 1, 100)
    assert 45 <= told[-1].percent <= 55, "the last event was half of the way back"


async def test_the_background_says_that_it_is_catching_up(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    """Only while it lasts, and only when it is more than a handful."""
    monkeypatch.setattr(polling, "BATCH", 2)
    seen: list[str] = []
    flush = polling.flush

    async def watched(*given: Any) -> None:
        await flush(*given)
        seen.append(desk.ctx.health.catching_up)

    monkeypatch.setattr(polling, "flush", watched)
    booking_id = await desk.book()
    for _ in range(3):
        await desk.sandbox.decline((await checkout(desk.ctx, booking_id, "Ayesha")).session_id)
    desk.time.seconds += 600
    await poll_job(desk.ctx)
    assert any(words.endswith(" %") for words in seen)
    assert desk.ctx.health.catching_up == ""
    desk.sandbox.faults.always("GET *", "reset_before")
    await poll_job(desk.ctx)
    assert desk.ctx.health.catching_up == ""


async def test_catching_up_never_goes_back(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    """Though the times of the events do."""
    monkeypatch.setattr(polling, "BATCH", 1)
    seen: list[int] = []
    flush = polling.flush

    async def watched(*given: Any) -> None:
        await flush(*given)
        seen.append(int(desk.ctx.health.catching_up.removesuffix(" %")))

    session = (await checkout(desk.ctx, await desk.book(), "Ayesha")).session_id
    for seconds in (40_000, 15_000, 25_000):
        desk.time.seconds = NOW + seconds
        await desk.sandbox.decline(session)
    desk.time.seconds = NOW + 50_000
    told: list[Stage] = []
    await poll(desk.ctx, since=NOW, progress=told.append)
    percents = [stage.percent for stage in told]
    assert percents != sorted(percents)
    monkeypatch.setattr(polling, "where_to_begin", lambda tx, now: NOW)
    monkeypatch.setattr(polling, "flush", watched)
    await poll_job(desk.ctx)
    assert seen == sorted(seen) == [80] * len(seen)


async def test_E10_reconcile_since_a_day_finds_what_was_given_back_of_older_money(desk: Desk) -> None:
    """The payment was made long before that day, the refund after it, and Stripe's events of both are gone."""
    booking_id = await desk.book()
    await desk.sandbox.pay((await checkout(desk.ctx, booking_id, "Ayesha")).session_id)
    await poll(desk.ctx)
    desk.time.seconds += 60 * DAY
    await poll(desk.ctx)
    await desk.sandbox.refund_from_dashboard(next(iter(desk.sandbox.books.charges)), 100_000)
    desk.time.seconds += 5 * DAY
    desk.sandbox.tick()
    desk.time.seconds += 35 * DAY
    done = await reconcile(desk.ctx, since=int(desk.time()) - 45 * DAY)
    assert done.by_object == 1
    assert desk.view(booking_id).payments[0].refunded_minor == 100_000


@pytest.mark.parametrize("since_days", [None, 45], ids=["all", "since"])
async def test_E10_a_dispute_whose_events_are_gone_is_found_and_so_is_its_end(
    desk: Desk, since_days: int | None
) -> None:
    """Each step is farther away than Stripe keeps events."""
    booking_id = await desk.book()
    await desk.sandbox.pay((await checkout(desk.ctx, booking_id, "Ayesha")).session_id)
    await poll(desk.ctx)
    desk.time.seconds += 60 * DAY
    await poll(desk.ctx)
    dispute = await desk.sandbox.open_dispute(next(iter(desk.sandbox.books.charges)))
    for status, finish in (("needs_response", None), ("lost", False)):
        if finish is not None:
            await desk.sandbox.close_dispute(dispute["id"], won=finish)
        desk.time.seconds += 40 * DAY
        desk.sandbox.tick()
        done = await reconcile(desk.ctx, since=None if since_days is None else int(desk.time()) - since_days * DAY)
        assert done.by_object == 1
        assert [found.status for found in desk.view(booking_id).payments[0].payment.disputes] == [status]
    assert desk.states(booking_id)[0] == "PAID"


async def test_E10_a_key_that_may_not_read_disputes_still_finds_the_refund(desk: Desk) -> None:
    booking_id = await desk.book()
    await desk.sandbox.pay((await checkout(desk.ctx, booking_id, "Ayesha")).session_id)
    await poll(desk.ctx)
    charge = next(iter(desk.sandbox.books.charges))
    await desk.sandbox.refund_from_dashboard(charge, 100_000)
    await desk.sandbox.open_dispute(charge)
    desk.time.seconds += 40 * DAY
    desk.sandbox.tick()
    desk.sandbox.faults.always("GET /v1/disputes", "403")
    await reconcile(desk.ctx)
    assert desk.view(booking_id).payments[0].refunded_minor == 100_000
