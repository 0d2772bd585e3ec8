"""Mailing the link: the letter is read before it leaves, one press is one mail, and every refusal says why."""

from __future__ import annotations

import pytest

from tests.desk import Desk
from tests.tui.dialogs.host import AYESHA, press, shown, until
from tests.tui.sizes import Size
from travello_desk.operations.bookings import cancel
from travello_desk.store import outbox
from travello_desk.store.outbox import Mail
from travello_desk.tui.dialogs.base import Outcome
from travello_desk.tui.dialogs.email import EmailDialog


def mails(desk: Desk, booking_id: int) -> list[Mail]:
    return desk.ctx.store.read_now(lambda tx: outbox.of_booking(tx, booking_id))


async def test_the_letter_is_shown_before_it_leaves(desk: Desk, size: Size) -> None:
    booking_id = await desk.book("TRV-10482", amount_minor=2_400_000)
    async with shown(desk.ctx, EmailDialog(desk.ctx, AYESHA, booking_id), size) as (host, pilot):
        text = host.flat()
        assert "E-mail · TRV-10482 · Ayesha Khan" in text
        assert "To ayesha@example.com" in text
        assert "Before not yet" in text
        assert "[the payment link]" in text
        assert "Rs. 24,000" in host.words("#text")
        assert desk.booking(booking_id).guest_code in host.words("#text")
        assert "SMTP_URL is not set" in text
        assert host.deed() == ("E-mail the link", True)
        await press(pilot, "y")
        await until(lambda: host.answered)
    assert host.answer == Outcome(booking_id, "Mail queued for ayesha@example.com")
    [mail] = mails(desk, booking_id)
    assert (mail.kind, mail.status, mail.actor) == ("link", "queued", "Ayesha")
    assert desk.posts("/v1/") == []


async def test_who_has_had_the_link_is_reminded(desk: Desk, size: Size) -> None:
    booking_id = await desk.book("TRV-1")
    async with shown(desk.ctx, EmailDialog(desk.ctx, AYESHA, booking_id), size) as (host, pilot):
        await press(pilot, "y")
        await until(lambda: host.answered)
    [mail] = mails(desk, booking_id)
    await desk.ctx.store.write(lambda tx: outbox.sent(tx, mail, "250 taken", {}))
    async with shown(desk.ctx, EmailDialog(desk.ctx, AYESHA, booking_id), size) as (host, pilot):
        assert "[a reminder]" in host.flat()
        assert host.deed() == ("E-mail the reminder", True)
        await press(pilot, "y", "y")
        await until(lambda: host.answered)
    assert [one.kind for one in mails(desk, booking_id)] == ["link", "reminder"]


@pytest.mark.parametrize(
    ("method", "address", "said"),
    [
        ("ARRIVAL", "a@example.com", "Payment method must be ONLINE"),
        ("ONLINE", "", "The booking has no e-mail address"),
        ("ONLINE", "not an address", "not an address is"),
    ],
)
async def test_where_nothing_can_be_mailed_it_says_why(
    desk: Desk, method: str, address: str, said: str, size: Size
) -> None:
    booking_id = await desk.book("TRV-1", method, guest_email=address)
    async with shown(desk.ctx, EmailDialog(desk.ctx, AYESHA, booking_id), size) as (host, pilot):
        assert host.words("#said").startswith(said)
        assert host.deed()[1] is False
        await press(pilot, "y", "escape")
        await until(lambda: host.answered)
    assert mails(desk, booking_id) == []


async def test_a_booking_cancelled_meanwhile_stops_it(desk: Desk, size: Size) -> None:
    booking_id = await desk.book("TRV-1")
    async with shown(desk.ctx, EmailDialog(desk.ctx, AYESHA, booking_id), size) as (host, pilot):
        await cancel(desk.ctx, booking_id, "ill", "Ali")
        await until(lambda: host.words("#said") == "Booking is cancelled")
        await press(pilot, "y")
    assert mails(desk, booking_id) == []
