"""Take the last undoable thing back: a mark paid, a cancellation, a no-show. Undoing is recorded, with a reason."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from textual.widget import Widget

from travello_desk.actions import User
from travello_desk.money import format_minor
from travello_desk.operations.arrival import undo_paid
from travello_desk.operations.bookings import reopen
from travello_desk.operations.context import Context
from travello_desk.payments.projection import project
from travello_desk.payments.rules import undo_paid_refusal
from travello_desk.tui import when
from travello_desk.tui.dialogs.base import DeskDialog, Outcome
from travello_desk.tui.dialogs.fields import Field, Row, Words
from travello_desk.tui.dialogs.reading import Seen

REOPENED = "The booking is open again and shows what is paid and due."
LINK_AGAIN = " The guest's link asks for the money again."


class UndoDialog(DeskDialog):
    """What is undone is settled when the dialog opens; when that has changed, the dialog stops."""

    VERB = "Undo"
    BUSY = "Undoing…"
    BACK = "Leave it"
    WIDTH = 64

    def __init__(self, ctx: Context, user: User, booking_id: int) -> None:
        super().__init__(ctx, user, booking_id)
        self.reason = Field(id="reason", most=200, placeholder="why, for the timeline")
        self.reopening = False

    async def prepare(self) -> None:
        self.reopening = self.booking.ledger.cancelled
        self.mark = mark = self.booking.view.desk_entry
        self.in_a_drawer = any(row.shift_id for row in self.booking.receipts if mark is not None and row.id == mark.seq)

    def parts(self) -> Iterable[Widget]:
        return Words(self.what(), classes="strong"), Row("Reason", self.reason), Words(self.means())

    def what(self) -> str:
        """The deed that is taken back, with who and when."""
        seen, zone = self.booking, self.ctx.settings.hotel_timezone
        if self.reopening:
            return "No-show noted on this booking" if seen.booking.no_show else "This booking is cancelled"
        if self.mark is None:
            return "Nothing to undo"
        amount = format_minor(self.mark.amount_minor, seen.booking.currency)
        at = when.moment(self.mark.at, zone, seen.at)
        receipts = [row.receipt_no for row in seen.receipts if row.id == self.mark.seq and row.receipt_no]
        receipt = f", receipt {receipts[0]}" if receipts else ""
        return f"{amount} marked paid ({self.mark.tender}) by {self.mark.actor} {at}{receipt}"

    def means(self) -> str:
        if self.reopening:
            return REOPENED + (LINK_AGAIN if self.guest_can_pay_again() else "")
        if self.mark is None or self.mark.tender != "cash":
            return "Writes PAID → PENDING. The receipt's number stays used."
        cash = "The cash leaves the drawer" if self.in_a_drawer else "The cash is in no drawer"
        return f"Writes PAID → PENDING. {cash}: give it back. The receipt's number stays used."

    def guest_can_pay_again(self) -> bool:
        """The guest's link outlives a cancellation: its page asks for the money again (D38)."""
        booking, then = self.booking.booking, project(replace(self.booking.ledger, cancelled=False))
        return booking.method == "ONLINE" and not booking.code_revoked and then.balance_minor > 0

    def label(self) -> str:
        return "Open the booking again" if self.reopening else "Undo mark paid"

    def ready(self) -> bool:
        return bool(self.reason.value.strip())

    def stop_reason(self, seen: Seen) -> str:
        if seen.ledger.cancelled != self.reopening:
            return "The booking has changed meanwhile: close this window and look again"
        if self.reopening:
            return ""
        refusal = undo_paid_refusal(seen.view)
        if refusal or seen.undo_fault:
            return refusal.text if refusal else seen.undo_fault
        moved = self.mark is not None and seen.view.desk_entry is not None and seen.view.desk_entry.seq != self.mark.seq
        return "The booking was marked paid anew meanwhile: look again" if moved else ""

    async def carry_out(self) -> Outcome:
        booking_id, why, actor = self.booking.booking.id, self.reason.value, self.user.name
        if self.reopening:
            changed = await reopen(self.ctx, booking_id, why, actor)
            return Outcome(booking_id, "Booking open again", changed.warning)
        await undo_paid(self.ctx, booking_id, why, actor)
        return Outcome(booking_id, "Mark paid undone")
