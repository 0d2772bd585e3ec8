"""Opens the store that DATABASE_URL names. PostgreSQL's part, and psycopg with it, is imported only when asked for."""

from __future__ import annotations

import time
from collections.abc import Callable

from travello_desk.settings.errors import SettingsError
from travello_desk.settings.model import Database
from travello_desk.store import database as sqlite
from travello_desk.store.contract import Store
from travello_desk.store.errors import StoreMisplaced, StoreUnavailable

VARIABLE = "DATABASE_URL"
EXAMPLE = "DATABASE_URL=postgresql://desk:password@db.example/travello"


def open_database(database: Database, clock: Callable[[], float] = time.time) -> Store:
    """The store, its schema up to date. Raises StoreUnavailable, StoreDamaged or SettingsError: one sentence each."""
    if database.path is not None:
        try:
            return sqlite.open_store(database.path, clock)
        except StoreMisplaced as error:
            raise SettingsError(VARIABLE, str(error), "DATABASE_URL=sqlite:///data/travello.db") from error
    try:
        from travello_desk.store.postgres.store import open_store
    except ImportError as error:
        wrong = 'names PostgreSQL, which needs psycopg: pip install "travello-desk[postgres]"'
        raise SettingsError(VARIABLE, wrong) from error
    try:
        return open_store(database.url, database.shown, clock)
    except StoreUnavailable as error:
        raise SettingsError(VARIABLE, f"names {database.shown}, but {error}", EXAMPLE) from error
