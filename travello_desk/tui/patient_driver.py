"""Textual's driver for a terminal that may stop reading: a stuck line, a window held by its owner.

Textual's own waits in the loop once thirty writes are queued, and the webhook listener lives in that loop. Here the
loop never waits: while the terminal is behind, whole frames are left out, and when it has read all it is painted anew.
"""

from __future__ import annotations

import os
import select
import threading
from collections.abc import Callable
from typing import Final

from textual.drivers.linux_driver import LinuxDriver

MOST_WAITING: Final = 65_536
"""Characters on their way to the terminal above which no further frame is: about ten screens."""
LEAVE_SECONDS: Final = 2.0
"""So long a terminal has for the last that is written to it."""


class TerminalWriter(threading.Thread):
    """Writes what it is given, in its order, and holds up nobody. `caught_up` is called in this thread whenever all of
    it has been taken."""

    def __init__(self, descriptor: int, caught_up: Callable[[], object]) -> None:
        super().__init__(name="terminal-writer", daemon=True)
        self._descriptor = descriptor
        self._caught_up = caught_up
        self._wake = threading.Condition()
        self._texts: list[str] = []
        self.waiting = 0
        self._ending = self._gone = False

    @property
    def behind(self) -> bool:
        """Whether so much waits that the terminal does not read, or not fast enough."""
        return self.waiting > MOST_WAITING

    def write(self, text: str) -> None:
        with self._wake:
            if not self._gone:
                self._texts.append(text)
                self.waiting += len(text)
                self._wake.notify()

    def finish(self, seconds: float) -> bool:
        """Write what is left, but wait no longer than this; whether it was taken."""
        with self._wake:
            self._ending = True
            self._wake.notify()
        self.join(seconds)
        return not self.is_alive()

    def run(self) -> None:
        try:
            while text := self._next():
                self._put(text.encode(errors="replace"))
                with self._wake:
                    self.waiting -= len(text)
                    done = not self._texts
                if done:
                    self._caught_up()
        except OSError:  # the terminal is gone: what watches it ends the desk
            with self._wake:
                self._gone, self.waiting = True, 0
                self._texts.clear()

    def _next(self) -> str:
        """All that waits; nothing at the end."""
        with self._wake:
            self._wake.wait_for(lambda: self._texts or self._ending)
            text = "".join(self._texts)
            self._texts.clear()
        return text

    def _put(self, data: bytes) -> None:
        while data:
            try:
                data = data[os.write(self._descriptor, data) :]
            except BlockingIOError:  # somebody has left the terminal so
                select.select([], [self._descriptor], [])


class PatientDriver(LinuxDriver):
    """The app asks for each frame whether to leave it out, and paints all of its screen when it is told to."""

    _writer: TerminalWriter | None = None
    _missed = False

    def leaves_out(self) -> bool:
        """Whether the frame that is due now is of no use: a whole one follows."""
        if self._missed:
            return True
        if self._writer is None or not self._writer.behind:
            return False
        self._missed = True
        if not self._writer.waiting:  # it has caught up just now, and did not know of this frame
            self._loop.call_soon(self._paint_anew)
        return True

    def start_application_mode(self) -> None:
        assert self._file is not None
        self._missed = False
        self._writer = TerminalWriter(self._file.fileno(), self._caught_up)
        self._writer.start()
        super().start_application_mode()  # type: ignore[no-untyped-call]

    def write(self, data: str) -> None:
        assert self._writer is not None
        self._writer.write(data)

    def close(self) -> None:
        if self._writer is not None:
            self._writer.finish(LEAVE_SECONDS)
        super().close()

    def _caught_up(self) -> None:
        """In the writer's thread."""
        if self._missed and not self._loop.is_closed():
            self._loop.call_soon_threadsafe(self._paint_anew)

    def _paint_anew(self) -> None:
        self._missed = False
        self._app.refresh()
