"""When the collector walks through everything that was made since the start: while nobody waits for an answer.

Python does it whenever enough has been made, in the middle of a key or a payment, and it takes a tenth of a second.
"""

from __future__ import annotations

import asyncio
import contextlib
import gc
import sys
import time
from collections.abc import Callable
from typing import Final

YOUNG: Final = 1_000
"""So many young objects at a time take less than a millisecond."""
MIDDLE: Final = 5
"""So many walks through the young ones to one through those they have left: a few milliseconds."""
AT_LAST: Final = 500
"""So many of these to one through all, in the middle of anything, where there was no rest for a minute."""
ENOUGH: Final = 30
"""So many at least, before a rest is used for it."""
RESTING_SHARE: Final = 0.15
"""Of the time a loop may be at work and count as resting: the clock on the screen goes on."""
LOOK_SECONDS: Final = 2
TURN_SECONDS: Final = 0.0005
"""Every statement of a commit waits so long for its turn while the loop paints. With Python's own 5 ms a dozen of them
took a tenth of a second, and the payments behind them as long again."""


def settle() -> None:
    """Nobody who waits for an answer is held up: by the collector, which need not walk through what was made while
    starting and stays until the end, nor by a thread that keeps the others from their turn."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(YOUNG, MIDDLE, AT_LAST)
    sys.setswitchinterval(TURN_SECONDS)


class RestingCollector:
    """Looks now and then, in the loop's own thread, whether the loop rests. `clock` gives seconds and never goes back,
    `spent` the processor's time of this thread."""

    def __init__(
        self, clock: Callable[[], float] = time.monotonic, spent: Callable[[], float] = time.thread_time
    ) -> None:
        self._clock = clock
        self._spent = spent
        self._looked_at = (clock(), spent())
        self._task: asyncio.Task[None] | None = None

    def start(self) -> None:
        """Look from now on, until `close`."""
        self._task = asyncio.create_task(self._run(), name="collector")

    async def close(self) -> None:
        if self._task is not None:
            self._task.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await self._task

    async def _run(self) -> None:
        while True:
            await asyncio.sleep(LOOK_SECONDS)
            self.look()

    def look(self) -> None:
        """Collect, if it is worth while and the loop has rested since the last look."""
        before, spent_before = self._looked_at
        now, spent = self._looked_at = (self._clock(), self._spent())
        resting = spent - spent_before < RESTING_SHARE * (now - before)
        if resting and gc.get_count()[2] >= ENOUGH:
            gc.collect()
            self._looked_at = (self._clock(), self._spent())
