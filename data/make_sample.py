"""Real hotel bookings to our import CSV, with invented guests: the sample of the demo, and a whole file for tests.

    python -m data.make_sample                          # about 300 around one busy day -> data/sample_bookings.csv
    python -m data.make_sample --all --output all.csv   # every row of the source

The source is real and anonymous (README.md names it): lengths of stay, prices, cancellations, who booked through whom.
Guests, rooms and references are made up. The same seed gives the same file.
"""

from __future__ import annotations

import argparse
import csv
import lzma
import random
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import date, timedelta
from decimal import ROUND_HALF_UP, Decimal
from pathlib import Path

from data.guests import invent
from travello_desk import money
from travello_desk.days import parse_day
from travello_desk.operations.csv_fields import ImportStatus, PaymentMethod
from travello_desk.operations.csv_rows import CsvBooking, to_csv

HERE = Path(__file__).parent
SOURCE = HERE / "hotel_bookings.csv.xz"
SAMPLE = HERE / "sample_bookings.csv"
SAMPLE_TODAY = date(2026, 11, 24)
FIRST_NUMBER = 10_001

# Prices of the source are in euro. Units of each currency for one euro, as of 20 November 2026, and what an amount is
# rounded to, in minor units.
RATES = {"PKR": Decimal(305), "USD": Decimal("1.09"), "AED": Decimal("4.00"), "EUR": Decimal(1)}
ROUND_TO_MINOR = {"PKR": 5_000, "USD": 1, "AED": 100, "EUR": 1}
# Guests of a Pakistani hotel pay in rupees; one in thirty was promised another currency.
CURRENCY_WEIGHTS = {"PKR": 87, "USD": 1, "AED": 1, "EUR": 1}

# How the source says a booking came in, and how such a guest pays: who booked on a screen pays on one.
METHODS: dict[str, PaymentMethod] = {
    "Online TA": "ONLINE",
    "Direct": "ONLINE",
    "Groups": "ARRIVAL",
    "Offline TA/TO": "ARRIVAL",
    "Corporate": "ARRIVAL",
    "Complementary": "ARRIVAL",
    "Undefined": "ARRIVAL",
}
WRITTEN_TO_IN_URDU = 4  # every fourth guest with a Pakistani telephone
DOORS = 40  # rooms on a floor
MEALS = {"HB": "half board", "FB": "full board", "SC": "no breakfast"}
MONTHS = (
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
)

# Arrivals of the sample: from day, to day (counted from today), how many each day. Today is the busiest, so that
# `shift_stays` finds it.
ARRIVALS = ((-30, -8, 2), (-7, -1, 8), (0, 0, 12), (1, 7, 9), (8, 30, 4), (31, 60, 1))
SAMPLE_LARGEST_MINOR = 90_000_000
SAMPLE_CANCELLED_PERCENT = 12

SourceRow = Mapping[str, str]


def read_source(path: Path) -> list[SourceRow]:
    """Rows of the source, plain or packed with xz."""
    packed = path.suffix == ".xz"
    with lzma.open(path, "rt", encoding="utf-8") if packed else path.open(encoding="utf-8") as text:
        return list(csv.DictReader(text))


def convert(rows: Iterable[SourceRow], *, seed: int = 1, start_on: date | None = None) -> Iterator[CsvBooking]:
    """Every row as a booking, in order; with `start_on`, moved so that the first row arrives on that day.

    Rows without a price keep the amount 0: the import lists them with their line and reason, and so the count of both
    lists is the count of the source.
    """
    by = timedelta(0)
    for index, row in enumerate(rows):
        booking = _booking(row, FIRST_NUMBER + index, random.Random(f"{seed}:{index}"))
        if index == 0 and start_on:
            by = start_on - booking.check_in_on
        yield _moved(booking, by)


def sample(rows: Sequence[SourceRow], *, seed: int = 1, today_on: date = SAMPLE_TODAY) -> list[CsvBooking]:
    """About 300 real stays spread around `today_on`, with fewer cancellations than the source's half."""
    chance = random.Random(seed)
    usable = [booking for booking in convert(rows, seed=seed) if 0 < booking.amount_minor <= SAMPLE_LARGEST_MINOR]
    days = [day for first, last, count in ARRIVALS for day in range(first, last + 1) for _ in range(count)]
    chosen = _choose(usable, len(days), chance)
    placed = [
        _placed(booking, today_on + timedelta(days=day), FIRST_NUMBER + index, seed)
        for index, (day, booking) in enumerate(zip(days, chosen, strict=True))
    ]
    return list(_lived_in(placed, today_on, chance))


def _booking(row: SourceRow, number: int, chance: random.Random) -> CsvBooking:
    guest = invent(chance, number)
    currency = chance.choices(list(CURRENCY_WEIGHTS), list(CURRENCY_WEIGHTS.values()))[0]
    method = METHODS[row["market_segment"]]
    arrival = _arrival(row)
    return CsvBooking(
        line=0,
        reference=f"TRV-{number}",
        guest_name=guest.name,
        guest_email=guest.email,
        guest_phone=guest.phone,
        user_id=chance.randrange(1, 5_000) if method == "ONLINE" and chance.random() < 0.6 else None,
        room=_room(row, chance),
        check_in_on=arrival,
        check_out_on=arrival + timedelta(days=_nights(row)),
        amount_minor=_amount_minor(row, currency),
        currency=currency,
        payment_method="ONLINE" if row["deposit_type"] == "Non Refund" else method,
        status=_status(row),
        notes=_notes(row),
        language="ur" if guest.phone.startswith("+92") and number % WRITTEN_TO_IN_URDU == 0 else "en",
    )


