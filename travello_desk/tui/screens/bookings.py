"""The desk's main screen: six views, search, the endless list, the detail pane, and the actions on one booking.

It decides which window opens; what may be done is the action table's, what is shown is bars.py's and detail_text.py's.
"""

from __future__ import annotations

import importlib
from typing import ClassVar, Final

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, VerticalScroll
from textual.screen import Screen
from textual.widgets import Input, Static

from travello_desk.actions import ACTIONS, BY_ID, Action, User, reason_against
from travello_desk.money import format_minor
from travello_desk.store import browse, filters, search
from travello_desk.store.browse import BookingRow, IdSource, Source
from travello_desk.store.errors import StoreError
from travello_desk.store.tx import Tx
from travello_desk.tui import bars, when
from travello_desk.tui.badges import badge_of, clean
from travello_desk.tui.bars import KeyHint, Part, Tab
from travello_desk.tui.clipboard import copy_text
from travello_desk.tui.detail import Detail, load_detail
from travello_desk.tui.detail_text import Frame, detail_content
from travello_desk.tui.keys import bindings_for
from travello_desk.tui.messages import BookingsChanged
from travello_desk.tui.rows import StoreRows
from travello_desk.tui.widgets.columns import Column, Tone, money_cell
from travello_desk.tui.widgets.virtual_table import VirtualTable

VIEWS: Final = (
    ("1", "arriving", "Arriving", "Arr"),
    ("2", "unpaid", "Unpaid", "Unp"),
    ("3", "links", "Links out", "Lnk"),
    ("4", "problems", "Problems", "Prb"),
    ("5", "in_house", "In house", "Hse"),
    ("6", "all", "All", "All"),
)
EMPTY: Final = {
    "arriving": "Nobody arrives today. 6 shows every booking, n makes one.",
    "unpaid": "Nothing is unpaid.",
    "links": "No links are out. l on an unpaid booking makes one.",
    "problems": "Nothing waits for a person.",
    "in_house": "Nobody is in the house.",
    "all": "There are no bookings yet. Import them: travello-desk import FILE.csv",
}
COUNT_CAP = 1000
PANE_WIDTH = 42
# Which window an action opens: module:class under tui/dialogs, imported when it is first used.
DIALOGS: Final = {
    "link": "link:LinkDialog",
    "mark_paid": "mark_paid:MarkPaidDialog",
    "refund": "refund:RefundDialog",
    "switch": "switch:SwitchDialog",
    "cancel": "cancel:CancelDialog",
    "undo": "undo:UndoDialog",
    "close_link": "close_link:CloseLinkDialog",
    "accept": "accept:AcceptDialog",
    "edit": "booking_form:BookingFormDialog",
    "explain": "explain:ExplainDialog",
    "new": "booking_form:BookingFormDialog",
}


