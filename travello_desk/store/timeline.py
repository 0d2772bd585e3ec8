"""The timeline: who, when, what, why. Append-only; every row carries the hash of the one before it."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Generator, Iterator

from travello_desk.store.tx import Tx
from travello_desk.values import value

GENESIS = "0" * 64
INSERT = "INSERT INTO timeline (at, booking_id, actor, kind, text, detail, hash, salt) VALUES (?, ?, ?, ?, ?, ?, ?, ?)"


@value(frozen=True, slots=True)
class Entry:
    """One row of the timeline; `booking_id` is None for the house's own entries."""

    id: int
    at: int
    booking_id: int | None
    actor: str
    kind: str
    text: str
    detail: str


def add(tx: Tx, booking_id: int | None, actor: str, kind: str, text: str, detail: str = "") -> None:
    """Append one entry at the transaction's instant."""
    if tx.timeline_tip is None:
        tx.timeline_tip = tx.value("SELECT hash FROM timeline ORDER BY id DESC LIMIT 1") or GENESIS
    salt = os.urandom(16).hex()
    digest = chain(tx.timeline_tip, tx.now, booking_id, actor, kind, text, detail, salt)
    tx.insert(INSERT, (tx.now, booking_id, actor, kind, text, detail, digest, salt))
    tx.timeline_tip = digest


def chain(
    before: str, at: int, booking_id: int | None, actor: str, kind: str, text: str, detail: str, salt: str = ""
) -> str:
    """The hash of a row: over the hash before it and every field, with lengths so that fields cannot run together.

    The salt goes when the words go, so that nobody can try from the hash what they were. Old rows have none.
    """
    parts = (before, str(at), str(booking_id), actor, kind, text, detail, *((salt,) if salt else ()))
    return hashlib.sha256("".join(f"{len(part)}:{part}" for part in parts).encode()).hexdigest()


def for_booking(tx: Tx, booking_id: int, limit: int = 500) -> list[Entry]:
    """The booking's entries, oldest first."""
    rows = tx.all(
        "SELECT id, at, booking_id, actor, kind, text, detail FROM timeline WHERE booking_id = ? "
        "ORDER BY id DESC LIMIT ?",
        (booking_id, limit),
    )
    return [Entry(*row) for row in reversed(rows)]


def recent(tx: Tx, limit: int = 200, before_id: int | None = None) -> list[Entry]:
    """The newest entries of the whole house, newest first."""
    rows = tx.all(
        "SELECT id, at, booking_id, actor, kind, text, detail FROM timeline WHERE id < ? ORDER BY id DESC LIMIT ?",
        (before_id or 2**62, limit),
    )
    return [Entry(*row) for row in rows]


def since(tx: Tx, after_id: int, limit: int = 1000) -> list[Entry]:
    """Entries newer than `after_id`, oldest first: how other processes' changes are seen."""
    rows = tx.all(
        "SELECT id, at, booking_id, actor, kind, text, detail FROM timeline WHERE id > ? ORDER BY id LIMIT ?",
        (after_id, limit),
    )
    return [Entry(*row) for row in rows]


def last_id(tx: Tx) -> int:
    return tx.value("SELECT id FROM timeline ORDER BY id DESC LIMIT 1") or 0


def seal(before: str, entry_id: int, known: str, *told: object) -> str:
    """The digest of a redacted entry in the second chain: over the one before, its old hash and what it says now."""
    return hashlib.sha256("".join(f"{len(str(p))}:{p}" for p in (before, entry_id, known, *told)).encode()).hexdigest()


def broken_links(tx: Tx) -> Iterator[int]:
    """Ids of entries whose hash does not follow from the one before: somebody edited the file.

    An entry that was shredded keeps its hash and is proved by the second chain instead.
    """
    redacted = yield from broken_seals(tx)
    before = GENESIS
    sql = "SELECT id, hash, at, booking_id, actor, kind, text, detail, salt FROM timeline ORDER BY id"
    for entry_id, digest, *told in tx.each(sql):
        if entry_id not in redacted and chain(before, *told) != digest:
            yield entry_id
        before = digest


def broken_seals(tx: Tx) -> Generator[int, None, set[int]]:
    """Ids of redacted entries that were changed afterwards; returns all that were redacted.

    The newest digest stands in the newest entry that says "shredded": without it nothing counts as redacted.
    """
    before, redacted = GENESIS, set()
    sql = (
        "SELECT t.id, t.hash, t.at, t.booking_id, t.actor, t.kind, t.text, t.detail, r.digest FROM redactions r"
        " JOIN timeline t ON t.id = r.timeline_id ORDER BY r.id"
    )
    for entry_id, known, *told, digest in tx.each(sql):
        if seal(before, entry_id, known, *told) != digest:
            yield entry_id
        redacted.add(entry_id)
        before = digest
    anchor = tx.value("SELECT detail FROM timeline WHERE kind = 'shredded' ORDER BY id DESC LIMIT 1") or ""
    return redacted if before == GENESIS or anchor.endswith(before) else set()
