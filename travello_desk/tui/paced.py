"""How often a screen may paint: no more than a share of the time, because the webhook listener waits in the same loop.

Every picture is owed a rest of its own length, or more, before the next; a few that follow closely are painted at once.
So payments that pour in and a key that is held cannot keep each other out: there are fewer pictures instead.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Final, TypeVar

from textual.screen import Screen

Result = TypeVar("Result")
REST: Final = 2.0
"""So many times as long as a picture took others have the loop: two thirds of it, however much there is to paint."""
AT_ONCE_SECONDS: Final = 0.04
"""Rest that may still be owed: a key and its answer, two pictures or three, wait for nothing."""
MOST_REST_SECONDS: Final = 0.05
"""However slow a machine is, the next picture waits no longer than this."""


class Pace:
    """When the next picture may be painted. `clock` gives seconds and never goes back; `spent` the processor's time of
    this thread, for while a picture waits for its turn somebody else has the loop's time already."""

    def __init__(
        self, clock: Callable[[], float] = time.monotonic, spent: Callable[[], float] = time.thread_time
    ) -> None:
        self._clock = clock
        self._spent = spent
        self._owed_until = 0.0

    @property
    def due(self) -> bool:
        return self._owed_until - self._clock() <= AT_ONCE_SECONDS

    @contextmanager
    def painting(self) -> Iterator[None]:
        began_at, before = self._clock(), self._spent()
        try:
            yield
        finally:
            owed = max(self._owed_until, began_at) + (1 + REST) * (self._spent() - before)
            self._owed_until = min(owed, self._clock() + AT_ONCE_SECONDS + MOST_REST_SECONDS)


class PacedScreen(Screen[Result]):
    """Textual asks at every frame whether there is anything to paint; what comes too early is painted with the next."""

    def __init__(self) -> None:
        super().__init__()
        self.pace = Pace()

    def _on_timer_update(self) -> None:
        if self.pace.due:
            with self.pace.painting():
                super()._on_timer_update()
