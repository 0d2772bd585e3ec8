"""Applies migrations to PostgreSQL: the numbered ones of SQLite, translated, then those of PostgreSQL's own."""

from __future__ import annotations

from typing import Any

import psycopg  # noqa: F401 - before Peewee, which looks for its drivers once, when it is imported
from peewee import DatabaseError, PostgresqlDatabase
from playhouse.migrations import Runner

from travello_desk.store.errors import StoreUnavailable
from travello_desk.store.postgres import dialect, guards
from travello_desk.store.postgres.errors import first_line
from travello_desk.store.postgres.schema import OWN, OWN_HISTORY, SHARED
from travello_desk.store.postgres.writer import WRITERS_LOCK


class Translating(PostgresqlDatabase):
    """Takes the migrations' SQLite. What Peewee itself has composed comes with parameters and is left alone."""

    translates = True

    def execute_sql(self, sql: str, params: Any = None, *more: Any) -> Any:
        if params is not None or not self.translates:
            return super().execute_sql(sql, params, *more)  # type: ignore[no-untyped-call]
        cursor = None
        for statement in translated(sql):
            cursor = super().execute_sql(statement, None, *more)  # type: ignore[no-untyped-call]
        return cursor


def translated(sql: str) -> list[str]:
    """One statement of a migration as PostgreSQL's; none where it makes or fills SQLite's own search indexes."""
    head = " ".join(sql.split(maxsplit=3)[:2]).upper()
    if head == "CREATE TRIGGER":
        return list(guards.statements(sql))
    if head == "DROP TRIGGER":
        return [guards.dropped(sql)]
    if guards.SEARCH_INDEX.search(sql) or head == "CREATE VIRTUAL":
        return []
    if dialect.DEFINES.match(sql):
        return [dialect.definition(sql)]
    return [dialect.plain(sql)]


def migrate(url: str) -> list[str]:
    """Bring the schema up to date; the names of what was applied. Two machines at once: one waits for the other."""
    database = Translating(url, prefer_psycopg3=True)
    try:
        database.connect()
        with database.atomic():
            database.execute_sql("SELECT pg_advisory_xact_lock(%s)", (WRITERS_LOCK,))
            applied: list[str] = Runner(database, str(SHARED)).up()
            database.translates = False
            applied += Runner(database, str(OWN), table_name=OWN_HISTORY).up()
            return applied
    except DatabaseError as error:
        raise StoreUnavailable(f"the database could not be prepared: {first_line(error)}") from error
    finally:
        database.close()
