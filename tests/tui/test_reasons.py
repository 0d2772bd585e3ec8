"""Why something is not possible: the reason names no key that is refused too."""

from __future__ import annotations

import pytest

from tests.desk import Desk
from tests.tui.hotel import CLERK, Model
from travello_desk.actions import Subject, can_email, can_link, can_mark_paid, can_switch
from travello_desk.tui.detail import load_detail


def subject(hotel: Desk, booking_id: int) -> Subject:
    detail = hotel.ctx.store.read_now(lambda tx: load_detail(tx, booking_id))
    assert detail is not None
    return detail.subject(link_known=False)


@pytest.mark.parametrize(
    ("reference", "link", "mark"),
    [
        ("TRV-10479", "not for ARRIVAL bookings, x moves it to ONLINE first", None),
        ("TRV-10466", "Payment already processed", "already paid by Bilal"),
        ("TRV-10482", None, "not for ONLINE bookings, x moves it to pay-on-arrival first"),
        ("TRV-10470", "Payment already processed", "already paid online"),
        ("TRV-10437", "Booking is cancelled", "Booking is cancelled"),
    ],
)
async def test_a_reason_names_a_key_that_works(
    hotel: Desk, model: Model, reference: str, link: str | None, mark: str | None
) -> None:
    found = subject(hotel, model.ids[reference])
    assert can_link(found, CLERK) == link
    assert can_email(found, CLERK) == link
    assert can_mark_paid(found, CLERK) == mark
    for reason in (link, mark):
        if reason is not None and " x " in reason:
            assert can_switch(found, CLERK) is None
