"""A desk whose terminal goes away ends by itself, and one that is told to end leaves in order."""

from __future__ import annotations

import os
import pty
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
PATIENCE_SECONDS = 90.0


@contextmanager
def desk(folder: Path) -> Iterator[tuple[subprocess.Popen[bytes], int]]:
    """A desk that has painted its first start, on a terminal that is nobody's controlling one: no SIGHUP comes."""
    ours, theirs = pty.openpty()
    kept = {name: os.environ[name] for name in ("PATH", "HOME", "LANG") if name in os.environ}
    environ = {**kept, "PYTHONPATH": str(ROOT), "TERM": "xterm-256color", "LISTEN_PORT": "0"}
    process = subprocess.Popen(
        [sys.executable, "-m", "travello_desk"], cwd=folder, env=environ, stdin=theirs, stdout=theirs, stderr=theirs,
        start_new_session=True,
    )  # fmt: skip
    os.close(theirs)
    try:
        painted, until = b"", time.monotonic() + PATIENCE_SECONDS
        while b"PIN" not in painted:
            assert time.monotonic() < until, painted[-2000:]
            painted += os.read(ours, 65_536)
        yield process, ours
    finally:
        process.kill()
        process.wait()


def test_without_its_terminal_the_desk_ends(tmp_path: Path) -> None:
    with desk(tmp_path) as (process, ours):
        os.close(ours)
        process.wait(PATIENCE_SECONDS)
    assert "the terminal is gone" in (tmp_path / "data" / "travello-desk.log").read_text()


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGHUP])
def test_told_to_end_it_leaves_the_terminal_whole(tmp_path: Path, number: signal.Signals) -> None:
    with desk(tmp_path) as (process, ours):
        process.send_signal(number)
        painted, until = b"", time.monotonic() + PATIENCE_SECONDS
        while process.poll() is None and time.monotonic() < until:
            try:
                painted += os.read(ours, 65_536)
            except OSError:
                break
        assert process.wait(PATIENCE_SECONDS) == 0
        os.close(ours)
    assert b"\x1b[?1049l" in painted