class BookingsScreen(Screen[None]):
    """Single letters work because the list owns the focus; the search box swallows them."""

    BINDINGS: ClassVar[list[BindingType]] = [
        *bindings_for("list", "desk"),
        Binding("escape", "back", "Back", show=False, id="list.back"),
    ]

    def __init__(self) -> None:
        super().__init__()
        self.view = "arriving"
        self.sort = ""
        self.counts: dict[str, int] = {}
        self.total: int | None = None
        self.detail: Detail | None = None
        self.said = ""

    def compose(self) -> ComposeResult:
        yield Static(id="header", markup=False)
        yield Static(id="banner", markup=False)
        yield Static(id="tabs", markup=False)
        yield Input(
            placeholder="/ name, reference, phone, e-mail, room   e.g. khan   due:>20000   in:today", id="search"
        )
        with Horizontal(id="body"):
            yield VirtualTable(self.columns(), more=self.glyphs.text("…"), id="list")
            yield Static(id="empty", markup=False)
            with VerticalScroll(id="pane"):
                yield Static(id="detail", markup=False)
        yield Static(id="status", markup=False)
        yield Static(id="keys", markup=False)
        yield Static("The window is too small: make it at least 60 by 15", id="small", markup=False)

    # What the parts need

    @property
    def desk(self):  # type: ignore[no-untyped-def]
        """The app, as the desk's own."""
        return self.app

    @property
    def glyphs(self):  # type: ignore[no-untyped-def]
        return self.desk.glyphs

    @property
    def user(self) -> User:
        return self.desk.user or User("nobody")

    @property
    def table(self) -> VirtualTable[BookingRow]:
        return self.query_one("#list", VirtualTable)

    def columns(self) -> tuple[Column[BookingRow], ...]:
        """STATUS first; PAY, OUT and REF drop first when the window is narrow (UX 2.7)."""

        def tone(row: BookingRow) -> Tone:
            badge = badge_of(row.badge, bool(row.no_show))
            return Tone(badge.tone, bold=True, reverse=badge.reverse)

        def status(row: BookingRow) -> str:
            return str(self.glyphs.label(badge_of(row.badge, bool(row.no_show))))

        def day(iso: str) -> str:
            return when.short_day(iso, self.desk.calendar_date())

        return (
            Column("status", "STATUS", 12, status, tone),
            Column("guest", "GUEST", 16, lambda row: clean(row.guest_name), grow=True),
            Column(
                "balance",
                "BALANCE",
                15,
                lambda row: money_cell(format_minor(row.balance_minor, row.currency), 15),
                right=True,
            ),
            Column("room", "RM", 5, lambda row: clean(row.room) or "—", drop=4),
            Column("in", "IN", 6, lambda row: day(row.check_in), drop=5),
            Column("out", "OUT", 6, lambda row: day(row.check_out), drop=2),
            Column("ref", "REF", 12, lambda row: clean(row.reference), drop=3),
            Column("pay", "PAY", 7, lambda row: row.method, drop=1),
        )

    # Life

    def on_mount(self) -> None:
        self.table.focus()
        self.show_view("arriving")
        self.set_interval(1.0, self.tick)
        self.tick()

    def on_resize(self) -> None:
        size = self.app.size
        self.set_class(size.width < 60 or size.height < 15, "-small")
        self.call_after_refresh(self.paint)

    def tick(self) -> None:
        banner = self.query_one("#banner", Static)
        banner.update(self.desk.ctx.health.banner)
        banner.set_class(bool(self.desk.ctx.health.banner), "shown")
        width = max(20, self.app.size.width)
        self.query_one("#header", Static).update(bars.header(self.desk.header_state(), width, self.glyphs))

    def paint(self) -> None:
        """Every bar, from what is known."""
        width = max(20, self.app.size.width)
        self.tick()
        items = [self.tab(key, view_id, label, short) for key, view_id, label, short in VIEWS]
        active = next(key for key, view_id, _, _ in VIEWS if view_id == self.view)
        self.query_one("#tabs", Static).update(bars.tabs(items, active, width, self.glyphs))
        self.query_one("#keys", Static).update(bars.keys(self.key_hints(), width - 2, self.glyphs))
        self.paint_status(width)
        self.paint_detail()

    def tab(self, key: str, view_id: str, label: str, short: str) -> Tab:
        count = self.counts.get(view_id)
        capped = count is not None and view_id != "all" and count > COUNT_CAP
        return Tab(key, label, short, count, capped, alarm=view_id == "problems")

    def key_hints(self) -> list[KeyHint]:
        return [
            KeyHint(
                bars.key_name(action.keys[0]), action.label, f"screen.desk('{action.id}')", self.reason(action) is None
            )
            for action in ACTIONS
            if action.footer
        ]

    def paint_status(self, width: int) -> None:
        status = self.query_one("#status", Static)
        status.set_class(bool(self.said), "said")
        left = self.said or f"{self.total if self.total is not None else '…'} bookings"
        place = f"row {self.table.cursor_index + 1:,}" if self.total else ""
        status.update(bars.two_ends([Part(left)], place, width - 2, self.glyphs))

    def paint_detail(self) -> None:
        text = self.query_one("#detail", Static)
        if self.detail is None:
            text.update("")
            return
        frame = Frame(
            PANE_WIDTH,
            self.user,
            self.desk.now(),
            self.desk.business_date(),
            self.desk.zone,
            self.glyphs,
        )
        text.update(detail_content(self.detail, frame))

    # The list

    def show_view(self, view_id: str) -> None:
        self.view = view_id
        self.query_one("#search", Input).value = ""
        self.show(browse.view_source(view_id, self.desk.business_date(), self.sort))
        self.recount()

    def show(self, source: Source) -> None:
        self.total = None
        self.table.show(StoreRows(self.desk.ctx.store, source), keep_id=self.table.cursor_id)

    def recount(self) -> None:
        self.run_worker(self._recount(), group="counts", exclusive=True)

    async def _recount(self) -> None:
        day = self.desk.business_date()
        try:
            self.counts.update(await self.desk.ctx.store.read(lambda tx: browse.counts(tx, day, COUNT_CAP)))
            self.counts["all"] = await self.desk.ctx.store.read(browse.view_source("all", day).count)
        except StoreError as error:
            self.say(str(error))
        self.paint()

    @on(Input.Changed, "#search")
    def typed(self, event: Input.Changed) -> None:
        self.run_worker(self._search(event.value), group="search", exclusive=True)

    async def _search(self, text: str) -> None:
        """Ids that match, as a list of their own; an older answer than the box's text is dropped."""
        if not text.strip():
            self.show(browse.view_source(self.view, self.desk.business_date(), self.sort))
            return
        query = filters.read(text, self.desk.business_date())

        def find(tx: Tx) -> search.Found:
            return search.search(tx, query, text)

        try:
            found = await self.desk.ctx.store.read(find)
        except StoreError as error:
            self.say(str(error))
            return
        if self.query_one("#search", Input).value == text:
            self.show(IdSource(found.ids, found.capped))

    @on(Input.Submitted, "#search")
    def searched(self) -> None:
        self.table.focus()

    @on(VirtualTable.Counted)
    def counted(self, event: VirtualTable.Counted) -> None:
        self.total = event.total
        self.query_one("#body").set_class(event.total == 0, "-empty")
        searching = bool(self.query_one("#search", Input).value.strip())
        text = "Nothing matches. Esc clears the search." if searching else EMPTY[self.view]
        self.query_one("#empty", Static).update(text)
        if event.total == 0:
            self.detail = None
        self.paint()

    @on(VirtualTable.Highlighted)
    def highlighted(self, event: VirtualTable.Highlighted) -> None:
        self.said = ""
        self.run_worker(self._load_detail(), group="detail", exclusive=True)

    @on(VirtualTable.Failed)
    def failed(self, event: VirtualTable.Failed) -> None:
        self.say(str(event.error))

    async def _load_detail(self) -> None:
        booking_id = self.table.cursor_id
        if booking_id is None:
            self.detail = None
        else:
            try:
                detail = await self.desk.ctx.store.read(lambda tx: load_detail(tx, booking_id))
            except StoreError as error:
                self.say(str(error))
                return
            if self.table.cursor_id != booking_id:
                return
            self.detail = detail
        self.paint()

    def on_bookings_changed(self, message: BookingsChanged) -> None:
        """Something was written somewhere: the visible rows, the pane and the counts follow; the cursor stays."""
        self.table.reload()
        self.recount()
        self.run_worker(self._load_detail(), group="detail", exclusive=True)

    # Actions

    def say(self, text: str) -> None:
        self.said = text
        self.paint_status(max(20, self.app.size.width))

    def reason(self, action: Action) -> str | None:
        subject = self.detail.subject(link_known=True) if self.detail else None
        return reason_against(action, subject, self.user)

    def action_reasons(self) -> list[tuple[Action, str | None]]:
        """For the palette: everything, with the reason why not."""
        return [(action, self.reason(action)) for action in ACTIONS]

    def action_desk(self, action_id: str) -> None:
        """Run an action of the table, or say why not."""
        action = BY_ID[action_id]
        if reason := self.reason(action):
            self.say(f"{action.label}: {reason}")
        elif action_id.startswith("view_"):
            self.show_view(VIEWS[int(action_id[5:]) - 1][1])
        elif action_id == "problems":
            self.show_view("problems")
        elif action_id in DIALOGS and (self.detail is not None or not action.needs_booking):
            booking_id = self.detail.booking.id if self.detail and action.needs_booking else None
            self.run_worker(self.open_dialog(action_id, booking_id), group="dialog", exit_on_error=False)
        elif handler := getattr(self, f"desk_{action_id}", None):
            handler()
        elif action.scope == "anywhere":
            self.desk.action_desk(action_id)
        else:
            self.say(f"{action.label}: use the command line, travello-desk {action.cli or '--help'}")

    async def open_dialog(self, action_id: str, booking_id: int | None) -> None:
        """Open the window, tell what it did, and go on where it wants to."""
        module, _, name = DIALOGS[action_id].partition(":")
        dialog = getattr(importlib.import_module(f"travello_desk.tui.dialogs.{module}"), name)
        outcome = await self.app.push_screen_wait(dialog(self.desk.ctx, self.user, booking_id))
        self.table.focus()
        if outcome is None:
            return
        self.app.notify(outcome.text, markup=False)
        if outcome.warning:
            self.say(outcome.warning)
        if outcome.then in DIALOGS:
            await self.open_dialog(outcome.then, outcome.booking_id)

    def desk_search(self) -> None:
        self.query_one("#search", Input).focus()

    def desk_open(self) -> None:
        """Wide: into the pane. Narrow: the same text over the whole screen."""
        if self.app.size.width >= 100:
            self.query_one("#pane").focus()
        elif self.detail is not None:
            from travello_desk.tui.screens.detail import DetailScreen

            self.app.push_screen(DetailScreen(self.query_one("#detail", Static).content))

    async def _copy(self) -> None:
        if self.detail is not None:
            self.app.notify(await copy_text(self.app, self.detail.booking.reference), markup=False)

    def desk_copy(self) -> None:
        self.run_worker(self._copy(), group="copy")

    def action_back(self) -> None:
        """Esc: clear the search, then leave the box; never any harm."""
        box = self.query_one("#search", Input)
        if box.value:
            box.value = ""
        self.table.focus()
        self.said = ""
        self.paint()
