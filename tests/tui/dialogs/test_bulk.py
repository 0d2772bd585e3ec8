"""Marked bookings, one deed: the plan and its reasons, the number typed, progress, results, and doing it again."""

from __future__ import annotations

import asyncio

from tests.desk import Desk
from tests.tui.dialogs.host import AYESHA, press, settle, shown, until
from tests.tui.sizes import Size
from travello_desk.operations.bookings import cancel
from travello_desk.operations.checkout import checkout
from travello_desk.sandbox.faults import held_before
from travello_desk.store import outbox
from travello_desk.tui.dialogs.bulk import BulkDialog, BulkOutcome


async def four(desk: Desk) -> list[int]:
    """Two that owe, one that pays on arrival, one with a link out."""
    first = await desk.book("TRV-1", guest_name="Ayesha Khan")
    second = await desk.book("TRV-2", guest_name="Linh [Nguyen]", guest_email="")
    arrival = await desk.book("TRV-3", "ARRIVAL", guest_name="Marco Rossi")
    linked = await desk.book("TRV-4", guest_name="Chidi Okafor")
    await checkout(desk.ctx, linked, "Ali")
    return [first, second, arrival, linked]


def dialog(desk: Desk, ids: list[int]) -> BulkDialog:
    return BulkDialog(desk.ctx, AYESHA, ids)


async def test_it_says_what_happens_to_each_and_why_not_to_some(desk: Desk, size: Size) -> None:
    async with shown(desk.ctx, dialog(desk, await four(desk)), size) as (host, _):
        text = host.flat()
        assert "Marked bookings · 4" in text
        assert "4 bookings: 2 will be done, 2 left alone" in text
        assert "· TRV-1 Ayesha Khan a link is made" in text
        assert "· TRV-2 Linh [Nguyen] a link is made" in text
        assert "– TRV-3 Marco Rossi not for ARRIVAL bookings, x moves it to ONLINE first" in text
        assert "– TRV-4 Chidi Okafor has a link already, it stays" in text
        assert host.deed() == ("Make 2 links", False)
        assert host.screen.query_one("#act").has_focus


async def test_only_the_right_number_switches_the_button_on(desk: Desk, size: Size) -> None:
    async with shown(desk.ctx, dialog(desk, await four(desk)), size) as (host, pilot):
        await press(pilot, "tab", "4")
        assert host.deed() == ("Make 2 links", False)
        await press(pilot, "enter", "y", "backspace", "backspace", "2")
        assert host.deed() == ("Make 2 links", True)
        assert not desk.posts("/v1/checkout/sessions")[1:]


async def test_links_are_made_and_the_result_stays_to_be_read(desk: Desk, size: Size) -> None:
    ids = await four(desk)
    async with shown(desk.ctx, dialog(desk, ids), size) as (host, pilot):
        await press(pilot, "tab", "2", "tab", "enter")
        await until(lambda: "2 links made" in host.flat())
        assert "✓ TRV-1 Ayesha Khan link made" in host.flat()
        assert "✓ TRV-2 Linh [Nguyen] link made" in host.flat()
        assert "Type" not in host.flat()
        await press(pilot, "enter", "enter")
        await until(lambda: host.answered)
        assert host.answer == BulkOutcome(0, "2 links made", settled=frozenset(ids[:2]))
    assert len(desk.posts("/v1/checkout/sessions")) == 3
    assert [desk.booking(booking_id).badge for booking_id in ids[:2]] == ["LINK OUT", "LINK OUT"]


async def test_doing_it_again_finds_nothing_to_do(desk: Desk) -> None:
    ids = await four(desk)
    for _ in range(2):
        async with shown(desk.ctx, dialog(desk, ids)) as (host, pilot):
            await press(pilot, "tab", "2", "tab", "enter")
            await until(lambda: "2 links made" in host.flat() or "0 will be done" in host.flat())
    assert len(desk.posts("/v1/checkout/sessions")) == 3
    async with shown(desk.ctx, dialog(desk, ids)) as (host, _):
        assert "4 bookings: 0 will be done, 4 left alone" in host.flat()
        assert host.deed() == ("Make 0 links", False)


