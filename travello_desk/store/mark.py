"""How far the store had come, in a small file beside it: a store that is found behind its mark is older than it was.

SQLite passes over the end of a write-ahead log that was damaged, and a copy of last week's put in place by hand is a
sound store too: nothing within the file tells. The mark is written now and then, and only of what is durable, so that
it is never ahead of a store that only lost its power. `restore` takes it away: who restores knows.
"""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path

from travello_desk.store.tx import Tx


@dataclass(frozen=True, slots=True)
class Mark:
    """Whose store, its newest event, and its newest timeline entry with that entry's hash (which seals all before)."""

    install: str
    event_id: int
    entry_id: int
    digest: str


def mark_of(path: Path) -> Path:
    return path.with_name(f"{path.name}.mark")


def tip(tx: Tx) -> Mark:
    """How far this store has come."""
    install = tx.value("SELECT value FROM settings WHERE name = 'install'")
    entry_id, digest = tx.one("SELECT id, hash FROM timeline ORDER BY id DESC LIMIT 1") or (0, "-")
    return Mark(install or "-", tx.value("SELECT MAX(id) FROM inbox") or 0, entry_id, digest)


def missing(tx: Tx, mark: Mark) -> str:
    """What the store has lost since the mark was written, in words; empty when it has all of it."""
    now = tip(tx)
    if now.install != mark.install:
        return "another store is in its place"
    lost = [
        f"{count} {what}"
        for count, what in (
            (mark.entry_id - now.entry_id, "of its timeline's entries"),
            (mark.event_id - now.event_id, "of Stripe's events"),
        )
        if count > 0
    ]
    if lost:
        return f"it has lost {' and '.join(lost)}"
    if mark.entry_id and tx.value("SELECT hash FROM timeline WHERE id = ?", (mark.entry_id,)) != mark.digest:
        return f"its timeline is another one before entry {mark.entry_id}"
    return ""


def read(path: Path) -> Mark | None:
    """The mark of the store at `path`; None when there is none that can be read."""
    try:
        install, event_id, entry_id, digest = mark_of(path).read_text(encoding="ascii").split()
        return Mark(install, int(event_id), int(entry_id), digest)
    except (OSError, ValueError):
        return None


def write(path: Path, mark: Mark) -> None:
    """Whole or not at all. Raises OSError."""
    half = path.with_name(f".{path.name}.mark.part")
    with open(os.open(half, os.O_CREAT | os.O_WRONLY | os.O_TRUNC, 0o600), "w", encoding="ascii") as file:
        file.write(f"{mark.install} {mark.event_id} {mark.entry_id} {mark.digest}\n")
        file.flush()
        os.fsync(file.fileno())
    half.replace(mark_of(path))


def forget(path: Path) -> None:
    """Whoever puts another store in place on purpose does this first. Raises OSError."""
    mark_of(path).unlink(missing_ok=True)
