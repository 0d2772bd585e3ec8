"""SQLite's own limit: the statements of our webhook transaction, replayed by nothing but sqlite3.

No HTTP, no signature, no JSON, no Python rules: what is left is what the disk and SQLite allow at 1, 8, 32
and 64 events a commit. Our share of it says how much the rest of the road costs.
"""

from __future__ import annotations

import argparse
import json
import random
import sqlite3
import time
from collections.abc import Iterable, Iterator, Sequence
from itertools import islice
from pathlib import Path
from typing import cast

from benchmarks import report, stats, stores
from benchmarks.events import event_body
from benchmarks.ours import targets
from travello_desk.operations.ingest import ingest_in
from travello_desk.payments.events import read_event
from travello_desk.store.tx import Tx

BATCHES = (1, 8, 32, 64)
SHUFFLE_SEED = 7
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


class Recorder:
    """A connection that does what it is asked and remembers it. Only what the store's Tx uses of a connection."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection
        self.statements: list[Statement] = []

    def execute(self, sql: str, values: Sequence[object] = ()) -> sqlite3.Cursor:
        self.statements.append((sql, tuple(values)))
        return self._connection.execute(sql, values)

    def executemany(self, sql: str, rows: Iterable[Sequence[object]]) -> None:
        for row in rows:
            self.execute(sql, row)


def record(connection: sqlite3.Connection, bodies: Sequence[bytes], install: str) -> list[Transaction]:
    """The statements our own ingest runs for these events, taken down from a real run that is rolled back."""
    transactions: list[Transaction] = []
    recorder = Recorder(connection)
    tx = Tx(cast(sqlite3.Connection, recorder), int(time.time()))
    connection.execute("BEGIN IMMEDIATE")
    for body in bodies:
        recorder.statements = []
        ingest_in(tx, read_event(json.loads(body)), body.decode(), "webhook", False, install)
        transactions.append(recorder.statements)
    connection.execute("ROLLBACK")
    return transactions


def measure(database: Path, rounds: int, per_round: int = 1_000) -> list[dict[int, float]]:
    """Events a second at each size of commit, one dict a round, sizes interleaved. Pays bookings of the store."""
    connection = connect(database)
    open_payments = targets(database)
    random.Random(SHUFFLE_SEED).shuffle(open_payments)
    waiting = iter(open_payments)
    measured: list[dict[int, float]] = []
    number = 0
    for _ in range(rounds):
        rates = {}
        for per_commit in BATCHES:
            part = list(islice(waiting, per_round))
            now = int(time.time())
            bodies = [event_body(target, number + place, "raw", now) for place, target in enumerate(part)]
            number += len(part)
            rates[per_commit] = replay(connection, record(connection, bodies, part[0].install), per_commit)
        measured.append(rates)
    connection.close()
    return measured


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--bookings", type=int, default=50_000)
    parser.add_argument("--rounds", type=int, default=5)
    options = parser.parse_args()
    with stores.fresh(options.bookings) as pair:
        measured = measure(pair.ours, options.rounds)
    rows = [[str(size), stats.spread(each[size] for each in measured).text(0, "/s")] for size in BATCHES]
    report.publish("raw_sqlite", ["events a commit", "SQLite alone"], rows, {"rounds": measured})


if __name__ == "__main__":
    main()
