"""Rows found by their arrival day are the rows that counting up to them gives, in every long order."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest

from benchmarks.make_store import make_store
from travello_desk.store.browse import SORTS, VIEWS, ViewSource, view_source
from travello_desk.store.database import connect
from travello_desk.store.day_starts import day_starts, has_days
from travello_desk.store.tx import Tx

TODAY = date(2026, 11, 25)
DAYS = [
    (view, sort.id)
    for view in VIEWS
    for sort in SORTS.values()
    if sort.everywhere and has_days(view_source(view, TODAY, sort.id))
]


@pytest.fixture(scope="module")
def hotel(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Tx]:
    path: Path = tmp_path_factory.mktemp("hotel") / "hotel.db"
    make_store(path, 2_000)
    tx = Tx(connect(path, read_only=False), 0)
    yield tx
    tx.connection.close()


def source_of(view: str, sort: str) -> ViewSource:
    return view_source(view, TODAY, sort)


def test_all_long_orders_have_days_and_the_others_have_not() -> None:
    assert {view for view, _ in DAYS} == set(VIEWS) - {"in_house"}
    assert not has_days(view_source("all", TODAY, "guest"))


@pytest.mark.parametrize(("view", "sort"), DAYS)
def test_every_window_is_the_counted_one(hotel: Tx, view: str, sort: str) -> None:
    source = source_of(view, sort)
    starts, every = day_starts(hotel, source), source.ids(hotel, 0, 10_000)
    assert starts.total == len(every) == source.count(hotel)
    for offset in {0, 1, 63, len(every) // 3, len(every) // 2, max(0, len(every) - 2), len(every), len(every) + 9}:
        assert starts.ids(hotel, offset, 64) == every[offset : offset + 64]


@pytest.mark.parametrize(("view", "sort"), DAYS)
def test_every_place_is_the_counted_one(hotel: Tx, view: str, sort: str) -> None:
    source = source_of(view, sort)
    starts, every = day_starts(hotel, source), source.ids(hotel, 0, 10_000)
    for place in range(0, len(every), 37):
        assert starts.position_of(hotel, every[place]) == place
    assert starts.position_of(hotel, 10**9) is None


@pytest.mark.parametrize("sort", ["arrival", "arrival_last"])
def test_a_row_stands_at_its_place_also_when_others_came_and_went_since(hotel: Tx, sort: str) -> None:
    source = source_of("unpaid", sort)
    starts, every = day_starts(hotel, source), source.ids(hotel, 0, 10_000)
    hotel.execute("BEGIN")
    gone = every[100:110]
    hotel.execute(f"UPDATE bookings SET status = 'PAID' WHERE id IN ({','.join(map(str, gone))})")
    hotel.execute("UPDATE bookings SET check_in = '2031-01-01', check_out = '2031-01-02' WHERE id = ?", (every[3],))
    for booking_id in (every[2], every[3], every[120], every[500]):
        place = starts.position_of(hotel, booking_id)
        assert place is not None
        if booking_id != every[3]:  # its day was not there when the days were counted
            assert starts.ids(hotel, place, 1) == [booking_id]
    assert starts.position_of(hotel, gone[0]) is None
    hotel.execute("ROLLBACK")


def test_an_empty_view_has_no_rows(hotel: Tx) -> None:
    starts = day_starts(hotel, view_source("arriving", date(1999, 1, 1)))
    assert (starts.total, starts.ids(hotel, 0, 64), starts.position_of(hotel, 1)) == (0, [], None)
