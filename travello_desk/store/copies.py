"""Copies of a store and the way back, whichever database keeps it. No password is ever an argument of a process."""

from __future__ import annotations

from pathlib import Path

from travello_desk.settings.model import Database


def backup(database: Database, target: Path) -> int:
    """A consistent, checked copy while the store is in use; its size in bytes. An existing file is never replaced."""
    if database.path is not None:
        from travello_desk.store import backup as files

        return files.backup(database.path, target)
    from travello_desk.store.postgres import dump

    return dump.backup(database.url, target)


def restore(source: Path, database: Database) -> Path | None:
    """Put a checked copy in the store's place; where the old store was put aside, or None when there was none."""
    if database.path is not None:
        from travello_desk.store import backup as files

        return files.restore(source, database.path)
    from travello_desk.store.postgres import dump

    dump.restore(source, database.url)
    return None
