"""The schema on PostgreSQL is SQLite's: tables, columns, constraints, indexes, guards."""

from __future__ import annotations

import re
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from tests.postgres.server import TEMPLATE, Server
from tests.store.test_schema import NEW
from travello_desk.store import bookings, timeline
from travello_desk.store.contract import Store
from travello_desk.store.database import open_store
from travello_desk.store.errors import Conflict
from travello_desk.store.postgres import guards
from travello_desk.store.postgres.migrating import translated

OF_SQLITE = re.compile(r"sqlite_|bookings_(fts|trigram)")
OF_POSTGRES = re.compile(r"booking_search|schema_migration")


@pytest.fixture
def sqlite(tmp_path: Path) -> Iterator[sqlite3.Connection]:
    path = tmp_path / "travello.db"
    open_store(path, lambda: 0.0).close()
    with closing(sqlite3.connect(path)) as connection:
        yield connection


def ours(rows: Any) -> set[Any]:
    """Without what belongs to one database only."""
    return {row for row in map(tuple, rows) if not (OF_SQLITE.match(row[0]) or OF_POSTGRES.match(row[0]))}


def named(sqlite: sqlite3.Connection, kind: str) -> set[Any]:
    return ours(sqlite.execute("SELECT name FROM sqlite_master WHERE type = ? AND sql IS NOT NULL", (kind,)))


def tables(sqlite: sqlite3.Connection) -> list[str]:
    return sorted(name for (name,) in named(sqlite, "table"))


COLUMNS = """
SELECT table_name::text, column_name::text, is_nullable = 'YES', data_type = 'text',
    regexp_replace(COALESCE(column_default, ''), '::\\w+', '')
FROM information_schema.columns WHERE table_schema = 'public'
"""


def test_the_same_tables_and_columns(sqlite: sqlite3.Connection, server: Server) -> None:
    here = set()
    for table in tables(sqlite):
        for _, name, kind, not_null, default, key in sqlite.execute(f"PRAGMA table_info({table})"):
            here.add((table, name, not (not_null or key), kind == "TEXT", default or ""))
    assert ours(server.execute(COLUMNS, TEMPLATE)) == here


def test_text_is_compared_byte_by_byte(server: Server) -> None:
    sql = (
        "SELECT table_name::text FROM information_schema.columns WHERE table_schema = 'public'"
        " AND data_type = 'text' AND collation_name IS DISTINCT FROM 'C'"
    )
    assert ours(server.execute(sql, TEMPLATE)) == set()


INDEXES = """
SELECT r.relname::text FROM pg_index i JOIN pg_class r ON r.oid = i.indexrelid
WHERE r.relnamespace = 'public'::regnamespace
    AND NOT EXISTS (SELECT 1 FROM pg_constraint c WHERE c.conindid = i.indexrelid)
"""
CONSTRAINTS = """
SELECT r.relname::text, c.contype::text, COUNT(*)::int FROM pg_constraint c JOIN pg_class r ON r.oid = c.conrelid
WHERE c.contype IN ('u', 'f', 'c') AND r.relnamespace = 'public'::regnamespace GROUP BY 1, 2
"""


def test_the_same_indexes(sqlite: sqlite3.Connection, server: Server) -> None:
    """And the one that SQLite, with its one writer, has a guard instead of."""
    assert ours(server.execute(INDEXES, TEMPLATE)) == named(sqlite, "index") | {("payments_one_open",)}


def test_the_same_constraints(sqlite: sqlite3.Connection, server: Server) -> None:
    wanted: set[tuple[str, str, int]] = set()
    for table in tables(sqlite):
        unique = sum(row[3] == "u" for row in sqlite.execute(f"PRAGMA index_list({table})"))
        foreign = len(sqlite.execute(f"PRAGMA foreign_key_list({table})").fetchall())
        sql = sqlite.execute("SELECT sql FROM sqlite_master WHERE name = ?", (table,)).fetchone()[0]
        checks = len(re.findall(r"\bCHECK\s*\(", sql))
        wanted |= {(table, kind, count) for kind, count in (("u", unique), ("f", foreign), ("c", checks)) if count}
    assert ours(server.execute(CONSTRAINTS, TEMPLATE)) == wanted


def test_the_same_guards(sqlite: sqlite3.Connection, server: Server) -> None:
    triggers = "SELECT tgname::text FROM pg_trigger WHERE NOT tgisinternal"
    assert ours(server.execute(triggers, TEMPLATE)) == named(sqlite, "trigger")


async def test_an_edit_of_the_database_breaks_the_chain(store: Store, server: Server) -> None:
    booking_id = await store.write(lambda tx: bookings.insert(tx, NEW))
    for number in range(5):
        await store.write(lambda tx, number=number: timeline.add(tx, booking_id, "Ayesha", "note", f"entry {number}"))  # type: ignore[misc]
    assert store.read_now(lambda tx: list(timeline.broken_links(tx))) == []
    edit = "UPDATE timeline SET text = 'entry 7' WHERE id = 3"
    server.execute(f"SET session_replication_role = replica; {edit}", server.name_of(store))
    assert store.read_now(lambda tx: list(timeline.broken_links(tx))) == [3]


async def test_a_refusal_of_the_database_quotes_no_guest(store: Store) -> None:
    await store.write(lambda tx: bookings.insert(tx, NEW))
    with pytest.raises(Conflict) as refused:
        await store.write(lambda tx: tx.execute("UPDATE bookings SET balance_minor = -1"))
    assert "bookings_balance_minor_check" in str(refused.value)
    assert NEW.guest_name not in str(refused.value)


def test_a_trigger_that_cannot_be_translated_is_refused() -> None:
    with pytest.raises(ValueError, match="not a trigger"):
        list(guards.statements("CREATE TRIGGER t INSTEAD OF UPDATE ON v BEGIN SELECT 1; END;"))
    with pytest.raises(ValueError, match="may refuse or change rows"):
        list(guards.statements("CREATE TRIGGER t AFTER UPDATE ON v BEGIN SELECT load_extension('x'); END;"))


def test_a_trigger_with_a_condition_and_a_change_becomes_a_function() -> None:
    function, trigger = translated(
        "CREATE TRIGGER t AFTER UPDATE OF a, b ON v WHEN new.a IS NOT old.a BEGIN\n"
        "    UPDATE w SET n = n + 1 WHERE id = new.id;\nEND;"
    )
    assert "IF new.a IS DISTINCT FROM old.a THEN\nUPDATE w SET n = n + 1 WHERE id = new.id;\nEND IF;" in function
    assert trigger == "CREATE TRIGGER t AFTER UPDATE OF a, b ON v FOR EACH ROW EXECUTE FUNCTION t()"
