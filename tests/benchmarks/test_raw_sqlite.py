"""Replaying recorded statements: all of them, in commits of the size asked for."""

import sqlite3
from pathlib import Path

import pytest

from benchmarks import raw_sqlite


@pytest.mark.parametrize("per_commit", [1, 4, 32])
def test_replay_runs_every_transaction_in_commits_of_that_size(tmp_path: Path, per_commit: int) -> None:
    connection = raw_sqlite.connect(tmp_path / "raw.db")
    connection.execute("CREATE TABLE inbox (event_id TEXT UNIQUE)")
    seen: list[str] = []
    connection.set_trace_callback(seen.append)
    transactions = [[("INSERT INTO inbox VALUES (?)", (f"evt_{n}",))] for n in range(10)]
    assert raw_sqlite.replay(connection, transactions, per_commit) > 0
    connection.set_trace_callback(None)
    assert seen.count("COMMIT") == -(-10 // per_commit)
    assert connection.execute("SELECT COUNT(*) FROM inbox").fetchone() == (10,)
    connection.close()


def test_the_connection_makes_our_promises(tmp_path: Path) -> None:
    connection = raw_sqlite.connect(tmp_path / "raw.db")
    pragmas = [connection.execute(f"PRAGMA {name}").fetchone()[0] for name in ("journal_mode", "synchronous")]
    assert pragmas == ["wal", 2]
    connection.close()


def test_a_failing_statement_is_not_hidden(tmp_path: Path) -> None:
    connection = raw_sqlite.connect(tmp_path / "raw.db")
    with pytest.raises(sqlite3.OperationalError):
        raw_sqlite.replay(connection, [[("INSERT INTO nowhere VALUES (1)", ())]], 1)
    connection.close()
