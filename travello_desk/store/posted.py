"""The outbox by day, for the desk's list of mails and the command line. Reads only."""

from __future__ import annotations

from dataclasses import dataclass, fields
from typing import Final

from travello_desk.store.activity import LIMIT, first_at
from travello_desk.store.outbox import Mail
from travello_desk.store.tx import Tx

COLUMNS: Final = ", ".join(f"o.{field.name}" for field in fields(Mail))
SELECT: Final = (
    f"SELECT {COLUMNS}, COALESCE(b.reference, '') FROM outbox o LEFT JOIN bookings b ON b.id = o.booking_id"
    " WHERE o.id >= ? AND o.id < ? ORDER BY o.id DESC LIMIT ?"
)


@dataclass(frozen=True, slots=True)
class Posted:
    """A mail with its booking's reference. `id` is the mail's."""

    id: int
    mail: Mail
    reference: str


def mails(tx: Tx, since_at: int, until_at: int, limit: int = LIMIT) -> list[Posted]:
    """Mails queued in [since_at, until_at), unix seconds, newest first."""
    first, end = first_at(tx, "outbox", "created_at", since_at), first_at(tx, "outbox", "created_at", until_at)
    return [Posted(row[0], Mail(*row[:-1]), row[-1]) for row in tx.all(SELECT, (first, end, limit))]
