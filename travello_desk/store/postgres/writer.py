"""PostgreSQL's writer: group commit as on SQLite, and one writing transaction at a time over all machines.

The order of writers is an advisory lock of the server's, taken first and given back by COMMIT. The timeline is one
chain of hashes, so that two transactions with anything to tell could not run side by side anyway; and every rule that
was proven under SQLite's one writer is as true here. Readers never wait for it.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Callable

import psycopg
from psycopg import errors

from travello_desk.store.errors import StoreError, StoreUnavailable
from travello_desk.store.group_commit import GroupCommit, Request
from travello_desk.store.postgres.connections import Connection
from travello_desk.store.postgres.errors import PASSING, is_lost, translate
from travello_desk.store.postgres.tx import PostgresTx

log = logging.getLogger(__name__)
CHANNEL = "travello_desk"
WRITERS_LOCK = 7_236_553_201
BEGIN = f"BEGIN ISOLATION LEVEL READ COMMITTED; SELECT pg_advisory_xact_lock({WRITERS_LOCK})".encode()
PAUSES_SECONDS = (0.0, 0.02, 0.05, 0.1, 0.25, 0.5)
"""Between the tries of one commit: together about a second, after which whoever waits is told."""
PATIENCE_SECONDS = 4.0
"""No other try is begun after this, where a single one takes long (a host that does not answer at all)."""
MOST_IDS = 500
"""So many bookings fit into one notice (PostgreSQL takes 8,000 bytes); above that everyone looks for himself."""


class EndUnknown(StoreUnavailable):
    """A commit was asked for, its answer was lost, and the server cannot be asked. It must not be tried again."""


class NothingStored(StoreUnavailable):
    """The server knows the transaction, and that nothing of it was kept."""


class PostgresWriter(GroupCommit):
    """Owns the writing connection; `connect` is called in the writer's own thread, again after every loss."""

    def __init__(
        self,
        connect: Callable[[], Connection],
        clock: Callable[[], float],
        on_commit: Callable[[set[int]], None],
        tables: Callable[[Connection], frozenset[str]],
        sender: str,
    ) -> None:
        super().__init__(on_commit)
        self._connect = connect
        self._clock = clock
        self._tables = tables
        self._sender = sender
        self._connection: Connection | None = None
        self._with_id: frozenset[str] = frozenset()

    def _commit(self, batch: list[Request]) -> None:
        """All together first; one by one when it is not the line to the server that failed."""
        try:
            self._tried(batch)
        except (psycopg.Error, StoreError, OSError) as error:
            if len(batch) == 1 or isinstance(error, (StoreError, errors.LockNotAvailable)):
                self._fail(batch, translate(error))
                return
            log.warning("a transaction of %d requests failed: %s", len(batch), type(error).__name__)
            for request in batch:
                self._commit([request])

    def _fail(self, batch: list[Request], error: StoreError) -> None:
        for request in batch:
            request.error = request.error or error

    def _between(self) -> None:
        """Nothing to tidy up: the server does that."""

    def _end(self) -> None:
        self._drop()

    def _tried(self, batch: list[Request]) -> None:
        """The transaction, again after a loss of the line or a failure that passes; nothing is ever done twice."""
        began = time.monotonic()
        for pause in PAUSES_SECONDS:
            time.sleep(pause)
            try:
                self._transaction(self._connected(), batch)
                return
            except EndUnknown:
                raise
            except (psycopg.Error, StoreUnavailable) as error:
                late = pause == PAUSES_SECONDS[-1] or time.monotonic() - began > PATIENCE_SECONDS
                if late or not self._worth_another(error):
                    raise

    def _worth_another(self, error: BaseException) -> bool:
        return self._connection is None or isinstance(error, (NothingStored, *PASSING))

    def _connected(self) -> Connection:
        if self._connection is None:
            self._connection = self._connect()
            self._with_id = self._tables(self._connection)
        return self._connection

    def _transaction(self, connection: Connection, batch: list[Request]) -> None:
        """All in one go; when a request has failed, all of them again, each in a savepoint of its own."""
        if not self._attempt(connection, batch, apart=False) and len(batch) > 1:
            self._attempt(connection, batch, apart=True)

    def _attempt(self, connection: Connection, batch: list[Request], *, apart: bool) -> bool:
        """Begin, work and commit. False: a request has failed that did not stand apart, and nothing is stored."""
        try:
            connection.execute(BEGIN)
            changed = self._work(connection, batch, apart=apart)
        except psycopg.Error:
            self._give_up(connection)
            raise
        if changed is None:
            self._give_up(connection)
            return False
        self._finish(connection, changed)
        return True

    def _work(self, connection: Connection, batch: list[Request], *, apart: bool) -> set[int] | None:
        """Run the requests; the bookings that have changed, or None when one has failed that did not stand apart."""
        tx = PostgresTx(connection, int(self._clock()), self._with_id)
        changed: set[int] = set()
        for request in batch:
            tip = tx.timeline_tip
            if apart:
                connection.execute(b"SAVEPOINT request")
            if run(tx, request):
                changed |= request.changed
            elif apart:
                connection.execute(b"ROLLBACK TO request")
                tx.timeline_tip, tx.nothing_loose = tip, False
            else:
                return None
        return changed

    def _finish(self, connection: Connection, changed: set[int]) -> None:
        """Commit, and tell the other machines with it. A line lost in between leaves the answer to the server."""
        row = connection.execute("SELECT pg_current_xact_id_if_assigned()::text").fetchone()
        written = row[0] if row else None
        if written is None:
            self._give_up(connection)
            return
        try:
            connection.execute(f"NOTIFY {CHANNEL}, '{self._notice(changed)}'; COMMIT".encode())
        except psycopg.Error as error:
            lost = is_lost(connection)
            self._give_up(connection)
            if not lost:
                raise
            if not self._was_committed(written):
                raise NothingStored("the line to the store was lost before a commit") from error

    def _notice(self, changed: set[int]) -> str:
        """Who writes, and which bookings; none when it is not known or too many."""
        ids = sorted(changed) if len(changed) <= MOST_IDS else []
        return f"{self._sender}:{','.join(map(str, ids))}"

    def _was_committed(self, transaction: str) -> bool:
        """What became of a commit whose answer was lost. Raises StoreUnavailable while nobody can say."""
        for pause in PAUSES_SECONDS:
            time.sleep(pause)
            try:
                row = self._connected().execute("SELECT pg_xact_status(%s::text::xid8)", (transaction,)).fetchone()
            except (psycopg.Error, StoreUnavailable) as error:
                log.warning("the end of a commit is not known yet: %s", translate(error))
                self._drop()
                continue
            if row and row[0] != "in progress":
                return bool(row[0] == "committed")
        raise EndUnknown("the line to the store was lost during a commit: look before you repeat it")

    def _give_up(self, connection: Connection) -> None:
        """Roll back, or forget a connection that cannot."""
        try:
            connection.rollback() if not is_lost(connection) else self._drop()
        except psycopg.Error:
            self._drop()

    def _drop(self) -> None:
        if self._connection is not None:
            self._connection.close()
            self._connection = None


def run(tx: PostgresTx, request: Request) -> bool:
    """One request, with its result or its error, which is told by False. Faults of the database end the transaction."""
    tx.changed = set()
    request.error, request.changed = None, frozenset()
    try:
        request.result = request.work(tx)
    except psycopg.Error:
        raise
    except Exception as error:  # noqa: BLE001 - carried to the caller, who awaits it
        request.error = error
        return False
    request.changed = frozenset(tx.changed)
    return True
