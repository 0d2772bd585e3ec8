"""Planned misfortune: which request meets which fault. Says what shall go wrong; ``server`` makes it so."""

from __future__ import annotations

import asyncio
import random
from collections.abc import Sequence
from dataclasses import dataclass, replace
from fnmatch import fnmatchcase


@dataclass(frozen=True, slots=True)
class Fault:
    """One thing going wrong.

    ``kind``: reset, stall, stall_body, truncate, html_200, html_500, html_502, or Stripe's own error by its
    status (401, 403, 409, 429, lock_timeout, 500). ``carried_out``: the request does its work first.
    ``stored``: the key layer keeps the bad answer: the same key gets it again. ``seconds``: of a stall, which
    ``released`` ends earlier when it is set.
    """

    kind: str
    carried_out: bool = False
    stored: bool = False
    seconds: float = 30.0
    released: asyncio.Event | None = None


#: The names tests use. "after" means: carried out, then this.
NAMED = {
    "reset_before": Fault("reset"),
    "reset_after": Fault("reset", carried_out=True),
    "stall_before": Fault("stall"),
    "stall_after": Fault("stall", carried_out=True),
    "stall_body": Fault("stall_body", carried_out=True),
    "truncate": Fault("truncate", carried_out=True),
    "html_200": Fault("html_200"),
    "html_200_after": Fault("html_200", carried_out=True),
    "html_500": Fault("html_500"),
    "html_502": Fault("html_502"),
    "html_502_after": Fault("html_502", carried_out=True),
    "401": Fault("401"),
    "403": Fault("403"),
    "409": Fault("409"),
    "429": Fault("429"),
    "lock_timeout": Fault("lock_timeout"),
    "500": Fault("500"),
    "500_stored": Fault("500", stored=True),  # nothing done, and the key answers 500 until it is pruned
    "500_after": Fault("500", carried_out=True, stored=True),  # done, and the key answers 500 all the same
    "500_lost": Fault("500", carried_out=True),  # done; only this answer is bad, the key remembers the good one
}


def stall_before(seconds: float) -> Fault:
    """Wait, then carry the request out and answer: a client that gave up meanwhile does not know."""
    return replace(NAMED["stall_before"], seconds=seconds)


def held_before(released: asyncio.Event) -> Fault:
    """Wait until it is set (at most 30 seconds), then carry the request out and answer."""
    return replace(NAMED["stall_before"], released=released)


def stall_after(seconds: float) -> Fault:
    """Carry the request out, wait, then answer."""
    return replace(NAMED["stall_after"], seconds=seconds)


@dataclass(slots=True)
class _Planned:
    pattern: str
    fault: Fault
    times: int | None  # None: always
    skip: int


class FaultPlan:
    """Faults by ``"METHOD /path"`` with ``*`` as wildcard: ``"GET /v1/refunds*"``. The first match wins."""

    def __init__(self) -> None:
        self._planned: list[_Planned] = []
        self._chance: tuple[random.Random, float, Sequence[Fault]] | None = None
        self.met: list[tuple[str, Fault]] = []

    def next(self, pattern: str, fault: Fault | str, *, times: int = 1, skip: int = 0) -> None:
        """The next ``times`` matching requests meet the fault, after ``skip`` have passed unharmed."""
        self._planned.append(_Planned(pattern, _fault(fault), times, skip))

    def always(self, pattern: str, fault: Fault | str) -> None:
        """Every matching request meets the fault until ``clear``."""
        self._planned.append(_Planned(pattern, _fault(fault), None, 0))

    def at_random(self, seed: int, probability: float, faults: Sequence[Fault | str]) -> None:
        """Any API request meets one of the faults with that probability; repeatable under the seed."""
        self._chance = (random.Random(seed), probability, [_fault(fault) for fault in faults])

    def clear(self) -> None:
        """No more faults."""
        self._planned.clear()
        self._chance = None

    @property
    def waiting(self) -> int:
        """How many planned faults (``always`` counts as one) nobody has met yet."""
        return len(self._planned)

    def take(self, method: str, path: str) -> Fault | None:
        """The fault this request meets, if any; it is used up by asking."""
        request = f"{method} {path}"
        fault = self._take_planned(request) or self._take_chance()
        if fault is not None:
            self.met.append((request, fault))
        return fault

    def _take_planned(self, request: str) -> Fault | None:
        for planned in self._planned:
            if not fnmatchcase(request, planned.pattern):
                continue
            if planned.skip > 0:
                planned.skip -= 1
                continue
            if planned.times is not None:
                planned.times -= 1
                if planned.times <= 0:
                    self._planned.remove(planned)
            return planned.fault
        return None

    def _take_chance(self) -> Fault | None:
        if self._chance is None:
            return None
        source, probability, faults = self._chance
        return source.choice(faults) if source.random() < probability else None


def _fault(fault: Fault | str) -> Fault:
    if isinstance(fault, Fault):
        return fault
    if fault not in NAMED:
        raise ValueError(f"no fault {fault!r}; there are: {', '.join(NAMED)}")
    return NAMED[fault]
