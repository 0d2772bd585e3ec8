"""The guest's permanent link, renewed and switched off: the old address is dead, the money stays where it is."""

from __future__ import annotations

import pytest

from tests.desk import Desk
from tests.operations.test_mail_queue import paid
from travello_desk.operations import mail
from travello_desk.operations.checkout import checkout
from travello_desk.operations.guest_link import renew_guest_link, revoke_guest_link
from travello_desk.payments.rules import Refused
from travello_desk.store import bookings


async def found_by(desk: Desk, code: str) -> int | None:
    booking = await desk.ctx.store.read(lambda tx: bookings.by_guest_code(tx, code))
    return booking.id if booking else None


async def test_a_renewed_link_kills_the_old_address_and_its_open_session(desk: Desk) -> None:
    booking_id = await desk.book()
    old = desk.booking(booking_id).guest_code
    session = (await checkout(desk.ctx, booking_id, "guest", "guest")).session_id
    done = await renew_guest_link(desk.ctx, booking_id, "sent to the wrong guest", "Ayesha")
    new = desk.booking(booking_id).guest_code
    assert (done.warning, await found_by(desk, old), await found_by(desk, new)) == ("", None, booking_id)
    assert desk.sandbox.books.sessions[session]["status"] == "expired"
    assert "Guest's link renewed: the old address is dead" in desk.lines(booking_id)


async def test_a_switched_off_link_is_nobodys_until_it_is_renewed(desk: Desk) -> None:
    booking_id = await desk.book()
    code = desk.booking(booking_id).guest_code
    await revoke_guest_link(desk.ctx, booking_id, "guest asked", "Ayesha")
    assert await found_by(desk, code) is None
    with pytest.raises(Refused, match="switched off already"):
        await revoke_guest_link(desk.ctx, booking_id, "again", "Ayesha")
    with pytest.raises(Refused, match="revoked"):
        await mail.queue_link(desk.ctx, booking_id, "Ayesha")
    await renew_guest_link(desk.ctx, booking_id, "guest called", "Ayesha")
    assert await found_by(desk, desk.booking(booking_id).guest_code) == booking_id
    assert (await mail.queue_link(desk.ctx, booking_id, "Ayesha")).status == "queued"


async def test_money_under_an_old_link_still_counts(desk: Desk) -> None:
    booking_id = await paid(desk)
    await renew_guest_link(desk.ctx, booking_id, "lost telephone", "Ayesha")
    assert desk.states(booking_id) == ("PAID", "SUCCEEDED", ["SUCCEEDED"])


async def test_without_a_reason_nothing_changes(desk: Desk) -> None:
    booking_id = await desk.book()
    before = desk.booking(booking_id)
    with pytest.raises(Refused, match="Give a reason"):
        await renew_guest_link(desk.ctx, booking_id, "  ", "Ayesha")
    assert desk.booking(booking_id) == before


async def test_a_session_stripe_does_not_close_now_is_a_warning_and_closed_later(desk: Desk) -> None:
    booking_id = await desk.book()
    await checkout(desk.ctx, booking_id, "guest", "guest")
    desk.sandbox.faults.always("POST /v1/checkout/sessions/*", "500")
    done = await renew_guest_link(desk.ctx, booking_id, "astray", "Ayesha")
    assert done.warning.startswith("The old link is still live")
