"""News wait while somebody is on the way through a list, but not for long, and not where nobody is."""

from __future__ import annotations

import asyncio
import itertools

import pytest

from tests.tui.grid import grid
from tests.tui.hand_clock import Clock
from tests.tui.test_virtual_table import Item, Items, TableApp, cursor, items
from tests.tui.waiting import settled
from travello_desk.tui.widgets.moving import MOST_SECONDS, REST_SECONDS, Moving


def test_where_nobody_moves_news_wait_for_nothing() -> None:
    clock = Clock()
    moving = Moving(clock)
    assert moving.rest_left(clock.now) == 0
    moving.moved()
    clock.now += REST_SECONDS
    assert moving.rest_left(clock.now) == 0


def test_each_move_puts_news_off_until_they_have_waited_long_enough() -> None:
    clock = Clock()
    moving, since = Moving(clock), clock.now
    while clock.now < since + MOST_SECONDS - REST_SECONDS:
        moving.moved()
        assert moving.rest_left(since) == pytest.approx(REST_SECONDS)
        clock.now += REST_SECONDS / 2
    moving.moved()
    assert 0 < moving.rest_left(since) <= REST_SECONDS
    clock.now = since + MOST_SECONDS
    moving.moved()
    assert moving.rest_left(since) == 0


async def test_who_waits_goes_on_when_the_cursor_rests() -> None:
    clock = Clock()
    moving = Moving(clock)
    moving.moved()
    waiting = asyncio.create_task(moving.over())
    for _ in range(3):
        await asyncio.sleep(0)
    assert not waiting.done()
    clock.now += REST_SECONDS
    async with asyncio.timeout(30):
        await waiting


async def test_news_are_read_once_when_a_key_is_let_go() -> None:
    source = Items(items(5000))
    app = TableApp(source)
    async with app.run_test(size=(40, 10)) as pilot:
        await settled(pilot)
        clock = Clock()
        app.table.moving = Moving(clock)
        source.rows[0] = Item(1, "guest 1 PAID")
        for _ in range(4):
            await pilot.press("down")
            app.table.reload()
        await pilot.pause()
        assert source.snapshots == 0
        clock.now += REST_SECONDS
        await settled(pilot)
        assert (source.snapshots, cursor(app)) == (1, (4, 5))
        assert "guest 1 PAID" in grid(app)[1]


async def test_news_come_through_to_a_cursor_that_never_rests() -> None:
    source = Items(items(5000))
    app = TableApp(source)
    async with app.run_test(size=(40, 10)) as pilot:
        await settled(pilot)
        source.rows[0] = Item(1, "guest 1 PAID")
        app.table.reload()
        for number in itertools.count():
            await pilot.press("up" if number % 2 else "down")
            if "guest 1 PAID" in grid(app)[1]:
                break
            assert number < 5000, "news never came through"
