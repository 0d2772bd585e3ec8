"""Medians, percentiles and ratios, and the tables they are printed in. Pure."""

from __future__ import annotations

import statistics
from collections.abc import Iterable, Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Spread:
    """The median of several rounds and how far they lay apart."""

    median: float
    low: float
    high: float

    def text(self, digits: int = 0, unit: str = "") -> str:
        return f"{self.median:,.{digits}f}{unit} ({self.low:,.{digits}f}..{self.high:,.{digits}f})"


def percentile(ordered: Sequence[float], percent: float) -> float:
    """The nearest-rank percentile of values already in order: always a value that was measured."""
    rank = max(1, -(-len(ordered) * percent // 100))
    return ordered[int(rank) - 1]


def spread(values: Iterable[float]) -> Spread:
    measured = list(values)
    return Spread(statistics.median(measured), min(measured), max(measured))


def ratios(ours: Sequence[float], peers: Sequence[float]) -> Spread:
    """Ours over the peer's, round by round: neighbours in time share the machine's mood."""
    return spread(mine / theirs for mine, theirs in zip(ours, peers, strict=True))


def markdown_table(header: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """A table README can quote. The first column is text, the others are numbers."""
    lines = [header, ["---", *["---:"] * (len(header) - 1)], *rows]
    return "\n".join("| " + " | ".join(line) + " |" for line in lines)
