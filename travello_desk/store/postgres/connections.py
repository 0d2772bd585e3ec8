"""Connections to PostgreSQL: how long anything may take, how values travel, and that COMMIT means "on the disk"."""

from __future__ import annotations

from typing import Any

import psycopg
from psycopg.abc import Buffer
from psycopg.adapt import Loader
from psycopg.types.bool import BoolDumper
from psycopg.types.string import StrDumperUnknown

from travello_desk.store.errors import StoreUnavailable
from travello_desk.store.postgres.errors import first_line

Connection = psycopg.Connection[tuple[Any, ...]]
OLDEST_VERSION = 13
CONNECT_SECONDS = 5
# `idle_in_transaction`: a machine that dies in the middle of a transaction gives the lock back by the server's clock.
SESSION = (
    "SET synchronous_commit = on; SET lock_timeout = '5s'; SET statement_timeout = '30s';"
    " SET idle_in_transaction_session_timeout = '10s'; SET client_min_messages = warning"
)
# A plan that is made without the values (how many rows? which word?) walks whole tables for a rare word.
READ_ONLY = SESSION + "; SET default_transaction_read_only = on; SET plan_cache_mode = force_custom_plan"
# A machine whose plug was pulled is noticed in half a minute, not in two hours.
ALIVE = {"keepalives_idle": 10, "keepalives_interval": 5, "keepalives_count": 3, "tcp_user_timeout": 20_000}


class FlagDumper(BoolDumper):
    """True and False as 1 and 0: flags are numbers in every table."""

    oid = 20

    def dump(self, obj: bool) -> Buffer | None:
        return b"1" if obj else b"0"

    def quote(self, obj: bool) -> Buffer:
        return b"1" if obj else b"0"


class TextDumper(StrDumperUnknown):
    """Text without NUL, which PostgreSQL does not keep: a client's NUL becomes the sign for a lost character."""

    def dump(self, obj: str) -> Buffer | None:
        return super().dump(obj.replace("\0", "\ufffd"))


class WholeLoader(Loader):
    """Sums of BIGINT are NUMERIC; all of ours are whole."""

    def load(self, data: Buffer) -> int:
        return int(bytes(data))


def connect(url: str, *, read_only: bool = False) -> Connection:
    """A connection in autocommit with our session settings. Raises StoreUnavailable."""
    try:
        connection: Connection = psycopg.connect(
            url,
            autocommit=True,
            connect_timeout=CONNECT_SECONDS,
            application_name="travello-desk",
            client_encoding="UTF8",
            **keep_alive(url),
        )
    except psycopg.Error as error:
        raise StoreUnavailable(f"PostgreSQL cannot be reached: {first_line(error)}") from error
    try:
        connection.execute(READ_ONLY if read_only else SESSION)
    except psycopg.Error as error:
        connection.close()
        raise StoreUnavailable(f"PostgreSQL refused the session: {first_line(error)}") from error
    connection.adapters.register_dumper(bool, FlagDumper)
    connection.adapters.register_dumper(str, TextDumper)
    connection.adapters.register_loader("numeric", WholeLoader)
    return connection


def keep_alive(url: str) -> dict[str, Any]:
    """What the address does not set itself."""
    given = psycopg.conninfo.conninfo_to_dict(url)
    return {name: value for name, value in ALIVE.items() if name not in given}


def check_server(connection: Connection) -> None:
    """Raises StoreUnavailable when the server is too old, or the database keeps its text in another encoding."""
    version = connection.info.server_version // 10_000
    if version < OLDEST_VERSION:
        raise StoreUnavailable(f"PostgreSQL {version} is too old: {OLDEST_VERSION} or newer is needed")
    row = connection.execute("SHOW server_encoding").fetchone()
    encoding = row[0] if row else "unknown"
    if encoding != "UTF8":
        raise StoreUnavailable(f"the database's encoding is {encoding}: create it with ENCODING 'UTF8'")
