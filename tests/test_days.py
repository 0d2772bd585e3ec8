"""Days are ISO dates and nothing that merely resembles one."""

from datetime import date

import pytest

from travello_desk.days import parse_day


def test_an_iso_date() -> None:
    assert parse_day("2028-02-29") == date(2028, 2, 29)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "20261120",
        "2026-W47-5",
        "2026-02-29",
        "2026-11-20T10:00",
        "20/11/2026",
        "٢٠٢٦-١١-٢٠",
        " 2026-11-20",
        "0000-01-01",
    ],
)
def test_everything_else_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="is not a date like 2026-11-20"):
        parse_day(text)
