"""A hundred lives of a hotel in which everything breaks, and nothing is lost (DESIGN's promise).

A failing seed says the command that lives it again; `python -m tests.chaos --seeds 1000` searches further.
"""

from __future__ import annotations

import pytest

from tests.chaos.__main__ import AT_ONCE, verdicts
from tests.chaos.simulation import Verdict

BATCH = 10


@pytest.mark.parametrize("first", range(1, 101, BATCH))
async def test_nothing_is_lost_doubled_or_guessed(first: int) -> None:
    seeds = range(first, first + BATCH)
    found = [verdict async for verdict in verdicts(seeds, AT_ONCE)]
    assert [told(verdict) for verdict in found if verdict.complaints] == []
    assert sum(verdict.counts["payments"] for verdict in found) > BATCH
    assert sum(verdict.counts["kills"] for verdict in found) > BATCH


async def test_the_same_with_processes_started_from_nothing() -> None:
    found = [verdict async for verdict in verdicts([1001], exec_=True)]
    assert [told(verdict) for verdict in found if verdict.complaints] == []


def told(verdict: Verdict) -> str:
    """Everything somebody needs who must find out why."""
    return "\n".join([verdict.command, *verdict.complaints, "", *verdict.diary])
