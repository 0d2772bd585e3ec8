"""A consistent copy of the store while it runs, and back again with a check. SQLite's online backup does the work."""

from __future__ import annotations

import os
import sqlite3
from contextlib import closing
from pathlib import Path

from travello_desk.store.database import MIGRATIONS
from travello_desk.store.errors import StoreDamaged, StoreError, StoreUnavailable
from travello_desk.store.writer import translate


def backup(path: Path, target: Path) -> int:
    """Copy the store at `path` to `target`, checked; its size in bytes. An existing target is never overwritten."""
    if target.exists():
        raise StoreUnavailable(f"{target} exists already: choose another name")
    partial = target.with_name(target.name + ".partial")
    try:
        partial.unlink(missing_ok=True)
        os.close(os.open(partial, os.O_CREAT | os.O_EXCL | os.O_RDWR, 0o600))
        with (
            closing(sqlite3.connect(f"file:{path}?mode=ro", uri=True)) as source,
            closing(sqlite3.connect(partial)) as copy,
        ):
            source.backup(copy, pages=2000, sleep=0)
            copy.execute("PRAGMA journal_mode = DELETE")
        check(partial)
        flush(partial)
        os.replace(partial, target)
    except (sqlite3.Error, OSError) as error:
        partial.unlink(missing_ok=True)
        raise translate(error) from error
    except StoreError:
        partial.unlink(missing_ok=True)
        raise
    return target.stat().st_size


def flush(path: Path) -> None:
    """The copy is on the disk before it gets its name."""
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def check(path: Path) -> None:
    """Raises StoreDamaged when the file is not a sound store of ours."""
    try:
        with closing(sqlite3.connect(f"file:{path}?mode=ro", uri=True)) as connection:
            found = connection.execute("PRAGMA integrity_check(5)").fetchall()
            ours = connection.execute("SELECT COUNT(*) FROM schema_migration").fetchone()[0]
    except sqlite3.Error as error:
        raise StoreDamaged(f"{path} is not a store of travello-desk: {error}") from error
    if found != [("ok",)]:
        raise StoreDamaged(f"{path} is damaged: {found[0][0]}")
    if ours > len(list(MIGRATIONS.glob("[0-9]*.py"))):
        raise StoreUnavailable(f"{path} was written by a newer version of travello-desk")


def restore(source: Path, path: Path) -> Path | None:
    """Put a backup in the place of the store, after a check; where the old store was put aside, or None.

    Refused while another process has the store open: it would go on with the file that was moved away.
    """
    if not source.is_file():
        raise StoreUnavailable(f"there is no file {source}")
    check(source)
    refuse_if_open(path)
    aside = put_aside(path)
    backup(source, path)
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


def put_aside(path: Path) -> Path | None:
    if not path.exists():
        return None
    number = 1
    while (aside := path.with_name(f"{path.name}.before-restore-{number}")).exists():
        number += 1
    for suffix in ("", "-wal", "-shm"):
        part = path.with_name(path.name + suffix)
        if part.exists():
            part.rename(aside.with_name(aside.name + suffix))
    return aside