async def test_mails_are_queued_once_a_day_however_often(desk: Desk, size: Size) -> None:
    ids = await four(desk)
    async with shown(desk.ctx, dialog(desk, ids), size) as (host, pilot):
        await press(pilot, "right")
        await until(lambda: host.deed()[0] == "E-mail 2 links")
        assert "– TRV-2 Linh [Nguyen] no e-mail address is known" in host.flat()
        await press(pilot, "tab", "2", "tab", "enter")
        await until(lambda: "2 mails queued" in host.flat())
        assert "✓ TRV-1 Ayesha Khan queued for ayesha@example.com" in host.flat()
    async with shown(desk.ctx, dialog(desk, ids), size) as (host, pilot):
        await press(pilot, "right")
        await until(lambda: "mailed with a bulk of today already" in host.flat())
        assert host.deed() == ("E-mail 0 links", False)
    mails = desk.ctx.store.read_now(lambda tx: [m for one in ids for m in outbox.of_booking(tx, one)])
    assert len(mails) == 2


async def test_links_are_closed(desk: Desk) -> None:
    ids = await four(desk)
    async with shown(desk.ctx, dialog(desk, ids)) as (host, pilot):
        await press(pilot, "left")
        await until(lambda: host.deed()[0] == "Close 1 link")
        await press(pilot, "tab", "1", "tab", "enter")
        await until(lambda: "1 link closed" in host.flat())
    assert desk.view(ids[3]).payments[0].status == "EXPIRED"


async def test_a_booking_that_changed_meanwhile_is_judged_again(desk: Desk) -> None:
    ids = await four(desk)
    async with shown(desk.ctx, dialog(desk, ids)) as (host, pilot):
        await press(pilot, "tab", "2")
        assert host.deed() == ("Make 2 links", True)
        await cancel(desk.ctx, ids[0], "called off", "Bilal")
        await until(lambda: "– TRV-1 Ayesha Khan Booking is cancelled" in host.flat())
        assert host.deed() == ("Make 1 link", False)


async def test_what_fails_is_told_and_the_rest_is_done(desk: Desk) -> None:
    ids = await four(desk)
    desk.sandbox.faults.next("POST /v1/checkout/sessions", "401")
    async with shown(desk.ctx, dialog(desk, ids)) as (host, pilot):
        await press(pilot, "tab", "2", "tab", "enter")
        await until(lambda: "1 link made, 1 not done" in host.flat())
        assert "✕ TRV-1 Ayesha Khan Stripe:" in host.flat()
        await press(pilot, "escape")
        await until(lambda: host.answered)
        assert host.answer.settled == frozenset({ids[1]})


async def test_escape_stops_after_the_booking_under_way(desk: Desk) -> None:
    ids = await four(desk)
    answers = asyncio.Event()
    desk.sandbox.faults.next("POST /v1/checkout/sessions", held_before(answers))
    async with shown(desk.ctx, dialog(desk, ids)) as (host, pilot):
        await press(pilot, "tab", "2", "tab", "enter")
        await until(lambda: host.deed()[0] == "Making links…")
        await pilot.press("escape")
        assert "Stopping after the booking that is under way" in host.flat()
        answers.set()
        await until(lambda: "1 link made, 1 not done · stopped" in host.flat())
        await settle(pilot)
        assert not host.answered
        await press(pilot, "escape")
        await until(lambda: host.answered)
    assert desk.booking(ids[1]).badge == "DUE"


async def test_when_stripe_is_gone_it_is_not_asked_for_every_booking(desk: Desk) -> None:
    ids = [await desk.book(f"TRV-{number}") for number in range(6)]
    for _ in range(6):
        desk.sandbox.faults.next("POST /v1/checkout/sessions", "401")
    async with shown(desk.ctx, dialog(desk, ids)) as (host, pilot):
        await press(pilot, "tab", "6", "tab", "enter")
        await until(lambda: "0 links made, 6 not done" in host.flat())
        assert "not tried any more" in host.flat()
    assert len(desk.posts("/v1/checkout/sessions")) == 3
