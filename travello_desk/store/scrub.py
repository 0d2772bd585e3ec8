"""Traces of what was deleted, out of SQLite's files: search indexes, free pages, the write-ahead log."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING

from travello_desk.store.tx import Tx
from travello_desk.store.writer import translate

if TYPE_CHECKING:
    from travello_desk.store.contract import Store

INDEXES = ("bookings_fts", "bookings_trigram")
PAGES = 500
MOST_STEPS = 100_000
WAIT_SECONDS = 10.0


async def merge_search(store: Store) -> None:
    """Merge each search index into one piece: only then deleted words are gone. In steps, so that others may write."""
    for name in INDEXES:
        pages = -PAGES  # the first step, negative, sets every piece to be merged
        for _ in range(MOST_STEPS):
            changed = await store.write(lambda tx, name=name, pages=pages: merge_step(tx, name, pages))  # type: ignore[misc]
            if changed < 2:
                break
            pages = PAGES


def merge_step(tx: Tx, name: str, pages: int) -> int:
    before = tx.connection.total_changes
    tx.execute(f"INSERT INTO {name} ({name}, rank) VALUES ('merge', ?)", (pages,))
    return tx.connection.total_changes - before


def rewrite(path: Path, whole: bool) -> None:
    """Empty the write-ahead log; `whole` also writes the file anew, without its free pages. Blocks."""
    try:
        with closing(sqlite3.connect(path, timeout=WAIT_SECONDS, isolation_level=None)) as connection:
            connection.execute("PRAGMA secure_delete = 1")
            if whole:
                connection.execute("VACUUM")
            connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    except sqlite3.Error as error:
        raise translate(error) from error
