"""Mails that follow from facts: a receipt for money that came in online, a notice for a refund.

The hot path of a payment writes nothing for them: the timeline tells which bookings moved, a cursor how far it was
read, and both the mails and the cursor are committed together. So no fact is missed and none is told twice.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from typing import Final

from travello_desk.operations.context import Context
from travello_desk.operations.mail.queue import mail_refusal, put
from travello_desk.payments.facts import RETURNED_REFUND
from travello_desk.payments.projection import BookingView
from travello_desk.settings.model import Settings
from travello_desk.store import bookings, cursors, ledger, timeline
from travello_desk.store.bookings import Booking
from travello_desk.store.tx import Tx

CURSOR: Final = "mails"
PAGE: Final = 16
"""Entries of the timeline at a time: payments wait for the transaction that queues their mails."""
TELLING: Final = frozenset("paid received accepted refunded refund_waits refund_settled refund_failed".split())
"""Kinds of timeline lines after which a mail may be due."""


Due = tuple[str, str, dict[str, object]]
"""A mail's kind, what makes it the same mail, and what it is about."""


@dataclass(frozen=True, slots=True)
class News:
    """What one page of the timeline calls for, and its last entry."""

    wanted: tuple[tuple[Booking, tuple[Due, ...]], ...]
    read_to: int


async def derive(ctx: Context, most_pages: int | None = None) -> int:
    """Queue the mails that the timeline's news call for, of so many pages or of all of them; how many mails."""
    count = pages = 0
    while pages != most_pages and (news := await ctx.store.read(read_page)) is not None:
        count += await ctx.store.write(partial(queue_page, settings=ctx.settings, news=news))
        pages += 1
    return count


def read_page(tx: Tx) -> News | None:
    """Read one page of the timeline and the money of its bookings; None when there is nothing new.

    Not in the transaction that queues: that one would keep payments waiting for a tenth of a second. What changes in
    between has an entry of its own, after this page.
    """
    entries = timeline.since(tx, cursors.get(tx, CURSOR) or 0, PAGE)
    if not entries:
        return None
    moved = dict.fromkeys(entry.booking_id for entry in entries if entry.kind in TELLING and entry.booking_id)
    return News(tuple(filter(None, [wanted_by(tx, booking_id) for booking_id in moved])), entries[-1].id)


def wanted_by(tx: Tx, booking_id: int) -> tuple[Booking, tuple[Due, ...]] | None:
    """The booking with its mails; None for a guest without a good address."""
    booking, loaded = bookings.get(tx, booking_id), ledger.load(tx, booking_id)
    if booking is None or loaded is None or mail_refusal(booking):
        return None
    return booking, tuple(due(loaded.view))


def queue_page(tx: Tx, settings: Settings, news: News) -> int:
    """Queue what a page calls for and move the cursor, in one transaction; how many mails are new."""
    count = 0
    for then, mails in news.wanted:
        booking = bookings.get(tx, then.id) if mails else None
        if booking is None or (booking != then and mail_refusal(booking)):
            continue  # gone, revoked or without its address since
        queued = [put(tx, settings, booking, kind, name, "system", facts) for kind, name, facts in mails]
        count += sum(1 for mail in queued if mail is not None)
    cursors.advance(tx, CURSOR, news.read_to)
    return count


def due(view: BookingView) -> list[Due]:
    """Every mail these facts call for, ever. Pure."""
    found: list[Due] = []
    for payment in view.payments:
        if not payment.payment.facts.paid or payment.received_minor <= 0:
            continue
        found.append(("receipt", f"payment-{payment.payment.seq}", {"payment_id": payment.payment.seq}))
        for refund in payment.payment.refunds:
            facts: dict[str, object] = {"refund_id": refund.stripe_refund_id}
            if refund.stripe_refund_id and refund.accepted:
                found.append(("refund", refund.stripe_refund_id, facts))
            if refund.stripe_refund_id and refund.status in RETURNED_REFUND:
                found.append(("refund_failed", refund.stripe_refund_id, facts))
    return found
