"""Backups are whole, private and checked; restoring never loses the old store."""

from __future__ import annotations

import asyncio
import errno
import signal
import sqlite3
import subprocess
import sys
from contextlib import closing
from pathlib import Path

import pytest

from tests.tree import ROOT
from travello_desk.store import backup as backups
from travello_desk.store.backup import backup, check, restore
from travello_desk.store.database import Store, keep_setting, open_store
from travello_desk.store.errors import StoreDamaged, StoreUnavailable


def value(path: Path, name: str) -> str | None:
    store = open_store(path)
    found: str | None = store.read_now(lambda tx: tx.value("SELECT value FROM settings WHERE name = ?", (name,)))
    store.close()
    return found


async def test_a_copy_under_writes_is_whole(store: Store, tmp_path: Path) -> None:
    async def write_on() -> None:
        for number in range(200):
            await store.write(lambda tx, number=number: keep_setting(tx, f"n{number}", "1"))  # type: ignore[misc]

    await store.write(lambda tx: keep_setting(tx, "a", "before"))
    writing = asyncio.create_task(write_on())
    target = tmp_path / "copy.db"
    size = await asyncio.to_thread(backup, store.path, target)
    await writing
    assert size == target.stat().st_size
    assert target.stat().st_mode & 0o777 == 0o600
    check(target)
    assert value(target, "a") == "before"


async def test_restore_puts_the_old_store_aside(store: Store, tmp_path: Path) -> None:
    await store.write(lambda tx: keep_setting(tx, "a", "old"))
    target = tmp_path / "copy.db"
    backup(store.path, target)
    await store.write(lambda tx: keep_setting(tx, "a", "new"))
    with pytest.raises(StoreUnavailable, match="in use"):
        restore(target, store.path)
    store.close()
    aside = restore(target, store.path)
    assert value(store.path, "a") == "old"
    assert aside is not None
    assert value(aside, "a") == "new"


def test_what_is_no_backup_is_refused_and_nothing_is_touched(store: Store, tmp_path: Path) -> None:
    store.close()
    bad = tmp_path / "bad.db"
    bad.write_bytes(store.path.read_bytes()[: 4096 * 5])
    with pytest.raises(StoreDamaged):
        restore(bad, store.path)
    with pytest.raises(StoreUnavailable, match="no file"):
        restore(tmp_path / "none.db", store.path)
    with pytest.raises(StoreUnavailable, match="exists already"):
        backup(store.path, bad)
    assert [item.name for item in store.path.parent.iterdir() if "before" in item.name] == []


def test_a_full_disk_leaves_no_half_backup(store: Store, tmp_path: Path) -> None:
    target = tmp_path / "nowhere" / "copy.db"
    with pytest.raises(StoreUnavailable):
        backup(store.path, target)
    assert not target.exists()


# Runs backup or restore and dies before the n-th step that touches a file's name or waits for the disk.
MORTAL = """
import os, signal, sys
from pathlib import Path
from travello_desk.store import backup
left = int(sys.argv[1])
def mortal(real):
    def call(*given, **named):
        global left
        left -= 1
        if left < 0:
            os.kill(os.getpid(), signal.SIGKILL)
        return real(*given, **named)
    return call
for name in ("replace", "rename", "fsync", "unlink", "open"):
    setattr(os, name, mortal(getattr(os, name)))
getattr(backup, sys.argv[2])(Path(sys.argv[3]), Path(sys.argv[4]))
"""


def dies_at(step: int, deed: str, source: Path, target: Path) -> bool:
    """Whether it was killed; False: it came to its end before that step."""
    command = [sys.executable, "-c", MORTAL, str(step), deed, str(source), str(target)]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=120, check=False)
    assert done.returncode in (0, -signal.SIGKILL), done.stderr
    return done.returncode != 0


async def old_and_new(store: Store, tmp_path: Path) -> Path:
    """A backup that says `old`; the store, closed with a log that is still to be read in, says `new`."""
    await store.write(lambda tx: keep_setting(tx, "a", "old"))
    target = tmp_path / "copy.db"
    backup(store.path, target)
    await store.write(lambda tx: keep_setting(tx, "a", "new"))
    return target


