"""Percentiles are measured values, ratios go round by round."""

import pytest

from benchmarks import stats


@pytest.mark.parametrize(("percent", "value"), [(50, 5.0), (95, 10.0), (99, 10.0), (100, 10.0), (1, 1.0)])
def test_nearest_rank_percentiles_of_ten_values(percent: float, value: float) -> None:
    assert stats.percentile([float(n) for n in range(1, 11)], percent) == value


def test_p99_of_a_thousand_is_the_990th() -> None:
    assert stats.percentile([float(n) for n in range(1, 1001)], 99) == 990.0


def test_spread_is_median_and_extremes() -> None:
    assert stats.spread([3.0, 1.0, 10.0]) == stats.Spread(3.0, 1.0, 10.0)


def test_ratios_pair_neighbouring_rounds() -> None:
    assert stats.ratios([1000.0, 3000.0, 800.0], [100.0, 150.0, 100.0]) == stats.Spread(10.0, 8.0, 20.0)


def test_ratios_need_a_peer_for_every_round() -> None:
    with pytest.raises(ValueError, match="zip"):
        stats.ratios([1.0, 2.0], [1.0])


def test_a_table_of_numbers() -> None:
    assert stats.markdown_table(["what", "ours"], [["new", "4,300"]]) == (
        "| what | ours |\n| --- | ---: |\n| new | 4,300 |"
    )


def test_a_spread_in_words() -> None:
    assert stats.Spread(4300.4, 4000, 4500).text(unit="/s") == "4,300/s (4,000..4,500)"
    assert stats.Spread(10.25, 9, 11).text(1, "x") == "10.2x (9.0..11.0)"
