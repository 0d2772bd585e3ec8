"""Backups are whole, private and checked; restoring never loses the old store."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

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
