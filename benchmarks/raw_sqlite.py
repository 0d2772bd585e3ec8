"""SQLite's own limit: the statements of our webhook transaction, replayed by nothing but sqlite3.

No HTTP, no signature, no JSON, no Python rules: what is left is what the disk and SQLite allow at 1, 8, 32
and 64 events a commit. Our share of it says how much the rest of the road costs.
"""

from __future__ import annotations

import sqlite3
import time
from collections.abc import Iterator, Sequence
from pathlib import Path

BATCHES = (1, 8, 32, 64)
PRAGMAS = ("journal_mode=WAL", "synchronous=FULL", "foreign_keys=1")

Statement = tuple[str, Sequence[object]]
Transaction = Sequence[Statement]


def connect(database: Path) -> sqlite3.Connection:
    """A connection with the promises of our writer: WAL and a synced commit."""
    connection = sqlite3.connect(database, isolation_level=None, cached_statements=256)
    for pragma in PRAGMAS:
        connection.execute(f"PRAGMA {pragma}")
    return connection


def batches(transactions: Sequence[Transaction], size: int) -> Iterator[Sequence[Transaction]]:
    for start in range(0, len(transactions), size):
        yield transactions[start : start + size]


def replay(connection: sqlite3.Connection, transactions: Sequence[Transaction], per_commit: int) -> float:
    """Runs every transaction, `per_commit` of them to a commit; the answer is transactions per second."""
    execute = connection.execute
    began_at = time.perf_counter()
    for batch in batches(transactions, per_commit):
        execute("BEGIN IMMEDIATE")
        for transaction in batch:
            for sql, values in transaction:
                execute(sql, values).fetchall()
        execute("COMMIT")
    return len(transactions) / (time.perf_counter() - began_at)