def _arrival(row: SourceRow) -> date:
    month = MONTHS.index(row["arrival_date_month"]) + 1
    return date(int(row["arrival_date_year"]), month, int(row["arrival_date_day_of_month"]))


def _nights(row: SourceRow) -> int:
    return int(row["stays_in_weekend_nights"]) + int(row["stays_in_week_nights"])


def _amount_minor(row: SourceRow, currency: str) -> int:
    """Average daily rate times nights, in `currency`, rounded as a hotel rounds its prices."""
    euro = Decimal(row["adr"]) * _nights(row)
    minor = (euro * RATES[currency]).scaleb(money.exponent(currency))
    step = ROUND_TO_MINOR[currency]
    return int((minor / step).to_integral_value(ROUND_HALF_UP)) * step


def _status(row: SourceRow) -> ImportStatus:
    """A no-show did not cancel: the hotel may still want its money."""
    return "CANCELLED" if row["reservation_status"] == "Canceled" else "PENDING"


def _room(row: SourceRow, chance: random.Random) -> str:
    """Floor by the type of room: A, the plainest, is the first floor."""
    floor = "ABCDEFGHIKLP".index(row["assigned_room_type"]) + 1
    return f"{floor}{chance.randrange(1, DOORS + 1):02d}"


def _notes(row: SourceRow) -> str:
    wishes = int(row["total_of_special_requests"])
    parts = (
        MEALS.get(row["meal"], ""),
        "cot" if row["babies"] != "0" else "",
        "parking" if row["required_car_parking_spaces"] != "0" else "",
        f"{wishes} special request{'s' if wishes > 1 else ''}" if wishes else "",
        "no-show" if row["reservation_status"] == "No-Show" else "",
    )
    return ", ".join(part for part in parts if part)


def _moved(booking: CsvBooking, by: timedelta) -> CsvBooking:
    return replace(booking, check_in_on=booking.check_in_on + by, check_out_on=booking.check_out_on + by)


def _choose(bookings: Sequence[CsvBooking], count: int, chance: random.Random) -> list[CsvBooking]:
    """A random mix with the sample's share of cancellations, in random order."""
    cancelled = [booking for booking in bookings if booking.status == "CANCELLED"]
    kept = [booking for booking in bookings if booking.status != "CANCELLED"]
    gone = count * SAMPLE_CANCELLED_PERCENT // 100
    chosen = chance.sample(cancelled, gone) + chance.sample(kept, count - gone)
    chance.shuffle(chosen)
    return chosen


def _placed(booking: CsvBooking, arrival: date, number: int, seed: int) -> CsvBooking:
    """The stay on its new day, under a new number with its own guest."""
    guest = invent(random.Random(f"{seed}:{number}:guest"), number)
    return replace(
        _moved(booking, arrival - booking.check_in_on),
        reference=f"TRV-{number}",
        guest_name=guest.name,
        guest_email=guest.email,
        guest_phone=guest.phone,
    )


def _lived_in(bookings: Sequence[CsvBooking], today_on: date, chance: random.Random) -> Iterator[CsvBooking]:
    """Rooms as a hotel gives them: one party at a time, none after a cancellation, not all of those to come.

    Nobody is a no-show before the day.
    """
    free_from: dict[str, date] = {}
    for booking in bookings:
        to_come = booking.check_in_on > today_on
        if booking.status == "CANCELLED" or (to_come and chance.random() < 0.4):
            room = ""
        else:
            doors = [f"{booking.room[:-2]}{door:02d}" for door in range(1, DOORS + 1)]
            chance.shuffle(doors)
            room = next(door for door in doors if free_from.get(door, date.min) <= booking.check_in_on)
            free_from[room] = max(booking.check_out_on, booking.check_in_on + timedelta(days=1))
        notes = booking.notes
        if booking.check_in_on >= today_on:
            notes = notes.removesuffix("no-show").removesuffix(", ")
        yield replace(booking, room=room, notes=notes)


def main() -> None:
    """The command line."""
    parser = argparse.ArgumentParser(prog="python -m data.make_sample", description=__doc__.partition("\n")[0])
    parser.add_argument("source", nargs="?", type=Path, default=SOURCE, help="hotel_bookings.csv, plain or .xz")
    parser.add_argument("--all", action="store_true", help="convert every row instead of choosing about 300")
    parser.add_argument("--start-on", type=parse_day, help="with --all: the day the first row arrives")
    parser.add_argument("--today", type=parse_day, default=SAMPLE_TODAY, help="the day the sample is spread around")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--output", type=Path, default=SAMPLE)
    options = parser.parse_args()
    rows = read_source(options.source)
    whole = convert(rows, seed=options.seed, start_on=options.start_on)
    bookings = list(whole) if options.all else sample(rows, seed=options.seed, today_on=options.today)
    options.output.write_text(to_csv(bookings), encoding="utf-8", newline="")
    print(f"{len(bookings)} bookings -> {options.output}")


if __name__ == "__main__":
    main()
