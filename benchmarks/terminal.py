"""A program on a terminal of its own: keys in, and the moment when what was waited for stood on its screen.

Bytes are stamped when they arrive, by a thread that does nothing else: a terminal that is not read stops whoever writes
to it. They are understood afterwards, so that understanding them costs no measured time.
"""

from __future__ import annotations

import fcntl
import os
import pty
import queue
import signal
import struct
import subprocess
import termios
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import pyte

Shown = Callable[[Sequence[str]], bool]
READ_BYTES = 65_536
QUIET_SECONDS = 0.06
"""A program that has painted nothing for so long has painted what a key asked for, if it did at all."""
STOP_SECONDS = 10.0


@dataclass(frozen=True, slots=True)
class Size:
    """Columns and lines of a terminal."""

    columns: int
    lines: int

    @classmethod
    def parse(cls, text: str) -> Size:
        columns, _, lines = text.partition("x")
        return cls(int(columns), int(lines))

    def __str__(self) -> str:
        return f"{self.columns}x{self.lines}"


class Terminal:
    """Starts `command`; `close` ends it. `started_at` is the moment before it was started."""

    def __init__(self, command: Sequence[str], env: Mapping[str, str], cwd: Path, size: Size) -> None:
        self._mine, theirs = pty.openpty()
        fcntl.ioctl(theirs, termios.TIOCSWINSZ, struct.pack("HHHH", size.lines, size.columns, 0, 0))
        self._screen = pyte.Screen(size.columns, size.lines)
        self._stream = pyte.ByteStream(self._screen)
        self.started_at = time.perf_counter()
        self.process = subprocess.Popen(
            command,
            env={**os.environ, "TERM": "xterm-256color", "TEXTUAL_FPS": "120", **env},
            cwd=cwd,
            stdin=theirs,
            stdout=theirs,
            stderr=theirs,
            start_new_session=True,
        )
        os.close(theirs)
        self._arrived: queue.SimpleQueue[tuple[float, bytes]] = queue.SimpleQueue()
        self._reader = threading.Thread(target=self._stamp, daemon=True)
        self._reader.start()

    def _stamp(self) -> None:
        while True:
            try:
                painted = os.read(self._mine, READ_BYTES)
            except OSError:  # Linux says EIO when the program has closed its end
                return
            self._arrived.put((time.perf_counter(), painted))

    @property
    def lines(self) -> list[str]:
        return list(self._screen.display)

    def press(self, keys: str) -> float:
        """Send keys; the moment before they were sent."""
        pressed_at = time.perf_counter()
        os.write(self._mine, keys.encode())
        return pressed_at

    def wait(self, shown: Shown, timeout_seconds: float = 12.0) -> float:
        """The moment when the bytes that made `shown` true arrived. Raises with the screen when they never did."""
        deadline = time.perf_counter() + timeout_seconds
        while time.perf_counter() < deadline:
            found = self._feed(self._read(deadline, QUIET_SECONDS), shown)
            if found is not None:
                return found
            if self.process.poll() is not None:
                break
        raise TimeoutError("not shown:\n" + "\n".join(self.lines))

    def settle(self, quiet_seconds: float, timeout_seconds: float = 30.0) -> None:
        """Return when nothing has been painted for so long; a clock that ticks once a second is waited out too."""
        self._feed(self._read(time.perf_counter() + timeout_seconds, quiet_seconds), lambda _: False)

    def hold(self, keys: Sequence[tuple[float, str]], until_seconds: float) -> list[tuple[float, list[str]]]:
        """Press each key at its moment (seconds from now) whatever is painted; every screen seen, with its moment."""
        began_at = time.perf_counter()
        for at, key in [*keys, (until_seconds, "")]:
            time.sleep(max(0.0, began_at + at - time.perf_counter()))
            os.write(self._mine, key.encode())
        screens = []
        while not self._arrived.empty():
            at, painted = self._arrived.get()
            self._stream.feed(painted)
            screens.append((at - began_at, list(self._screen.display)))
        return screens

    def _read(self, deadline: float, quiet_seconds: float) -> list[tuple[float, bytes]]:
        chunks: list[tuple[float, bytes]] = []
        while time.perf_counter() < deadline:
            try:
                chunks.append(self._arrived.get(timeout=quiet_seconds))
            except queue.Empty:
                break
        return chunks

    def _feed(self, chunks: Sequence[tuple[float, bytes]], shown: Shown) -> float | None:
        found: float | None = None
        for at, painted in chunks:
            self._stream.feed(painted)
            if found is None and shown(self._screen.display):
                found = at
        return found

    @property
    def resident_mb(self) -> float:
        """Memory of the process as the system counts it (VmRSS), in MB of 10^6 bytes."""
        status = Path(f"/proc/{self.process.pid}/status").read_text()
        line = next(line for line in status.splitlines() if line.startswith("VmRSS:"))
        return int(line.split()[1]) * 1024 / 1e6

    def close(self) -> None:
        """End the program as a person does; one that does not listen is killed."""
        deadline = time.perf_counter() + STOP_SECONDS
        self.press("\x11")
        while self.process.poll() is None and time.perf_counter() < deadline:
            self._read(time.perf_counter() + 0.2, 0.05)
        if self.process.poll() is None:
            os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait()
        self._reader.join(STOP_SECONDS)
        os.close(self._mine)
