"""What the refund tests share: a paid booking, the fields gone through, and people who may sign."""

from __future__ import annotations

from typing import Any

from tests.desk import Desk
from tests.tui.dialogs.host import Host, House, press, settle
from travello_desk.operations import staff
from travello_desk.operations.checkout import checkout


async def paid(desk: Desk, **more: Any) -> int:
    """A booking of Rs. 10,000, paid online by card."""
    booking_id = await desk.book(more.pop("reference", "TRV-10448"), guest_name="Ana Garcia", **more)
    link = await checkout(desk.ctx, booking_id, "Ayesha")
    await desk.sandbox.pay(link.session_id)
    await desk.feed()
    return booking_id


async def fill(pilot: Any, host: Host, *, part: str = "", again: str, note: str = "") -> None:
    """Go through the fields as a clerk does."""
    fields = {field.id: field for field in host.screen.query("Field")}
    if part:
        await press(pilot, "right")
        fields["amount"].value = part  # type: ignore[attr-defined]
    fields["note"].value = note  # type: ignore[attr-defined]
    fields["again"].value = again  # type: ignore[attr-defined]
    await settle(pilot)


async def managers(desk: Desk | House) -> None:
    await staff.make_first_owner(desk.ctx, "Olga", "9071")
    await staff.add(desk.ctx, "Chaudhry", "manager", "3456", "Olga")
