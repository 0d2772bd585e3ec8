"""Leases: which instance does the background work. A holder that stops renewing loses it within a minute."""

from __future__ import annotations

from travello_desk.store.tx import Tx

LEASE_SECONDS = 45


def hold(tx: Tx, name: str, holder: str) -> bool:
    """Take or renew the lease; whether `holder` has it now."""
    taken = tx.execute(
        "INSERT INTO leases (name, holder, expires_at) VALUES (?, ?, ?) ON CONFLICT (name) DO UPDATE"
        " SET holder = excluded.holder, expires_at = excluded.expires_at"
        " WHERE leases.holder = excluded.holder OR leases.expires_at <= ?",
        (name, holder, tx.now + LEASE_SECONDS, tx.now),
    )
    return taken == 1


def release(tx: Tx, name: str, holder: str) -> None:
    tx.execute("DELETE FROM leases WHERE name = ? AND holder = ?", (name, holder))


def holder_of(tx: Tx, name: str) -> str:
    """Who holds it now, or empty."""
    return tx.value("SELECT holder FROM leases WHERE name = ? AND expires_at > ?", (name, tx.now)) or ""
