"""When the desk locks itself: minutes without a key or a movement of the mouse. Pure; the clock is given."""

from __future__ import annotations

from collections.abc import Callable


class Idle:
    """`touch` on every key and mouse event, ask `due` now and then. `minutes` 0 never locks."""

    def __init__(self, clock: Callable[[], float], minutes: int) -> None:
        self._clock = clock
        self.minutes = minutes
        self._touched_at = clock()

    def touch(self) -> None:
        self._touched_at = self._clock()

    @property
    def due(self) -> bool:
        """Whether it is time to lock."""
        return self.minutes > 0 and self._clock() - self._touched_at >= 60 * self.minutes
