"""Ends a desk whose terminal is gone: a closed window, a dropped line. Decides nothing about money.

Where nobody sends SIGHUP (nohup, a terminal that is not the controlling one) nothing else would end it: it would keep
the port, and nobody could see or stop it. What is durable stays; what was under way is resumed at the next start.
"""

from __future__ import annotations

import logging
import os
import sys
import threading
from collections.abc import Callable
from typing import Final

log = logging.getLogger(__name__)
LOOK_SECONDS: Final = 2.0
GRACE_SECONDS: Final = 5.0


class TerminalWatch(threading.Thread):
    """`leave` asks the desk to end, from this thread; if it cannot, the process is ended."""

    def __init__(self, leave: Callable[[], object], descriptor: int = 0) -> None:
        super().__init__(name="terminal-watch", daemon=True)
        self._leave = leave
        self._descriptor = descriptor
        self._done = threading.Event()

    def start_if_there(self) -> None:
        """Nothing to watch without a terminal at the start: tests, and a browser's desk."""
        if sys.__stdin__ is not None and os.isatty(self._descriptor):
            self.start()

    def stop(self) -> None:
        self._done.set()

    def run(self) -> None:
        while not self._done.wait(LOOK_SECONDS):
            if not os.isatty(self._descriptor):
                self._end()
                return

    def _end(self) -> None:
        log.warning("the terminal is gone: the desk ends")
        self._leave()
        if not self._done.wait(GRACE_SECONDS):
            os._exit(1)
