"""Looking into the simulated store from outside, with a connection of its own. Reads only."""

from __future__ import annotations

import sqlite3
import time
from collections.abc import Sequence
from contextlib import closing, suppress
from pathlib import Path
from typing import Any

from travello_desk.payments.events import EVENT_TYPES

RETRIES = 3
UNFINISHED = (
    "SELECT 'payment', id, status FROM payments WHERE status = 'CREATING' OR expire_asked_at > 0"
    " UNION ALL SELECT 'refund', id, status FROM refunds WHERE status = 'SENDING'"
)


def rows(path: Path, sql: str, params: Sequence[object] = ()) -> list[Any]:
    """All rows of a query, as sqlite3.Row (by name or place). Where processes are killed SQLite may say "locked" while
    another one mends the log: then it is asked again."""
    for _ in range(RETRIES):
        with suppress(sqlite3.OperationalError):
            return read(path, sql, params)
        time.sleep(0.05)
    return read(path, sql, params)


def read(path: Path, sql: str, params: Sequence[object]) -> list[Any]:
    with closing(sqlite3.connect(f"file:{path}?mode=ro", uri=True, timeout=60)) as connection:
        connection.row_factory = sqlite3.Row
        return connection.execute(sql, params).fetchall()


def unfinished(path: Path) -> list[tuple[Any, ...]]:
    """Intentions without an answer."""
    return [tuple(row) for row in rows(path, UNFINISHED)]


def missing_events(path: Path, events: dict[str, dict[str, Any]]) -> list[str]:
    """Events of Stripe's that the desk subscribes to and does not have."""
    known = {row[0] for row in rows(path, "SELECT event_id FROM inbox")}
    return [id_ for id_, event in events.items() if event["type"] in EVENT_TYPES and id_ not in known]


def booking_row(path: Path, booking_id: int) -> Any:
    (row,) = rows(path, "SELECT * FROM bookings WHERE id = ?", (booking_id,))
    return row


def guest_code(path: Path, booking_id: int) -> str:
    code: str = booking_row(path, booking_id)["guest_code"]
    return code
