"""The sandbox's own time: a clock tests may push forward, and the things due at a moment. Starts no tasks."""

from __future__ import annotations

import heapq
import itertools
from collections.abc import Callable
from dataclasses import dataclass, field


class Clock:
    """A source of unix seconds with an offset that only grows (``advance``)."""

    def __init__(self, source: Callable[[], float]) -> None:
        self._source = source
        self._offset_seconds = 0.0

    def now(self) -> float:
        """Unix seconds, with the fraction."""
        return self._source() + self._offset_seconds

    def seconds(self) -> int:
        """Unix seconds as Stripe writes them into ``created``."""
        return int(self.now())

    def advance(self, seconds: float) -> None:
        """Push the clock forward; a negative step is refused, Stripe's time never runs back."""
        if seconds < 0:
            raise ValueError("the sandbox clock cannot run backwards")
        self._offset_seconds += seconds


@dataclass(order=True, slots=True)
class _Due:
    due_at: float
    order: int
    action: Callable[[], object] = field(compare=False)


class Schedule:
    """What happens by itself later: expiries, settlements, late failures. Ties run in the order planned."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._heap: list[_Due] = []
        self._order = itertools.count()

    def at(self, due_at: float, action: Callable[[], object]) -> None:
        """Run ``action`` at the first ``run_due`` on or after ``due_at`` (unix seconds)."""
        heapq.heappush(self._heap, _Due(due_at, next(self._order), action))

    def after(self, seconds: float, action: Callable[[], object]) -> None:
        """As ``at``, that many seconds from now."""
        self.at(self._clock.now() + seconds, action)

    def next_due_at(self) -> float | None:
        """When the next thing is due, or None when nothing is planned."""
        return self._heap[0].due_at if self._heap else None

    def run_due(self) -> int:
        """Run everything that is due, oldest first; returns how many ran."""
        ran = 0
        while self._heap and self._heap[0].due_at <= self._clock.now():
            heapq.heappop(self._heap).action()
            ran += 1
        return ran
