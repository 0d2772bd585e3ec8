"""Whether the schema on PostgreSQL is up to date, asked at every start; Peewee is imported only when it is not."""

from __future__ import annotations

from pathlib import Path

from travello_desk.store.database import MIGRATIONS as SHARED
from travello_desk.store.postgres.connections import Connection

__all__ = ["OWN", "OWN_HISTORY", "SHARED", "prepare", "tables_with_id"]

OWN = Path(__file__).with_name("migrations")
OWN_HISTORY = "schema_migration_postgres"


def prepare(connection: Connection, url: str) -> list[str]:
    """Bring the schema up to date; the names of what was applied. Raises StoreUnavailable."""
    if is_current(connection):
        return []
    from travello_desk.store.postgres.migrating import migrate

    return migrate(url)


def is_current(connection: Connection) -> bool:
    """Whether every migration we have is applied."""
    return all(
        {path.stem for path in folder.glob("[0-9]*.py")} <= applied(connection, history)
        for folder, history in ((SHARED, "schema_migration"), (OWN, OWN_HISTORY))
    )


def applied(connection: Connection, history: str) -> set[str]:
    row = connection.execute("SELECT to_regclass(%s) IS NOT NULL", (history,)).fetchone()
    if not (row and row[0]):
        return set()
    return {str(name) for (name,) in connection.execute(f"SELECT name FROM {history}".encode())}


def tables_with_id(connection: Connection) -> frozenset[str]:
    """The tables whose rows number themselves."""
    rows = connection.execute(
        "SELECT table_name FROM information_schema.columns"
        " WHERE column_name = 'id' AND is_identity = 'YES' AND table_schema = ANY (current_schemas(false))"
    ).fetchall()
    return frozenset(str(row[0]) for row in rows)
