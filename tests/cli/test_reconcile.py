"""`reconcile`: a bar where somebody watches, nothing of it where nobody does, and never in the JSON."""

from __future__ import annotations

import asyncio
import contextlib
import os
import pty
import subprocess
import sys

import pytest

from tests.cli.shell import Shell
from tests.desk import Desk
from tests.tree import ROOT
from travello_desk.operations.checkout import checkout


@pytest.fixture
async def missed(desk: Desk) -> int:
    """A payment that no webhook told of."""
    booking_id = await desk.book("TRV-1")
    await desk.sandbox.pay((await checkout(desk.ctx, booking_id, "Ayesha")).session_id)
    return booking_id


async def test_without_a_terminal_there_is_the_sentence_and_no_bar(missed: int, shell: Shell) -> None:
    done = await shell.run("reconcile", "--since", "400d", "--objects")
    assert (done.returncode, done.stderr) == (0, "")
    assert "new" in done.stdout
    assert "\r" not in done.stdout
    told = await shell.told("reconcile", "--since", "400d", "--objects")
    assert (told["events"] > 0, told["new"], told["by_object"]) == (True, 0, 1)


async def test_on_a_terminal_a_bar_shows_how_far_it_is(missed: int, desk: Desk) -> None:
    painted = await asyncio.to_thread(on_a_terminal, desk, "reconcile", "--since", "400d", "--objects")
    assert "1 objects" in painted
    assert "events" in painted
    assert "100%" in painted
    assert "[####" in painted
    assert "1 reconciled by object" in painted


async def test_with_json_a_terminal_gets_no_bar_either(missed: int, desk: Desk) -> None:
    painted = await asyncio.to_thread(on_a_terminal, desk, "reconcile", "--since", "400d", "--json")
    assert "[####" not in painted
    assert painted.lstrip().startswith("{")


def on_a_terminal(desk: Desk, *words: str) -> str:
    """Everything a command paints on a terminal of its own, to its end."""
    ours, theirs = pty.openpty()
    kept = {name: os.environ[name] for name in ("PATH", "HOME", "LANG") if name in os.environ}
    environ = {
        **kept,
        "TERM": "xterm-256color",
        "PYTHONPATH": str(ROOT),
        "DATABASE_URL": f"sqlite:///{desk.folder / 'travello.db'}",
        "STRIPE_SECRET_KEY": desk.sandbox.access.secret_key,
        "STRIPE_API_BASE": desk.sandbox.base_url,
    }
    command = [sys.executable, "-m", "travello_desk", *words]
    process = subprocess.Popen(command, cwd=desk.folder, env=environ, stdin=theirs, stdout=theirs, stderr=theirs)
    os.close(theirs)
    painted = b""
    with contextlib.suppress(OSError):  # the end, as Linux tells it
        while piece := os.read(ours, 65_536):
            painted += piece
    os.close(ours)
    assert process.wait(120) == 0, painted
    return painted.decode()
