"""What the raw limit replays is what our ingest really runs."""

import time
from pathlib import Path

from benchmarks import make_store, ours, raw_sqlite
from benchmarks.events import event_body

COUNT = 40


def test_replayed_statements_pay_the_bookings(tmp_path: Path) -> None:
    path = tmp_path / "made.db"
    make_store.make_store(path, COUNT)
    targets = ours.targets(path)
    now = int(time.time())
    bodies = [event_body(target, number, "raw", now) for number, target in enumerate(targets)]
    connection = raw_sqlite.connect(path)

    transactions = raw_sqlite.record(connection, bodies, targets[0].install)
    assert ours.read_rows(path, "SELECT COUNT(*) FROM inbox") == [(0,)]

    raw_sqlite.replay(connection, transactions, per_commit=8)
    connection.close()
    ours.check(path, targets, len(targets))
    assert all(any("INSERT INTO inbox" in sql for sql, _ in transaction) for transaction in transactions)


def test_a_limit_for_every_size_of_commit(tmp_path: Path) -> None:
    path = tmp_path / "made.db"
    make_store.make_store(path, COUNT)
    [measured] = raw_sqlite.measure(path, rounds=1, per_round=5)
    assert set(measured) == set(raw_sqlite.BATCHES)
    assert all(rate > 0 for rate in measured.values())
