"""Dead rows out of PostgreSQL's tables, so that what was shredded does not lie in them any longer."""

from __future__ import annotations

import psycopg

from travello_desk.store.postgres.connections import connect
from travello_desk.store.postgres.errors import translate


def vacuum(url: str, whole: bool) -> None:
    """Make the dead rows' place free; `whole` also writes every table anew, which locks each for that long."""
    with connect(url) as connection:
        try:
            connection.execute("SET statement_timeout = 0")
            connection.execute(b"VACUUM FULL" if whole else b"VACUUM")
        except psycopg.Error as error:
            raise translate(error) from error
