"""Copies by PostgreSQL's own pg_dump, and back by pg_restore into an empty database: nothing is ever overwritten."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
from pathlib import Path

from psycopg.conninfo import conninfo_to_dict

from travello_desk.store.backup import flush
from travello_desk.store.errors import StoreDamaged, StoreUnavailable
from travello_desk.store.postgres import moving
from travello_desk.store.postgres.connections import connect

PLAIN = ("--no-owner", "--no-privileges")


def backup(url: str, target: Path) -> int:
    """One consistent snapshot in pg_dump's compressed form, readable by its owner only; its size in bytes."""
    if target.exists():
        raise StoreUnavailable(f"{target} exists already: choose another name")
    partial = target.with_name(target.name + ".partial")
    try:
        partial.unlink(missing_ok=True)
        os.close(os.open(partial, os.O_CREAT | os.O_EXCL | os.O_RDWR, 0o600))
        run("pg_dump", url, "--format=custom", *PLAIN, f"--file={partial}")
        check(partial)
        flush(partial)
        os.replace(partial, target)
    except OSError as error:
        raise StoreUnavailable(f"{target} cannot be written: {error.strerror}") from error
    finally:
        partial.unlink(missing_ok=True)
    return target.stat().st_size


def check(file: Path) -> None:
    """Raises StoreDamaged when the file is not a copy of a store of ours."""
    listed = run("pg_restore", "", "--list", str(file))
    if not re.search(r" TABLE \S+ timeline ", listed):
        raise StoreDamaged(f"{file} is not a copy of a store of travello-desk")


def restore(source: Path, url: str) -> None:
    """Into an empty database, all or nothing: a copy made here, or one of a SQLite store, which moves in with it."""
    if not source.is_file():
        raise StoreUnavailable(f"there is no file {source}")
    if moving.is_sqlite(source):
        moving.move(source, url)
        return
    check(source)
    refuse_if_used(url)
    name = str(conninfo_to_dict(url).get("dbname"))
    run("pg_restore", url, "--single-transaction", "--exit-on-error", *PLAIN, f"--dbname={name}", str(source))


def refuse_if_used(url: str) -> None:
    with connect(url, read_only=True) as connection:
        row = connection.execute("SELECT to_regclass('bookings') IS NOT NULL").fetchone()
    if row and row[0]:
        raise StoreUnavailable(
            "the database holds a store already: create an empty one, name it in DATABASE_URL, and restore into that"
        )


def run(program: str, url: str, *words: str) -> str:
    """One of PostgreSQL's programs, told by the environment where to connect; what it printed."""
    path = shutil.which(program)
    if path is None:
        raise StoreUnavailable(f"{program} is not installed: a copy of a PostgreSQL store is made with it")
    try:
        done = subprocess.run(
            [path, *words], env=environment(url), capture_output=True, text=True, check=False, stdin=subprocess.DEVNULL
        )
    except OSError as error:
        raise StoreUnavailable(f"{program} cannot be run: {error.strerror}") from error
    if done.returncode:
        said = (done.stderr.strip().splitlines() or ["no reason given"])[0]
        raise StoreUnavailable(f"{program} failed: {said.removeprefix(f'{program}: ')}")
    return done.stdout


VARIABLES = {
    "host": "PGHOST",
    "hostaddr": "PGHOSTADDR",
    "port": "PGPORT",
    "user": "PGUSER",
    "password": "PGPASSWORD",
    "passfile": "PGPASSFILE",
    "dbname": "PGDATABASE",
    "options": "PGOPTIONS",
    "sslmode": "PGSSLMODE",
    "sslrootcert": "PGSSLROOTCERT",
    "sslcert": "PGSSLCERT",
    "sslkey": "PGSSLKEY",
}


def environment(url: str) -> dict[str, str]:
    """libpq's variables for an address: an argument with a password would stand in everybody's list of processes."""
    given = conninfo_to_dict(url) if url else {}
    told = {VARIABLES[name]: str(value) for name, value in given.items() if name in VARIABLES and value}
    return os.environ | told
