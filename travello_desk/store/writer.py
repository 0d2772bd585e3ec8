"""SQLite's one writer: one thread, one connection, BEGIN IMMEDIATE. May not decide anything about money.

The requests of a shared commit run one after the other. When one of them fails, all is rolled back and done again with
a savepoint for each, so that a failure undoes only itself; savepoints from the start would cost every good request a
copy of the pages it touches. If the commit itself fails, its requests are tried one by one.
"""

from __future__ import annotations

import logging
import sqlite3
from collections.abc import Callable

from travello_desk.store.errors import StoreDamaged, StoreError, StoreUnavailable
from travello_desk.store.group_commit import GroupCommit, Request
from travello_desk.store.tx import Tx

log = logging.getLogger(__name__)


class Writer(GroupCommit):
    """Owns the writing connection. `connect`, and `between` two transactions, are called in the writer's own thread."""

    def __init__(
        self,
        connect: Callable[[], sqlite3.Connection],
        clock: Callable[[], float],
        on_commit: Callable[[set[int]], None],
        between: Callable[[sqlite3.Connection], None],
    ) -> None:
        super().__init__(on_commit)
        self._connect = connect
        self._clock = clock
        self._moving = between
        self._connection: sqlite3.Connection | None = None

    def _commit(self, batch: list[Request]) -> None:
        try:
            self._connection = self._connection or self._connect()
            self._commit_batch(self._connection, batch)
        except (sqlite3.Error, StoreError, OSError) as error:
            for request in batch:
                request.error = request.error or translate(error)

    def _between(self) -> None:
        if self._connection is not None:
            self._moving(self._connection)

    def _end(self) -> None:
        if self._connection is not None:
            self._connection.close()

    def _commit_batch(self, connection: sqlite3.Connection, batch: list[Request]) -> None:
        """All together first; one by one when the shared transaction cannot be begun or committed."""
        try:
            if not self._transaction(connection, batch, apart=False, growing=True) and len(batch) > 1:
                self._transaction(connection, batch, apart=True)
        except sqlite3.Error as error:
            log.warning("a transaction of %d requests failed: %s", len(batch), type(error).__name__)
            for request in batch:
                self._alone(connection, request)

    def _alone(self, connection: sqlite3.Connection, request: Request) -> None:
        try:
            self._transaction(connection, [request], apart=False)
        except sqlite3.Error as error:
            request.error = translate(error)

    def _transaction(
        self, connection: sqlite3.Connection, batch: list[Request], *, apart: bool, growing: bool = False
    ) -> bool:
        """Run and commit the batch, each request `apart` in a savepoint or not. False: one failed, none is stored.

        A `growing` batch takes in who comes while it is at work, until nobody does.
        """
        connection.execute("BEGIN IMMEDIATE")
        try:
            tx = Tx(connection, int(self._clock()))
            for request in batch:
                savepoint(connection, tx, request) if apart else run(tx, request)
                if request.error is not None and not apart:
                    connection.execute("ROLLBACK")
                    return False
                if growing and request is batch[-1]:
                    self._take_in(batch)
            connection.execute("COMMIT")
        except sqlite3.Error:
            if connection.in_transaction:
                connection.execute("ROLLBACK")
            raise
        return True


def run(tx: Tx, request: Request) -> None:
    """One request, with its result or its error. Database faults end the whole transaction."""
    tx.changed = set()
    request.error = None
    try:
        request.result = request.work(tx)
        request.changed = frozenset(tx.changed)
    except sqlite3.Error:
        raise
    except Exception as error:  # noqa: BLE001 - carried to the caller, who awaits it
        request.error = error


def savepoint(connection: sqlite3.Connection, tx: Tx, request: Request) -> None:
    """The same, and its failure undoes only itself."""
    tip = tx.timeline_tip
    connection.execute("SAVEPOINT request")
    run(tx, request)
    if request.error is not None:
        tx.timeline_tip, tx.nothing_loose = tip, False
        connection.execute("ROLLBACK TO request")
    connection.execute("RELEASE request")


DAMAGE = ("disk image is malformed", "malformed database schema", "not a database", "corrupt")


def translate(error: BaseException) -> StoreError:
    """A database library's exception as one of ours."""
    if isinstance(error, StoreError):
        return error
    text = str(error)
    if any(word in text for word in DAMAGE):
        return StoreDamaged(f"the store is damaged: {text}")
    return StoreUnavailable(f"the store could not write: {text}")
