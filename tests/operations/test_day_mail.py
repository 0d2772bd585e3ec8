"""The day's report by mail: what was read is what leaves, once; a wrong address is refused where it is typed."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from tests.desk import Desk
from tests.operations.post_office import PostOffice, open_post_office
from tests.operations.test_mail_delivery import last, use
from travello_desk.operations.arrival import Mark, mark_paid
from travello_desk.operations.mail.day_mail import day_letter, kept_letter, last_address, queue_day, state_words
from travello_desk.operations.mail.deliver import deliver
from travello_desk.operations.report import business_date, day_report
from travello_desk.payments.rules import Refused
from travello_desk.store.outbox import Mail

BOOKS = "books@hotel.example"


@pytest.fixture
async def office(desk: Desk) -> AsyncIterator[PostOffice]:
    async with open_post_office() as opened:
        use(desk, opened.server)
        yield opened


async def queued(desk: Desk, address: str = BOOKS) -> Mail:
    letter = day_letter(desk.ctx.settings, await day_report(desk.ctx))
    return await queue_day(desk.ctx, business_date(desk.ctx), letter, address, "Ayesha")


async def test_it_leaves_once_as_it_was_read(desk: Desk, office: PostOffice) -> None:
    assert await last_address(desk.ctx) == ""
    booking_id = await desk.book("TRV-1", "ARRIVAL", 1_150_000, guest_name="Marco Rossi")
    first = await queued(desk)
    await mark_paid(desk.ctx, Mark(booking_id, "Ayesha", "cash"))
    await deliver(desk.ctx)
    [message] = office.taken
    assert (message["To"], message["Subject"]) == (BOOKS, "Serena Lahore: day report 2026-11-24")
    body = message.get_body(("plain",))
    assert body is not None
    assert "nothing moved" in body.get_content(), "not what came after the key"
    assert "Marco" not in message.as_string()
    again = await queue_day(desk.ctx, business_date(desk.ctx), kept_letter(last(desk)), f" {BOOKS} ", "Bilal")
    assert (again.id, state_words(again)) == (first.id, f"This report has been mailed to {BOOKS} already")
    assert await deliver(desk.ctx) == 0
    assert (await queued(desk)).id != first.id, "another state of the day is another report"
    await deliver(desk.ctx)
    assert len(office.taken) == 2
    assert await last_address(desk.ctx) == BOOKS


async def test_one_that_has_failed_leaves_with_the_next_press(desk: Desk, office: PostOffice) -> None:
    office.on_rcpt.append("550 no such box")
    first = await queued(desk)
    await deliver(desk.ctx)
    assert (last(desk).status, "no such box" in last(desk).last_error) == ("failed", True)
    assert (await queued(desk)).id == first.id
    await deliver(desk.ctx)
    assert (last(desk).status, len(office.taken)) == ("sent", 1)


@pytest.mark.parametrize("address", ["", "books", "books@", "a@hotel.example\nBcc: b@hotel.example"])
async def test_a_wrong_address_is_refused_and_nothing_is_queued(desk: Desk, address: str) -> None:
    with pytest.raises(Refused, match="not a mail address"):
        await queued(desk, address)
    assert desk.ctx.store.read_now(lambda tx: tx.value("SELECT COUNT(*) FROM outbox")) == 0
