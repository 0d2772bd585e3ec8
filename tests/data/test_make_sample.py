"""Real input: the whole source goes through the import, and the committed sample is what its maker says."""

import re
from collections import Counter
from datetime import date, timedelta
from itertools import combinations
from pathlib import Path

import pytest

from data.guests import ODD_NAMES
from data.make_sample import SAMPLE, SAMPLE_TODAY, SOURCE, SourceRow, convert, read_source, sample
from travello_desk.operations.csv_rows import CsvBooking, parse, to_csv
from travello_desk.operations.sample import sample_file, sample_stays


@pytest.fixture(scope="module")
def source() -> list[SourceRow]:
    return read_source(SOURCE)


@pytest.fixture(scope="module")
def rows() -> list[CsvBooking]:
    return parse(SAMPLE.read_bytes(), default_currency="PKR").rows


def test_every_real_row_lands_or_is_listed(source: list[SourceRow]) -> None:
    converted = list(convert(source))
    result = parse(to_csv(converted), default_currency="PKR")
    assert len(converted) == len(source) == 14_938
    assert len(result.rows) + len(result.rejected) == len(source)
    assert Counter(row.reason for row in result.rejected) == {"amount: must be above zero": 311}
    free = [number for number, row in enumerate(source, 2) if not row["adr"].strip("0.")]
    assert [row.line for row in result.rejected] == free
    landed = [(row.reference, row.amount_minor, row.check_in_on, row.check_out_on) for row in result.rows]
    expected = [(b.reference, b.amount_minor, b.check_in_on, b.check_out_on) for b in converted if b.amount_minor]
    assert landed == expected


def test_conversion_keeps_what_is_real(source: list[SourceRow]) -> None:
    converted = list(convert(source))
    assert sum(booking.status == "CANCELLED" for booking in converted) == 7_793
    nights = sum((booking.check_out_on - booking.check_in_on).days for booking in converted)
    assert nights == sum(int(row["stays_in_weekend_nights"]) + int(row["stays_in_week_nights"]) for row in source)
    online = {row["market_segment"] for row, b in zip(source, converted, strict=True) if b.payment_method == "ONLINE"}
    assert {"Online TA", "Direct"} <= online


def test_one_row_by_hand(source: list[SourceRow]) -> None:
    """Row 5: two nights at 98 euro through an online agency. 196 x 305 = 59,780, rounded to Rs. 59,800."""
    booking = next(b for n, b in enumerate(convert(source)) if n == 4)
    assert (booking.reference, booking.amount_minor, booking.currency) == ("TRV-10005", 5_980_000, "PKR")
    assert (booking.check_in_on, booking.check_out_on) == (date(2015, 7, 1), date(2015, 7, 3))
    assert (booking.payment_method, booking.status, booking.notes) == ("ONLINE", "PENDING", "1 special request")


def test_start_on_moves_the_first_arrival_and_all_others_with_it(source: list[SourceRow]) -> None:
    still, moved = list(convert(source[:50])), list(convert(source[:50], start_on=date(2027, 1, 1)))
    assert moved[0].check_in_on == date(2027, 1, 1)
    assert {b.check_in_on - a.check_in_on for a, b in zip(still, moved, strict=True)} == {
        date(2027, 1, 1) - date(2015, 7, 1)
    }


def test_the_committed_sample_is_what_its_maker_makes(source: list[SourceRow]) -> None:
    assert to_csv(sample(source)) == SAMPLE.read_text(encoding="utf-8")


def test_the_whole_sample_can_be_imported(rows: list[CsvBooking]) -> None:
    assert parse(SAMPLE.read_bytes(), default_currency="PKR").rejected == []
    assert 280 <= len(rows) <= 320


def test_a_day_at_the_desk(rows: list[CsvBooking]) -> None:
    """Twelve arrive today, both methods among them; some are in the house, some have left, more are to come."""
    alive = [row for row in rows if row.status != "CANCELLED"]
    today = [row for row in rows if row.check_in_on == SAMPLE_TODAY]
    assert len(today) == 12
    assert {row.payment_method for row in today} == {"ONLINE", "ARRIVAL"}
    assert sum(row.check_in_on < SAMPLE_TODAY < row.check_out_on for row in alive) >= 15
    assert sum(row.check_out_on == SAMPLE_TODAY for row in alive) >= 5
    assert sum(row.check_out_on < SAMPLE_TODAY for row in alive) >= 40
    assert sum(row.check_in_on > SAMPLE_TODAY for row in alive) >= 120
    assert 20 <= len(rows) - len(alive) <= 60


def test_currencies_methods_and_amounts_are_mixed(rows: list[CsvBooking]) -> None:
    currencies = Counter(row.currency for row in rows)
    assert currencies.keys() == {"PKR", "USD", "AED", "EUR"}
    assert currencies["PKR"] > 0.9 * len(rows)
    assert min(Counter(row.payment_method for row in rows).values()) > 100
    assert all(row.amount_minor % 5_000 == 0 for row in rows if row.currency == "PKR")
    assert max(row.amount_minor for row in rows) <= 90_000_000


def test_no_two_parties_share_a_room_on_a_night(rows: list[CsvBooking]) -> None:
    housed = [row for row in rows if row.room]
    clashes = [
        (one.reference, two.reference)
        for one, two in combinations(housed, 2)
        if one.room == two.room and one.check_in_on < two.check_out_on and two.check_in_on < one.check_out_on
    ]
    assert clashes == []
    assert 20 < len(rows) - len(housed) < 150


def test_guests_are_invented(rows: list[CsvBooking]) -> None:
    mails = [row.guest_email for row in rows if row.guest_email]
    assert all(mail.endswith(("@example.com", "@example.org", "@example.net")) for mail in mails)
    assert 0 < len(rows) - len(mails) < 40
    fiction = r"\+92 300 555 0\d{3}|\+44 7700 900\d{3}|\+49 171 39200\d{2}|\+33 6 39 98 \d\d \d\d|\+1 \d{3} 555 01\d{2}"
    assert all(re.fullmatch(fiction, row.guest_phone) for row in rows)


def test_names_are_of_every_kind(rows: list[CsvBooking]) -> None:
    names = {row.guest_name for row in rows}
    assert set(ODD_NAMES) <= names
    assert max(map(len, names)) > 60
    assert len(names) > 200
    assert any("'" in name for name in names)


def test_the_demo_opens_on_twelve_arrivals_whatever_the_day() -> None:
    for today_on in (date(2026, 2, 28), date(2031, 12, 31)):
        assert sum(row.check_in_on == today_on for row in sample_stays(today_on)) == 12


def test_the_sample_is_found_in_a_clone() -> None:
    assert sample_file() == Path(SAMPLE)


def test_another_day_and_seed_make_another_hotel(source: list[SourceRow]) -> None:
    other = sample(source, seed=2, today_on=SAMPLE_TODAY + timedelta(days=7))
    assert sum(row.check_in_on == SAMPLE_TODAY + timedelta(days=7) for row in other) == 12
    assert to_csv(other) != SAMPLE.read_text(encoding="utf-8")
