"""The database that the shared tests run on: SQLite here; tests/postgres runs the same tests with another opener."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from travello_desk.store import database
from travello_desk.store.contract import Store

Clock = Callable[[], float]
opener: Callable[[Path, Clock], Store] = database.open_store


def open_store(path: Path, clock: Clock) -> Store:
    """The store that belongs to this path: a file, or a database of its own."""
    return opener(path, clock)
