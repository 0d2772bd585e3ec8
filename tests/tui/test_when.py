"""Days and times as the desk reads them."""

from __future__ import annotations

from datetime import date
from zoneinfo import ZoneInfo

import pytest

from travello_desk.tui import when

TODAY = date(2026, 11, 24)
LAHORE = ZoneInfo("Asia/Karachi")
NOW = 1_795_500_000  # 24 November 2026, 11:00 in Lahore


def test_short_days() -> None:
    assert when.short_day("2026-11-05", TODAY) == " 5 Nov"
    assert when.short_day("2027-01-24", TODAY) == "24 Jan 27"
    assert when.short_day("soon", TODAY) == "soon"


def test_long_days() -> None:
    assert when.long_day("2026-11-24", TODAY) == "24 Nov Tue"
    assert when.long_day("2027-01-24", TODAY) == "24 Jan 2027 Sun"
    assert when.long_day("", TODAY) == ""


def test_nights() -> None:
    assert when.nights("2026-11-24", "2026-11-26") == 2
    assert when.nights("2026-11-26", "2026-11-24") == 0
    assert when.nights("?", "2026-11-24") == 0


@pytest.mark.parametrize(
    ("at", "text"), [(NOW, "11:00"), (NOW - 86_400, "23 Nov 11:00"), (NOW - 400 * 86_400, "20 Oct 2025 11:00")]
)
def test_moments(at: int, text: str) -> None:
    assert when.moment(at, LAHORE, NOW) == text


@pytest.mark.parametrize(
    ("seconds", "text"), [(-3, "0 s"), (0, "0 s"), (59.9, "59 s"), (60, "1 min"), (3600, "1 h"), (200_000, "2 d")]
)
def test_ages(seconds: float, text: str) -> None:
    assert when.age(seconds) == text


@pytest.mark.parametrize(
    ("seconds", "text"), [(-5, "0 min"), (2_460, "41 min"), (74_460, "20 h 41 min"), (183_600, "2 d 3 h")]
)
def test_spans(seconds: float, text: str) -> None:
    assert when.span(seconds) == text


def test_the_hotel_s_day_changes_when_it_says() -> None:
    one_in_the_morning = NOW + 14 * 3600
    assert when.business_date(one_in_the_morning, LAHORE, 0) == date(2026, 11, 25)
    assert when.business_date(one_in_the_morning, LAHORE, 4) == TODAY
    assert when.business_date(one_in_the_morning + 3 * 3600, LAHORE, 4) == date(2026, 11, 25)
