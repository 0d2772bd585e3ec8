"""One clock for many processes: real time plus an offset in a shared file that the simulation pushes forward.

A laptop that slept for an hour, a night between two steps, a time-out of ten seconds: no process under test needs a
setting for any of these. `install` must run before anything imports the event loop; outside of tests nothing does.
"""

from __future__ import annotations

import mmap
import selectors
import struct
import time
from pathlib import Path
from typing import Any

REAL_TIME = time.time
REAL_MONOTONIC = time.monotonic
NAP_SECONDS = 0.03
FORMAT = struct.Struct("d")
_shared: mmap.mmap | None = None


def offset_seconds() -> float:
    """How far this process's clock is ahead of the machine's."""
    return 0.0 if _shared is None else float(FORMAT.unpack_from(_shared)[0])


def install() -> None:
    """Replace this process's clocks; they run as usual until `attach`."""
    time.time = lambda: REAL_TIME() + offset_seconds()
    time.monotonic = lambda: REAL_MONOTONIC() + offset_seconds()
    select = selectors.DefaultSelector.select

    def wakeful(selector: Any, timeout: float | None = None) -> Any:
        """No sleep in the kernel outlives a jump of the clock for long."""
        return select(selector, NAP_SECONDS if timeout is None else min(timeout, NAP_SECONDS))

    selectors.DefaultSelector.select = wakeful


def attach(path: str) -> None:
    """From here on this process lives by the clock in that file."""
    global _shared
    with open(path, "r+b") as file:
        _shared = mmap.mmap(file.fileno(), FORMAT.size)


class SharedClock:
    """The simulation's hand on the clock of everything it started."""

    def __init__(self, path: Path) -> None:
        self.path = path
        path.write_bytes(FORMAT.pack(0.0))
        with path.open("r+b") as file:
            self._shared = mmap.mmap(file.fileno(), FORMAT.size)

    def now(self) -> float:
        """Unix seconds as the processes see them."""
        return REAL_TIME() + float(FORMAT.unpack_from(self._shared)[0])

    def advance(self, seconds: float) -> None:
        FORMAT.pack_into(self._shared, 0, float(FORMAT.unpack_from(self._shared)[0]) + seconds)

    def close(self) -> None:
        self._shared.close()
