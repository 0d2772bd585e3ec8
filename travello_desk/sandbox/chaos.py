"""A delivery policy that drops, doubles and delays by seeded chance. For drills and crash simulations."""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import dataclass, field

from travello_desk.sandbox.delivery import Target
from travello_desk.sandbox.world import Thing


@dataclass(slots=True)
class Chaos:
    """Chances between 0 and 1. Each delivery waits up to ``delay_seconds``, which also rearranges them."""

    seed: int
    drop: float = 0.0
    duplicate: float = 0.0
    delay_seconds: float = 0.0
    _random: random.Random = field(init=False)

    def __post_init__(self) -> None:
        self._random = random.Random(self.seed)

    def __call__(self, event: Thing, target: Target) -> Sequence[float]:
        """The delays of this event's deliveries; none at all when it is lost."""
        copies = 2 if self._random.random() < self.duplicate else 1
        lost = self._random.random() < self.drop
        delays = [self._random.uniform(0, self.delay_seconds) for _ in range(copies)]
        return () if lost else delays
