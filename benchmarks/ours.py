"""Our side of a run: the listener alone or the desk with its screen on a made store, and a look into it afterwards."""

from __future__ import annotations

import fcntl
import os
import pty
import sqlite3
import struct
import subprocess
import sys
import termios
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from benchmarks import processes
from benchmarks.events import Target
from travello_desk.payments.observe import APP

ROOT = Path(__file__).parent.parent
# The desk with a clerk signed in: the program itself would stand on its question for a name and a PIN.
COMMANDS = {"serve": ("-m", "webhook"), "desk": ("-m", "benchmarks.screens.desk")}
SCREEN_ROWS, SCREEN_COLUMNS = 34, 120
STRIPE_SECRET_KEY = "sk_test_benchmark0000000000"
# Nothing answers there: no benchmark talks to Stripe, and one that tried would fail.
STRIPE_API_BASE = "http://127.0.0.1:9"
OPEN_PAYMENTS = (
    "SELECT booking_id, uid, session_id, amount_minor, currency FROM payments WHERE status = 'OPEN' ORDER BY id"
)


@dataclass(frozen=True, slots=True)
class Ours:
    """Our running process and where its store lies."""

    port: int
    database: Path
    process: subprocess.Popen[bytes]


def environment(database: Path, webhook_secret: str, jwt_secret: str, port: int) -> dict[str, str]:
    return {
        "PYTHONPATH": str(ROOT),
        "DATA_DIR": str(database.parent),
        "DATABASE_URL": f"sqlite:///{database}",
        "LOG_FILE": str(database.parent / "desk.log"),
        "LISTEN_PORT": str(port),
        "STRIPE_SECRET_KEY": STRIPE_SECRET_KEY,
        "STRIPE_API_BASE": STRIPE_API_BASE,
        "STRIPE_WEBHOOK_SECRET": webhook_secret,
        "STRIPE_POLL_SECONDS": "0",
        "RATE_LIMITS": "0",
        "AUTH_JWT_SECRET": jwt_secret,
        "TERM": "xterm-256color",
    }


@contextmanager
def running(database: Path, webhook_secret: str, jwt_secret: str, how: str) -> Iterator[Ours]:
    """`how`: `serve` for the listener alone, `desk` for the listener with the bookings screen in a terminal."""
    port = processes.free_port()
    env = environment(database, webhook_secret, jwt_secret, port)
    command = [sys.executable, *COMMANDS[how]]
    folder, log = database.parent, database.parent / f"{how}.out"
    start = terminal_server if how == "desk" else processes.server
    with start(command, port, env, folder, log) as process:
        yield Ours(port, database, process)


@contextmanager
def terminal_server(
    command: Sequence[str], port: int, env: dict[str, str], cwd: Path, log: Path
) -> Iterator[subprocess.Popen[bytes]]:
    """A process on a terminal of its own; what it paints is read away and kept in `log`."""
    ours, theirs = pty.openpty()
    fcntl.ioctl(theirs, termios.TIOCSWINSZ, struct.pack("HHHH", SCREEN_ROWS, SCREEN_COLUMNS, 0, 0))
    log.touch()
    process = subprocess.Popen(
        command, env={**os.environ, **env}, cwd=cwd, stdin=theirs, stdout=theirs, stderr=theirs, start_new_session=True
    )
    os.close(theirs)
    reader = threading.Thread(target=read_away, args=(ours, log), daemon=True)
    reader.start()
    try:
        processes.wait_until_listening(process, port, log)
        yield process
    finally:
        processes.stop(process)
        reader.join(processes.STOP_TIMEOUT_SECONDS)
        os.close(ours)


def read_away(descriptor: int, log: Path) -> None:
    with log.open("wb") as out:
        while True:
            try:
                painted = os.read(descriptor, 65_536)
            except OSError:  # Linux says EIO when the other end of a terminal has closed
                return
            if not painted:
                return
            out.write(painted)


def read_rows(database: Path, sql: str) -> list[tuple[object, ...]]:
    connection = sqlite3.connect(database)
    try:
        return connection.execute(sql).fetchall()
    finally:
        connection.close()


def targets(database: Path) -> list[Target]:
    """Every open payment of the store, in the order of its bookings."""
    connection = sqlite3.connect(database)
    try:
        [install] = connection.execute("SELECT value FROM settings WHERE name = 'install'").fetchone()
        rows: list[tuple[int, str, str, int, str]] = connection.execute(OPEN_PAYMENTS).fetchall()
    finally:
        connection.close()
    return [Target(*row, APP, install) for row in rows]


def check(database: Path, paid: Sequence[Target], events: int) -> None:
    """Raises unless every booking of `paid` is PAID in full and every event is stored exactly once."""
    settled = {
        row[0] for row in read_rows(database, "SELECT id FROM bookings WHERE status = 'PAID' AND balance_minor = 0")
    }
    missing = {target.booking_id for target in paid} - settled
    [(stored,)] = read_rows(database, "SELECT COUNT(*) FROM inbox WHERE outcome = 'applied'")
    if missing or stored != events:
        raise RuntimeError(f"our store has {len(missing)} bookings not PAID and {stored} of {events} events")
