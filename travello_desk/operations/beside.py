"""A process beside the house, for work that would keep the loop of this one from its keys and its answers.

Each is a module with a `main`, started by `start`, and ends with its input, and so with whoever started it. This module
imports nothing of the house: such a process is to start fast and stay small.
"""

from __future__ import annotations

import os
import signal
import struct
import subprocess
import sys
import threading
import time
from typing import IO, Any, Final

LOOK_SECONDS: Final = 0.5
END_SECONDS: Final = 2.0
LENGTH: Final = struct.Struct(">I")


def start(
    module: str, *args: str, stdin: Any = subprocess.PIPE, stdout: Any = subprocess.PIPE
) -> subprocess.Popen[bytes]:
    """A process that finds the same packages as this one, and looks for none in the working folder. Raises OSError."""
    return subprocess.Popen(
        [sys.executable, "-P", "-m", module, *args],
        env={**os.environ, "PYTHONPATH": os.pathsep.join(filter(None, sys.path))},
        stdin=stdin,
        stdout=stdout,
        stderr=subprocess.DEVNULL,
    )


def end(process: subprocess.Popen[bytes]) -> int:
    """Close its input, which ends it, and wait for it; one that does not end is killed. Its exit code."""
    try:
        process.communicate(timeout=END_SECONDS)
    except subprocess.TimeoutExpired:
        process.kill()
        process.communicate()
    except OSError:
        process.kill()
        process.wait()
    return process.returncode


def live_with_parent() -> None:
    """In the process itself: Ctrl+C is for whoever started it, and when that one was killed nobody waits any more."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    threading.Thread(target=end_with, args=(os.getppid(),), daemon=True).start()


def end_with(parent: int) -> None:
    while os.getppid() == parent:
        time.sleep(LOOK_SECONDS)
    os._exit(0)


def packed(body: bytes) -> bytes:
    """A message as it travels: its length first."""
    return LENGTH.pack(len(body)) + body


def send(pipe: IO[bytes], body: bytes) -> None:
    """Raises OSError when nobody listens any more."""
    pipe.write(packed(body))
    pipe.flush()


def receive(pipe: IO[bytes]) -> bytes | None:
    """The next message, or None when there is no more, or only a part of one."""
    head = pipe.read(LENGTH.size)
    if len(head) < LENGTH.size:
        return None
    [length] = LENGTH.unpack(head)
    body = pipe.read(length)
    return body if len(body) == length else None


def take_whole(buffer: bytearray) -> list[bytes]:
    """The messages that have arrived whole, taken out of the buffer."""
    found, at = [], 0
    while len(buffer) - at >= LENGTH.size:
        [length] = LENGTH.unpack_from(buffer, at)
        end = at + LENGTH.size + length
        if end > len(buffer):
            break
        found.append(bytes(buffer[at + LENGTH.size : end]))
        at = end
    del buffer[:at]
    return found
