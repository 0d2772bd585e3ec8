"""What PostgreSQL and psycopg say, as one of the store's own errors. No sentence holds a password."""

from __future__ import annotations

import psycopg
from psycopg import errors

from travello_desk.store.errors import StoreDamaged, StoreError, StoreUnavailable

# Worth another try at once: nothing of the transaction is left.
PASSING = (errors.SerializationFailure, errors.DeadlockDetected)
DAMAGE = (errors.DataCorrupted, errors.IndexCorrupted)


def translate(error: BaseException) -> StoreError:
    """The first line of what was said, as a StoreError."""
    if isinstance(error, StoreError):
        return error
    if isinstance(error, DAMAGE):
        return StoreDamaged(f"the store is damaged: {first_line(error)}")
    if isinstance(error, errors.LockNotAvailable):
        return StoreUnavailable("the store is locked by another machine's transaction")
    return StoreUnavailable(f"the store is not to be had: {first_line(error)}")


def first_line(error: BaseException) -> str:
    """What happened. The lines after it quote rows, and with them guests."""
    lines = str(error).strip().removeprefix("connection failed: ").removeprefix("connection is bad: ").splitlines()
    return lines[0] if lines else type(error).__name__


def is_lost(connection: psycopg.Connection[tuple[object, ...]]) -> bool:
    """Whether the line to the server is gone, and with it everything that was not committed."""
    return bool(connection.closed or connection.broken)
