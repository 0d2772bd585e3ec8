"""From a copy of a SQLite store into an empty PostgreSQL database: every row as it is, in one transaction."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import psycopg
from psycopg import sql

from travello_desk.store import backup
from travello_desk.store.errors import StoreUnavailable
from travello_desk.store.postgres.connections import Connection, check_server, connect
from travello_desk.store.postgres.errors import translate
from travello_desk.store.postgres.schema import SHARED, prepare

HEADER = b"SQLite format 3\0"
INDEXED = "bookings"
"""Its triggers stay on: they fill the search index."""
OURS = (
    "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%' AND name NOT LIKE 'bookings_%'"
    " AND name <> 'schema_migration' ORDER BY rowid"
)


def is_sqlite(file: Path) -> bool:
    with file.open("rb") as opened:
        return opened.read(len(HEADER)) == HEADER


def move(source: Path, url: str) -> None:
    """Raises StoreUnavailable or StoreDamaged; then nothing was moved."""
    backup.check(source)
    with closing(sqlite3.connect(f"file:{source}?mode=ro", uri=True)) as old, connect(url) as new:
        refuse_other_version(old, source)
        check_server(new)
        prepare(new, url)
        try:
            new.execute("SET statement_timeout = 0")
            with new.transaction():
                refuse_if_filled(new)
                for table in tables(old):
                    copy_table(old, new, table)
        except psycopg.Error as error:
            raise translate(error) from error


def refuse_other_version(old: sqlite3.Connection, source: Path) -> None:
    known = {name for (name,) in old.execute("SELECT name FROM schema_migration")}
    if known != {path.stem for path in SHARED.glob("[0-9]*.py")}:
        raise StoreUnavailable(f"{source} is of an older version: open it as a SQLite store once, and copy it again")


def refuse_if_filled(new: Connection) -> None:
    row = new.execute("SELECT EXISTS (SELECT 1 FROM bookings) OR EXISTS (SELECT 1 FROM settings)").fetchone()
    if row and row[0]:
        raise StoreUnavailable("the database holds a store already: create an empty one and name it in DATABASE_URL")


def tables(old: sqlite3.Connection) -> list[str]:
    """In the order in which they were made: what others refer to comes first."""
    return [name for (name,) in old.execute(OURS)]


def copy_table(old: sqlite3.Connection, new: Connection, table: str) -> None:
    """All rows, guards off: they were obeyed when the rows were made."""
    columns = [row[1] for row in old.execute(f"PRAGMA table_info({table})")]
    name, names = sql.Identifier(table), sql.SQL(", ").join(map(sql.Identifier, columns))
    if table != INDEXED:
        new.execute(sql.SQL("ALTER TABLE {} DISABLE TRIGGER USER").format(name))
    with new.cursor().copy(sql.SQL("COPY {} ({}) FROM STDIN").format(name, names)) as copying:
        for row in rows_of(old, table, columns):
            copying.write_row(row)
    if table != INDEXED:
        new.execute(sql.SQL("ALTER TABLE {} ENABLE TRIGGER USER").format(name))
    number_on(old, new, table, columns)


def rows_of(old: sqlite3.Connection, table: str, columns: list[str]) -> Iterator[tuple[object, ...]]:
    for row in old.execute(f"SELECT {', '.join(columns)} FROM {table} ORDER BY {columns[0]}"):
        yield tuple(value.replace("\0", "\ufffd") if isinstance(value, str) else value for value in row)


def number_on(old: sqlite3.Connection, new: Connection, table: str, columns: list[str]) -> None:
    """The next row gets the number it would have got."""
    last = old.execute("SELECT seq FROM sqlite_sequence WHERE name = ?", (table,)).fetchone()
    if last and "id" in columns:
        new.execute("SELECT setval(pg_get_serial_sequence(%s, 'id'), %s)", (table, last[0]))
