"""A made store is one the product itself would have written: verified, searchable, ready to be paid."""

import sqlite3
import time
from collections import Counter
from pathlib import Path

import pytest

from benchmarks import kinds, make_store, ours
from travello_desk.operations.context import Context
from travello_desk.operations.verify import verify
from travello_desk.settings import load
from travello_desk.store.database import open_store

COUNT = 240


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("made") / "made.db"
    make_store.make_store(path, COUNT)
    return path


def rows(path: Path, sql: str) -> list[tuple[object, ...]]:
    connection = sqlite3.connect(path)
    try:
        return connection.execute(sql).fetchall()
    finally:
        connection.close()


async def test_verify_finds_nothing_to_say(made: Path) -> None:
    store = open_store(made)
    context = Context(store, load({}, made.parent), None, time.time)
    try:
        verified = await verify(context)
    finally:
        store.close()
    assert verified.differences == []
    assert verified.checked == COUNT


def test_every_kind_has_its_share(made: Path) -> None:
    found = Counter(badge for (badge,) in rows(made, "SELECT badge FROM bookings"))
    twentieth = COUNT // 20
    assert found["LINK OUT"] == kinds.SHARES[kinds.LINK_OUT] * twentieth
    assert found["PAID"] == (kinds.SHARES[kinds.PAID] + kinds.SHARES[kinds.DESK_PAID]) * twentieth
    assert found["CANCEL"] == kinds.SHARES[kinds.CANCELLED] * twentieth
    assert found["ON ARRIVAL"] == kinds.SHARES[kinds.ON_ARRIVAL] * twentieth
    assert sum(found.values()) == COUNT


def test_equal_kinds_are_dealt_apart() -> None:
    assert len(kinds.KINDS) == 20
    assert Counter(kinds.KINDS) == kinds.SHARES
    assert max(len(run) for run in "".join("x" if k is kinds.LINK_OUT else " " for k in kinds.KINDS).split()) <= 3


def test_targets_are_the_open_payments(made: Path) -> None:
    targets = ours.targets(made)
    assert len(targets) == COUNT // 2
    assert len({target.booking_id for target in targets}) == len(targets)
    assert {target.app for target in targets} == {"travello-desk"}
    assert all(target.install and target.payment_uid and target.session_id for target in targets)


def test_guests_are_found_by_name(made: Path) -> None:
    [(name, number)] = rows(made, "SELECT guest_name, id FROM bookings WHERE id = 7")
    sql = f"SELECT rowid FROM bookings_fts WHERE bookings_fts MATCH '{str(name).split()[0]}'"
    assert (number,) in rows(made, sql)


def test_the_same_seed_makes_the_same_hotel(tmp_path: Path) -> None:
    def hotel(name: str, seed: int) -> list[tuple[object, ...]]:
        make_store.make_store(tmp_path / name, 40, seed)
        return rows(tmp_path / name, "SELECT reference, guest_name, room, check_in, amount_minor FROM bookings")

    assert hotel("a.db", 3) == hotel("b.db", 3)
    assert hotel("a2.db", 3) != hotel("c.db", 4)
