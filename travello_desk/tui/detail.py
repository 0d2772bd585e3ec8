"""Everything about one booking, read in one transaction: for the detail pane, the keys and the palette."""

from __future__ import annotations

from dataclasses import dataclass

from travello_desk.actions import Subject
from travello_desk.operations.arrival import undo_shift_refusal
from travello_desk.store import attention, bookings, ledger, payments, timeline
from travello_desk.store.attention import Problem
from travello_desk.store.bookings import Booking
from travello_desk.store.ledger import Loaded
from travello_desk.store.payments import PaymentRow
from travello_desk.store.timeline import Entry
from travello_desk.store.tx import Tx

TIMELINE_ROWS = 200


@dataclass(frozen=True, slots=True)
class Detail:
    """One booking as it stood at one moment."""

    booking: Booking
    loaded: Loaded
    entries: tuple[Entry, ...]
    payments: tuple[PaymentRow, ...]
    problems: tuple[Problem, ...]
    undo_fault: str | None = None
    """Why the mark's shift does not let it go any more."""

    def subject(self, *, link_known: bool) -> Subject:
        """What the action table asks about."""
        return Subject(
            *(self.loaded.ledger, self.loaded.view, self.booking.guest_email, link_known),
            *(bool(self.booking.code_revoked), self.undo_fault),
        )


def load_detail(tx: Tx, booking_id: int) -> Detail | None:
    """The booking with its money, its newest timeline entries and its open problems; None when there is none."""
    booking = bookings.get(tx, booking_id)
    loaded = ledger.load(tx, booking_id) if booking else None
    if booking is None or loaded is None:
        return None
    return Detail(
        booking,
        loaded,
        tuple(timeline.for_booking(tx, booking_id, TIMELINE_ROWS)),
        tuple(payments.payments_of(tx, booking_id)),
        tuple(attention.open_of(tx, booking_id)),
        undo_fault(tx, loaded),
    )


def undo_fault(tx: Tx, loaded: Loaded) -> str | None:
    refusal = undo_shift_refusal(tx, loaded.view) if loaded.view.desk_entry else None
    return refusal.text if refusal else None
