"""How far something has been read: kept in the same transaction as what was read."""

from __future__ import annotations

from travello_desk.store.tx import Tx


def get(tx: Tx, name: str) -> int | None:
    """The cursor's value (unix seconds for `events`), or None before the first time."""
    value = tx.value("SELECT value FROM cursors WHERE name = ?", (name,))
    return int(value) if value is not None else None


def moved_at(tx: Tx, name: str) -> int:
    """When the cursor was last written (unix seconds), or 0."""
    return tx.value("SELECT updated_at FROM cursors WHERE name = ?", (name,)) or 0


def advance(tx: Tx, name: str, value: int) -> None:
    """Move the cursor forward; it never goes back."""
    tx.execute(
        "INSERT INTO cursors (name, value, updated_at) VALUES (?, ?, ?) ON CONFLICT (name) DO UPDATE"
        " SET value = CASE WHEN CAST(cursors.value AS INTEGER) > CAST(excluded.value AS INTEGER)"
        " THEN cursors.value ELSE excluded.value END, updated_at = excluded.updated_at",
        (name, str(value), tx.now),
    )
