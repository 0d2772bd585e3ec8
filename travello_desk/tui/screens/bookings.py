"""The bookings: six views, search, the list, the detail of the row under the cursor. The desk opens here."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Iterable, Sequence
from functools import partial
from typing import ClassVar

from textual import events, on
from textual.binding import Binding, BindingType
from textual.containers import Horizontal
from textual.timer import Timer
from textual.widget import Widget

from travello_desk.actions import BY_ID as BY_ACTION
from travello_desk.actions import can_undo
from travello_desk.operations.spreadsheet import bookings_csv
from travello_desk.store.browse import SORTS
from travello_desk.store.errors import StoreError
from travello_desk.tui import bars
from travello_desk.tui.bars import Part, Tab
from travello_desk.tui.detail import Detail, load_detail
from travello_desk.tui.export import save_text
from travello_desk.tui.keys import bindings_for
from travello_desk.tui.listing import COUNT_CAP, Listing
from travello_desk.tui.messages import BookingsChanged
from travello_desk.tui.screens.booking_columns import booking_columns
from travello_desk.tui.screens.finding import Finding
from travello_desk.tui.screens.view_words import (
    BY_ID,
    BY_KEY,
    VIEW_WORDS,
    found_summary,
    misread,
    picked_summary,
    row_words,
    view_summary,
)
from travello_desk.tui.undoable import last_undoable
from travello_desk.tui.widgets.text_pane import TextPane
from travello_desk.tui.widgets.virtual_table import VirtualTable
from travello_desk.tui.work import start

EXPORT_ROWS = 20_000
FOLLOW_SECONDS, HELD_SECONDS, REPEAT_SECONDS = 0.03, 0.12, 0.06
"""The pane waits this long for the cursor to rest; longer while a key is held, which repeats thirty times a second: so
many bookings need neither be read nor painted."""
RESTS, MOST_REST_SECONDS = 50, 5.0
"""News are counted no more than a fiftieth of the time: payments that pour in need the processor, and at 200 a second a
million bookings stand long enough."""
HINT = "/ name, reference, phone, e-mail, room   e.g.  khan   305 55   due:>20000   in:today"
# A click on a column's title sorts by it; arrival turns around.
COLUMN_SORTS = {"guest": ("guest",), "room": ("room",), "balance": ("balance",), "in": ("arrival", "arrival_last")}
SORT_COLUMNS = {"guest": "guest", "room": "room", "balance": "balance", "arrival": "in", "arrival_last": "in"}


class BookingsScreen(Finding):
    """See the module."""

    BINDINGS: ClassVar[list[BindingType]] = [
        *bindings_for("list", "desk"),
        Binding("escape", "back", "Back", show=False, id="list.back"),
    ]
    FOOTER: ClassVar[tuple[str, ...]] = (
        *("search", "link", "mark_paid", "refund", "email", "new", "day"),
        *("help", "palette"),
    )

    def __init__(self, listing: Listing) -> None:
        super().__init__()
        self.listing = listing
        self.pane = TextPane(id="pane")
        self._follow: Timer | None = None
        self._news = self._counting = False
        self._rest_until = self._moved_at = 0.0

    def body(self) -> Iterable[Widget]:
        self.box.placeholder = self.desk.glyphs.text(HINT)
        self.set_columns()
        yield self.bars["tabs"]
        yield self.box
        with Horizontal(id="body"):
            yield self.table
            yield self.offers
            yield self.pane

    def set_columns(self) -> None:
        glyphs = self.desk.glyphs
        self.table.set_columns(booking_columns(glyphs, self.desk.business_date()), glyphs.text("…"))

    def on_mount(self) -> None:
        super().on_mount()
        self.table.focus()
        self.show_list()

    @property
    def current_id(self) -> int | None:
        return self.table.cursor_id

    # The list

    def show_list(self, *, keep: bool = False) -> None:
        """Show the view, or what the search found, from its top; `keep` stays with the booking under the cursor."""
        self.table.sorted_by = "" if self.listing.searching else SORT_COLUMNS.get(self.listing.sort_id, "")
        self.table.show(self.listing.rows(), keep_id=self.current_id if keep else None)
        if not self.listing.searching:
            self.recount()  # a search changes no view's number, and counting costs more than finding
        self.refresh_bars()

    def recount(self) -> None:
        """The numbers of a view that is now shown, if they are not known."""
        if not self.listing.counted:
            start(self, self._count, "counts")

    def recount_news(self) -> None:
        """The numbers after a change: at once, but resting longer than counting, because a million takes its time."""
        self._news = True
        if not self._counting:
            self._counting = True
            start(self, self._count_news, "news", exclusive=False)

    async def _count_news(self) -> None:
        try:
            while self._news:
                await asyncio.sleep(self._rest_until - time.monotonic())
                self._news, began_at = False, time.monotonic()
                await self._count()
                now = time.monotonic()
                self._rest_until = now + min(RESTS * (now - began_at), MOST_REST_SECONDS)
        finally:
            self._counting = False

    async def _count(self) -> None:
        try:
            moved = await self.listing.count()
            if self.has_class("-empty"):
                self.show_nothing()  # whether there are bookings at all is known only now
            if moved and not self.listing.searching:
                self.table.reload()
        except StoreError as error:
            self.say(str(error))
        self.refresh_bars()

    @on(VirtualTable.Counted)
    def counted(self, message: VirtualTable.Counted) -> None:
        if not self.listing.searching:
            self.listing.counts[self.listing.view_id] = message.total
        self.set_class(message.total == 0, "-empty")
        if message.total == 0:
            self.show_nothing()
            self.show_detail(None)
        self.call_after_refresh(self.keep_focus)
        self.refresh_bars()

    @on(VirtualTable.Failed)
    def failed(self, message: VirtualTable.Failed) -> None:
        self.say(f"Not up to date: {message.error}")

    @on(VirtualTable.Sorted)
    def sort_by_column(self, message: VirtualTable.Sorted) -> None:
        orders = COLUMN_SORTS.get(message.column, ())
        if orders:
            self.sort_by(orders[-1] if self.listing.sort_id == orders[0] else orders[0])

    def on_bookings_changed(self, message: BookingsChanged) -> None:
        """News: what is on screen is read again; the cursor stays where it is."""
        self.listing.changed()
        if self.listing.searching and not self.listing.picked:
            self.run_search()
        else:
            self.table.reload()
        self.recount_news()
        if self.current_id is not None and (not message.ids or self.current_id in message.ids):
            self.read_detail()

    def refresh_bars(self) -> None:
        if not self.is_mounted or not self.size.width:
            return
        today = self.desk.business_date()
        if today != self.listing.day_on:
            self.listing.day_on = today
            self.set_columns()
            self.call_after_refresh(self.show_list)
        active = "" if self.listing.searching else BY_ID[self.listing.view_id].key
        self.bars["tabs"].tell(bars.tabs, self.tab_states(), active, self.size.width, self.desk.glyphs)
        super().refresh_bars()

    def tab_states(self) -> list[Tab]:
        counts, shown = self.listing.counts, (self.listing.view_id, self.table.total)
        return [
            Tab(
                words.key,
                words.label,
                words.short,
                count := counts.get(words.id),
                capped=count == COUNT_CAP + 1 and words.id != "all" and (words.id, count) != shown,
                alarm=words.id == "problems",
            )
            for words in VIEW_WORDS
        ]

    def status_ends(self) -> tuple[Sequence[Part], str]:
        listing, total = self.listing, self.table.total
        if listing.picked:
            left = [picked_summary(len(listing.found.ids))]
        elif listing.searching:
            left = [found_summary(listing.found, listing.query, listing.answered)]
        else:
            left = misread(listing.query, view_summary(BY_ID[listing.view_id], total, listing.totals))
        return [Part(text) for text in left], row_words(self.table.cursor_index, total, len(self.table.marked))

    # The detail pane

    @on(VirtualTable.Highlighted)
    def highlighted(self, message: VirtualTable.Highlighted) -> None:
        self.refresh_bars()
        if self._follow is not None:
            self._follow.stop()
        held = time.monotonic() - self._moved_at < REPEAT_SECONDS
        self._moved_at = time.monotonic()
        self._follow = self.set_timer(HELD_SECONDS if held else FOLLOW_SECONDS, self.read_detail)

    def read_detail(self) -> None:
        start(self, self._read_detail, "detail")

    async def _read_detail(self) -> None:
        booking_id = self.current_id
        try:
            detail = await self.ctx.store.read(lambda tx: load_detail(tx, booking_id)) if booking_id else None
        except StoreError as error:
            self.say(f"Not up to date: {error}")
            return
        if booking_id == self.current_id:
            self.show_detail(detail)

    def show_detail(self, detail: Detail | None) -> None:
        same = detail is not None and self.detail is not None and detail.booking.id == self.detail.booking.id
        self.detail = detail
        self.pane.update(self.detail_text(max(20, self.pane.scrollable_content_region.width)), home=not same)
        self.refresh_bars()

    def paint(self) -> None:
        self.show_detail(self.detail)

    def on_resize(self, event: events.Resize) -> None:
        super().on_resize(event)
        self.call_after_refresh(self.paint)

    # Actions

    def action_desk(self, action_id: str) -> None:
        if self.waits(action_id):
            return
        if BY_ACTION[action_id].needs_booking and self.current_id is not None:
            self.desk.remember_opened(self.current_id)
        if action_id == "undo":
            self.hush()
            start(self, self._undo, "deed")
        elif action_id == "new":
            self.hush()
            start(self, partial(self._new_for, ""), "deed")
        elif action_id.startswith("view_"):
            self.hush()
            self.show_view(BY_KEY[action_id.removeprefix("view_")].id)
        else:
            super().action_desk(action_id)

    async def _undo(self) -> None:
        """Of the booking under the cursor; where there is nothing to undo, the last thing this person did.

        A mark that its shift does not let go is something to undo, and told so: not another guest's instead."""
        booking_id = self.current_id
        subject = await self.read_subject(booking_id)
        if subject is None or (can_undo(subject, self.user) is not None and subject.undo_fault is None):
            booking_id = await self.ctx.store.read(lambda tx: last_undoable(tx, self.user)) or booking_id
        await self.deed("undo", booking_id)

    def can(self, action_id: str) -> bool:
        return action_id.startswith("view_") or super().can(action_id)

    def show_view(self, view_id: str) -> None:
        """A view by name, from its top; a search ends with it."""
        self.listing.go_to(view_id)
        self.clear_search()
        self.show_list()
        self.table.focus()

    def desk_export(self) -> None:
        """The list as it is: every row of the view or of what was found."""
        start(self, self._export, "export")

    async def _export(self) -> None:
        rows = self.listing.rows()
        found = await self.ctx.store.read(lambda tx: rows.source.window(tx, 0, EXPORT_ROWS + 1))
        name = f"bookings-{self.listing.view_id}-{self.listing.day_on.isoformat()}.csv"
        save_text(self.desk, name, bookings_csv(found[:EXPORT_ROWS]))
        if len(found) > EXPORT_ROWS:
            self.say(f"Export: the first {EXPORT_ROWS:,} rows; travello-desk bookings --json gives them all")

    def desk_open(self) -> None:
        """The pane takes the focus where there is one; else the booking fills the screen."""
        from travello_desk.tui.screens.detail import DetailScreen

        if self.current_id is None:
            return
        self.desk.remember_opened(self.current_id)
        if self.has_class("-wide"):
            self.pane.focus()
        else:
            self.app.push_screen(DetailScreen(self.current_id))

    @on(VirtualTable.Opened)
    def opened(self) -> None:
        self.action_desk("open")

    def desk_sort(self) -> None:
        self.sort_by(self.listing.next_order(self.table.total))

    def sort_by(self, sort_id: str) -> None:
        """Another order of this view, kept for it. A large view has only the orders an index knows."""
        if self.listing.picked:
            self.say("Sort: what was opened last stands in that order")
        elif self.listing.searching:
            self.say("Sort: what a search finds stands newest first")
        elif sort_id not in self.listing.orders(self.table.total):
            self.say(f"Sort: more than 5,000 bookings stand by arrival only; search for the {SORTS[sort_id].label}")
        else:
            self.listing.sorts[self.listing.view_id] = sort_id
            self.desk.remember_sorts(self.listing.sorts)
            self.show_list(keep=False)
            self.app.notify(f"By {SORTS[sort_id].label}", markup=False)

    def action_back(self) -> None:
        """From the pane to the list, then the search, then the marks; never out of the desk."""
        if self.listing.picked:
            self.show_view(self.listing.view_id)
        elif self.offers.list.has_focus:
            self.box.focus()
        elif not self.table.has_focus:
            self.table.focus()
        elif self.box.value:
            self.box.value = ""
        elif self.table.marked:
            self.set_marks(())
