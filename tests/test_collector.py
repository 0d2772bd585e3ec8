"""The collector walks through everything while the loop rests, and only then."""

from __future__ import annotations

import gc
from collections.abc import Iterator

import pytest

from tests.house import until
from travello_desk import collector as collecting
from travello_desk.collector import ENOUGH, LOOK_SECONDS, RESTING_SHARE, RestingCollector


class Hands:
    """A clock and a processor that are moved by hand."""

    def __init__(self) -> None:
        self.now = 100.0
        self.spent = 7.0

    def go_on(self, share: float) -> None:
        self.now += LOOK_SECONDS
        self.spent += share * LOOK_SECONDS


@pytest.fixture
def hands() -> Hands:
    return Hands()


@pytest.fixture
def collector(hands: Hands) -> Iterator[RestingCollector]:
    """One that has looked once; nothing else collects meanwhile."""
    gc.disable()
    gc.collect()
    yield RestingCollector(lambda: hands.now, lambda: hands.spent)
    gc.enable()


def walk_through_the_middle(times: int) -> None:
    for _ in range(times):
        gc.collect(1)


def walks_since_the_last_through_all() -> int:
    return gc.get_count()[2]


def test_a_rest_is_used(collector: RestingCollector, hands: Hands) -> None:
    walk_through_the_middle(ENOUGH)
    hands.go_on(RESTING_SHARE / 2)
    collector.look()
    assert walks_since_the_last_through_all() == 0


def test_who_is_at_work_is_not_held_up(collector: RestingCollector, hands: Hands) -> None:
    walk_through_the_middle(ENOUGH)
    hands.go_on(RESTING_SHARE * 2)
    collector.look()
    assert walks_since_the_last_through_all() == ENOUGH
    hands.go_on(0.0)
    collector.look()
    assert walks_since_the_last_through_all() == 0, "the next rest is told from the work before it"


def test_a_rest_without_much_to_collect_is_left_alone(collector: RestingCollector, hands: Hands) -> None:
    walk_through_the_middle(ENOUGH - 1)
    hands.go_on(0.0)
    collector.look()
    assert walks_since_the_last_through_all() == ENOUGH - 1


def test_what_is_made_in_circles_goes_in_a_rest(collector: RestingCollector, hands: Hands) -> None:
    class Circle:
        alive = 0

        def __init__(self) -> None:
            self.itself = self
            Circle.alive += 1

        def __del__(self) -> None:
            Circle.alive -= 1

    circles = [Circle() for _ in range(50)]
    walk_through_the_middle(ENOUGH)
    del circles
    assert Circle.alive == 50
    hands.go_on(0.0)
    collector.look()
    assert Circle.alive == 0


async def test_it_looks_by_itself_until_it_is_closed(
    collector: RestingCollector, hands: Hands, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(collecting, "LOOK_SECONDS", 0.001)
    walk_through_the_middle(ENOUGH)
    hands.go_on(0.0)
    collector.start()
    await until(lambda: walks_since_the_last_through_all() == 0)
    await collector.close()
    await collector.close()
