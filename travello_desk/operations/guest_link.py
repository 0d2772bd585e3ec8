"""The guest's permanent link: a new address in place of the old one, or none at all. What was open ends.

For a link that has come into the wrong hands. The booking, its money and its mails stay as they are.
"""

from __future__ import annotations

from collections.abc import Callable

from travello_desk.operations.arrival import found, required_reason
from travello_desk.operations.bookings import Changed, with_links_off
from travello_desk.operations.context import Context
from travello_desk.operations.expire import queue_expiry
from travello_desk.payments.narrative import Line
from travello_desk.payments.rules import Refusal, Refused
from travello_desk.store import bookings, ledger
from travello_desk.store.tx import Tx

RENEWED = Line("guest_link", "Guest's link renewed: the old address is dead")
REVOKED = Line("guest_link", "Guest's link switched off")


async def renew_guest_link(ctx: Context, booking_id: int, reason: str, actor: str) -> Changed:
    """A new address; the old one, and what was open under it, is dead. Raises Refused, StoreError."""

    def work(tx: Tx) -> None:
        bookings.renew_code(tx, booking_id)

    return await change(ctx, booking_id, RENEWED, reason, actor, work)


async def revoke_guest_link(ctx: Context, booking_id: int, reason: str, actor: str) -> Changed:
    """No address at all until it is renewed. Raises Refused, StoreError."""

    def work(tx: Tx) -> None:
        booking = bookings.get(tx, booking_id)
        if booking is not None and booking.code_revoked:
            raise Refused(Refusal("revoked", "The guest's link is switched off already"))
        bookings.revoke_code(tx, booking_id)

    return await change(ctx, booking_id, REVOKED, reason, actor, work)


async def change(
    ctx: Context, booking_id: int, line: Line, reason: str, actor: str, write: Callable[[Tx], None]
) -> Changed:
    why = required_reason(reason)

    def work(tx: Tx) -> list[int]:
        loaded = found(tx, booking_id)
        write(tx)
        ledger.add_line(tx, booking_id, actor, Line(line.kind, line.text, why))
        return queue_expiry(tx, loaded)

    return await with_links_off(ctx, booking_id, work, actor)
