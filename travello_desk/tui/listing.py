"""What the list shows: a view in an order on a business day, or what a search found. Reads the store, no widgets."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date

from travello_desk.store.browse import (
    SMALL,
    SORTS,
    VIEWS,
    BookingRow,
    IdSource,
    Totals,
    ViewSource,
    counts,
    totals,
    view_source,
)
from travello_desk.store.database import Store
from travello_desk.store.filters import Query, read
from travello_desk.store.nearby import nearby
from travello_desk.store.search import NOTHING, Found, search
from travello_desk.store.tx import Tx
from travello_desk.tui.rows import StoreRows
from travello_desk.tui.widgets.pages import Opening

COUNT_CAP = 1000
EMPTY = Query()


@dataclass(slots=True)
class Listing:
    """The state of one list. `text` is the search as typed; empty means the view. `picked`: bookings chosen by id."""

    store: Store
    day_on: date
    view_id: str = "arriving"
    text: str = ""
    sorts: dict[str, str] = field(default_factory=dict)
    query: Query = EMPTY
    found: Found = NOTHING
    answered: str = ""
    """The text whose answer `found` is."""
    picked: bool = False
    dropped: dict[str, int] = field(default_factory=dict)
    """When nothing matches: the search without one of its filters, or without all, and how many that would find."""
    counts: dict[str, int] = field(default_factory=dict)
    totals: Totals | None = None
    _changes: int = 0
    _summed: dict[tuple[str, date], Totals | None] = field(default_factory=dict)
    """The sums of these views on a day, read since anything changed last."""
    _fresh: set[tuple[str, date]] = field(default_factory=set)
    """Of the other numbers those that were counted since."""
    _opening: Opening[BookingRow] | None = None
    _rows: dict[tuple[str, str, date], StoreRows] = field(default_factory=dict)

    @property
    def searching(self) -> bool:
        return self.picked or not self.query.empty

    @property
    def sort_id(self) -> str:
        return self.sorts.get(self.view_id, VIEWS[self.view_id].sort)

    def source(self, view_id: str = "") -> ViewSource:
        view = view_id or self.view_id
        return view_source(view, self.day_on, self.sorts.get(view, ""))

    def rows(self) -> StoreRows:
        """Where the list widget gets its rows; the same object for the same view, because it remembers its count."""
        if self.searching:
            return StoreRows(self.store, IdSource(self.found.ids, self.found.capped), self._opening)
        return self.view_rows(self.view_id)

    def view_rows(self, view_id: str) -> StoreRows:
        source = self.source(view_id)
        key = (view_id, source.sort.id, self.day_on)
        if key not in self._rows:
            self._rows = {known: rows for known, rows in self._rows.items() if known[2] == self.day_on}
            self._rows[key] = StoreRows(self.store, source)
        return self._rows[key]

    def go_to(self, view_id: str) -> None:
        """A view; whatever was searched for is over, also when its answer is still on its way."""
        self.view_id, self.text, self.query, self.found = view_id, "", EMPTY, NOTHING
        self.totals = self._summed.get((view_id, self.day_on))
        self.picked, self._opening = False, None

    def pick(self, ids: Sequence[int]) -> None:
        """Just these bookings, in this order; like a search, it ends where a view begins."""
        self.go_to(self.view_id)
        self.picked, self.found = True, Found(tuple(ids))

    def fitting(self, tx: Tx, sorts: Mapping[str, str]) -> dict[str, str]:
        """Of remembered orders those that still can be: a view that has grown large has only what an index knows."""
        known = {view: SORTS[sort] for view, sort in sorts.items() if view in VIEWS and sort in SORTS}
        return {
            view: sort.id
            for view, sort in known.items()
            if sort.everywhere or view_source(view, self.day_on).count(tx, SMALL) <= SMALL
        }

    async def find(self, text: str, keep_id: int | None = None, lines: int = 1) -> bool:
        """Search; False when another text has been typed meanwhile, and this answer is old.

        The rows of the answer's first screen, or of the one around `keep_id`, come with it.
        """
        self.text = text
        query = read(text, self.day_on)
        found, dropped, opening = NOTHING, dict[str, int](), None
        if not query.empty:
            found, dropped, opening = await self.store.read(lambda tx: self._answer(tx, query, text, keep_id, lines))
        if text != self.text:
            return False
        self.query, self.found, self.answered, self.dropped = query, found, text, dropped
        self.picked, self._opening = False, opening
        return True

    def _answer(
        self, tx: Tx, query: Query, text: str, keep_id: int | None, lines: int
    ) -> tuple[Found, dict[str, int], Opening[BookingRow]]:
        found, dropped = self._find(tx, query, text)
        rows = StoreRows(self.store, IdSource(found.ids, found.capped))
        return found, dropped, rows.open(tx, keep_id, lines)

    def _find(self, tx: Tx, query: Query, text: str) -> tuple[Found, dict[str, int]]:
        found = search(tx, query, text, today_on=self.day_on)
        if found.ids:
            return found, {}
        if not query.used:
            return found, nearby(tx, query.words)
        words = text.split()
        fewer = [" ".join(word for word in words if word != one) for one in dict.fromkeys(query.used)]
        tries = dict.fromkeys(shorter for shorter in (*fewer, query.words) if shorter.strip())
        counted = {shorter: len(search(tx, read(shorter, self.day_on)).ids) for shorter in tries}
        return found, {shorter: count for shorter, count in counted.items() if count}

    def changed(self) -> None:
        """Bookings have changed: nothing that was counted or read before holds for certain."""
        self._changes += 1
        self._summed.clear()
        self._fresh.clear()
        for rows in self._rows.values():
            rows.forget()

    @property
    def counted(self) -> bool:
        """Whether nothing has changed since every number that is shown was counted."""
        day = self.day_on
        return {("views", day), ("all", day)} <= self._fresh and (self.view_id, day) in self._summed

    async def count(self) -> bool:
        """Count every view and sum up the one that is shown, the long ones last; what is known already, not again.

        True when a long list was counted that may now stand a little otherwise.
        """
        changes, day, view_id = self._changes, self.day_on, self.view_id
        if ("views", day) not in self._fresh:
            self.counts = {**self.counts, **await self.store.read(lambda tx: counts(tx, day, COUNT_CAP))}
            self._note(changes, "views", day)
        if (view_id, day) not in self._summed:
            await self._sum_up(changes, view_id, day)
        shown, everything = self.view_rows(view_id), self.view_rows("all")
        recounted = shown.long and shown is not everything and (view_id, day) not in self._fresh
        if recounted:
            await shown.count()
            self._note(changes, view_id, day)
        if ("all", day) not in self._fresh:
            recounted = recounted or (shown is everything and shown.long)
            self.counts = {**self.counts, "all": await everything.count()}
            self._note(changes, "all", day)
        return recounted

    def _note(self, changes: int, name: str, day: date) -> None:
        if changes == self._changes:
            self._fresh.add((name, day))

    async def _sum_up(self, changes: int, view_id: str, day: date) -> None:
        """The sums of a view; the whole house's are the day report's business."""
        source = self.source(view_id)
        summed = await self.store.read(lambda tx: totals(tx, source)) if view_id != "all" else None
        if changes == self._changes:
            self._summed[view_id, day] = summed
        if view_id == self.view_id:
            self.totals = summed

    def orders(self, total: int | None) -> list[str]:
        """The orders the view can be shown in: all of them while it is small."""
        small = total is not None and total <= SMALL
        return [sort.id for sort in SORTS.values() if sort.everywhere or small]

    def next_order(self, total: int | None) -> str:
        orders = self.orders(total)
        here = orders.index(self.sort_id) if self.sort_id in orders else -1
        return orders[(here + 1) % len(orders)]
