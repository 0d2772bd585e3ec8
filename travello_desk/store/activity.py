"""The whole house's timeline by day, and Stripe's events as they came: what the desk's logs show. Reads only."""

from __future__ import annotations

from dataclasses import dataclass

from travello_desk.store.tx import Tx

LIMIT = 2_000
"""So many rows of a day are shown; who needs more narrows it by words or asks the command line."""


@dataclass(frozen=True, slots=True)
class Deed:
    """One entry of the timeline with its booking's reference. `at` is unix seconds."""

    id: int
    at: int
    booking_id: int | None
    reference: str
    actor: str
    kind: str
    text: str
    detail: str


def deeds(tx: Tx, since_at: int, until_at: int, limit: int = LIMIT) -> list[Deed]:
    """Entries of [since_at, until_at), newest first. Found by id: no index on time is needed, because entries are only
    added and their times never run back by more than a clock's correction.
    """
    rows = tx.all(
        "SELECT t.id, t.at, t.booking_id, COALESCE(b.reference, ''), t.actor, t.kind, t.text, t.detail"
        " FROM timeline t LEFT JOIN bookings b ON b.id = t.booking_id"
        " WHERE t.id >= ? AND t.id < ? ORDER BY t.id DESC LIMIT ?",
        (first_at(tx, "timeline", "at", since_at), first_at(tx, "timeline", "at", until_at), limit),
    )
    return [Deed(*row) for row in rows]


KNOWN = frozenset({("timeline", "at"), ("inbox", "received_at"), ("rejections", "at"), ("outbox", "created_at")})


def first_at(tx: Tx, table: str, column: str, at: int) -> int:
    """The smallest id whose instant is `at` or later, by halving; one past the last id when there is none."""
    if (table, column) not in KNOWN:
        raise ValueError(table)
    low, high = 1, (tx.value(f"SELECT MAX(id) FROM {table}") or 0) + 1
    while low < high:
        middle = (low + high) // 2
        found = tx.value(f"SELECT {column} FROM {table} WHERE id >= ? ORDER BY id LIMIT 1", (middle,))
        if found is not None and found < at:
            low = middle + 1
        else:
            high = middle
    return low


@dataclass(frozen=True, slots=True)
class Arrived:
    """An event of Stripe's as it came, a delivery that was refused, or one that a fault of ours could not apply.

    `id` tells them apart: positive for the inbox, negative for the rest. `trouble`: a person should look.
    """

    id: int
    at: int
    type: str
    event_id: str
    booking_id: int | None
    reference: str
    outcome: str
    tries: int
    source: str
    trouble: bool


TROUBLE = frozenset({"orphan", "quarantined", "loose"})


def arrivals(tx: Tx, since_at: int, until_at: int, limit: int = LIMIT) -> list[Arrived]:
    """Everything that came in [since_at, until_at), newest first."""
    found = [*inbox_rows(tx, since_at, until_at, limit), *refused_rows(tx, since_at, until_at, limit)]
    found += dead_rows(tx, since_at, until_at, limit)
    return sorted(found, key=lambda row: (-row.at, -row.id))[:limit]


def inbox_rows(tx: Tx, since_at: int, until_at: int, limit: int) -> list[Arrived]:
    rows = tx.all(
        "SELECT i.id, i.received_at, i.type, i.event_id, i.booking_id, COALESCE(b.reference, ''), i.outcome, i.tries,"
        " i.source FROM inbox i LEFT JOIN bookings b ON b.id = i.booking_id"
        " WHERE i.id >= ? AND i.id < ? ORDER BY i.id DESC LIMIT ?",
        (first_at(tx, "inbox", "received_at", since_at), first_at(tx, "inbox", "received_at", until_at), limit),
    )
    return [Arrived(*(*row, row[6] in TROUBLE)) for row in rows]


def refused_rows(tx: Tx, since_at: int, until_at: int, limit: int) -> list[Arrived]:
    rows = tx.all(
        "SELECT id, at, reason, remote FROM rejections WHERE id >= ? AND id < ? ORDER BY id DESC LIMIT ?",
        (first_at(tx, "rejections", "at", since_at), first_at(tx, "rejections", "at", until_at), limit),
    )
    return [
        Arrived(-2 * row_id, at, f"({reason} from {remote})", "", None, "", "refused 400", 0, "webhook", True)
        for row_id, at, reason, remote in rows
    ]


def dead_rows(tx: Tx, since_at: int, until_at: int, limit: int) -> list[Arrived]:
    """Events that a fault of ours could not apply: few, or there is worse to look at."""
    rows = tx.all(
        "SELECT id, at, event_id, error, failures FROM dead_letters WHERE at >= ? AND at < ? ORDER BY id DESC LIMIT ?",
        (since_at, until_at, limit),
    )
    return [
        Arrived(-2 * row_id - 1, at, f"({error})", event_id, None, "", "not applied", failures, "webhook", True)
        for row_id, at, event_id, error, failures in rows
    ]


def body_of(tx: Tx, event_id: str) -> str:
    """The event as Stripe sent it, from the inbox or from what could not be applied; empty when there is none."""
    body = tx.value("SELECT body FROM inbox WHERE event_id = ?", (event_id,))
    return body or tx.value("SELECT body FROM dead_letters WHERE event_id = ?", (event_id,)) or ""


def references_of(tx: Tx, booking_ids: list[int]) -> dict[int, tuple[str, str]]:
    """Reference and guest of each booking."""
    found: dict[int, tuple[str, str]] = {}
    for start in range(0, len(booking_ids), 500):
        part = booking_ids[start : start + 500]
        marks = ",".join("?" * len(part))
        for row in tx.all(f"SELECT id, reference, guest_name FROM bookings WHERE id IN ({marks})", tuple(part)):
            found[row[0]] = (row[1], row[2])
    return found
