"""Putting mails into the outbox: by staff, by facts, by the calendar; never twice for one reason."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from datetime import datetime
from email.utils import parseaddr

import pytest

from tests.desk import NOW, Desk
from travello_desk.operations import arrival, bookings, mail, refund
from travello_desk.operations.checkout import checkout
from travello_desk.operations.mail.derive import queue_page, read_page
from travello_desk.payments.rules import Refused
from travello_desk.store import bookings as rows
from travello_desk.store import outbox
from travello_desk.store.outbox import Mail


async def mails(desk: Desk) -> list[tuple[str, str, str]]:
    found = await desk.ctx.store.read(lambda tx: tx.all("SELECT kind, status, recipient FROM outbox ORDER BY id"))
    return [tuple(row) for row in found]


async def paid(desk: Desk, reference: str = "TRV-1", **more: str) -> int:
    booking_id = await desk.book(reference, **more)
    link = await checkout(desk.ctx, booking_id, "guest", "guest")
    await desk.sandbox.pay(link.session_id)
    await desk.feed()
    return booking_id


async def test_staff_queue_a_link(desk: Desk) -> None:
    booking_id = await desk.book(language="ur")
    queued = await mail.queue_link(desk.ctx, booking_id, "Ayesha")
    assert isinstance(queued, Mail)
    assert (queued.kind, queued.status, queued.recipient, queued.language, queued.actor, queued.tries) == (
        "link",
        "queued",
        "ayesha@example.com",
        "ur",
        "Ayesha",
        0,
    )
    sender = parseaddr(desk.ctx.settings.mail_from)[1]
    assert queued.message_id.endswith(f"@{sender.partition('@')[2]}>")
    assert [found.id for found in await mail.waiting_mails(desk.ctx, booking_id)] == [queued.id]


async def test_two_presses_are_one_mail_until_it_has_left(desk: Desk) -> None:
    booking_id = await desk.book()
    first, second = await asyncio.gather(*(mail.queue_link(desk.ctx, booking_id, "Ayesha") for _ in range(2)))
    assert first.id == second.id
    await mail.send_now(desk.ctx, first)
    assert (await mail.queue_link(desk.ctx, booking_id, "Ayesha")).id != first.id


async def test_a_dialogs_press_is_one_mail_for_ever(desk: Desk) -> None:
    booking_id = await desk.book()
    first = await mail.queue_link(desk.ctx, booking_id, "Ayesha", uid="dialog-1")
    await mail.send_now(desk.ctx, first)
    assert (await mail.queue_link(desk.ctx, booking_id, "Ayesha", uid="dialog-1")).id == first.id
    assert (await mail.queue_link(desk.ctx, booking_id, "Ayesha", uid="dialog-2")).id != first.id


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"guest_email": ""}, "no e-mail address"),
        ({"guest_email": "not an address"}, "not a mail address"),
        ({"guest_email": "a@b.example\r\nBcc: all@evil.example"}, "not a mail address"),
        ({"method": "ARRIVAL"}, "Payment method must be ONLINE"),
        ({"amount_minor": 100}, "below the online minimum"),
    ],
)
async def test_what_cannot_be_mailed_is_refused(desk: Desk, changes: dict[str, str], sentence: str) -> None:
    booking_id = await desk.book(**changes)
    with pytest.raises(Refused, match=sentence):
        await mail.queue_link(desk.ctx, booking_id, "Ayesha")
    assert await mails(desk) == []


async def test_paid_cancelled_revoked_and_unknown_are_refused(desk: Desk) -> None:
    with pytest.raises(Refused, match="already processed"):
        await mail.queue_link(desk.ctx, await paid(desk), "Ayesha")
    cancelled = await desk.book("TRV-2")
    await bookings.cancel(desk.ctx, cancelled, "guest called", "Ayesha")
    with pytest.raises(Refused, match="cancelled"):
        await mail.queue_reminder(desk.ctx, cancelled, "Ayesha")
    revoked = await desk.book("TRV-3")
    await desk.ctx.store.write(lambda tx: rows.revoke_code(tx, revoked))
    with pytest.raises(Refused, match="revoked"):
        await mail.queue_link(desk.ctx, revoked, "Ayesha")
    with pytest.raises(Refused, match="Booking not found"):
        await mail.queue_link(desk.ctx, 99, "Ayesha")


async def test_a_receipt_needs_money(desk: Desk) -> None:
    booking_id = await desk.book(method="ARRIVAL")
    with pytest.raises(Refused, match="Nothing has been paid"):
        await mail.queue_receipt(desk.ctx, booking_id, "Ayesha")
    await arrival.mark_paid(desk.ctx, arrival.Mark(booking_id, "Ayesha", "cash"))
    assert (await mail.queue_receipt(desk.ctx, booking_id, "Ayesha")).kind == "receipt"


async def test_money_that_comes_in_online_queues_one_receipt(desk: Desk) -> None:
    await paid(desk)
    assert [await mail.derive(desk.ctx), await mail.derive(desk.ctx)] == [1, 0]
    assert await mails(desk) == [("receipt", "queued", "ayesha@example.com")]


async def test_events_again_and_two_desks_at_once_queue_no_second(desk: Desk) -> None:
    await paid(desk)
    desk.fed = 0
    await desk.feed()
    await asyncio.gather(*(mail.derive(desk.ctx) for _ in range(3)))
    await desk.ctx.store.write(lambda tx: tx.execute("UPDATE cursors SET value = '0' WHERE name = 'mails'"))
    assert await mail.derive(desk.ctx) == 0
    assert len(await mails(desk)) == 1


async def test_a_refund_and_its_return_are_told_once_each(desk: Desk) -> None:
    booking_id = await paid(desk)
    await mail.derive(desk.ctx)
    done = await refund.refund(desk.ctx, refund.Request(booking_id, "Ayesha", 200_000))
    await mail.derive(desk.ctx)
    await desk.sandbox.fail_refund(done.stripe_refund_id)
    await desk.feed()
    await mail.derive(desk.ctx)
    assert [kind for kind, _, _ in await mails(desk)] == ["receipt", "refund", "refund_failed"]


async def test_a_guest_without_address_hinders_nobody(desk: Desk) -> None:
    await paid(desk, guest_email="")
    await paid(desk, "TRV-2")
    assert await mail.derive(desk.ctx) == 1


async def test_many_payments_are_read_in_pages(desk: Desk) -> None:
    for number in range(3):
        await paid(desk, f"TRV-{number}")
    for _ in range(120):
        await bookings.edit(desk.ctx, 1, "Ayesha", details={"notes": "x"})
    await paid(desk, "TRV-LAST")
    assert await mail.derive(desk.ctx) == 4


async def test_who_loses_the_address_meanwhile_gets_none(desk: Desk) -> None:
    booking_id = await paid(desk)
    await paid(desk, "TRV-2", guest_email="bilal@example.com")
    news = await desk.ctx.store.read(read_page)
    assert news is not None
    await bookings.edit(desk.ctx, booking_id, "Ayesha", details={"guest_email": ""})
    assert await desk.ctx.store.write(lambda tx: queue_page(tx, desk.ctx.settings, news)) == 1
    assert await mails(desk) == [("receipt", "queued", "bilal@example.com")]
    assert await mail.derive(desk.ctx) == 0


async def test_what_is_read_twice_is_queued_once(desk: Desk) -> None:
    await paid(desk)
    news = await desk.ctx.store.read(read_page)
    assert news is not None
    counts = [await desk.ctx.store.write(lambda tx: queue_page(tx, desk.ctx.settings, news)) for _ in "12"]
    assert counts == [1, 0]


def at(desk: Desk, hour: int, day: int = 24) -> None:
    """Hotel time on a day of November 2026."""
    zone = desk.ctx.settings.hotel_timezone
    desk.time.seconds = datetime(2026, 11, day, hour, 0, tzinfo=zone).timestamp()


async def stays(desk: Desk, *arrivals: str, **more: str) -> None:
    at(desk, 8, day=20)
    for number, day in enumerate(arrivals):
        await desk.book(f"TRV-{number}", check_in=day, check_out="2026-12-30", **more)


async def test_unpaid_guests_are_reminded_before_they_arrive_once(desk: Desk) -> None:
    await stays(desk, "2026-11-23", "2026-11-24", "2026-11-26", "2026-11-27")
    at(desk, 10)
    assert [await mail.remind(desk.ctx), await mail.remind(desk.ctx)] == [2, 0]
    at(desk, 10, day=25)
    assert await mail.remind(desk.ctx) == 1
    found = await desk.ctx.store.read(lambda tx: tx.all("SELECT booking_id FROM outbox ORDER BY id"))
    assert [row[0] for row in found] == [2, 3, 4]


@pytest.mark.parametrize("hour", [0, 8, 20, 23])
async def test_nobody_is_reminded_at_night(desk: Desk, hour: int) -> None:
    await stays(desk, "2026-11-25")
    at(desk, hour)
    assert await mail.remind(desk.ctx) == 0


async def test_a_guest_who_just_booked_or_got_mail_is_left_alone(desk: Desk) -> None:
    await stays(desk, "2026-11-26", "2026-11-26")
    at(desk, 10)
    await desk.book("TRV-NEW", check_in="2026-11-25")
    await mail.queue_link(desk.ctx, 1, "Ayesha")
    assert await mail.remind(desk.ctx) == 1
    at(desk, 11, day=25)
    assert await mail.remind(desk.ctx) == 2


async def test_only_those_who_can_pay_online_are_reminded(desk: Desk) -> None:
    await stays(desk, "2026-11-25", method="ARRIVAL")
    at(desk, 8, day=20)
    await paid(desk, "TRV-PAID", check_in="2026-11-25")
    nobody = await desk.book("TRV-NOBODY", check_in="2026-11-25", guest_email="")
    assert nobody
    small = await desk.book("TRV-SMALL", check_in="2026-11-25", amount_minor=100)
    assert small
    at(desk, 10)
    assert await mail.remind(desk.ctx) == 0


async def test_reminders_can_be_switched_off(desk: Desk) -> None:
    await stays(desk, "2026-11-25")
    at(desk, 10)
    desk.ctx.settings = replace(desk.ctx.settings, reminder_days=0)
    assert await mail.remind(desk.ctx) == 0


async def test_the_store_refuses_a_second_mail_of_one_name(desk: Desk) -> None:
    booking_id = await desk.book()
    new = outbox.NewMail("link", booking_id, "one", "a@b.example", "en", "<1@b.example>", "Ayesha", {})
    queued = [await desk.ctx.store.write(lambda tx: outbox.insert(tx, new)) for _ in range(2)]
    assert [each is not None for each in queued] == [True, False]
    assert desk.time.seconds == NOW
