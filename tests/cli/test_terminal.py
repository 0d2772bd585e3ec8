"""The desk on a real terminal: one that goes away, one that changes its size, one without colours or signs."""

from __future__ import annotations

import fcntl
import os
import pty
import re
import select
import signal
import struct
import subprocess
import sys
import termios
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
PATIENCE_SECONDS = 90.0


def read_until(ours: int, wanted: bytes) -> bytes:
    """What is painted until the wanted bytes are among it."""
    painted, until = b"", time.monotonic() + PATIENCE_SECONDS
    while wanted not in painted:
        assert time.monotonic() < until, painted[-2000:]
        if select.select([ours], [], [], 1.0)[0]:
            painted += os.read(ours, 65_536)
    return painted


@contextmanager
def desk(folder: Path, **more: str) -> Iterator[tuple[subprocess.Popen[bytes], int, bytes]]:
    """A desk that has painted its first start, on a terminal that is nobody's controlling one: no SIGHUP comes."""
    ours, theirs = pty.openpty()
    kept = {name: os.environ[name] for name in ("PATH", "HOME", "LANG") if name in os.environ}
    environ = {**kept, "PYTHONPATH": str(ROOT), "TERM": "xterm-256color", "LISTEN_PORT": "0", **more}
    process = subprocess.Popen(
        [sys.executable, "-m", "travello_desk"], cwd=folder, env=environ, stdin=theirs, stdout=theirs, stderr=theirs,
        start_new_session=True,
    )  # fmt: skip
    os.close(theirs)
    try:
        fcntl.ioctl(ours, termios.TIOCSWINSZ, struct.pack("HHHH", 24, 80, 0, 0))
        yield process, ours, read_until(ours, b"PIN")
    finally:
        process.kill()
        process.wait()


def test_without_its_terminal_the_desk_ends(tmp_path: Path) -> None:
    with desk(tmp_path) as (process, ours, _):
        os.close(ours)
        process.wait(PATIENCE_SECONDS)
    assert "the terminal is gone" in (tmp_path / "data" / "travello-desk.log").read_text()


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGHUP])
def test_told_to_end_it_leaves_the_terminal_whole(tmp_path: Path, number: signal.Signals) -> None:
    with desk(tmp_path) as (process, ours, _):
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


def test_ctrl_c_says_how_to_leave_before_anybody_has_signed_in(tmp_path: Path) -> None:
    with desk(tmp_path) as (process, ours, _):
        os.write(ours, b"\x03")
        read_until(ours, b"Ctrl+Q quits")
        assert process.poll() is None


def test_a_new_size_is_painted(tmp_path: Path) -> None:
    with desk(tmp_path) as (process, ours, _):
        fcntl.ioctl(ours, termios.TIOCSWINSZ, struct.pack("HHHH", 40, 132, 0, 0))
        process.send_signal(signal.SIGWINCH)
        read_until(ours, b"\x1b[39;")
        assert process.poll() is None


def test_a_console_of_linux_gets_ascii_only(tmp_path: Path) -> None:
    with desk(tmp_path, TERM="linux") as (_, _, painted):
        assert painted.isascii(), [letter for letter in painted.decode(errors="replace") if not letter.isascii()][:20]


def test_no_color_is_grey(tmp_path: Path) -> None:
    with desk(tmp_path, NO_COLOR="1") as (_, _, painted):
        colours = set(re.findall(rb"[34]8;2;(\d+);(\d+);(\d+)", painted))
    assert {colour for colour in colours if len(set(colour)) > 1} == set()


def test_killed_in_the_middle_it_opens_again_and_nothing_differs(tmp_path: Path) -> None:
    with desk(tmp_path) as (process, *_):
        process.kill()
        process.wait(PATIENCE_SECONDS)
    with desk(tmp_path) as (process, *_):
        assert process.poll() is None
    kept = {"PATH": os.environ["PATH"], "PYTHONPATH": str(ROOT)}
    verified = subprocess.run(
        [sys.executable, "-m", "travello_desk", "verify", "--json"], cwd=tmp_path, env=kept, capture_output=True,
        text=True, timeout=PATIENCE_SECONDS, check=False,
    )  # fmt: skip
    assert (verified.returncode, '"differences": []' in verified.stdout) == (0, True), verified.stderr
