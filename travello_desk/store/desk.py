"""Money taken and paid out at the desk: rows are only added; receipt numbers come from one gap-free counter."""

from __future__ import annotations

import re
from dataclasses import dataclass, fields

from travello_desk.store.database import any_setting, keep_setting
from travello_desk.store.errors import Conflict
from travello_desk.store.tx import Tx

OWN_FORM = re.compile(r"[RV]-\d{4}-\d{4,}", re.IGNORECASE | re.ASCII)


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


RECEIPTS, VOUCHERS = "R", "V"
"""The series: `R-2026-0188` for money taken, `V-2026-0007` for money given back at the desk."""
COUNTERS = {RECEIPTS: "receipts", VOUCHERS: "vouchers"}


def number_of(series: str, year: int, place: int) -> str:
    return f"{series}-{year}-{place:04d}"


def next_receipt_no(tx: Tx, year: int, series: str = RECEIPTS) -> str:
    """The number the next paper of the year would get; reading it reserves nothing."""
    return number_of(series, year, next_place(tx, year, series))


def next_place(tx: Tx, year: int, series: str) -> int:
    """The first place after the counter that no row has."""
    place = int(any_setting(tx, f"{COUNTERS[series]}:{year}") or "0") + 1
    while owner_of(tx, number_of(series, year, place)) is not None:
        place += 1
    return place


def owner_of(tx: Tx, number: str) -> str | None:
    """The reference of the booking that has this number."""
    owner: str | None = tx.value(
        "SELECT b.reference FROM desk_receipts d JOIN bookings b ON b.id = d.booking_id WHERE d.receipt_no = ?"
        " UNION ALL"
        " SELECT b.reference FROM cash_returns c JOIN bookings b ON b.id = c.booking_id WHERE c.voucher_no = ?",
        (number, number),
    )
    return owner


def take_receipt_no(tx: Tx, year: int, wanted: str = "", series: str = RECEIPTS) -> str:
    """Reserve the next number, or the clerk's own; Conflict names the booking that has it already.

    A number of our own form is only ever the next one: a jump ahead would leave a gap in the series.
    """
    place = next_place(tx, year, series)
    proposed = number_of(series, year, place)
    number = wanted.strip() or proposed
    owner = owner_of(tx, number)
    if owner is not None:
        raise Conflict(f"Receipt {number} is used already, for {owner}")
    if number == proposed:
        keep_setting(tx, f"{COUNTERS[series]}:{year}", str(place))
    elif OWN_FORM.fullmatch(number):
        raise Conflict(f"Receipt {number} is not the next one: {proposed} is, or use a number of another form")
    return number


def shift_of_mark(tx: Tx, receipt_id: int) -> tuple[int | None, bool]:
    """The shift a row belongs to, and whether that one is closed by now."""
    row = tx.one(
        "SELECT d.shift_id, s.closed_at IS NOT NULL FROM desk_receipts d LEFT JOIN shifts s ON s.id = d.shift_id"
        " WHERE d.id = ?",
        (receipt_id,),
    )
    return (row[0], bool(row[0] is not None and row[1])) if row else (None, False)


def open_shift(tx: Tx, actor: str) -> int | None:
    """The open shift of this person, or None."""
    shift_id: int | None = tx.value("SELECT id FROM shifts WHERE name = ? AND closed_at IS NULL", (actor,))
    return shift_id
