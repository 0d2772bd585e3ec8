"""Money taken and paid out at the desk: rows are only added; receipt numbers come from one gap-free counter."""

from __future__ import annotations

from dataclasses import dataclass, fields

from travello_desk.store.errors import Conflict
from travello_desk.store.tx import Tx


@dataclass(frozen=True, slots=True)
class DeskReceipt:
    """One row: `mark` (taken), `undo` (the mark taken back) or `payout` (cash given back)."""

    id: int
    booking_id: int
    kind: str
    amount_minor: int
    currency: str
    tender: str
    reference: str
    receipt_no: str | None
    received_minor: int
    note: str
    actor: str
    approved_by: str
    shift_id: int | None
    at: int


COLUMNS = ", ".join(field.name for field in fields(DeskReceipt))


@dataclass(frozen=True, slots=True)
class NewReceipt:
    booking_id: int
    kind: str
    amount_minor: int
    currency: str
    actor: str
    tender: str = ""
    reference: str = ""
    receipt_no: str | None = None
    received_minor: int = 0
    note: str = ""
    approved_by: str = ""
    shift_id: int | None = None


def insert(tx: Tx, new: NewReceipt) -> int:
    return tx.insert(
        "INSERT INTO desk_receipts (booking_id, kind, amount_minor, currency, tender, reference, receipt_no,"
        " received_minor, note, actor, approved_by, shift_id, at) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
        (
            new.booking_id,
            new.kind,
            new.amount_minor,
            new.currency,
            new.tender,
            new.reference,
            new.receipt_no,
            new.received_minor,
            new.note,
            new.actor,
            new.approved_by,
            new.shift_id,
            tx.now,
        ),
    )


def receipts_of(tx: Tx, booking_id: int) -> list[DeskReceipt]:
    """The booking's desk rows, oldest first."""
    rows = tx.all(f"SELECT {COLUMNS} FROM desk_receipts WHERE booking_id = ? ORDER BY id", (booking_id,))
    return [DeskReceipt(*row) for row in rows]


def next_receipt_no(tx: Tx, year: int) -> str:
    """The number the next receipt of the year would get, `R-2026-0188`; reading it reserves nothing."""
    last = tx.value("SELECT value FROM settings WHERE name = ?", (f"receipts:{year}",)) or "0"
    return f"R-{year}-{int(last) + 1:04d}"


def take_receipt_no(tx: Tx, year: int, wanted: str = "") -> str:
    """Reserve the next number, or the clerk's own; Conflict names the booking that has it already."""
    proposed = next_receipt_no(tx, year)
    number = wanted.strip() or proposed
    owner = tx.value(
        "SELECT b.reference FROM desk_receipts d JOIN bookings b ON b.id = d.booking_id WHERE d.receipt_no = ?",
        (number,),
    )
    if owner is not None:
        raise Conflict(f"Receipt {number} is used already, for {owner}")
    if number == proposed:
        tx.execute(
            "INSERT INTO settings (name, value) VALUES (?, '1')"
            " ON CONFLICT (name) DO UPDATE SET value = CAST(settings.value AS INTEGER) + 1",
            (f"receipts:{year}",),
        )
    return number


def open_shift(tx: Tx, actor: str) -> int | None:
    """The open shift of this person, or None."""
    shift_id: int | None = tx.value(
        "SELECT id FROM shifts WHERE name = ? AND closed_at IS NULL ORDER BY id DESC LIMIT 1", (actor,)
    )
    return shift_id
