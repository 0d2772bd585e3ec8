"""Shifts and their drawers: rows that grow from open to counted to closed, and cash drops. Decides nothing."""

from __future__ import annotations

import json
from collections import defaultdict
from dataclasses import dataclass, fields
from typing import Any

from travello_desk.payments.drawer import Count, Drawer, drawer_of
from travello_desk.store.tx import Tx


@dataclass(frozen=True, slots=True)
class Shift:
    """One shift. Sums in minor units of `currency`; instants unix seconds, None for not yet."""

    id: int
    name: str
    drawer: str
    currency: str
    opened_at: int
    opening_minor: int
    counted_at: int | None
    counted_by: str
    counted_minor: int | None
    expected_minor: int | None
    denominations: str
    closed_at: int | None
    closed_by: str
    dropped_minor: int | None
    left_minor: int | None
    reason: str
    handover_note: str

    @property
    def count(self) -> Count:
        """What was counted, note by note."""
        return decode_count(self.denominations)


@dataclass(frozen=True, slots=True)
class Drop:
    """Cash carried from the drawer to the safe."""

    id: int
    shift_id: int
    amount_minor: int
    note: str
    actor: str
    at: int


@dataclass(frozen=True, slots=True)
class Note:
    """A hand-over note that nobody has read yet."""

    shift_id: int
    author: str
    at: int
    text: str


COLUMNS = ", ".join(field.name for field in fields(Shift))


def encode_count(count: Count) -> str:
    return json.dumps({"pieces": [list(pair) for pair in count.pieces], "rest": count.rest_minor})


def decode_count(text: str) -> Count:
    told: dict[str, Any] = json.loads(text) if text else {"pieces": [], "rest": 0}
    return Count(tuple((note, pieces) for note, pieces in told["pieces"]), told["rest"])


# Reading


def get(tx: Tx, shift_id: int | None) -> Shift | None:
    row = tx.one(f"SELECT {COLUMNS} FROM shifts WHERE id = ?", (shift_id,))
    return Shift(*row) if row else None


def open_of(tx: Tx, name: str) -> Shift | None:
    """This person's open shift."""
    row = tx.one(f"SELECT {COLUMNS} FROM shifts WHERE name = ? AND closed_at IS NULL", (name,))
    return Shift(*row) if row else None


def open_at(tx: Tx, drawer: str) -> Shift | None:
    """Who holds this drawer."""
    row = tx.one(f"SELECT {COLUMNS} FROM shifts WHERE drawer = ? AND closed_at IS NULL", (drawer,))
    return Shift(*row) if row else None


def all_open(tx: Tx) -> list[Shift]:
    """Every open shift, the oldest first."""
    return [Shift(*row) for row in tx.all(f"SELECT {COLUMNS} FROM shifts WHERE closed_at IS NULL ORDER BY id")]


def of_interval(tx: Tx, start_at: int, end_at: int) -> list[Shift]:
    """Shifts that were open at some instant of [start_at, end_at)."""
    rows = tx.all(
        f"SELECT {COLUMNS} FROM shifts WHERE opened_at < ? AND (closed_at IS NULL OR closed_at >= ?) ORDER BY id",
        (end_at, start_at),
    )
    return [Shift(*row) for row in rows]


def any_ever(tx: Tx) -> bool:
    """Whether this hotel works with shifts at all."""
    return tx.one("SELECT 1 FROM shifts LIMIT 1") is not None


def left_in(tx: Tx, drawer: str) -> Shift | None:
    """The shift that closed this drawer last: what it left is the next one's float."""
    row = tx.one(
        f"SELECT {COLUMNS} FROM shifts WHERE drawer = ? AND closed_at IS NOT NULL ORDER BY closed_at DESC, id DESC"
        " LIMIT 1",
        (drawer,),
    )
    return Shift(*row) if row else None


def drops_of(tx: Tx, shift_id: int) -> list[Drop]:
    rows = tx.all(
        "SELECT id, shift_id, amount_minor, note, actor, at FROM cash_drops WHERE shift_id = ? ORDER BY id", (shift_id,)
    )
    return [Drop(*row) for row in rows]


def drawer(tx: Tx, shift: Shift) -> Drawer:
    """What went through the drawer so far, from the rows themselves."""
    cash = tx.all(
        "SELECT kind, SUM(amount_minor) FROM desk_receipts WHERE shift_id = ? AND tender = 'cash' AND currency = ?"
        " GROUP BY kind UNION ALL"
        " SELECT 'payback', SUM(amount_minor) FROM cash_returns WHERE shift_id = ? AND currency = ?",
        (shift.id, shift.currency) * 2,
    )
    dropped = tx.value("SELECT SUM(amount_minor) FROM cash_drops WHERE shift_id = ?", (shift.id,))
    return drawer_of(shift.opening_minor, {kind: int(total or 0) for kind, total in cash}, int(dropped or 0))


