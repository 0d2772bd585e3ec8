"""The files beside a store: a restore on its way, stores that were put aside. Knows names, opens nothing."""

from __future__ import annotations

from pathlib import Path

from travello_desk.store.errors import StoreUnavailable

PARTS = ("-wal", "-shm", "")
"""A store's files, the main one last: as long as that is in its place, none of the others is taken for another's."""


def restoring(path: Path) -> Path:
    """The whole, checked copy that is about to become the store. While it is there, a restore is not finished."""
    return path.with_name(f"{path.name}.restoring")


def refuse_half_restored(path: Path) -> None:
    """Raises StoreUnavailable after a restore that was cut off: an empty store made now would pass for the hotel's."""
    if restoring(path).exists():
        raise StoreUnavailable(
            f"a restore of {path} was interrupted: run it again, travello-desk restore FILE. "
            f"The old store is kept beside it as {path.name}.before-restore-*"
        )


def put_aside(path: Path) -> Path | None:
    """Move the store's files away under a new name; that name, or None when there is no store."""
    if not path.exists():
        return None
    number = 1
    while (aside := path.with_name(f"{path.name}.before-restore-{number}")).exists():
        number += 1
    for suffix in PARTS:
        part = path.with_name(path.name + suffix)
        if part.exists():
            part.rename(aside.with_name(aside.name + suffix))
    return aside
