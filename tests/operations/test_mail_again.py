"""A mail that failed is tried again by a person: to the address as it is now, once, and the problem goes."""

from __future__ import annotations

from dataclasses import replace

import pytest

from tests.desk import Desk
from tests.operations.post_office import open_post_office
from tests.operations.test_mail_delivery import last, problems, use
from travello_desk.operations import bookings, mail
from travello_desk.operations.mail.deliver import deliver
from travello_desk.payments.rules import Refused


async def test_a_failed_mail_goes_to_the_mended_address(desk: Desk) -> None:
    async with open_post_office() as office:
        use(desk, office.server)
        booking_id = await desk.book()
        office.on_rcpt = ["550 5.1.1 no such person"]
        await mail.queue_link(desk.ctx, booking_id, "Ayesha")
        await deliver(desk.ctx)
        assert (last(desk).status, len(problems(desk))) == ("failed", 1)
        await bookings.edit(desk.ctx, booking_id, "Ayesha", details={"guest_email": "right@example.com"})
        queued = await mail.try_again(desk.ctx, last(desk).id, "Ayesha")
        assert (queued.status, queued.recipient, queued.tries, problems(desk)) == ("queued", "right@example.com", 0, [])
        await deliver(desk.ctx)
        assert office.recipients == ["right@example.com"]
    assert desk.lines(booking_id)[-2:] == ["E-mail is sent again", "Payment link e-mailed"]


async def test_a_mail_that_has_left_is_not_sent_again(desk: Desk) -> None:
    booking_id = await desk.book()
    sent = await mail.send_now(desk.ctx, await mail.queue_link(desk.ctx, booking_id, "Ayesha"))
    assert sent.status == "sent"
    with pytest.raises(Refused, match="Only a mail that has failed"):
        await mail.try_again(desk.ctx, sent.id, "Ayesha")
    with pytest.raises(Refused, match="Only a mail that has failed"):
        await mail.try_again(desk.ctx, 4711, "Ayesha")


async def test_one_that_waits_is_due_at_once(desk: Desk) -> None:
    async with open_post_office() as office:
        use(desk, office.server)
        booking_id = await desk.book()
        office.on_rcpt = ["451 later"]
        await mail.queue_link(desk.ctx, booking_id, "Ayesha")
        await deliver(desk.ctx)
        assert last(desk).next_try_at > desk.time()
        await mail.try_again(desk.ctx, last(desk).id, "Ayesha")
        assert await deliver(desk.ctx) == 1


async def test_without_an_address_it_stays_failed(desk: Desk) -> None:
    async with open_post_office() as office:
        use(desk, office.server)
        booking_id = await desk.book()
        office.on_rcpt = ["550 no"]
        await mail.queue_link(desk.ctx, booking_id, "Ayesha")
        await deliver(desk.ctx)
    desk.ctx.settings = replace(desk.ctx.settings, smtp=None)
    await bookings.edit(desk.ctx, booking_id, "Ayesha", details={"guest_email": ""})
    with pytest.raises(Refused, match="no e-mail address"):
        await mail.try_again(desk.ctx, last(desk).id, "Ayesha")
    assert last(desk).status == "failed"
