"""The endless list: what it asks for, where its cursor stays, and that no key ever hits another row."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, field

import pytest
from textual.app import App, ComposeResult
from textual.strip import Strip

from tests.tui.grid import grid
from tests.tui.waiting import settled, until
from travello_desk.store.errors import StoreUnavailable
from travello_desk.tui.theme import THEMES
from travello_desk.tui.widgets.columns import Column
from travello_desk.tui.widgets.pages import PAGE_ROWS, Opening, Snapshot, Wanted, pages_around
from travello_desk.tui.widgets.virtual_table import VirtualTable


@dataclass(frozen=True)
class Item:
    id: int
    name: str


@dataclass
class Items:
    """A source in memory that notes what it was asked for."""

    rows: list[Item]
    asked: list[int] = field(default_factory=list)
    known: dict[int, Item] = field(default_factory=dict)
    snapshots: int = 0
    gate: asyncio.Event | None = None
    broken: bool = False

    async def wait(self) -> None:
        if self.gate is not None:
            await self.gate.wait()
        if self.broken:
            raise StoreUnavailable("the disk is gone")

    def at_hand(self, keep_id: int | None) -> Opening[Item] | None:
        return None

    async def opening(self, keep_id: int | None, lines: int) -> Opening[Item]:
        position = await self.locate(keep_id) if keep_id is not None else None
        numbers = pages_around(position or 0, lines)
        return Opening({n: await self.page(n, None) for n in numbers}, None, position)

    async def page(self, number: int, total: int | None) -> Sequence[Item]:
        self.asked.append(number)
        await self.wait()
        return self.rows[number * PAGE_ROWS : (number + 1) * PAGE_ROWS]

    async def count(self) -> int:
        return len(self.rows)

    async def locate(self, row_id: int) -> int | None:
        return next((place for place, row in enumerate(self.rows) if row.id == row_id), None)

    async def snapshot(self, wanted: Wanted) -> Snapshot[Item]:
        self.snapshots += 1
        await self.wait()
        position = await self.locate(wanted.cursor_id) if wanted.cursor_id is not None else None
        index = wanted.cursor_index if position is None else position
        top = max(0, index - (wanted.cursor_index - wanted.top))
        numbers = range(top // PAGE_ROWS, (top + wanted.height) // PAGE_ROWS + 1)
        pages = {n: self.rows[n * PAGE_ROWS : (n + 1) * PAGE_ROWS] for n in numbers}
        row = self.rows[position] if position is not None else self.known.get(wanted.cursor_id or 0)
        return Snapshot(len(self.rows), position, row, pages)


def items(count: int) -> list[Item]:
    return [Item(number + 1, f"guest {number + 1}") for number in range(count)]


class TableApp(App[None]):
    def __init__(self, source: Items) -> None:
        super().__init__()
        self.source = source
        self.heard: list[int | None] = []
        self.failures = 0
        self.opened = 0
        for theme in THEMES:
            self.register_theme(theme)
        self.theme = "desk-dark"

    def compose(self) -> ComposeResult:
        columns = (
            Column("name", "NAME", 12, lambda row: row.name, grow=True),
            Column("id", "NO", 7, lambda r: str(r.id)),
        )
        yield VirtualTable(columns)

    def on_mount(self) -> None:
        self.table.focus()
        self.table.show(self.source)

    @property
    def table(self) -> VirtualTable[Item]:
        return self.query_one(VirtualTable)

    def on_virtual_table_highlighted(self, message: VirtualTable.Highlighted) -> None:
        self.heard.append(message.row.id if message.row else None)

    def on_virtual_table_opened(self) -> None:
        self.opened += 1

    def on_virtual_table_failed(self) -> None:
        self.failures += 1


def cursor(app: TableApp) -> tuple[int, int | None]:
    return app.table.cursor_index, app.table.cursor_id


async def test_it_shows_the_first_rows_and_counts_the_rest() -> None:
    app = TableApp(Items(items(1000)))
    async with app.run_test(size=(40, 10)) as pilot:
        await settled(pilot)
        assert grid(app)[:3] == [
            " NAME                           NO",
            " guest 1                        1",
            " guest 2                        2",
        ]
        assert app.table.total == 1000
        assert cursor(app) == (0, 1)


async def test_keys_move_and_stop_at_the_ends() -> None:
    app = TableApp(Items(items(300)))
    async with app.run_test(size=(40, 11)) as pilot:
        await settled(pilot)
        await pilot.press("down", "j", "j", "up", "k")
        assert cursor(app) == (1, 2)
        await pilot.press("pagedown", "pagedown")
        assert cursor(app) == (21, 22)
        await pilot.press("pageup")
        assert cursor(app) == (11, 12)
        await pilot.press("G")
        await settled(pilot)
        assert cursor(app) == (299, 300)
        assert grid(app)[-1].startswith(" guest 300")
        await pilot.press("down", "home", "up")
        assert cursor(app) == (0, 1)


async def test_far_pages_are_asked_for_once_and_near_ones_beforehand() -> None:
    source = Items(items(100_000))
    app = TableApp(source)
    async with app.run_test(size=(40, 10)) as pilot:
        await settled(pilot)
        assert source.asked == [0, 1]
        await pilot.press("end")
        await settled(pilot)
        last = 99_999 // PAGE_ROWS
        assert set(source.asked) == {0, 1, last, last - 1}
        assert len(source.asked) == 4


async def test_a_row_on_its_way_is_a_dotted_line_and_then_a_row() -> None:
    source = Items(items(1000))
    app = TableApp(source)
    async with app.run_test(size=(40, 10)) as pilot:
        await settled(pilot)
        source.gate = asyncio.Event()
        await pilot.press("end")
        await pilot.pause()
        assert grid(app)[-1] == " …"
        assert app.table.cursor_row is None
        source.gate.set()
        await settled(pilot)
        assert cursor(app) == (999, 1000)
        assert app.heard[-1] == 1000


async def test_fresh_rows_do_not_move_the_cursor_off_its_booking() -> None:
    source = Items(items(200))
    app = TableApp(source)
    async with app.run_test(size=(40, 10)) as pilot:
        await settled(pilot)
        await pilot.press(*["down"] * 5)
        before = [line for line in grid(app) if "guest 6 " in line]
        source.rows = [Item(900 + n, "newcomer") for n in range(3)] + source.rows
        app.table.reload()
        await settled(pilot)
        assert cursor(app) == (8, 6)
        assert app.table.first_line == 3
        assert [line for line in grid(app) if "guest 6 " in line] == before
        assert app.table.total == 203


async def test_a_booking_that_leaves_the_list_stays_under_the_cursor_until_it_moves() -> None:
    source = Items(items(20))
    app = TableApp(source)
    async with app.run_test(size=(40, 10)) as pilot:
        await settled(pilot)
        await pilot.press("down", "down")
        source.rows = [row for row in source.rows if row.id != 3]
        source.known[3] = Item(3, "guest 3 PAID")
        app.table.reload()
        await settled(pilot)
        assert cursor(app) == (2, 3)
        assert [line.split("  ")[0] for line in grid(app)[1:6]] == [
            " guest 1",
            " guest 2",
            " guest 3 PAID",
            " guest 4",
            " guest 5",
        ]
        assert app.table.total == 19
        await pilot.press("down")
        assert cursor(app) == (2, 4)
        assert "PAID" not in "\n".join(grid(app))
        await pilot.press("up")
        assert cursor(app) == (1, 2)


async def test_a_booking_that_comes_back_is_found_again() -> None:
    source = Items(items(20))
    app = TableApp(source)
    async with app.run_test(size=(40, 10)) as pilot:
        await settled(pilot)
        await pilot.press("end")
        whole = source.rows
        source.rows, source.known[20] = whole[:-1], whole[-1]
        app.table.reload()
        await settled(pilot)
        assert cursor(app) == (19, 20)
        source.rows = whole
        app.table.reload()
        await settled(pilot)
        assert cursor(app) == (19, 20)
        assert app.table.total == 20


async def test_news_of_rows_out_of_sight_paints_nothing_and_tells_nobody(monkeypatch: pytest.MonkeyPatch) -> None:
    source = Items(items(40))
    app = TableApp(source)
    async with app.run_test(size=(40, 10)) as pilot:
        await settled(pilot)
        heard, painted, render = list(app.heard), 0, VirtualTable.render_line

        def counted(table: VirtualTable[Item], y: int) -> Strip:
            nonlocal painted
            painted += 1
            return render(table, y)

        monkeypatch.setattr(VirtualTable, "render_line", counted)
        source.rows[30] = Item(31, "guest 31 PAID")
        app.table.reload()
        await settled(pilot)
        assert (painted, app.heard) == (0, heard)
        assert app.table.row_at(30) == Item(31, "guest 31 PAID")
        source.rows[2] = Item(3, "guest 3 PAID")
        app.table.reload()
        await settled(pilot)
        assert (painted > 0, app.heard) == (True, heard)
        source.rows[0] = Item(1, "guest 1 PAID")
        app.table.reload()
        await settled(pilot)
        assert app.heard == [*heard, 1]
        assert [line.split("  ")[0].strip() for line in grid(app)[1:4]] == ["guest 1 PAID", "guest 2", "guest 3 PAID"]


async def test_a_move_during_a_reload_wins() -> None:
    source = Items(items(50))
    app = TableApp(source)
    async with app.run_test(size=(40, 10)) as pilot:
        await settled(pilot)
        source.gate = asyncio.Event()
        source.rows = [Item(900, "newcomer"), *source.rows]
        app.table.reload()
        await pilot.pause()
        await pilot.press("down", "down")
        source.gate.set()
        await settled(pilot)
        assert cursor(app) == (3, 3)


async def test_the_last_list_wins() -> None:
    slow, quick = Items(items(500), gate=asyncio.Event()), Items([Item(7, "found")])
    app = TableApp(slow)
    async with app.run_test(size=(40, 10)) as pilot:
        app.table.show(quick)
        await settled(pilot)
        assert slow.gate is not None
        slow.gate.set()
        await settled(pilot)
        assert app.table.total == 1
        assert cursor(app) == (0, 7)


async def test_another_list_can_begin_at_the_same_booking() -> None:
    app = TableApp(Items(items(10)))
    async with app.run_test(size=(40, 10)) as pilot:
        await settled(pilot)
        app.table.show(Items(list(reversed(items(500)))), keep_id=3)
        await settled(pilot)
        assert cursor(app) == (497, 3)
        app.table.show(Items(items(5)), keep_id=497)
        await settled(pilot)
        assert cursor(app) == (0, 1)


async def test_an_empty_list_has_no_booking() -> None:
    app = TableApp(Items([]))
    async with app.run_test(size=(40, 10)) as pilot:
        await settled(pilot)
        await pilot.press("down", "end", "space")
        assert app.table.cursor_row is None
        assert app.table.cursor_id is None
        assert app.heard == [None]


async def test_rows_that_cannot_be_read_stay_as_they_were() -> None:
    source = Items(items(20))
    app = TableApp(source)
    async with app.run_test(size=(40, 10)) as pilot:
        await settled(pilot)
        source.broken = True
        app.table.reload()
        await settled(pilot)
        assert app.failures == 1
        assert " guest 1 " in grid(app)[1]


async def test_a_click_moves_and_a_second_one_opens() -> None:
    app = TableApp(Items(items(20)))
    async with app.run_test(size=(40, 10)) as pilot:
        await settled(pilot)
        await pilot.click(VirtualTable, offset=(3, 4))
        assert cursor(app) == (3, 4)
        await pilot.click(VirtualTable, offset=(3, 5), times=2)
        await until(pilot, lambda: app.opened, "the double click")
        assert cursor(app) == (4, 5)


async def test_marks_are_kept_by_booking() -> None:
    app = TableApp(Items(items(20)))
    async with app.run_test(size=(40, 10)) as pilot:
        await settled(pilot)
        app.table.toggle_mark()
        app.table.toggle_mark()
        assert app.table.marked == {1, 2}
        assert cursor(app) == (2, 3)
        await pilot.pause()
        assert grid(app)[1].startswith("+guest 1")
        app.table.set_marks(())
        await pilot.pause()
        assert grid(app)[1].startswith(" guest 1")


async def test_names_are_never_markup_or_control_codes() -> None:
    from travello_desk.tui.badges import clean

    rows = [Item(1, "[bold red]Iqbal[/]"), Item(2, "[/")]
    app = TableApp(Items(rows))
    async with app.run_test(size=(40, 6)) as pilot:
        await settled(pilot)
        assert grid(app)[1].startswith(" [bold red]Iqbal[/]")
        assert grid(app)[2].startswith(" [/")
    assert clean("a\x1b[31mb\u202ec\u200dd\te") == "a?[31mbcd e"


async def test_resizing_keeps_the_cursor_in_sight() -> None:
    app = TableApp(Items(items(100)))
    async with app.run_test(size=(40, 30)) as pilot:
        await settled(pilot)
        await pilot.press(*["down"] * 25)
        await pilot.resize_terminal(40, 8)
        await settled(pilot)
        assert any("guest 26 " in line for line in grid(app))
        assert cursor(app) == (25, 26)
