"""What a dialog knows of its booking, read in one snapshot. Reads only."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from travello_desk.actions import Subject
from travello_desk.operations.context import Context
from travello_desk.payments.facts import Ledger
from travello_desk.payments.projection import BookingView
from travello_desk.store import bookings, desk, ledger, payments
from travello_desk.store.bookings import Booking
from travello_desk.store.desk import DeskReceipt
from travello_desk.store.payments import PaymentRow, RefundRow
from travello_desk.store.tx import Tx
from travello_desk.tui import when
from travello_desk.tui.detail import undo_fault


@dataclass(frozen=True, slots=True)
class Seen:
    """One booking at one instant (`at`, unix seconds)."""

    booking: Booking
    ledger: Ledger
    view: BookingView
    payments: tuple[PaymentRow, ...]
    refunds: tuple[RefundRow, ...]
    receipts: tuple[DeskReceipt, ...]
    next_receipt_no: str
    at: int
    today_on: date
    undo_fault: str = ""
    """Why the mark's shift does not let it go any more."""

    @property
    def subject(self) -> Subject:
        """What the action table asks about."""
        booking = self.booking
        revoked = bool(booking.code_revoked)
        return Subject(
            self.ledger, self.view, booking.guest_email, link_revoked=revoked, undo_fault=self.undo_fault or None
        )

    def refund(self, uid: str) -> RefundRow | None:
        """The refund of one press, if it is in the store."""
        return next((row for row in self.refunds if row.uid == uid), None)


async def see(ctx: Context, booking_id: int) -> Seen | None:
    """The booking as it is now, or None when there is none."""
    clock = datetime.fromtimestamp(ctx.clock(), ctx.settings.hotel_timezone)
    settings = ctx.settings
    today_on = when.business_date(clock.timestamp(), settings.hotel_timezone, settings.business_day_change_hour)

    def work(tx: Tx) -> Seen | None:
        booking, loaded = bookings.get(tx, booking_id), ledger.load(tx, booking_id)
        if booking is None or loaded is None:
            return None
        return Seen(
            booking=booking,
            ledger=loaded.ledger,
            view=loaded.view,
            payments=tuple(payments.payments_of(tx, booking_id)),
            refunds=tuple(payments.refunds_of(tx, booking_id)),
            receipts=tuple(desk.receipts_of(tx, booking_id)),
            next_receipt_no=desk.next_receipt_no(tx, clock.year),
            at=tx.now,
            today_on=today_on,
            undo_fault=undo_fault(tx, loaded) or "",
        )

    return await ctx.store.read(work)
