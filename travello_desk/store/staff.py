"""The people at the desk: names, roles, PIN hashes, limits, and the count of wrong PINs. Decides nothing.

A wrong name is counted like a wrong PIN, in the settings table under a digest of the name, so that nobody can learn
from the back-off who works here.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, fields

from travello_desk.store.database import any_setting, keep_setting
from travello_desk.store.tx import Tx

STRANGERS_KEPT = 200


@dataclass(frozen=True, slots=True)
class Staff:
    """One row. `refund_limit_minor` None: the role's limit counts; instants are unix seconds, 0 or None for never."""

    id: int
    name: str
    role: str
    pin_hash: str
    refund_limit_minor: int | None
    disabled_at: int | None
    failed_tries: int
    locked_until: int
    created_at: int


@dataclass(frozen=True, slots=True)
class Tries:
    """Wrong PINs in a row, and until when nobody may try again."""

    failed: int = 0
    locked_until: int = 0


COLUMNS = ", ".join(field.name for field in fields(Staff))


def everybody(tx: Tx) -> list[Staff]:
    """All people, in the order in which they came."""
    return [Staff(*row) for row in tx.all(f"SELECT {COLUMNS} FROM staff ORDER BY id")]


def by_name(tx: Tx, name: str) -> Staff | None:
    """The person of this name; capitals make no difference."""
    wanted = name.strip().casefold()
    return next((person for person in everybody(tx) if person.name.casefold() == wanted), None)


def insert(tx: Tx, name: str, role: str, pin_hash: str) -> int:
    """A new person; their id. Raises Conflict when the name is taken."""
    return tx.insert(
        "INSERT INTO staff (name, role, pin_hash, created_at) VALUES (?, ?, ?, ?)", (name, role, pin_hash, tx.now)
    )


def set_disabled(tx: Tx, staff_id: int, *, disabled: bool) -> None:
    tx.execute("UPDATE staff SET disabled_at = ? WHERE id = ?", (tx.now if disabled else None, staff_id))


def set_pin(tx: Tx, staff_id: int, pin_hash: str) -> None:
    tx.execute("UPDATE staff SET pin_hash = ?, failed_tries = 0, locked_until = 0 WHERE id = ?", (pin_hash, staff_id))


def set_limit(tx: Tx, staff_id: int, limit_minor: int | None) -> None:
    tx.execute("UPDATE staff SET refund_limit_minor = ? WHERE id = ?", (limit_minor, staff_id))


def tries_of(tx: Tx, person: Staff | None, name: str) -> Tries:
    """The count for a person, or for a name that nobody has."""
    if person is not None:
        return Tries(person.failed_tries, person.locked_until)
    failed, _, until = (any_setting(tx, stranger_key(name)) or "0:0").partition(":")
    return Tries(int(failed), int(until))


def keep_tries(tx: Tx, person: Staff | None, name: str, tries: Tries) -> None:
    if person is not None:
        tx.execute(
            "UPDATE staff SET failed_tries = ?, locked_until = ? WHERE id = ?",
            (tries.failed, tries.locked_until, person.id),
        )
        return
    forget_strangers(tx)
    keep_setting(tx, stranger_key(name), f"{tries.failed}:{tries.locked_until}")


def stranger_key(name: str) -> str:
    return "stranger:" + hashlib.sha256(name.strip().casefold().encode()).hexdigest()[:24]


def forget_strangers(tx: Tx) -> None:
    """Keep the table small, whatever names somebody types."""
    if tx.value("SELECT COUNT(*) FROM settings WHERE name LIKE 'stranger:%'") >= STRANGERS_KEPT:
        tx.execute("DELETE FROM settings WHERE name LIKE 'stranger:%'")


def open_shifts(tx: Tx) -> dict[str, int]:
    """Who has a shift open, and since when."""
    return dict(tx.all("SELECT name, opened_at FROM shifts WHERE closed_at IS NULL ORDER BY id"))
