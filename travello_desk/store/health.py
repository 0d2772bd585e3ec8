"""How a store is, for doctor: sound or not, and what a person should see to. Looks only."""

from __future__ import annotations

import os
import sqlite3
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

from travello_desk.store.errors import StoreDamaged
from travello_desk.store.faults import WAY_OUT

LEAST_FREE_BYTES = 500 * 1024 * 1024
LARGE_WAL_BYTES = 100 * 1024 * 1024
SMALL_BYTES = 8 * 1024 * 1024
"""Looked through in some 30 ms."""


@dataclass(frozen=True, slots=True)
class Remark:
    """Something that works but should not stay so, and how it is mended."""

    text: str
    mend: str
    about: str = "store"


@dataclass(frozen=True, slots=True)
class Health:
    """`fault` empty: the store is sound, and `summary` says where and how it stands."""

    summary: str
    fault: str = ""
    mend: str = ""
    remarks: tuple[Remark, ...] = ()


def of_file(path: Path) -> Health:
    """The health of a SQLite store. Raises sqlite3.Error or OSError when it cannot be looked at."""
    with closing(sqlite3.connect(f"file:{path}?mode=ro", uri=True)) as connection:
        sound = connection.execute("PRAGMA integrity_check(1)").fetchone()[0]
        journal = connection.execute("PRAGMA journal_mode").fetchone()[0]
    if sound != "ok":
        return Health("", f"The store is damaged: {sound}", WAY_OUT)
    summary = f"Store {path}, {journal}, {path.stat().st_size // 2**20} MB, integrity ok"
    return Health(summary, remarks=tuple(remarks_about(path)))


def check_small(path: Path) -> None:
    """Look through a store that is small enough to be looked through at every start; a large one is in the background
    (operations/soundness.py). Raises StoreDamaged or sqlite3.Error."""
    if not 0 < path.stat().st_size <= SMALL_BYTES:
        return
    with closing(sqlite3.connect(path)) as connection:
        sound = connection.execute("PRAGMA integrity_check(1)").fetchone()[0]
    if sound != "ok":
        raise StoreDamaged(f"the store is damaged: {sound}")


def remarks_about(path: Path) -> list[Remark]:
    found = []
    mode = path.stat().st_mode & 0o777
    if mode != 0o600:
        found.append(Remark(f"Others may read the store (mode {mode:o})", f"chmod 600 {path}"))
    wal = path.with_name(path.name + "-wal")
    if wal.exists() and wal.stat().st_size > LARGE_WAL_BYTES:
        found.append(Remark("The write-ahead log is large", "Another program may hold the store open for long"))
    disk = os.statvfs(path.parent)
    free = disk.f_bavail * disk.f_frsize
    if free < LEAST_FREE_BYTES:
        text = f"Only {free // 2**20} MB are free on the store's disk"
        found.append(Remark(text, "Make room before it is full", "disk"))
    return found
