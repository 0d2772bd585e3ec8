"""Files on their way to the disk: all at once, or so that others get their turn meanwhile.

Whoever commits waits for the disk to have the log, for a few milliseconds; behind eighteen megabytes of pages that
were handed over at once it waits for half of them. So they are handed over a window at a time, each one awaited
before the next (Linux's sync_file_range, as PostgreSQL's checkpoint_flush_after uses it), and synced at the end.
"""

from __future__ import annotations

import errno
import os
from collections.abc import Callable
from functools import lru_cache
from typing import Final

keep: Final[Callable[[int], None]] = getattr(os, "fdatasync", os.fsync)
"""Have the system write a file's contents to the disk; not every system can leave its times alone meanwhile."""

WINDOWS: Final = 64
LEAST_BYTES: Final = 1 << 20
WRITE_AND_WAIT: Final = 2 | 4
"""SYNC_FILE_RANGE_WRITE | SYNC_FILE_RANGE_WAIT_AFTER, from linux/fs.h."""

NOT_HERE: Final = frozenset({errno.ENOSYS, errno.EINVAL, errno.EPERM, errno.ESPIPE})

WriteRange = Callable[[int, int, int], bool]


def keep_gently(descriptor: int) -> None:
    """As `keep`, in more time and in nobody's way. Raises OSError when the disk cannot."""
    write_range = range_writer()
    if write_range is not None:
        size = os.fstat(descriptor).st_size
        window = max(LEAST_BYTES, size // WINDOWS)
        for start in range(0, size, window):
            if not write_range(descriptor, start, window):
                break
    keep(descriptor)


@lru_cache(maxsize=1)
def range_writer() -> WriteRange | None:
    """Writes a part of a file and waits for it, where a system has that: descriptor, start, length. False when it does
    not do it for this file; raises OSError when the disk fails, for nobody is told so a second time."""
    import ctypes  # only whoever moves a log needs it

    function = getattr(ctypes.CDLL(None, use_errno=True), "sync_file_range", None)
    if function is None:
        return None
    function.argtypes = (ctypes.c_int, ctypes.c_int64, ctypes.c_int64, ctypes.c_uint)

    def write_range(descriptor: int, start: int, length: int) -> bool:
        if function(descriptor, start, length, WRITE_AND_WAIT) == 0:
            return True
        code = ctypes.get_errno()
        if code in NOT_HERE:
            return False
        raise OSError(code, os.strerror(code))

    return write_range
