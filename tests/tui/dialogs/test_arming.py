"""The guard's judgement, with times as a keyboard, a stalled line and a slow machine give them."""

from __future__ import annotations

import pytest

from travello_desk.tui.dialogs.arming import MOST_LOOKS, Arming


def held(rate: float, first: float, presses: int) -> list[float]:
    return [first + number / rate for number in range(presses)]


@pytest.mark.parametrize("rate", [4.5, 10, 30, 60])
def test_a_key_held_since_before_the_window_never_counts_however_long(rate: float) -> None:
    arming = Arming(100.0)
    assert not any(arming.allows("enter", at) for at in held(rate, 100.01, 2_000))


def test_a_press_before_anybody_could_read_does_not_count_and_one_after_a_rest_does() -> None:
    arming = Arming(100.0)
    assert [arming.allows("enter", at) for at in (100.1, 100.41, 100.7)] == [False, True, True]


def test_another_key_has_its_own_rest() -> None:
    arming = Arming(100.0)
    assert [arming.allows("enter", 101.0), arming.allows("y", 101.01), arming.allows("enter", 101.02)] == [
        True,
        True,
        False,
    ]


def test_a_press_that_a_repeat_follows_is_not_meant() -> None:
    arming = Arming(100.0)
    assert arming.allows("enter", 105.0)  # the line stood still before it
    asked = arming.presses
    assert not arming.allows("enter", 105.001)
    assert arming.believes(asked, 0.0, 1) is False


def test_repeats_that_come_in_one_burst_are_known_before_anybody_asks() -> None:
    """A line that stood still gives all at once: when the button has heard of the first, the others are there too."""
    arming = Arming(100.0)
    assert [arming.allows("enter", at) for at in held(30, 105.0, 20)] == [True] + [False] * 19
    assert arming.believes(arming.asked, 0.0, 1) is False
    arming.clicked()
    assert arming.believes(arming.asked, 0.0, 1) is True


def test_who_looks_late_looks_again_but_not_for_ever() -> None:
    arming = Arming(100.0)
    assert arming.allows("enter", 105.0)
    assert [arming.believes(1, late, looks) for late, looks in ((0.01, 1), (0.2, 1), (0.2, MOST_LOOKS))] == [
        True,
        None,
        True,
    ]
