"""The proof is proven: turn one adjacent pair of a rank table around, and some story must no longer end where it must.

Ranks of one height are turned together (`pending` and `requires_action` are one rung). Rungs that no session can say
both of are named, with the reason.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from itertools import pairwise

import pytest

from tests.payments.orders import Broken, every_order
from tests.payments.stories import STORIES
from travello_desk.payments import facts

TABLES: dict[str, Mapping[str, int]] = {
    "create": facts.CREATE_RANK,
    "session": facts.SESSION_RANK,
    "payment_status": facts.PAYMENT_STATUS_RANK,
    "attempt": facts.ATTEMPT_RANK,
    "refund": facts.REFUND_RANK,
    "dispute": facts.DISPUTE_RANK,
}
# A session asks for money or does not: it never says no_payment_required and paid, whatever the order.
NEVER_BOTH = {("payment_status", 2, 3)}


def rungs() -> list[tuple[str, int, int]]:
    return [
        (name, low, high)
        for name, table in TABLES.items()
        for low, high in pairwise(sorted(set(table.values())))
        if (name, low, high) not in NEVER_BOTH
    ]


def turned(table: Mapping[str, int], low: int, high: int) -> dict[str, int]:
    other = {low: high, high: low}
    return {value: other.get(rank, rank) for value, rank in table.items()}


def broken_stories() -> Iterator[str]:
    for story in STORIES:
        try:
            every_order(story)
        except Broken:
            yield story.name


@pytest.mark.parametrize(("name", "low", "high"), rungs(), ids=lambda value: str(value))
def test_a_rank_turned_around_is_noticed(name: str, low: int, high: int, monkeypatch: pytest.MonkeyPatch) -> None:
    table = TABLES[name]
    assert isinstance(table, dict)
    for value, rank in turned(table, low, high).items():
        monkeypatch.setitem(table, value, rank)
    assert next(broken_stories(), ""), f"no story notices {name} {low} above {high}"


def test_nothing_is_broken_as_it_stands() -> None:
    assert list(broken_stories()) == []


def test_a_merge_that_keeps_the_last_report_is_noticed(monkeypatch: pytest.MonkeyPatch) -> None:
    """The most natural mistake: believe whatever came last."""
    monkeypatch.setattr(facts, "higher", lambda _rank, left, right: right or left)
    assert {"declined_then_paid", "expired_then_paid", "happy"} <= set(broken_stories())


def test_a_sum_of_refunds_that_keeps_the_last_report_is_noticed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(facts.RefundFacts, "merge", lambda _self, other: other)
    assert {"refund_fails_later", "desk_refund_waits_then_settles"} <= set(broken_stories())


def test_believing_the_last_session_status_breaks_a_forbidden_step(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(facts.AttemptFacts, "merge", lambda _self, other: other)
    assert "expired_then_paid" in broken_stories()
