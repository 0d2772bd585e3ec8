"""Mails that follow from facts: a receipt for money that came in online, a notice for a refund.

The hot path of a payment writes nothing for them: the timeline tells which bookings moved, a cursor how far it was
read, and both the mails and the cursor are committed together. So no fact is missed and none is told twice.
"""

from __future__ import annotations

from typing import Final

from travello_desk.operations.context import Context
from travello_desk.operations.mail.queue import mail_refusal, put
from travello_desk.payments.facts import RETURNED_REFUND
from travello_desk.payments.projection import BookingView
from travello_desk.settings.model import Settings
from travello_desk.store import bookings, cursors, ledger, timeline
from travello_desk.store.tx import Tx

CURSOR: Final = "mails"
PAGE: Final = 50
TELLING: Final = frozenset("paid received accepted refunded refund_waits refund_settled refund_failed".split())
"""Kinds of timeline lines after which a mail may be due."""


async def derive(ctx: Context, most_pages: int | None = None) -> int:
    """Queue the mails that the timeline's news call for, of so many pages or of all of them; how many mails."""
    count = pages = 0
    while pages != most_pages and await ctx.store.read(has_news):
        count += await ctx.store.write(lambda tx: derive_page(tx, ctx.settings))
        pages += 1
    return count


def has_news(tx: Tx) -> bool:
    return timeline.last_id(tx) > (cursors.get(tx, CURSOR) or 0)


def derive_page(tx: Tx, settings: Settings) -> int:
    """Read one page of the timeline, queue what follows, move the cursor: one transaction."""
    entries = timeline.since(tx, cursors.get(tx, CURSOR) or 0, PAGE)
    moved = dict.fromkeys(entry.booking_id for entry in entries if entry.kind in TELLING and entry.booking_id)
    count = sum(derive_booking(tx, settings, booking_id) for booking_id in moved)
    if entries:
        cursors.advance(tx, CURSOR, entries[-1].id)
    return count


def derive_booking(tx: Tx, settings: Settings, booking_id: int) -> int:
    """Queue what this booking's facts call for; a guest without a good address gets nothing."""
    booking, loaded = bookings.get(tx, booking_id), ledger.load(tx, booking_id)
    if booking is None or loaded is None or mail_refusal(booking):
        return 0
    queued = [put(tx, settings, booking, kind, name, "system", facts) for kind, name, facts in due(loaded.view)]
    return sum(1 for mail in queued if mail is not None)


def due(view: BookingView) -> list[tuple[str, str, dict[str, object]]]:
    """Every mail these facts call for, ever: its kind, what makes it the same mail, and what it is about. Pure."""
    found: list[tuple[str, str, dict[str, object]]] = []
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
