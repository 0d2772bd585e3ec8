"""A large hotel costs what a small one costs: steps of SQLite's machine at 50,000 bookings against 1,000, counted and
not timed, and the plans behind them."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterator
from datetime import date
from pathlib import Path

import pytest

from benchmarks.make_store import make_store
from travello_desk.store.browse import SMALL as SUMMED
from travello_desk.store.browse import SORTS, VIEWS, totals, view_source
from travello_desk.store.database import connect
from travello_desk.store.filters import read
from travello_desk.store.search import search
from travello_desk.store.tx import Tx

SMALL, LARGE = 1_000, 50_000
TODAY = date(2026, 11, 25)
STEP = 50
ALLOWED = 3
FEW_STEPS = 20_000
"""What nobody waits for, whatever it costs in a hotel where there is nothing to find."""
STEPS_A_ROW = 50
"""For each row found, of which a small hotel has fewer: its filters, its place in the list."""
# Who is in house is sorted: no index has it, and no house holds more than a house does. Here a fortieth of all do.
WALKED = sorted(set(VIEWS) - {"in_house"})
SEARCHES = (
    *("k", "khan", "td-0", "td-00004", "+923001", "+92300", "ayesha khan", "sana.mal", "qqq"),
    *(
        "hmoo",
        "owalsk",
        "room:312",
        "room:3",
        "in:today",
        "in:today khan",
        "khan due:>20000",
        "status:failed",
        "status:refunded",
    ),
)


@pytest.fixture(scope="module")
def hotels(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[int, Tx]]:
    folder: Path = tmp_path_factory.mktemp("hotels")
    found = {}
    for size in (SMALL, LARGE):
        make_store(folder / f"{size}.db", size)
        found[size] = Tx(connect(folder / f"{size}.db", read_only=True), 0)
    yield found
    for tx in found.values():
        tx.connection.close()


def steps(tx: Tx, work: Callable[[Tx], object]) -> int:
    """Instructions of SQLite's virtual machine, to the nearest `STEP`."""
    ticks = 0

    def tick() -> int:
        nonlocal ticks
        ticks += 1
        return 0

    tx.connection.set_progress_handler(tick, STEP)
    try:
        work(tx)
    finally:
        tx.connection.set_progress_handler(None, 0)
    return ticks * STEP


@pytest.mark.parametrize("text", SEARCHES)
def test_searching_costs_no_more_than_what_is_shown(hotels: dict[int, Tx], text: str) -> None:
    found = search(hotels[LARGE], read(text, TODAY), text)
    large = steps(hotels[LARGE], lambda tx: search(tx, read(text, TODAY), text))
    small = steps(hotels[SMALL], lambda tx: search(tx, read(text, TODAY), text))
    assert large <= max(ALLOWED * small, FEW_STEPS + STEPS_A_ROW * len(found.ids))


@pytest.mark.parametrize("view", WALKED)
@pytest.mark.parametrize("place", ["top", "end"])
def test_a_page_costs_the_same_in_a_large_hotel(hotels: dict[int, Tx], view: str, place: str) -> None:
    source = view_source(view, TODAY)

    def page(tx: Tx) -> int:
        total = source.count(tx)
        start = 0 if place == "top" else max(0, total - 64)
        return steps(tx, lambda tx: source.window(tx, start, 64, total))

    assert page(hotels[LARGE]) <= max(ALLOWED * page(hotels[SMALL]), FEW_STEPS)


@pytest.mark.parametrize("view", WALKED)
@pytest.mark.parametrize("sort", [sort.id for sort in SORTS.values() if sort.everywhere])
def test_no_order_offered_everywhere_sorts_or_scans(hotels: dict[int, Tx], view: str, sort: str) -> None:
    source = view_source(view, TODAY, sort)
    plan = plan_of(hotels[LARGE], lambda tx: source.ids(tx, 0, 64))
    assert "TEMP B-TREE" not in plan
    assert scans(plan) == []


@pytest.mark.parametrize("text", SEARCHES)
def test_no_search_scans_the_bookings(hotels: dict[int, Tx], text: str) -> None:
    assert scans(plan_of(hotels[LARGE], lambda tx: search(tx, read(text, TODAY), text))) == []


def test_who_is_in_house_is_known_from_an_index_alone(hotels: dict[int, Tx]) -> None:
    source = view_source("in_house", TODAY)
    for look in (lambda tx: source.ids(tx, 0, 64), lambda tx: source.count(tx), lambda tx: source.count(tx, SMALL)):
        assert "INTEGER PRIMARY KEY" not in plan_of(hotels[LARGE], look)


def test_a_view_too_large_to_be_summed_up_is_only_counted(hotels: dict[int, Tx]) -> None:
    source = view_source("unpaid", TODAY)
    assert totals(hotels[LARGE], source) is None
    assert steps(hotels[LARGE], lambda tx: totals(tx, source)) <= 10 * SUMMED


def scans(plan: str) -> list[str]:
    """Steps that read all bookings without an index: SQLite says SCAN and no index after it."""
    return [line for line in plan.splitlines() if line.startswith(("SCAN bookings", "SCAN b")) and "INDEX" not in line]


def plan_of(tx: Tx, work: Callable[[Tx], object]) -> str:
    """How SQLite goes about the statements that `work` runs."""
    ran: list[str] = []
    tx.connection.set_trace_callback(ran.append)
    try:
        work(tx)
    finally:
        tx.connection.set_trace_callback(None)
    asked = [sql for sql in ran if sql.lstrip().upper().startswith(("SELECT", "WITH"))]
    return "\n".join(line for sql in asked for line in explained(tx.connection, sql))


def explained(connection: sqlite3.Connection, sql: str) -> list[str]:
    return [row[3] for row in connection.execute(f"EXPLAIN QUERY PLAN {sql}") if "VIRTUAL TABLE" not in row[3]]
