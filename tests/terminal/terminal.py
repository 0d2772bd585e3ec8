"""The real program on a pty: keys as bytes, its screen as letters, waiting on what is to be seen and never on time."""

from __future__ import annotations

import asyncio
import fcntl
import os
import pty
import select
import struct
import subprocess
import sys
import termios
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path

from tests.terminal.screen import Screen

ROOT = Path(__file__).resolve().parents[2]
PATIENCE_SECONDS = 90.0
KEYS = {
    "enter": "\r",
    "escape": "\x1b",
    "tab": "\t",
    "shift+tab": "\x1b[Z",
    "shift+home": "\x1b[1;2H",
    "ctrl+c": "\x03",
    "ctrl+q": "\x11",
}


class Terminal:
    """One desk. `longest_gap` is what became of the rhythm of `hold` on this machine."""

    def __init__(self, process: subprocess.Popen[bytes], ours: int, width: int, height: int) -> None:
        self.process, self.ours = process, ours
        self.screen = Screen(width, height)
        self.longest_gap = 0.0
        self._last_repeat: float | None = None
        asyncio.get_running_loop().add_reader(ours, self._read)

    def _read(self) -> None:
        try:
            data = os.read(self.ours, 65_536)
        except OSError:
            data = b""
        if data:
            self.screen.feed(data)
        else:
            asyncio.get_running_loop().remove_reader(self.ours)

    def stop_reading(self) -> None:
        """As a window does whose line is stuck: what is painted stays where it is."""
        asyncio.get_running_loop().remove_reader(self.ours)

    def read_again(self) -> None:
        asyncio.get_running_loop().add_reader(self.ours, self._read)

    @property
    def is_full(self) -> bool:
        """Whether the system takes nothing more for a terminal that is not read."""
        theirs = os.open(f"/proc/{self.process.pid}/fd/0", os.O_WRONLY | os.O_NOCTTY)
        try:
            return not select.select([], [theirs], [], 0)[1]
        finally:
            os.close(theirs)

    @property
    def text(self) -> str:
        return self.screen.text

    def press(self, *keys: str) -> None:
        for key in keys:
            os.write(self.ours, KEYS.get(key, key).encode())

    def paste(self, text: str) -> None:
        os.write(self.ours, f"\x1b[200~{text}\x1b[201~".encode())

    async def until(self, ready: Callable[[], object], what: str) -> None:
        until = time.monotonic() + PATIENCE_SECONDS
        while not ready():
            assert self.process.poll() is None, f"the desk ended before {what}:\n{self.text}"
            assert time.monotonic() < until, f"never {what}:\n{self.text}"
            await asyncio.sleep(0.02)

    async def shows(self, *wanted: str) -> None:
        await self.until(lambda: all(words in self.text for words in wanted), f"showed {wanted}")

    async def type(self, *keys: str) -> None:
        """Like a person: the next key, or run of letters, when the screen has answered the one before and rests."""
        await self.rest()
        for key in keys:
            fed = self.screen.fed
            self.press(key)
            await self.until(lambda fed=fed: self.screen.fed > fed, f"answered {key!r}")
            await self.rest()

    async def rest(self) -> None:
        """Nothing is painted for some moments."""
        fed = -1
        while fed != self.screen.fed:
            fed = self.screen.fed
            await asyncio.sleep(0.08)

    async def hold(self, key: str, presses: int) -> None:
        """The key as a keyboard repeats it, 30 times a second. Holds that follow one another are one hold."""
        for _ in range(presses):
            now = time.monotonic()
            if self._last_repeat is not None:
                self.longest_gap = max(self.longest_gap, now - self._last_repeat)
            self._last_repeat = now
            self.press(key)
            await asyncio.sleep(0.033)

    async def let_go(self) -> None:
        """No key for longer than the slowest keyboard repeats."""
        for _ in range(10):
            await asyncio.sleep(0.05)
        self._last_repeat, self.longest_gap = None, 0.0


@asynccontextmanager
async def on_terminal(
    folder: Path, environ: dict[str, str], size: tuple[int, int] = (120, 34)
) -> AsyncIterator[Terminal]:
    """`travello-desk` in this folder, on a terminal of this many columns and lines."""
    ours, theirs = pty.openpty()
    fcntl.ioctl(ours, termios.TIOCSWINSZ, struct.pack("HHHH", size[1], size[0], 0, 0))
    kept = {name: os.environ[name] for name in ("PATH", "HOME") if name in os.environ}
    fixed = {"PYTHONPATH": str(ROOT), "TERM": "xterm-256color", "LANG": "C.UTF-8", "TEXTUAL_ANIMATIONS": "none"}
    process = subprocess.Popen(  # noqa: ASYNC220 - it is started once, and waited for by its screen
        [sys.executable, "-m", "travello_desk"], cwd=folder, env={**kept, **fixed, **environ}, stdin=theirs,
        stdout=theirs, stderr=theirs, start_new_session=True,
    )  # fmt: skip
    os.close(theirs)
    terminal = Terminal(process, ours, *size)
    try:
        yield terminal
    finally:
        asyncio.get_running_loop().remove_reader(ours)
        process.kill()
        process.wait()
        os.close(ours)
