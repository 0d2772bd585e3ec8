"""DATABASE_URL names PostgreSQL: what is wrong with it is one clear line and exit code 2, without the password."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.desk import NOW
from tests.postgres.server import Server
from tests.tree import ROOT
from travello_desk.doctor import FAULT, OK, examine
from travello_desk.operations.context import Context
from travello_desk.settings import SettingsError, load
from travello_desk.store.opening import open_database
from travello_desk.store.postgres.connections import keep_alive
from travello_desk.store.postgres.store import open_store

NOBODY_LISTENS = "postgresql://desk:hunter2@127.0.0.1:1/hotel"


def run(folder: Path, url: str, *words: str, before: str = "") -> subprocess.CompletedProcess[str]:
    """A command as a shell runs it, with nothing but this store set."""
    code = f"{before}\nfrom travello_desk.__main__ import main\nmain()"
    env = {"PATH": os.environ["PATH"], "PYTHONPATH": str(ROOT), "DATABASE_URL": url, "HOME": str(folder)}
    return subprocess.run(
        [sys.executable, "-c", code, *words],
        cwd=folder,
        env=env,
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )


@pytest.mark.parametrize("words", [("verify",), ("serve",), ("bookings", "--json")], ids=" ".join)
def test_a_server_that_is_not_there_is_one_line(tmp_path: Path, words: tuple[str, ...]) -> None:
    done = run(tmp_path, NOBODY_LISTENS, *words)
    assert done.returncode == 2
    assert done.stdout == ""
    assert done.stderr.count("\n") == 1
    assert "DATABASE_URL: names postgresql://127.0.0.1:1/hotel, but PostgreSQL cannot be reached" in done.stderr
    assert "hunter2" not in done.stderr


def test_a_missing_psycopg_is_one_line(tmp_path: Path) -> None:
    done = run(tmp_path, NOBODY_LISTENS, "verify", before="import sys\nsys.modules['psycopg'] = None")
    assert done.returncode == 2
    assert done.stderr == (
        'DATABASE_URL: names PostgreSQL, which needs psycopg: pip install "travello-desk[postgres]"\n'
    )


@pytest.fixture
def latin(server: Server) -> Iterator[str]:
    server.execute("CREATE DATABASE latin ENCODING 'SQL_ASCII' TEMPLATE template0 LOCALE 'C'")
    yield server.url("latin")
    server.execute("DROP DATABASE latin WITH (FORCE)")


def opened(url: str, folder: Path) -> None:
    open_database(load({"DATABASE_URL": url}, folder).database).close()


def test_a_database_in_another_encoding_is_refused(latin: str, tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match="encoding is SQL_ASCII: create it with ENCODING 'UTF8'"):
        opened(latin, tmp_path)


def test_a_database_that_does_not_exist_is_named(server: Server, tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match='database "nowhere" does not exist'):
        opened(server.url("nowhere"), tmp_path)


@pytest.fixture
def fresh(server: Server) -> Iterator[str]:
    server.execute("CREATE DATABASE fresh")
    yield server.url("fresh")
    server.execute("DROP DATABASE fresh WITH (FORCE)")


def test_two_machines_may_open_a_new_database_at_once(fresh: str, tmp_path: Path) -> None:
    code = "import sys, time\nfrom travello_desk.store.postgres.store import open_store\n"
    code += "store = open_store(sys.argv[1], 'x', time.time)\nprint(store.install)\nstore.close()"
    processes = [
        subprocess.Popen([sys.executable, "-c", code, fresh], cwd=ROOT, stdout=subprocess.PIPE, text=True)
        for _ in range(2)
    ]
    marks = [process.communicate(timeout=60)[0] for process in processes]
    assert [process.returncode for process in processes] == [0, 0]
    assert marks[0] == marks[1] != ""


async def test_doctor_tells_of_postgresql(server: Server, tmp_path: Path) -> None:
    url = server.url(server.database_for(tmp_path))
    settings = load({"DATABASE_URL": url, "STRIPE_POLL_SECONDS": "0"}, tmp_path)
    ctx = Context(open_database(settings.database), settings, None, lambda: float(NOW))
    found = {finding.text: finding async for finding in examine(ctx) if finding.about == "store"}
    ctx.store.close()
    first, second = found.values()
    assert first.level == OK
    assert first.text.startswith(f"Store {settings.database.shown}, PostgreSQL 1")
    assert "commits are durable" in first.text
    assert second.text == "The server does not write to the disk in time (fsync or full_page_writes is off)"


async def test_doctor_tells_of_a_server_that_went_away(server: Server, tmp_path: Path) -> None:
    url = server.url(server.database_for(tmp_path))
    settings = load({"DATABASE_URL": url}, tmp_path)
    ctx = Context(open_database(settings.database), settings, None, lambda: float(NOW))
    server.crash()
    try:
        found = [finding async for finding in examine(ctx) if finding.about == "store"]
    finally:
        server.start_again()
    ctx.store.close()
    assert {finding.level for finding in found} == {FAULT}


def test_what_the_address_sets_itself_is_left_alone(server: Server, tmp_path: Path) -> None:
    url = server.url(server.database_for(tmp_path)) + "&keepalives_idle=77"
    assert "keepalives_idle" not in keep_alive(url)
    assert keep_alive(url)["tcp_user_timeout"] == 20_000
    open_store(url, "x", lambda: 0.0).close()
