"""News: at once the first time, at most four a second, ours once, others' by polling."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.desk import NOW
from tests.loop_time import put_forward
from tests.store.test_browse import add
from travello_desk.store import timeline
from travello_desk.store.database import Store, open_store
from travello_desk.tui import changes
from travello_desk.tui.changes import ChangeFeed

LONG = 3600.0


class Heard:
    def __init__(self) -> None:
        self.bundles: list[frozenset[int]] = []
        self.news = asyncio.Event()

    def __call__(self, ids: frozenset[int]) -> None:
        self.bundles.append(ids)
        self.news.set()

    async def wait(self, count: int) -> None:
        async with asyncio.timeout(30):
            while len(self.bundles) < count:
                self.news.clear()
                await self.news.wait()


@pytest.fixture
async def stores(tmp_path: Path) -> AsyncIterator[tuple[Store, Store]]:
    """Two processes' stores on one file, as far as SQLite can tell."""
    ours, theirs = (open_store(tmp_path / "t.db", lambda: float(NOW)) for _ in range(2))
    yield ours, theirs
    ours.close()
    theirs.close()


async def touch(store: Store, booking_id: int) -> None:
    def work(tx: object) -> None:
        timeline.add(tx, booking_id, "x", "note", "touched")  # type: ignore[arg-type]
        tx.changed.add(booking_id)  # type: ignore[attr-defined]

    await store.write(work)


async def test_a_commit_of_ours_is_told_at_once_and_then_collected(
    stores: tuple[Store, Store], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(changes, "INTERVAL_SECONDS", LONG)
    ours, _ = stores
    ids = await add(ours, {}, {}, {})
    heard = Heard()
    feed = ChangeFeed(ours, heard)
    feed.start()
    put_forward(LONG)  # nothing was told for so long
    await touch(ours, ids[0])
    await heard.wait(1)
    await touch(ours, ids[1])
    await touch(ours, ids[2])
    assert heard.bundles == [frozenset({ids[0]})]
    put_forward(LONG)
    await heard.wait(2)
    feed.close()
    assert heard.bundles == [frozenset({ids[0]}), frozenset({ids[1], ids[2]})]


async def test_others_commits_are_found_by_polling_and_ours_are_not_told_twice(stores: tuple[Store, Store]) -> None:
    ours, theirs = stores
    one, two = await add(ours, {}, {})
    heard = Heard()
    feed = ChangeFeed(ours, heard)
    feed.start()
    await feed.begin()
    await touch(ours, one)
    await heard.wait(1)
    await feed.poll()
    await touch(theirs, two)
    await feed.poll()
    await heard.wait(2)
    await feed.poll()
    feed.close()
    assert heard.bundles == [frozenset({one}), frozenset({two})]


async def test_a_change_that_left_no_trace_means_look_at_everything(stores: tuple[Store, Store]) -> None:
    ours, theirs = stores
    heard = Heard()
    feed = ChangeFeed(ours, heard)
    feed.start()
    await feed.begin()
    await add(theirs, {})
    await feed.poll()
    await heard.wait(1)
    feed.close()
    assert heard.bundles == [frozenset()]


async def test_nothing_is_told_after_the_end(stores: tuple[Store, Store]) -> None:
    ours, _ = stores
    (one,) = await add(ours, {})
    heard = Heard()
    feed = ChangeFeed(ours, heard)
    feed.start()
    feed.close()
    await touch(ours, one)
    feed.note(frozenset({one}))
    await asyncio.sleep(0.02)
    assert heard.bundles == []
