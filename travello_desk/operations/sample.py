"""The sample hotel of the demo: real stays with invented guests, the busiest day moved to today. Reads one file."""

from __future__ import annotations

import sysconfig
from datetime import date
from pathlib import Path

from travello_desk.operations.csv_rows import CsvBooking, parse, shift_stays

FILE_NAME = "sample_bookings.csv"


def sample_file() -> Path:
    """In a clone `data/` beside the package; for an installed wheel the share folder of its environment."""
    beside = Path(__file__).parents[2] / "data" / FILE_NAME
    return beside if beside.exists() else Path(sysconfig.get_path("data"), "share", "travello-desk", FILE_NAME)


def sample_stays(today_on: date) -> list[CsvBooking]:
    """About 300 bookings, twelve of which arrive on `today_on`."""
    return shift_stays(parse(sample_file().read_bytes(), default_currency="PKR").rows, today_on)