def foreign_cash(tx: Tx, shift: Shift) -> list[tuple[str, int]]:
    """Cash of other currencies that went through: (currency, net minor units). It is not part of the count."""
    rows = tx.all(
        "SELECT currency, CASE kind WHEN 'mark' THEN amount_minor ELSE -amount_minor END FROM desk_receipts"
        " WHERE shift_id = ? AND tender = 'cash' AND currency <> ? UNION ALL"
        " SELECT currency, -amount_minor FROM cash_returns WHERE shift_id = ? AND currency <> ?",
        (shift.id, shift.currency) * 2,
    )
    nets: dict[str, int] = defaultdict(int)
    for currency, minor in rows:
        nets[currency] += int(minor)
    return sorted((currency, net) for currency, net in nets.items() if net)


# Writing


def insert(tx: Tx, name: str, drawer_name: str, currency: str, opening_minor: int) -> int:
    """Open one. Raises Conflict when this person or this drawer has an open shift already."""
    return tx.insert(
        "INSERT INTO shifts (staff_id, name, drawer, currency, opened_at, opening_minor)"
        " VALUES ((SELECT id FROM staff WHERE name = ?), ?, ?, ?, ?, ?)",
        (name, name, drawer_name, currency, tx.now, opening_minor),
    )


def add_drop(tx: Tx, shift_id: int, amount_minor: int, note: str, actor: str) -> int:
    return tx.insert(
        "INSERT INTO cash_drops (shift_id, amount_minor, note, actor, at) VALUES (?, ?, ?, ?, ?)",
        (shift_id, amount_minor, note, actor, tx.now),
    )


def sign_count(tx: Tx, shift_id: int, count: Count, counted_minor: int, expected_minor: int, actor: str) -> None:
    """Keep the signed count beside what was expected at that instant."""
    tx.execute(
        "UPDATE shifts SET counted_at = ?, counted_by = ?, counted_minor = ?, expected_minor = ?, denominations = ?"
        " WHERE id = ?",
        (tx.now, actor, counted_minor, expected_minor, encode_count(count), shift_id),
    )


def close(tx: Tx, shift_id: int, actor: str, dropped_minor: int, left_minor: int, reason: str, note: str) -> None:
    tx.execute(
        "UPDATE shifts SET closed_at = ?, closed_by = ?, dropped_minor = ?, left_minor = ?, reason = ?,"
        " handover_note = ? WHERE id = ?",
        (tx.now, actor, dropped_minor, left_minor, reason, note, shift_id),
    )


# Hand-over notes


def unread_notes(tx: Tx) -> list[Note]:
    rows = tx.all(
        "SELECT id, closed_by, closed_at, handover_note FROM shifts"
        " WHERE handover_note <> '' AND note_read_at IS NULL AND closed_at IS NOT NULL ORDER BY id"
    )
    return [Note(*row) for row in rows]


def mark_read(tx: Tx, shift_id: int, actor: str) -> None:
    tx.execute(
        "UPDATE shifts SET note_read_at = ?, note_read_by = ? WHERE id = ? AND note_read_at IS NULL",
        (tx.now, actor, shift_id),
    )


# What verify asks


def differences(tx: Tx, scale_of: dict[str, int]) -> list[str]:
    """Closed and counted shifts whose stored sums do not follow from their rows. `scale_of`: minor per major unit."""
    found = []
    for row in tx.all(f"SELECT {COLUMNS} FROM shifts WHERE counted_at IS NOT NULL ORDER BY id"):
        shift = Shift(*row)
        expected = drawer(tx, shift).expected_minor
        counted = shift.count.total_minor(scale_of.get(shift.currency, 1))
        if shift.expected_minor != expected:
            found.append(f"shift {shift.id}: expected is {shift.expected_minor}, its rows say {expected}")
        if shift.counted_minor != counted:
            found.append(f"shift {shift.id}: counted is {shift.counted_minor}, its notes say {counted}")
        if shift.closed_at is not None and (shift.dropped_minor or 0) + (shift.left_minor or 0) != counted:
            found.append(f"shift {shift.id}: dropped and left do not add up to what was counted")
    return found
