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

# The peer gets the very bookings of our store, so that both look for the same rows among as many others.
COPY = (
    """
    INSERT INTO peer_booking (id, reference, user_id, guest_name, guest_email, room, check_in, check_out,
                              amount_minor, currency, method, status, updated_at)
    SELECT id, reference, user_id, guest_name, guest_email, room, check_in, check_out,
           amount_minor, currency, method, status, '2026-11-20 12:00:00' FROM ours.bookings
    """,
    """
    INSERT INTO peer_payment (id, booking_id, uid, amount_minor, currency, session_id, payment_intent_id,
                              received_minor, status, updated_at)
    SELECT id, booking_id, uid, amount_minor, currency, session_id, NULLIF(payment_intent_id, ''),
           received_minor, CASE status WHEN 'OPEN' THEN 'PROCESSING' ELSE status END, '2026-11-20 12:00:00'
    FROM ours.payments
    """,
    """
    INSERT INTO peer_timelineentry (booking_id, at, actor, text)
    SELECT booking_id, '2026-11-20 12:00:00', actor, text FROM ours.timeline
    """,
)


@dataclass(frozen=True, slots=True)
class Peer:
    """A running peer and where its store lies."""

    port: int
    database: Path
    process: subprocess.Popen[bytes]


def python() -> Path:
    """The peer's own interpreter; installs its packages on first use and when requirements.txt changes."""
    interpreter, stamp = VENV / "bin" / "python", VENV / "installed.txt"
    wanted = REQUIREMENTS.read_text()
    if not stamp.exists() or stamp.read_text() != wanted:
        subprocess.run([sys.executable, "-m", "venv", str(VENV)], check=True)
        subprocess.run([str(interpreter), "-m", "pip", "install", "-q", "-r", str(REQUIREMENTS)], check=True)
        stamp.write_text(wanted)
    return interpreter


def make_store(database: Path, ours: Path) -> None:
    """The peer's tables with the bookings, payments and timeline of our store."""
    env = {**os.environ, "PEER_DATABASE": str(database)}
    command = [str(python()), "manage.py", "migrate", "--run-syncdb", "-v", "0"]
    subprocess.run(command, cwd=PROJECT, env=env, check=True)
    connection = sqlite3.connect(database)
    try:
        connection.execute("ATTACH ? AS ours", (str(ours),))
        with connection:
            for statement in COPY:
                connection.execute(statement)
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    finally:
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
    with processes.server(command, port, env, PROJECT, log) as process:
        yield Peer(port, database, process)


def check(database: Path, paid: Sequence[Target], events: int) -> None:
    """Raises unless every booking of `paid` is PAID and every event is stored exactly once."""
    connection = sqlite3.connect(database)
    try:
        settled = connection.execute("SELECT id FROM peer_booking WHERE status = 'PAID'").fetchall()
        [stored] = connection.execute("SELECT COUNT(*) FROM peer_stripeevent").fetchone()
    finally:
        connection.close()
    missing = {target.booking_id for target in paid} - {row[0] for row in settled}
    if missing or stored != events:
        raise RuntimeError(f"the peer has {len(missing)} bookings not PAID and {stored} of {events} events")
