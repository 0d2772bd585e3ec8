"""A store that is older than it was: found at start and by doctor, told once, and never where nothing was lost."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from tests.desk import Desk
from travello_desk.doctor.house import store as doctor_looks_at_store
from travello_desk.operations.high_water import watch_mark
from travello_desk.store import attention, mark, timeline
from travello_desk.store.backup import backup, restore
from travello_desk.store.database import open_store

LOG = ("", "-wal", "-shm")


def path_of(desk: Desk) -> Path:
    path = desk.ctx.store.file
    assert path is not None
    return path


async def something_happens(desk: Desk, what: str) -> None:
    await desk.ctx.store.write(lambda tx: timeline.add(tx, None, "Ayesha", "note", what))


def told(desk: Desk) -> list[str]:
    return [row.sentence for row in desk.ctx.store.read_now(attention.open_problems) if row.kind == "store_older"]


async def doctor_says(desk: Desk) -> list[str]:
    return [finding.text for finding in await doctor_looks_at_store(desk.ctx) if finding.level == "fault"]


def copy_by_hand(desk: Desk) -> Path:
    kept = desk.folder / "kept.db"
    backup(path_of(desk), kept)
    return kept


def put_in_place(desk: Desk, kept: Path) -> None:
    """What nobody should do: the file itself, with the desk stopped, past `restore`."""
    path = path_of(desk)
    desk.ctx.store.close()
    for part in LOG:
        path.with_name(path.name + part).unlink(missing_ok=True)
    shutil.copy(kept, path)
    desk.ctx.store = open_store(path, desk.time)


async def test_an_old_copy_put_in_place_by_hand_is_told_once_until_a_person_closes_it(desk: Desk) -> None:
    await something_happens(desk, "TRV-1")
    await watch_mark(desk.ctx)
    kept = copy_by_hand(desk)
    await something_happens(desk, "TRV-2")
    await watch_mark(desk.ctx)
    assert (await doctor_says(desk), told(desk)) == ([], [])
    put_in_place(desk, kept)
    assert await doctor_says(desk) == ["The store is older than it was: it has lost 1 of its timeline's entries"]
    for _ in range(2):
        await watch_mark(desk.ctx)
    assert len(told(desk)) == 1
    assert "it has lost 1 of its timeline's entries" in told(desk)[0]
    assert await doctor_says(desk) == [], "it is a person's matter from here on"


async def test_one_that_has_gone_on_since_is_noticed_by_the_hash(desk: Desk) -> None:
    await something_happens(desk, "TRV-1")
    kept = copy_by_hand(desk)
    await something_happens(desk, "TRV-2")
    await watch_mark(desk.ctx)
    put_in_place(desk, kept)
    await something_happens(desk, "TRV-3")
    await something_happens(desk, "TRV-4")
    await watch_mark(desk.ctx)
    assert "its timeline is another one before entry 2" in told(desk)[0]


async def test_a_log_whose_end_is_damaged_is_told(desk: Desk) -> None:
    """SQLite passes over it without a word: the store is sound, only older."""
    for number in range(20):
        await something_happens(desk, f"TRV-{number}")
    await watch_mark(desk.ctx)
    path = path_of(desk)
    log = path.with_name(f"{path.name}-wal")
    main, spoiled = path.read_bytes(), bytearray(log.read_bytes())
    spoiled[-12_000:-11_900] = b"\x5a" * 100
    desk.ctx.store.close()
    path.write_bytes(main)
    log.write_bytes(spoiled)
    desk.ctx.store = open_store(path, desk.time)
    assert desk.ctx.store.health().fault == ""
    await watch_mark(desk.ctx)
    assert "it has lost" in told(desk)[0]


async def test_events_alone_count_too(desk: Desk) -> None:
    await something_happens(desk, "TRV-1")
    kept = copy_by_hand(desk)
    known = desk.ctx.store.read_now(mark.tip)
    mark.write(path_of(desk), mark.Mark(known.install, known.event_id + 3, known.entry_id, known.digest))
    put_in_place(desk, kept)
    await watch_mark(desk.ctx)
    assert "it has lost 3 of Stripe's events" in told(desk)[0]


async def test_a_new_store_in_the_place_of_a_lost_one_is_another_one(desk: Desk) -> None:
    await something_happens(desk, "TRV-1")
    await watch_mark(desk.ctx)
    path = path_of(desk)
    desk.ctx.store.close()
    for part in LOG:
        path.with_name(path.name + part).unlink(missing_ok=True)
    desk.ctx.store = open_store(path, desk.time)
    await watch_mark(desk.ctx)
    assert "another store is in its place" in told(desk)[0]


async def test_restore_is_meant_and_resets_the_mark(desk: Desk) -> None:
    await something_happens(desk, "TRV-1")
    kept = copy_by_hand(desk)
    await something_happens(desk, "TRV-2")
    await watch_mark(desk.ctx)
    path = path_of(desk)
    desk.ctx.store.close()
    restore(kept, path)
    desk.ctx.store = open_store(path, desk.time)
    assert await doctor_says(desk) == []
    await watch_mark(desk.ctx)
    assert told(desk) == []


@pytest.mark.parametrize("content", [b"", b"\xff\xfe", b"a b c d", b"one two"])
async def test_a_mark_that_cannot_be_read_warns_of_nothing_and_is_made_anew(desk: Desk, content: bytes) -> None:
    mark.mark_of(path_of(desk)).write_bytes(content)
    await watch_mark(desk.ctx)
    assert told(desk) == []
    assert mark.read(path_of(desk)) == desk.ctx.store.read_now(mark.tip)
    assert mark.mark_of(path_of(desk)).stat().st_mode & 0o777 == 0o600


async def test_a_mark_is_written_only_when_there_is_news_and_a_folder_that_refuses_it_stops_nothing(desk: Desk) -> None:
    await watch_mark(desk.ctx)
    place = mark.mark_of(path_of(desk))
    before = place.stat().st_ino
    await watch_mark(desk.ctx)
    assert place.stat().st_ino == before
    await something_happens(desk, "TRV-1")
    (path_of(desk).parent / f".{path_of(desk).name}.mark.part").mkdir()
    await watch_mark(desk.ctx)
    assert (place.stat().st_ino, told(desk)) == (before, [])
