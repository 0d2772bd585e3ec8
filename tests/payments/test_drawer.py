"""The drawer's arithmetic: nothing of the cash is lost or made, whatever goes through."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from travello_desk.money import CURRENCIES
from travello_desk.payments.drawer import (
    EFFECT,
    NOTES,
    Count,
    close_refusal,
    count_refusal,
    drawer_of,
    leave_refusal,
    notes_of,
    over_minor,
    over_words,
)

SUMS = st.integers(0, 10**9)
ROWS = st.lists(st.tuples(st.sampled_from(("mark", "undo", "payout", "drop")), SUMS), max_size=30)


@given(SUMS, ROWS)
def test_expected_is_the_float_and_every_row_with_its_sign(float_minor: int, rows: list[tuple[str, int]]) -> None:
    sums = {kind: sum(amount for name, amount in rows if name == kind) for kind in (*EFFECT, "drop")}
    drawer = drawer_of(float_minor, sums, sums["drop"])
    running = float_minor
    for kind, amount in rows:
        running += EFFECT.get(kind, -1) * amount
    assert drawer.expected_minor == running


@given(SUMS, SUMS)
def test_over_or_short_is_what_was_counted_less_what_was_expected(counted: int, expected: int) -> None:
    difference = over_minor(counted, expected)
    assert expected + difference == counted
    word = over_words(difference, "PKR").split()[0]
    assert word == ("exact" if counted == expected else "over" if counted > expected else "short")


@given(st.sampled_from(sorted(NOTES)), st.data())
def test_a_count_is_worth_its_notes_and_its_coins(currency: str, data: st.DataObject) -> None:
    pieces = tuple((note, data.draw(st.integers(0, 500))) for note in notes_of(currency))
    rest = data.draw(SUMS)
    count = Count(pieces, rest)
    assert count_refusal(count, currency) is None
    assert count.total_minor(100) == 100 * sum(note * number for note, number in pieces) + rest


@given(SUMS, SUMS, st.integers(-5, 2 * 10**9))
def test_no_more_leaves_a_drawer_than_it_holds(float_minor: int, taken: int, leaving: int) -> None:
    drawer = drawer_of(float_minor, {"mark": taken}, 0)
    allowed = leave_refusal(drawer, leaving, "PKR") is None
    assert allowed == (0 < leaving <= float_minor + taken)


@pytest.mark.parametrize(
    ("counted", "expected", "dropped", "reason", "code"),
    [
        (100, 100, 0, "", ""),
        (100, 100, 100, "", ""),
        (100, 101, 0, "", "no_reason"),
        (100, 99, 0, "", "no_reason"),
        (100, 99, 0, "a tip", ""),
        (100, 100, 101, "", "too_much"),
        (100, 100, -1, "", "too_much"),
    ],
)
def test_a_drawer_is_closed_with_sums_that_add_up(
    counted: int, expected: int, dropped: int, reason: str, code: str
) -> None:
    refusal = close_refusal(counted, expected, dropped, reason, "PKR")
    assert (refusal.code if refusal else "") == code


@pytest.mark.parametrize(
    "count",
    [Count(((7, 1),)), Count(((5000, -1),)), Count(((5000, 10_000),)), Count(((5000, 1), (5000, 2))), Count((), -1)],
)
def test_what_is_no_count_is_refused(count: Count) -> None:
    assert count_refusal(count, "PKR") is not None


def test_every_currency_has_notes_in_order_or_is_counted_as_a_sum() -> None:
    assert set(NOTES) <= CURRENCIES
    assert notes_of("OMR") == ()
    for notes in NOTES.values():
        assert list(notes) == sorted(set(notes), reverse=True)