async def test_a_backup_that_is_killed_at_any_step_leaves_none_or_a_whole_one(store: Store, tmp_path: Path) -> None:
    await store.write(lambda tx: keep_setting(tx, "a", "old"))
    await asyncio.to_thread(kill_backups, store.path, tmp_path)


def kill_backups(path: Path, tmp_path: Path) -> None:
    target = tmp_path / "copy.db"
    step = 0
    while dies_at(step, "backup", path, target):
        if target.exists():
            check(target)
            target.unlink()
        step += 1
    assert step > 4
    assert value(target, "a") == "old"
    assert [item.name for item in tmp_path.iterdir() if "partial" in item.name] == []


async def test_a_restore_that_is_killed_at_any_step_loses_nothing_and_starts_no_empty_store(
    store: Store, tmp_path: Path
) -> None:
    """After each: the old store as it was, or a start that says what to do; then the same command again."""
    source = await old_and_new(store, tmp_path)
    await asyncio.to_thread(kill_restores, store, source, tmp_path)


def kill_restores(store: Store, source: Path, tmp_path: Path) -> None:
    main, log = store.path.read_bytes(), Path(f"{store.path}-wal").read_bytes()
    store.close()
    step, refused, killed = 0, 0, True
    while killed:
        folder = tmp_path / f"step-{step}"
        folder.mkdir()
        path = folder / "travello.db"
        path.write_bytes(main)
        Path(f"{path}-wal").write_bytes(log)
        killed = dies_at(step, "restore", source, path)
        if killed:
            refused += not_the_wrong_one(path)
            assert not path.exists() or path.stat().st_size > 0
            restore(source, path)
        assert value(path, "a") == "old"
        kept = [
            value(file, "a") for file in folder.glob("*.before-restore-*") if not file.name.endswith(("-wal", "-shm"))
        ]
        assert "new" in kept, f"step {step}: the old store is lost: {kept}"
        step += 1
    assert step > 6
    assert refused > 0


def not_the_wrong_one(path: Path) -> bool:
    """What a desk that starts now sees: True when it does not start, and says why."""
    try:
        found = value(path, "a")
    except StoreUnavailable as error:
        said = str(error)
    else:
        assert found in ("old", "new")
        return False
    assert "interrupted" in said
    assert "travello-desk restore FILE" in said
    return True


async def test_a_full_disk_while_restoring_leaves_the_store_in_its_place(
    store: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    source = await old_and_new(store, tmp_path)
    store.close()

    def full(_path: Path) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    with monkeypatch.context() as patched:
        patched.setattr(backups, "flush", full)
        with pytest.raises(StoreUnavailable, match="No space left"):
            restore(source, store.path)
    assert value(store.path, "a") == "new"
    assert restore(source, store.path) is not None
    assert value(store.path, "a") == "old"


def change(path: Path, sql: str) -> None:
    with closing(sqlite3.connect(path)) as connection, connection:
        connection.execute(sql)


async def test_a_newer_or_foreign_file_is_refused_and_nothing_is_touched(store: Store, tmp_path: Path) -> None:
    source = await old_and_new(store, tmp_path)
    store.close()
    newer, foreign, other = tmp_path / "newer.db", tmp_path / "foreign.db", tmp_path / "other.db"
    newer.write_bytes(source.read_bytes())
    change(newer, "INSERT INTO schema_migration (name, applied) VALUES ('9999_later', '2999-01-01')")
    change(foreign, "CREATE TABLE guests (name TEXT)")
    change(other, "CREATE TABLE schema_migration (name TEXT)")
    with pytest.raises(StoreUnavailable, match="newer version"):
        restore(newer, store.path)
    for file in (foreign, other):
        with pytest.raises(StoreDamaged, match="not a store of travello-desk"):
            restore(file, store.path)
    assert value(store.path, "a") == "new"
    assert [item.name for item in store.path.parent.iterdir() if "restor" in item.name] == []
