"""Pages of rows: the last used stay, the rest goes."""

from __future__ import annotations

from dataclasses import dataclass

from travello_desk.tui.widgets.pages import PAGE_ROWS, Pages


@dataclass(frozen=True)
class Item:
    id: int


def page(number: int, rows: int = PAGE_ROWS) -> list[Item]:
    return [Item(number * PAGE_ROWS + place) for place in range(rows)]


def test_rows_are_found_by_their_place() -> None:
    pages: Pages[Item] = Pages()
    pages.put(2, page(2, 10))
    assert pages.row(2 * PAGE_ROWS + 3) == Item(131)
    assert pages.row(2 * PAGE_ROWS + 10) is None
    assert pages.row(0) is None
    assert pages.index_of(130) == 130
    assert pages.index_of(7) is None


def test_the_least_recently_used_page_goes() -> None:
    pages: Pages[Item] = Pages(kept=2)
    pages.put(0, page(0))
    pages.put(1, page(1))
    pages.row(0)
    pages.put(2, page(2))
    assert 0 in pages
    assert 1 not in pages
    assert 2 in pages


def test_replacing_forgets_everything_older() -> None:
    pages: Pages[Item] = Pages()
    pages.put(0, page(0))
    pages.replace({5: page(5)})
    assert 0 not in pages
    assert 5 in pages
