"""Marked rows: Space marks one, `*` the whole list, `b` acts on all of them. The marks outlive a view and a search."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable
from typing import Final

from travello_desk.store.browse import BookingRow
from travello_desk.tui.listing import Listing
from travello_desk.tui.screens.place import BookingPlace
from travello_desk.tui.widgets.virtual_table import VirtualTable
from travello_desk.tui.work import start

MOST: Final = 500
"""So many rows are marked at once: what is done to more is no deed of a person who reads the list."""


class Marking(BookingPlace):
    """A place with a list whose rows can be marked. Subclasses give the `listing`."""

    listing: Listing

    def __init__(self) -> None:
        super().__init__()
        self.table: VirtualTable[BookingRow] = VirtualTable(id="list")
        self.marking = asyncio.Lock()
        """Held while the list is being marked: `*` and `b` in one breath act on all of it."""

    def set_marks(self, ids: Iterable[int]) -> None:
        self.table.set_marks(ids)
        self.refresh_bars()

    def desk_mark(self) -> None:
        self.table.toggle_mark()
        self.refresh_bars()

    def desk_mark_all(self) -> None:
        start(self, self._mark_all, "marks")

    async def _mark_all(self) -> None:
        """Every row of the list; a longer list is marked to its `MOST`th, and says so."""
        rows = self.listing.rows()
        async with self.marking:
            found = await self.ctx.store.read(lambda tx: rows.source.window(tx, 0, MOST + 1))
            self.set_marks(self.table.marked | {row.id for row in found[:MOST]})
        if len(found) > MOST:
            self.say(f"Mark all: the first {MOST} rows; a search makes the list shorter")

    def desk_bulk(self) -> None:
        start(self, self._bulk, "deed")

    async def _bulk(self) -> None:
        """Act on the marked rows; those that nothing is left to do for lose their marks."""
        from travello_desk.tui.dialogs.bulk import BulkDialog

        async with self.marking:
            marked = sorted(self.table.marked)
        if not marked:
            self.say("Marked: no row is marked. Space marks one, * the whole list")
            return
        told = await self.app.push_screen_wait(BulkDialog(self.ctx, self.user, marked))
        if told is not None:
            self.set_marks(self.table.marked - getattr(told, "settled", frozenset()))
            self.tell(told)
