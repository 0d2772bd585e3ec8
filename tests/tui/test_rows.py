"""The list's rows of a long view: counted seldom, and never with a cursor on another booking than it says."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from benchmarks.make_store import make_store
from travello_desk.store.browse import SMALL, IdSource, view_source
from travello_desk.store.database import Store, open_store
from travello_desk.tui.rows import StoreRows
from travello_desk.tui.widgets.pages import PAGE_ROWS, Wanted

TODAY = date(2026, 11, 25)
HEIGHT = 30


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path: Path = tmp_path_factory.mktemp("hotel") / "hotel.db"
    make_store(path, 2 * SMALL)
    return path


@pytest.fixture
def hotel(made: Path):  # type: ignore[no-untyped-def]
    store = open_store(made)
    yield store
    store.close()


async def test_a_long_view_is_not_counted_for_its_first_rows(hotel: Store) -> None:
    rows = StoreRows(hotel, view_source("all", TODAY))
    opening = await rows.opening(None, HEIGHT)
    assert (opening.total, opening.position, len(opening.pages[0])) == (None, None, PAGE_ROWS)
    assert await rows.count() == 2 * SMALL
    assert rows.long
    assert (await rows.opening(None, HEIGHT)).total == 2 * SMALL


async def test_it_opens_around_a_row_far_down(hotel: Store) -> None:
    rows = StoreRows(hotel, view_source("all", TODAY))
    await rows.count()
    [wanted] = hotel.read_now(lambda tx: rows.source.window(tx, SMALL + 17, 1))
    opening = await rows.opening(wanted.id, HEIGHT)
    assert opening.position == SMALL + 17
    place, number = opening.position % PAGE_ROWS, opening.position // PAGE_ROWS
    assert opening.pages[number][place] == wanted
    assert {(SMALL + 17 - HEIGHT + 1) // PAGE_ROWS, number} <= set(opening.pages)


async def test_what_is_at_hand_is_gone_after_a_change(hotel: Store) -> None:
    rows = StoreRows(hotel, view_source("arriving", TODAY))
    assert rows.at_hand(None) is None
    opening = await rows.opening(None, HEIGHT)
    assert rows.at_hand(None) is opening
    assert rows.at_hand(12) is None
    rows.forget()
    assert rows.at_hand(None) is None


async def test_what_a_search_found_is_at_hand(hotel: Store) -> None:
    source = IdSource((5, 3, 9))
    opening = hotel.read_now(lambda tx: StoreRows(hotel, source).open(tx, 3, HEIGHT))
    assert StoreRows(hotel, source, opening).at_hand(3) is opening
    assert (opening.total, opening.position) == (3, 1)
    assert [row.id for row in opening.pages[0]] == [5, 3, 9]


@pytest.mark.parametrize("sort", ["arrival", "arrival_last"])
@pytest.mark.parametrize("day", ["2031-01-01", "1999-01-01", "2026-11-25"])
async def test_a_booking_that_moved_to_another_day_is_found_where_it_is(hotel: Store, sort: str, day: str) -> None:
    rows = StoreRows(hotel, view_source("all", TODAY, sort))
    await rows.count()
    [moved] = hotel.read_now(lambda tx: rows.source.window(tx, SMALL, 1))
    change = "UPDATE bookings SET check_in = ?, check_out = '2032-01-01' WHERE id = ?"
    await hotel.write(lambda tx: tx.execute(change, (day, moved.id)))
    snapshot = await rows.snapshot(Wanted(moved.id, SMALL, SMALL - 5, HEIGHT))
    assert snapshot.position is not None
    page = snapshot.pages[snapshot.position // PAGE_ROWS]
    assert page[snapshot.position % PAGE_ROWS].id == moved.id
    assert snapshot.cursor_row is not None
    assert snapshot.cursor_row.check_in == day
