"""Lines without Textual's decorations: they look exactly as they would with them, and nothing is painted twice."""

from __future__ import annotations

import pytest
from rich.segment import Segment
from textual.geometry import Region
from textual.scroll_view import ScrollView
from textual.scrollbar import ScrollBar, ScrollBarRender

from tests.tui.test_virtual_table import Items, TableApp, items
from tests.tui.waiting import settled
from travello_desk.tui.theme import THEMES
from travello_desk.tui.widgets.bare_lines import thumb
from travello_desk.tui.widgets.columns import Column


@pytest.mark.parametrize("theme", [theme.name for theme in THEMES])
@pytest.mark.parametrize("part", [Region(0, 0, 40, 10), Region(3, 2, 20, 5)])
async def test_they_look_as_textual_would_paint_them(theme: str, part: Region) -> None:
    app = TableApp(Items(items(1000)))
    async with app.run_test(size=(40, 10)) as pilot:
        app.theme = theme
        await settled(pilot)
        await pilot.press("down", "pagedown")
        await settled(pilot)
        ours, theirs = app.table.render_lines(part), ScrollView.render_lines(app.table, part)
        assert [list(Segment.simplify(strip)) for strip in ours] == [list(Segment.simplify(strip)) for strip in theirs]


@pytest.mark.parametrize("lines", [5, 31, 32, 100, 1000, 50_000, 1_000_000])
def test_a_bar_with_the_same_thumb_looks_the_same(lines: int) -> None:
    pictures: dict[int, set[str]] = {}
    height = window = 31
    for number in range(2000):
        position = number / 1999 * max(0, lines - window)
        bar = ScrollBarRender.render_bar(height, lines, window if lines > window else 0, position)
        pictures.setdefault(thumb(height, lines, window, position), set()).add(repr(bar.segments))
    assert {len(same) for same in pictures.values()} == {1}


async def test_the_bar_is_painted_only_where_it_looks_otherwise(monkeypatch: pytest.MonkeyPatch) -> None:
    app, painted, render = TableApp(Items(items(100_000))), 0, ScrollBar.render

    def counted(bar: ScrollBar) -> object:
        nonlocal painted
        painted += 1
        return render(bar)

    async with app.run_test(size=(40, 10)) as pilot:
        await settled(pilot)
        monkeypatch.setattr(ScrollBar, "render", counted)
        await pilot.press("pagedown", "pagedown", "pagedown")
        await settled(pilot)
        assert app.table.first_line > 0
        assert (painted, app.table.vertical_scrollbar.position) == (0, app.table.first_line)
        await pilot.press("end")
        await settled(pilot)
        assert painted > 0
        assert app.table.vertical_scrollbar.position == app.table.first_line


async def test_a_row_is_put_together_once_for_each_way_it_looks() -> None:
    app, asked = TableApp(Items(items(100))), list[int]()
    async with app.run_test(size=(40, 10)) as pilot:
        await settled(pilot)
        app.table.set_columns([Column("name", "NAME", 12, lambda row: asked.append(row.id) or row.name)])  # type: ignore[func-returns-value]
        await settled(pilot)
        assert set(asked) == set(range(1, 10))
        await pilot.press("down", "down")
        await settled(pilot)
        asked.clear()
        await pilot.press("up", "down", "up")
        await settled(pilot)
        assert set(asked) <= {2}  # where the last two presses were one picture, its row has not been the cursor's yet
        asked.clear()
        app.table.refresh()
        await settled(pilot)
        assert set(asked) == set(range(1, 10))
