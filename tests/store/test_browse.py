"""The list's views: what each holds, that windows tile it without gaps, and that an index serves every order."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from travello_desk.store.browse import (
    SMALL,
    SORTS,
    VIEWS,
    IdSource,
    Totals,
    counts,
    rows_of,
    totals,
    view_source,
)
from travello_desk.store.database import Store
from travello_desk.store.tx import Tx

TODAY = date(2026, 11, 24)
COLUMNS = (
    "reference, guest_name, room, check_in, check_out, amount_minor, currency, method, guest_code, cancelled, status,"
    " badge, balance_minor, attention, created_at, updated_at"
)


def day(offset: int) -> str:
    return (TODAY + timedelta(days=offset)).isoformat()


async def add(store: Store, *rows: dict[str, object]) -> list[int]:
    """Bookings with the given columns; the rest is filled in."""

    def work(tx: Tx) -> list[int]:
        ids = []
        for row in rows:
            number = (tx.value("SELECT COUNT(*) FROM bookings") or 0) + 1
            values = {
                "reference": f"TRV-{number}",
                "guest_name": "Ayesha Khan",
                "room": "",
                "check_in": day(0),
                "check_out": day(2),
                "amount_minor": 1_000,
                "currency": "PKR",
                "method": "ONLINE",
                "guest_code": f"code-{number}",
                "cancelled": 0,
                "status": "PENDING",
                "badge": "DUE",
                "balance_minor": 1_000,
                "attention": 0,
                "created_at": 0,
                "updated_at": 0,
                **row,
            }
            marks = ", ".join("?" * len(values))
            ids.append(tx.insert(f"INSERT INTO bookings ({COLUMNS}) VALUES ({marks})", tuple(values.values())))
        return ids

    return await store.write(work)


def ids_in(store: Store, view: str, sort: str = "") -> list[int]:
    source = view_source(view, TODAY, sort)
    return [row.id for row in store.read_now(lambda tx: source.window(tx, 0, 10_000))]


async def test_arriving_is_today_only_cancelled_ones_too(store: Store) -> None:
    _before, now, gone, _after = await add(
        store,
        {"check_in": day(-1)},
        {},
        {"cancelled": 1, "status": "CANCELLED"},
        {"check_in": day(1)},
    )
    assert ids_in(store, "arriving") == [now, gone]


async def test_unpaid_is_what_is_pending_oldest_arrival_first(store: Store) -> None:
    late, _paid, early = await add(store, {"check_in": day(9)}, {"status": "PAID"}, {"check_in": day(-9)})
    assert ids_in(store, "unpaid") == [early, late]


async def test_links_and_problems(store: Store) -> None:
    wanted = await add(store, *({"badge": badge} for badge in ("LINK OUT", "CHECKING", "SETTLING", "FAILED")))
    await add(store, {"badge": "PAID"}, {"badge": "EXPIRED"})
    odd = await add(store, {"attention": 2, "badge": "PAID"})
    assert ids_in(store, "links") == wanted
    assert ids_in(store, "problems") == odd


async def test_in_house_is_from_arrival_to_the_day_of_departure(store: Store) -> None:
    here = await add(
        store,
        {"check_in": day(-400), "check_out": day(3)},
        {"check_in": day(-2), "check_out": day(0)},
        {"check_in": day(0), "check_out": day(1)},
    )
    await add(
        store,
        {"check_in": day(-3), "check_out": day(-1)},
        {"check_in": day(1), "check_out": day(2)},
        {"check_in": day(-1), "check_out": day(1), "cancelled": 1},
    )
    assert ids_in(store, "in_house") == here


async def test_all_shows_the_latest_arrival_first(store: Store) -> None:
    ids = await add(store, {"check_in": day(0)}, {"check_in": day(5)}, {"check_in": day(-5)})
    assert ids_in(store, "all") == [ids[1], ids[0], ids[2]]


async def many(store: Store, number: int) -> list[int]:
    return await add(
        store,
        *(
            {
                "check_in": day(index % 3 - 1),
                "check_out": day(index % 5 + 1),
                "guest_name": f"Guest {index * 7919 % number:04d}",
                "room": str(100 + index % 9),
                "balance_minor": index * 31 % 17,
                "badge": "FAILED",
                "attention": 1,
            }
            for index in range(number)
        ),
    )


@pytest.mark.parametrize("view", list(VIEWS))
@pytest.mark.parametrize("sort", list(SORTS))
async def test_windows_tile_every_view_in_every_order(store: Store, view: str, sort: str) -> None:
    await many(store, 90)
    source = view_source(view, TODAY, sort)

    def tiles(tx: Tx) -> tuple[list[int], list[int], list[int]]:
        total = source.count(tx)
        whole = [row.id for row in source.window(tx, 0, 1000)]
        tiled = [row.id for start in range(0, total, 7) for row in source.window(tx, start, 7, total)]
        places = [source.position_of(tx, booking_id) for booking_id in whole]
        return whole, tiled, places

    whole, tiled, places = store.read_now(tiles)
    assert len(set(whole)) == len(whole) > 0
    assert tiled == whole
    assert places == list(range(len(whole)))


async def test_sorts_are_what_they_say(store: Store) -> None:
    await many(store, 40)
    read = store.read_now(lambda tx: {name: view_source("all", TODAY, name).window(tx, 0, 99) for name in SORTS})
    assert [row.guest_name for row in read["guest"]] == sorted(row.guest_name for row in read["guest"])
    assert [row.balance_minor for row in read["balance"]] == sorted(
        (row.balance_minor for row in read["balance"]), reverse=True
    )
    assert [row.id for row in read["newest"]] == sorted((row.id for row in read["newest"]), reverse=True)
    assert [row.check_in for row in read["arrival"]] == sorted(row.check_in for row in read["arrival"])


async def test_a_booking_that_is_not_in_the_view_has_no_position(store: Store) -> None:
    (paid,) = await add(store, {"status": "PAID"})
    assert store.read_now(lambda tx: view_source("unpaid", TODAY).position_of(tx, paid)) is None
    assert store.read_now(lambda tx: view_source("unpaid", TODAY).position_of(tx, 4711)) is None


async def test_a_position_is_found_far_from_where_it_was_looked_for(store: Store) -> None:
    ids = await add(store, *({"check_in": day(index)} for index in range(200)))
    source = view_source("unpaid", TODAY)
    assert store.read_now(lambda tx: source.position_of(tx, ids[190], near=0, total=200)) == 190
    assert store.read_now(lambda tx: source.position_of(tx, ids[0], near=199, total=200)) == 0


async def test_counts_stop_at_the_cap(store: Store) -> None:
    await many(store, 30)
    assert store.read_now(lambda tx: counts(tx, TODAY, 10)) == {
        "arriving": 10,
        "unpaid": 11,
        "links": 11,
        "problems": 11,
        "in_house": 11,
    }


async def test_totals_are_by_currency(store: Store) -> None:
    await add(
        store,
        {"balance_minor": 500},
        {"balance_minor": 700},
        {"currency": "USD", "balance_minor": 9},
        {"status": "PAID", "balance_minor": 0},
        {"status": "CANCELLED", "cancelled": 1, "balance_minor": 0},
    )
    found = store.read_now(lambda tx: totals(tx, view_source("arriving", TODAY)))
    assert found == Totals(3, (("PKR", 1_200), ("USD", 9)), 1)


async def test_a_large_view_has_no_totals(store: Store) -> None:
    def fill(tx: Tx) -> None:
        tx.execute(
            "WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < ?)"
            f" INSERT INTO bookings ({COLUMNS}) SELECT 'R' || i, 'G', '', '{day(0)}', '{day(1)}', 1, 'PKR', 'ONLINE',"
            " 'c' || i, 0, 'PENDING', 'DUE', 1, 0, 0, 0 FROM n",
            (SMALL + 1,),
        )

    await store.write(fill)
    assert store.read_now(lambda tx: totals(tx, view_source("arriving", TODAY))) is None


async def test_a_fixed_list_keeps_its_order(store: Store) -> None:
    ids = await many(store, 5)
    source = IdSource((ids[3], ids[0], 999, ids[4]))
    rows = store.read_now(lambda tx: source.window(tx, 0, 10))
    assert [row.id for row in rows] == [ids[3], ids[0], ids[4]]
    assert store.read_now(lambda tx: source.position_of(tx, ids[0])) == 1
    assert store.read_now(lambda tx: source.position_of(tx, 1234)) is None


async def test_rows_of_nothing(store: Store) -> None:
    assert store.read_now(lambda tx: rows_of(tx, [])) == []


SERVED = {
    "arriving": "bookings_by_check_in",
    "unpaid": "COVERING INDEX bookings_waiting",
    "links": "COVERING INDEX bookings_waiting",
    "problems": "bookings_with_attention",
    "all": "bookings_by_check_in",
}


@pytest.mark.parametrize("view", list(SERVED))
@pytest.mark.parametrize("reverse", [False, True])
async def test_an_index_serves_every_view_without_sorting(store: Store, view: str, reverse: bool) -> None:
    source = view_source(view, TODAY)
    order = ", ".join(f"{column} {'DESC' if reverse else 'ASC'}" for column in source.columns)
    sql = f"EXPLAIN QUERY PLAN SELECT id FROM bookings WHERE {source.view.where} ORDER BY {order} LIMIT 64 OFFSET 100"
    plan = " / ".join(row[3] for row in store.read_now(lambda tx: tx.all(sql, source.params)))
    assert SERVED[view] in plan
    assert "TEMP B-TREE" not in plan


@settings(max_examples=25)
@given(offset=st.integers(0, 60), limit=st.integers(0, 30))
def test_a_window_is_the_same_from_both_ends(offset: int, limit: int) -> None:
    source = IdSource(tuple(range(50)))
    assert source.found[offset : offset + limit] == tuple(range(offset, min(50, offset + limit))) or offset >= 50
