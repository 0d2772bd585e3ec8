"""Bookings as people see them: insert, get, edit. Lists and search stand in browse.py; money in ledger.py."""

from __future__ import annotations

import secrets
from dataclasses import dataclass, fields

from travello_desk.payments.facts import Ledger
from travello_desk.payments.projection import project
from travello_desk.store.tx import Row, Tx

# Crockford's base 32: no I, L, O, U; 12 characters carry 60 random bits (INTERFACE, guest pages).
CROCKFORD = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
CODE_LENGTH = 12


@dataclass(frozen=True, slots=True)
class NewBooking:
    """What an import, a clerk or a program gives to make a booking. Days are ISO dates; amounts minor units."""

    reference: str
    guest_name: str
    check_in: str
    check_out: str
    amount_minor: int
    currency: str
    method: str
    guest_email: str = ""
    guest_phone: str = ""
    user_id: int | None = None
    room: str = ""
    language: str = "en"
    notes: str = ""
    cancelled: bool = False


@dataclass(frozen=True, slots=True)
class Booking:
    """One row of the bookings table: what the guest, the list and the detail pane show."""

    id: int
    reference: str
    guest_name: str
    guest_email: str
    guest_phone: str
    user_id: int | None
    room: str
    check_in: str
    check_out: str
    amount_minor: int
    currency: str
    method: str
    guest_code: str
    code_revoked: int
    language: str
    notes: str
    cancelled: int
    no_show: int
    status: str
    payment_status: str
    badge: str
    paid_minor: int
    balance_minor: int
    attention: int
    opened_count: int
    opened_at: int
    created_at: int
    updated_at: int


COLUMNS = ", ".join(field.name for field in fields(Booking))
SELECT = f"SELECT {COLUMNS} FROM bookings"


def booking(row: Row) -> Booking:
    return Booking(*row)


def guest_code() -> str:
    """A fresh unguessable code for the guest's permanent link."""
    bits = secrets.randbits(5 * CODE_LENGTH)
    return "".join(CROCKFORD[bits >> (5 * place) & 31] for place in range(CODE_LENGTH))


def canonical_code(typed: str) -> str:
    """A guest code as stored: case-blind, and forgiving where Crockford is (O is 0, I and L are 1)."""
    code = typed.upper().replace("O", "0").replace("I", "1").replace("L", "1").replace("-", "")
    return code if len(code) == CODE_LENGTH and set(code) <= set(CROCKFORD) else ""


def get(tx: Tx, booking_id: int) -> Booking | None:
    row = tx.one(f"{SELECT} WHERE id = ?", (booking_id,)) if 0 < booking_id < 2**63 else None
    return booking(row) if row else None


def by_reference(tx: Tx, reference: str) -> Booking | None:
    row = tx.one(f"{SELECT} WHERE reference = ?", (reference,))
    return booking(row) if row else None


def by_guest_code(tx: Tx, code: str) -> Booking | None:
    """The booking of a guest's link, or None when unknown or revoked."""
    row = tx.one(f"{SELECT} WHERE guest_code = ? AND code_revoked = 0", (canonical_code(code),))
    return booking(row) if row else None


INSERT = (
    "INSERT INTO bookings (reference, guest_name, guest_email, guest_phone, user_id, room, check_in, check_out,"
    " amount_minor, currency, method, guest_code, language, notes, cancelled, status, payment_status, badge,"
    " balance_minor, created_at, updated_at) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"
)


def insert_values(new: NewBooking, now: int) -> tuple[object, ...]:
    """The INSERT's parameters; the projected columns come from the projection of an empty ledger."""
    view = project(Ledger(new.amount_minor, new.currency, new.method, new.cancelled))
    return (
        new.reference,
        new.guest_name,
        new.guest_email,
        new.guest_phone,
        new.user_id,
        new.room,
        new.check_in,
        new.check_out,
        new.amount_minor,
        new.currency,
        new.method,
        guest_code(),
        new.language,
        new.notes,
        int(new.cancelled),
        view.status,
        view.payment_status,
        view.badge,
        view.balance_minor,
        now,
        now,
    )


def insert(tx: Tx, new: NewBooking) -> int:
    """Insert one booking; its id. Raises Conflict when the reference is taken."""
    booking_id = tx.insert(INSERT, insert_values(new, tx.now))
    tx.changed.add(booking_id)
    return booking_id


EDITABLE = frozenset({"guest_name", "guest_email", "guest_phone", "room", "check_in", "check_out", "language", "notes"})


def update_details(tx: Tx, booking_id: int, changes: dict[str, str]) -> None:
    """Change what has nothing to do with money. Unknown names raise ValueError."""
    if not changes:
        return
    if unknown := changes.keys() - EDITABLE:
        raise ValueError(f"not editable: {', '.join(sorted(unknown))}")
    names = sorted(changes)
    assignments = ", ".join(f"{name} = ?" for name in names)
    tx.execute(
        f"UPDATE bookings SET {assignments}, updated_at = ? WHERE id = ?",
        (*(changes[name] for name in names), tx.now, booking_id),
    )
    tx.changed.add(booking_id)


def set_money_facts(
    tx: Tx,
    booking_id: int,
    *,
    amount_minor: int | None = None,
    method: str | None = None,
    cancelled: bool | None = None,
    no_show: bool = False,
) -> None:
    """Change a fact the projection reads; the caller saves the ledger in the same transaction."""
    for name, value in (("amount_minor", amount_minor), ("method", method)):
        if value is not None:
            tx.execute(f"UPDATE bookings SET {name} = ? WHERE id = ?", (value, booking_id))
    if cancelled is not None:
        tx.execute(
            "UPDATE bookings SET cancelled = ?, no_show = ? WHERE id = ?",
            (int(cancelled), int(no_show), booking_id),
        )


def renew_code(tx: Tx, booking_id: int) -> str:
    """A new guest code; the old link is dead from here on."""
    code = guest_code()
    tx.execute(
        "UPDATE bookings SET guest_code = ?, code_revoked = 0, updated_at = ? WHERE id = ?", (code, tx.now, booking_id)
    )
    tx.changed.add(booking_id)
    return code


def revoke_code(tx: Tx, booking_id: int) -> None:
    tx.execute("UPDATE bookings SET code_revoked = 1, updated_at = ? WHERE id = ?", (tx.now, booking_id))
    tx.changed.add(booking_id)


def count_opening(tx: Tx, booking_id: int, times: int = 1) -> None:
    """The guest's page was opened; counted, never shown as a visit of the guest (D39)."""
    tx.execute(
        "UPDATE bookings SET opened_count = opened_count + ?, opened_at = ? WHERE id = ?", (times, tx.now, booking_id)
    )
    tx.changed.add(booking_id)
