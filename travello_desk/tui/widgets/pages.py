"""Pages of rows kept in memory: 64 rows each, the 64 last used, so that a million rows cost 4,096. Pure."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Generic, Protocol, TypeVar

PAGE_ROWS = 64
PAGES_KEPT = 64


class HasId(Protocol):
    """What a row must have: the id by which the cursor stays on it."""

    @property
    def id(self) -> int: ...


T = TypeVar("T", bound=HasId)


@dataclass(frozen=True, slots=True)
class Wanted:
    """Where the list stands when it asks for fresh rows: the cursor's booking and line, the first line shown."""

    cursor_id: int | None
    cursor_index: int
    top: int
    height: int


@dataclass(frozen=True, slots=True)
class Snapshot(Generic[T]):
    """Fresh rows from one moment. `position` is the cursor's new line, None when its booking left the list.

    `cursor_row` is that booking as it stands now, wherever it is.
    """

    total: int
    position: int | None
    cursor_row: T | None
    pages: Mapping[int, Sequence[T]]


@dataclass(frozen=True, slots=True)
class Opening(Generic[T]):
    """What a list begins with: its first page, or the pages around the row it begins at. `total` None: not counted."""

    pages: Mapping[int, Sequence[T]]
    total: int | None = None
    position: int | None = None

    @property
    def known(self) -> int:
        """How many rows there are, as far as is known by now."""
        if self.total is not None:
            return self.total
        return max((number * PAGE_ROWS + len(rows) for number, rows in self.pages.items()), default=0)


class RowSource(Protocol[T]):
    """Where a list gets its rows. Every answer is one moment of the store; errors are the store's own.

    `at_hand` is an opening that needs no reading, if there is one; `opening` reads it for a screen of so many `lines`,
    at the row `keep_id` if the list has it.
    """

    def at_hand(self, keep_id: int | None) -> Opening[T] | None: ...
    async def opening(self, keep_id: int | None, lines: int) -> Opening[T]: ...
    async def page(self, number: int, total: int | None) -> Sequence[T]: ...
    async def count(self) -> int: ...
    async def snapshot(self, wanted: Wanted) -> Snapshot[T]: ...
    async def locate(self, row_id: int) -> int | None: ...


def pages_around(position: int, lines: int) -> range:
    """The pages a screen needs when it begins at its top, or ends with a row further down."""
    return range(max(0, position - lines + 1) // PAGE_ROWS, max(position, lines - 1) // PAGE_ROWS + 1)


def pages_on(first_line: int, lines: int) -> range:
    """The pages whose rows a screen shows."""
    return range(first_line // PAGE_ROWS, (first_line + lines) // PAGE_ROWS + 1)


def pages_near(first_line: int, lines: int, cursor_index: int, known: int) -> list[int]:
    """The pages a screen needs in a list of `known` rows, the most needed first: what it shows, then its neighbours."""
    shown = pages_on(first_line, lines)
    near = dict.fromkeys([*shown, shown.stop, shown.start - 1, cursor_index // PAGE_ROWS])
    return [number for number in near if 0 <= number * PAGE_ROWS < known]


class Pages(Generic[T]):
    """The least recently used page goes first."""

    def __init__(self, kept: int = PAGES_KEPT) -> None:
        self.kept = kept
        self._pages: OrderedDict[int, Sequence[T]] = OrderedDict()

    def __contains__(self, number: int) -> bool:
        return number in self._pages

    def row(self, index: int) -> T | None:
        """The row at `index`, or None when its page is not here or ends before it."""
        page = self._pages.get(index // PAGE_ROWS)
        if page is None:
            return None
        self._pages.move_to_end(index // PAGE_ROWS)
        place = index % PAGE_ROWS
        return page[place] if place < len(page) else None

    def put(self, number: int, rows: Sequence[T]) -> None:
        self._pages[number] = rows
        self._pages.move_to_end(number)
        while len(self._pages) > self.kept:
            self._pages.popitem(last=False)

    def replace(self, pages: Mapping[int, Sequence[T]]) -> None:
        """Forget everything but these pages: they are from a later moment."""
        self._pages.clear()
        for number, rows in pages.items():
            self.put(number, rows)

    def index_of(self, row_id: int) -> int | None:
        """Where a row stands, if its page is here."""
        for number, rows in self._pages.items():
            for place, row in enumerate(rows):
                if row.id == row_id:
                    return number * PAGE_ROWS + place
        return None
