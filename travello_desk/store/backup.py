"""A consistent copy of the store while it runs, and back again with a check. SQLite's online backup does the work."""

from __future__ import annotations

import os
import sqlite3
from contextlib import closing
from pathlib import Path

from travello_desk.store import mark, places
from travello_desk.store.database import MIGRATIONS
from travello_desk.store.errors import StoreDamaged, StoreError, StoreUnavailable
from travello_desk.store.writer import translate


def backup(path: Path, target: Path) -> int:
    """Copy the store at `path` to `target`, checked; its size in bytes. An existing target is never overwritten."""
    if not path.is_file():
        raise StoreUnavailable(f"there is no store {path} yet: nothing to back up")
    if target.exists():
        raise StoreUnavailable(f"{target} exists already: choose another name")
    copy(path, target)
    return target.stat().st_size


def copy(path: Path, target: Path) -> None:
    """A whole, checked copy, or none: it is made under another name, and that is all a crash leaves behind."""
    partial = target.with_name(target.name + ".partial")
    try:
        for leftover in (partial, partial.with_name(partial.name + "-journal")):
            leftover.unlink(missing_ok=True)
        os.close(os.open(partial, os.O_CREAT | os.O_EXCL | os.O_RDWR, 0o600))
        with (
            closing(sqlite3.connect(f"file:{path}?mode=ro", uri=True)) as source,
            closing(sqlite3.connect(partial)) as made,
        ):
            source.backup(made, pages=2000, sleep=0)
            made.execute("PRAGMA journal_mode = DELETE")
        check(partial)
        flush(partial)
        os.replace(partial, target)
        flush(target.parent)
    except (sqlite3.Error, OSError) as error:
        partial.unlink(missing_ok=True)
        raise translate(error) from error
    except StoreError:
        partial.unlink(missing_ok=True)
        raise


def flush(path: Path) -> None:
    """The copy is on the disk before it gets its name."""
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def check(path: Path) -> None:
    """Raises StoreDamaged when the file is not a sound store of ours, StoreUnavailable when it is a newer one."""
    try:
        with closing(sqlite3.connect(f"file:{path}?mode=ro", uri=True)) as connection:
            found = connection.execute("PRAGMA integrity_check(5)").fetchall()
            applied = {name for (name,) in connection.execute("SELECT name FROM schema_migration")}
    except sqlite3.Error as error:
        raise StoreDamaged(f"{path} is not a store of travello-desk: {error}") from error
    if found != [("ok",)]:
        raise StoreDamaged(f"{path} is damaged: {found[0][0]}")
    ours = sorted(file.stem for file in MIGRATIONS.glob("[0-9]*.py"))
    if ours[0] not in applied:
        raise StoreDamaged(f"{path} is not a store of travello-desk")
    if not applied <= set(ours):
        raise StoreUnavailable(f"{path} was written by a newer version of travello-desk")


def restore(source: Path, path: Path) -> Path | None:
    """Put a backup in the place of the store, after a check; where the old store was put aside, or None.

    Refused while another process has the store open: it would go on with the file that was moved away. Whatever cuts
    it off, a full disk or `kill -9`, the old store is in its place, or no store is and every start says so
    (places.refuse_half_restored).
    """
    if not source.is_file():
        raise StoreUnavailable(f"there is no file {source}")
    check(source)
    refuse_if_open(path)
    path.parent.mkdir(parents=True, exist_ok=True)
    ready = places.restoring(path)
    ready.unlink(missing_ok=True)
    copy(source, ready)
    try:
        mark.forget(path)
        aside = places.put_aside(path)
        os.replace(ready, path)
        flush(path.parent)
    except OSError as error:
        raise translate(error) from error
    return aside


def refuse_if_open(path: Path) -> None:
    """An exclusive lock is only to be had when nobody else is connected."""
    if not path.exists():
        return
    try:
        with closing(sqlite3.connect(path, timeout=0.2, isolation_level=None)) as connection:
            connection.execute("PRAGMA locking_mode = EXCLUSIVE")
            connection.execute("BEGIN EXCLUSIVE")
            connection.execute("ROLLBACK")
            connection.execute("PRAGMA locking_mode = NORMAL")
            connection.execute("SELECT COUNT(*) FROM sqlite_master").fetchone()
    except sqlite3.DatabaseError as error:
        if "locked" in str(error) or "busy" in str(error):
            raise StoreUnavailable(f"{path} is in use: stop every desk and listener first") from error
