"""Whether somebody is on the way through a list: then news wait a little, for they would be read for rows already left.

A key that is held moves the cursor thirty times a second. Reading for each bundle of news where it stands now would
throw away nearly every answer, and the pages around it, and have them read again.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from typing import Final

REST_SECONDS: Final = 0.1
"""So long after the last move nobody is on the way any more: longer than a held key takes to repeat."""
MOST_SECONDS: Final = 0.5
"""News wait no longer than this, however long a key is held."""


class Moving:
    """The cursor's moves, by a clock that gives seconds and never goes back."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._moved_at = float("-inf")

    def moved(self) -> None:
        self._moved_at = self._clock()

    def rest_left(self, since: float) -> float:
        """How many seconds news that are there `since` have still to wait; nothing where nobody moves."""
        return max(0.0, min(self._moved_at + REST_SECONDS, since + MOST_SECONDS) - self._clock())

    async def over(self) -> None:
        """Return when the cursor rests, or news have waited long enough."""
        since = self._clock()
        while left := self.rest_left(since):  # noqa: ASYNC110 - the cursor may move again meanwhile
            await asyncio.sleep(left)
