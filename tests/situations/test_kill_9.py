"""E3, E4: the listener is killed while it applies a payment, and Stripe tells of it again: paid once, told once."""

from __future__ import annotations

import asyncio
import json
import signal
import sqlite3
import subprocess
import sys
from contextlib import closing
from pathlib import Path
from typing import Any

import aiohttp
import pytest

from tests.cli.test_commands import CSV
from tests.house import event
from tests.ports import free_port
from tests.situations.processes import PATIENCE_SECONDS, Serving, served

DYING = """
import os, runpy, signal, sys
from travello_desk.store import writer

FIND = "SELECT 1 FROM inbox WHERE event_id = 'evt_fatal'"
run, transaction = writer.run, writer.Writer._transaction

def run_and_die(tx, request):
    run(tx, request)
    if tx.value(FIND):
        os.kill(os.getpid(), signal.SIGKILL)

def commit_and_die(self, connection, *batch, **how):
    done = transaction(self, connection, *batch, **how)
    if connection.execute(FIND).fetchone():
        os.kill(os.getpid(), signal.SIGKILL)
    return done

if sys.argv[1] == "before":
    writer.run = run_and_die
else:
    writer.Writer._transaction = commit_and_die
sys.argv = ["travello-desk", "serve"]
runpy.run_module("travello_desk", run_name="__main__")
"""


class Dying(Serving):
    """A listener that is killed with a transaction in hand, `before` or `after` its commit."""

    def __init__(self, folder: Path, moment: str) -> None:
        super().__init__(folder, free_port())
        self.moment = moment

    def command(self) -> tuple[str, ...]:
        return sys.executable, "-c", DYING, self.moment

    async def end(self) -> int:
        """Wait for it; a signal to a process that is just dying would take its exit code away."""
        assert self._process is not None
        async with asyncio.timeout(PATIENCE_SECONDS):
            return await self._process.wait()


def completed(folder: Path) -> dict[str, Any]:
    """The payment of the first booking in a session of this very house."""
    with closing(sqlite3.connect(folder / "data" / "travello.db")) as connection:
        (install,) = connection.execute("SELECT value FROM settings WHERE name = 'install'").fetchone()
    session = {
        "id": "cs_test_fatal",
        "object": "checkout.session",
        "status": "complete",
        "payment_status": "paid",
        "amount_total": 1_000_000,
        "currency": "pkr",
        "payment_intent": "pi_fatal",
        "metadata": {"app": "travello-desk", "install": install, "booking_id": "1"},
    }
    return event("checkout.session.completed", session, id="evt_fatal")


def told(serving: Serving, *words: str) -> Any:
    done = subprocess.run(
        [sys.executable, "-m", "travello_desk", *words, "--json"],
        cwd=serving.folder, env=serving.environ(), capture_output=True, check=True, timeout=60,
    )  # fmt: skip
    return json.loads(done.stdout)


@pytest.mark.parametrize(("moment", "kept"), [("before", []), ("after", ["evt_fatal"])])
async def test_E3_E4_kill_9_around_the_commit_and_stripe_tells_it_again(
    tmp_path: Path, moment: str, kept: list[str]
) -> None:
    (tmp_path / "bookings.csv").write_text(CSV)
    dying = Dying(tmp_path, moment)
    assert (await dying.run("import", "bookings.csv"))[0] == 0
    await dying.start()
    made = completed(tmp_path)
    with pytest.raises(aiohttp.ClientError):
        await dying.post(made)
    assert await dying.end() == -signal.SIGKILL
    assert dying.stored() == kept
    async with served(tmp_path) as serving:
        for _ in range(2):
            answer = await serving.post(made)
            assert (answer.status, answer.json) == (200, {"received": True})
        assert serving.stored() == ["evt_fatal"]
        booking = told(serving, "booking", "1")
        assert (booking["status"], booking["payment_status"], booking["balance"]) == ("PAID", "SUCCEEDED", 0)
        assert [payment["status"] for payment in booking["payments"]] == ["SUCCEEDED"]
        lines = [entry["text"] for entry in booking["timeline"]]
        assert lines.count("Booking marked as PAID by webhook") == 1
        assert told(serving, "verify")["differences"] == []
