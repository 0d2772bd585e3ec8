"""The desk's own faults: a worker's ends nothing, a handler's leaves the terminal whole, and no guest is named."""

from __future__ import annotations

import fcntl
import os
import pty
import re
import select
import struct
import subprocess
import sys
import termios
import time
from pathlib import Path

import pytest

from tests.desk import Desk
from tests.tui.grid import grid
from tests.tui.hotel import desk_app
from tests.tui.sizes import Size
from tests.tui.waiting import settled
from travello_desk.tui.work import start

SECRET = "Ayesha Khan of room 312"
# A desk whose sort key has a fault: one that would tell of a guest, in its text and in its variables.
DESK = """
import sys
from travello_desk.__main__ import main
from travello_desk.tui.screens.bookings import BookingsScreen

def broken(self):
    guest = "Ayesha Khan of room 312"
    raise RuntimeError(f"cannot sort {guest}")

BookingsScreen.desk_sort = broken
sys.argv = ["travello-desk", "demo", "--folder", sys.argv[1]]
sys.exit(main())
"""


async def test_E14_a_worker_that_raises_is_told_and_the_desk_goes_on(
    hotel: Desk, caplog: pytest.LogCaptureFixture, worker_faults: list[str], size: Size
) -> None:
    async def broken() -> None:
        raise RuntimeError(f"cannot show {SECRET}")

    app = desk_app(hotel)
    async with app.run_test(size=size) as pilot:
        await settled(pilot)
        start(app.screen, broken, "broken")
        await settled(pilot)
        assert "A fault of the desk itself (RuntimeError): it goes on" in grid(app)[-2]
        await pilot.press("3")
        await settled(pilot)
        assert re.search("3 Links( out)? 2", grid(app)[1])
        assert app.is_running
    [told] = worker_faults
    assert "RuntimeError at test_faults.py" in told
    assert SECRET not in told + caplog.text


def test_a_crash_leaves_the_terminal_whole_and_names_no_guest(tmp_path: Path) -> None:
    """Through a real terminal: the sample hotel, a key whose handler raises, three lines, the log, exit code 1."""
    screen, code = run_in_terminal([sys.executable, "-c", DESK, str(tmp_path)], until="TRV-10", then=b"o")
    after = screen.rpartition("\x1b[?1049l")[2]
    assert after, "the alternate screen was left"
    text = " ".join(re.sub(r"\x1b\[[0-9;?>u]*[A-Za-z]", "", after).split())
    assert "travello-desk has stopped because of a fault of its own." in text
    assert "Nothing is lost" in text
    assert "travello-desk.log" in text.replace(" ", "")
    assert "Traceback" not in screen
    assert SECRET not in screen
    assert code == 1
    log = (tmp_path / "travello-desk.log").read_text(encoding="utf-8")
    assert "the desk stopped: RuntimeError" in log
    assert SECRET not in log
    for switched_on, off in (("?1000h", "?1000l"), ("?25l", "?25h"), ("?2004h", "?2004l")):
        assert screen.rfind(off) > screen.rfind(switched_on), f"the terminal was left with {switched_on}"


def run_in_terminal(command: list[str], *, until: str, then: bytes, seconds: float = 90.0) -> tuple[str, int]:
    """Run a program on a terminal of 100x30, send `then` once `until` is on it; all it wrote, and its exit code."""
    leader, follower = pty.openpty()
    fcntl.ioctl(follower, termios.TIOCSWINSZ, struct.pack("HHHH", 30, 100, 0, 0))
    before = termios.tcgetattr(follower)
    environ = {**os.environ, "TERM": "xterm-256color", "LC_ALL": "C.UTF-8"}
    process = subprocess.Popen(command, stdin=follower, stdout=follower, stderr=follower, env=environ)
    deadline, screen, sent = time.monotonic() + seconds, "", False
    while time.monotonic() < deadline:
        if select.select([leader], [], [], 0.05)[0]:
            screen += os.read(leader, 65536).decode("utf-8", "replace")
        elif process.poll() is not None:
            break
        if not sent and until in screen:
            os.write(leader, then)
            sent = True
    else:
        process.kill()
    code = process.wait()
    assert termios.tcgetattr(follower)[3] == before[3], "echo and line mode are as they were"
    os.close(leader)
    os.close(follower)
    return screen, code
