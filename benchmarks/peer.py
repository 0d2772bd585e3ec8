"""The peer's side of a run: its virtual environment, its store with the same bookings, and gunicorn."""

from __future__ import annotations

import os
import sqlite3
import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from benchmarks import processes
from benchmarks.events import Target

HERE = Path(__file__).parent
PROJECT = HERE / "django_peer"
VENV = HERE / ".venv"
REQUIREMENTS = HERE / "requirements.txt"
WORKERS = 2
# Sync workers are gunicorn's default and what the ratio is against; threads can be asked for.
WORKER_CLASSES = {
    "sync": ("--worker-class", "sync"),
    "gthread": ("--worker-class", "gthread", "--threads", "4", "--keep-alive", "75"),
}

INSERT_BOOKING = """
    INSERT INTO peer_booking (id, reference, user_id, guest_name, guest_email, room, check_in, check_out,
                              amount_minor, currency, method, status, updated_at)
    VALUES (?, ?, 7, 'Ayesha Khan', 'guest@example.com', '204', '2026-12-01', '2026-12-04', ?, ?, 'ONLINE',
            'PENDING', '2026-11-20 12:00:00')
"""
INSERT_PAYMENT = """
    INSERT INTO peer_payment (booking_id, uid, amount_minor, currency, session_id, received_minor, status,
                              updated_at)
    VALUES (?, ?, ?, ?, ?, 0, 'PROCESSING', '2026-11-20 12:00:00')
"""


@dataclass(frozen=True, slots=True)
class Peer:
    """A running peer and where its store lies."""

    port: int
    database: Path


def python() -> Path:
    """The peer's own interpreter; installs its packages on first use and when requirements.txt changes."""
    interpreter, stamp = VENV / "bin" / "python", VENV / "installed.txt"
    wanted = REQUIREMENTS.read_text()
    if not stamp.exists() or stamp.read_text() != wanted:
        subprocess.run([sys.executable, "-m", "venv", str(VENV)], check=True)
        subprocess.run([str(interpreter), "-m", "pip", "install", "-q", "-r", str(REQUIREMENTS)], check=True)
        stamp.write_text(wanted)
    return interpreter


def booking_row(target: Target) -> tuple[object, ...]:
    return (target.booking_id, f"TD-{target.booking_id}", target.amount_minor, target.currency)


def payment_row(target: Target) -> tuple[object, ...]:
    return (target.booking_id, target.payment_uid, target.amount_minor, target.currency, target.session_id)


def make_store(database: Path, targets: Sequence[Target]) -> None:
    """The peer's tables, with one booking and one open payment for each target."""
    env = {**os.environ, "PEER_DATABASE": str(database)}
    command = [str(python()), "manage.py", "migrate", "--run-syncdb", "-v", "0"]
    subprocess.run(command, cwd=PROJECT, env=env, check=True)
    with sqlite3.connect(database) as connection:
        connection.executemany(INSERT_BOOKING, (booking_row(target) for target in targets))
        connection.executemany(INSERT_PAYMENT, (payment_row(target) for target in targets))
    connection.close()


@contextmanager
def running(
    database: Path, webhook_secret: str, jwt_secret: str, log: Path, worker_class: str = "sync"
) -> Iterator[Peer]:
    port = processes.free_port()
    gunicorn = [str(python()), "-m", "gunicorn", "peer.wsgi", "--bind", f"{processes.HOST}:{port}"]
    command = [*gunicorn, "--workers", str(WORKERS), *WORKER_CLASSES[worker_class], "--log-level", "warning"]
    env = {
        "PEER_DATABASE": str(database),
        "STRIPE_WEBHOOK_SECRET": webhook_secret,
        "AUTH_JWT_SECRET": jwt_secret,
    }
    with processes.server(command, port, env, PROJECT, log):
        yield Peer(port, database)


def check(database: Path, paid: Sequence[Target], events: int) -> None:
    """Raises unless every booking of `paid` is PAID and every event is stored exactly once."""
    connection = sqlite3.connect(database)
    rows = connection.execute("SELECT id FROM peer_booking WHERE status = 'PAID'")
    missing = {target.booking_id for target in paid} - {row[0] for row in rows}
    stored = connection.execute("SELECT COUNT(*) FROM peer_stripeevent").fetchone()[0]
    connection.close()
    if missing or stored != events:
        raise RuntimeError(f"the peer has {len(missing)} bookings not PAID and {stored} of {events} events")
