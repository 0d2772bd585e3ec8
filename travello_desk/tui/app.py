"""The desk's application: themes, keys that work anywhere, news for the screens, and a clean end.

Made by assembly with a Context; screens and dialogs find the store, the settings and the user here.
"""

from __future__ import annotations

import asyncio
import os
from collections.abc import Callable, Sequence
from contextlib import suppress
from datetime import date, datetime
from functools import partial
from typing import TYPE_CHECKING, ClassVar
from zoneinfo import ZoneInfo

from textual import events
from textual.binding import Binding, BindingType
from textual.command import Provider
from textual.driver import Driver
from textual.filter import LineFilter
from textual.screen import Screen

from travello_desk.actions import ACTIONS, User
from travello_desk.operations import preferences, staff
from travello_desk.operations.context import Context
from travello_desk.store import desk
from travello_desk.store.errors import StoreError
from travello_desk.tui import when
from travello_desk.tui.badges import Glyphs, glyphs_for
from travello_desk.tui.bars import HeaderState
from travello_desk.tui.changes import ChangeFeed
from travello_desk.tui.crash import crash_words, write_crash
from travello_desk.tui.keys import bindings_for
from travello_desk.tui.messages import BookingsChanged
from travello_desk.tui.palette import DeskCommands, DeskPalette
from travello_desk.tui.places import BASE_SCREENS, Places
from travello_desk.tui.plain_signs import PlainSigns
from travello_desk.tui.screens.idle import Idle
from travello_desk.tui.state import header_state
from travello_desk.tui.theme import THEMES
from travello_desk.tui.work import start

if TYPE_CHECKING:
    from rich.console import RenderableType

    from travello_desk.tui.listing import Listing

SIGN_IN_SECONDS = 0.25
NO_ROWS_SECONDS = 2.0
"""How long the listener waits for the screen at most: a store that answers slowly must not keep webhooks out."""


class DeskApp(Places):
    """`await DeskApp(ctx, user).run_async()` gives the exit code. Without a user it opens on the sign-in screen."""

    TITLE = "travello-desk"
    CSS_PATH = "styles/desk.tcss"
    COMMANDS: ClassVar[set[type[Provider] | Callable[[], type[Provider]]]] = {DeskCommands}
    HORIZONTAL_BREAKPOINTS = [(0, "-narrow"), (100, "-wide")]  # noqa: RUF012 - Textual declares it so
    BINDINGS: ClassVar[list[BindingType]] = [
        *bindings_for("anywhere", "desk", taken=frozenset({"palette", "quit", "lock"})),
        # With priority, because a dialog stops every other key of the app.
        Binding("ctrl+q", "desk('quit')", "Quit", show=False, priority=True, id="anywhere.quit"),
        Binding("f1", "desk('help')", "Keys", show=False, priority=True, id="anywhere.keys"),
        Binding("ctrl+l", "desk('lock')", "Lock", show=False, priority=True, id="anywhere.lock"),
        Binding("ctrl+c", "desk_interrupt", "Copy", show=False, priority=True, system=True, id="anywhere.copy"),
    ]

    def __init__(
        self,
        ctx: Context,
        user: User | None = None,
        *,
        notice: str = "",
        glyphs: Glyphs | None = None,
        theme: str = "desk-dark",
    ) -> None:
        """`notice` is one sentence to greet with (the demo's)."""
        super().__init__()
        self.notice = notice
        self.ctx = ctx
        self.user = user
        self.glyphs = glyphs or glyphs_for(os.environ)
        self.plain_signs = PlainSigns()
        self.feed = ChangeFeed(ctx.store, self._changed)
        for known in THEMES:
            self.register_theme(known)
        self.theme = theme
        self.painted = asyncio.Event()
        """Something to read stands on the screen: what is slow may begin."""
        self.locked = False
        self.preferences = preferences.Preferences()
        self.idle = Idle(ctx.clock, 0)

    def get_line_filters(self) -> Sequence[LineFilter]:
        """Textual's own, and plain signs where the terminal has no others."""
        return [*super().get_line_filters(), *([self.plain_signs] if self.glyphs.ascii else [])]

    def get_driver_class(self) -> type[Driver]:
        """Ours where Textual would take its own for terminals."""
        from textual.drivers.linux_driver import LinuxDriver

        from travello_desk.tui.patient_driver import PatientDriver

        chosen = super().get_driver_class()
        return PatientDriver if chosen is LinuxDriver else chosen

    def _display(self, screen: Screen[object], renderable: RenderableType | None) -> None:
        leaves_out = getattr(self._driver, "leaves_out", None)
        if leaves_out is not None and leaves_out():
            self.post_display_hook()
        else:
            super()._display(screen, renderable)

    # What screens and dialogs ask

    @property
    def zone(self) -> ZoneInfo:
        return self.ctx.settings.hotel_timezone

    def now(self) -> float:
        """Unix seconds; tests freeze it through `ctx.clock`."""
        return self.ctx.clock()

    def business_date(self) -> date:
        """The hotel's day, which may still be yesterday at three in the morning."""
        return when.business_date(self.now(), self.zone, self.ctx.settings.business_day_change_hour)

    def calendar_date(self) -> date:
        return datetime.fromtimestamp(self.now(), self.zone).date()

    def now_text(self, at: float | None = None) -> str:
        """An instant (now, unless one is given) as people read it here: `14:32`, `24 Nov 14:32`."""
        return when.moment(self.now() if at is None else at, self.zone, self.now())

    def clock_text(self, at: float) -> str:
        """`14:33:08`: the instant within a day that is known."""
        return f"{datetime.fromtimestamp(at, self.zone):%H:%M:%S}"

    @property
    def banner(self) -> str:
        """The one sentence that must not be missed, or empty."""
        return self.ctx.health.banner

    def header_state(self) -> HeaderState:
        return header_state(self.ctx, self.user, self.business_date(), self.calendar_date())

    # Life

    async def on_mount(self) -> None:
        self.feed.start()
        start(self, self.feed.poll_forever, "feed", exclusive=False)
        self.set_interval(1.0, self.look_around)
        self.set_timer(SIGN_IN_SECONDS if self.user is None else NO_ROWS_SECONDS, self.painted.set)
        if self.user is None:
            start(self, self.sign_in, "sign-in", vital=True)
        else:
            await self.open_desk()
        if self.notice:
            self.notify(self.notice, markup=False)

    def on_virtual_table_highlighted(self) -> None:
        """The first rows are there; after the next painting they can be read."""
        self.call_after_refresh(self.painted.set)

    async def open_desk(self) -> None:
        """The bookings for who is signed in, in the orders that person left them in."""
        from travello_desk.tui.listing import Listing
        from travello_desk.tui.screens.bookings import BookingsScreen

        listing = Listing(self.ctx.store, self.business_date())
        listing.sorts = await self.recall(listing)
        self.push_screen(BookingsScreen(listing))

    async def recall(self, listing: Listing) -> dict[str, str]:
        """What the store remembers of this person's desk; the orders of it that can still be."""
        self.preferences = preferences.Preferences()
        if self.user is None:
            return {}
        try:
            self.preferences = await preferences.load(self.ctx, self.user.name)
            return await self.ctx.store.read(lambda tx: listing.fitting(tx, self.preferences.sorts))
        except StoreError:
            return {}  # The header tells of a store that cannot be read; a forgotten order is no second news.

    def remember_sorts(self, sorts: dict[str, str]) -> None:
        self.preferences.sorts = dict(sorts)
        start(self, self.keep_preferences, "preferences", exclusive=False)

    def remember_opened(self, booking_id: int) -> None:
        """Kept with the next order, or when the desk is locked or left: not worth a commit for every look."""
        self.preferences.opened(booking_id)

    async def keep_preferences(self) -> None:
        if self.user is not None:
            with suppress(StoreError):  # A full disk has a banner; what is forgotten here is an order of a list.
                await preferences.keep(self.ctx, self.user.name, self.preferences)

    async def sign_in(self, locked_by: str = "") -> None:
        """Ask who it is; the desk opens, or goes on, for whoever signs in."""
        from travello_desk.tui.screens.sign_in import SignInScreen

        self.locked = True
        if locked_by:
            await self.keep_preferences()
            with suppress(StoreError):
                await staff.sign_out(self.ctx, locked_by)
        self.user = await self.push_screen_wait(SignInScreen(self.ctx, locked_by))
        self.locked = False
        if not locked_by:
            await self.open_desk()
        elif self.user.name != locked_by:
            self.hand_over()
            await self.rearrange()
        self.idle = Idle(self.ctx.clock, await staff.lock_minutes(self.ctx))
        start(self, self.tell_notes, "notes")

    async def tell_notes(self) -> None:
        """What the shift before left to be read."""
        from travello_desk.tui.shift_flow import tell_notes

        await tell_notes(self)

    def hand_over(self) -> None:
        """Another person: what the one before had open is closed, so that nobody acts in another's name."""
        while len(self.screen_stack) > BASE_SCREENS:
            self.pop_screen()
        self.screen.workers.cancel_group(self.screen, "deed")
        for group in ("shift", "notes"):
            self.workers.cancel_group(self, group)
        self.screen.refresh_bindings()

    async def rearrange(self) -> None:
        """The list as the person who has taken over left it."""
        from travello_desk.tui.screens.bookings import BookingsScreen

        if isinstance(self.screen, BookingsScreen):
            self.screen.listing.sorts = await self.recall(self.screen.listing)
            self.screen.show_view(self.screen.listing.view_id)

    def look_around(self) -> None:
        """Once a second: lock a desk nobody uses, tell once what was recovered at the start."""
        if self.idle.due and not self.locked:
            self.desk_lock()
        if told := self.ctx.health.caught_up:
            self.ctx.health.caught_up = ""
            self.notify(told, markup=False)

    async def on_event(self, event: events.Event) -> None:
        if isinstance(event, events.Key | events.MouseEvent):
            self.idle.touch()
        await super().on_event(event)

    def on_unmount(self) -> None:
        self.feed.close()

    def _changed(self, ids: frozenset[int]) -> None:
        """News for every screen that wants them, the one below a dialog too. Not for others: whatever wakes Textual's
        own lowest screen has the whole of ours painted anew."""
        for screen in self.screen_stack:
            if hasattr(screen, "on_bookings_changed"):
                screen.post_message(BookingsChanged(ids or self._own_id(screen)))

    def _own_id(self, screen: Screen[object]) -> frozenset[int]:
        """When nobody knows what has changed, a dialog is told that its own booking has."""
        booking_id = getattr(screen, "booking_id", None)
        return frozenset({booking_id}) if isinstance(booking_id, int) else frozenset()

    def _handle_exception(self, error: Exception) -> None:
        """Textual would print a traceback with local variables: guests' names. Ours goes to the log, without them."""
        self._return_code = 1
        if self._exception is None:
            self._exception = error
            self._exception_event.set()
        self.panic(crash_words(write_crash(self.ctx.settings.log_file, error)))

    # Actions that work anywhere

    def action_desk(self, action_id: str) -> None:
        """An action of the table; the screen may know it better."""
        runner = getattr(self.screen, "action_desk", None)
        if runner is not None:
            runner(action_id)
        else:
            self.run_desk(action_id)

    def run_desk(self, action_id: str) -> None:
        """An action that belongs to no place."""
        handler = getattr(self, f"desk_{action_id}", None)
        if handler is not None:
            handler()

    def desk_quit(self) -> None:
        start(self, self.quit_if_sure, "quit")

    async def quit_if_sure(self) -> None:
        """Leave; with a shift open, ask first. A store that cannot be read keeps nobody here."""
        from travello_desk.tui.screens.confirm import ConfirmScreen

        name = self.user.name if self.user else ""
        try:
            shift = await self.ctx.store.read(lambda tx: desk.open_shift(tx, name))
        except StoreError:
            shift = None
        question = f"{name}, your shift is still open. Leave without counting the drawer?"
        if shift is None or await self.push_screen_wait(ConfirmScreen(question, "Leave", "Stay")):
            await self.keep_preferences()
            self.exit(0)

    def desk_lock(self) -> None:
        """Cover the desk until somebody signs in; what stands below goes on living."""
        if self.user is not None and not self.locked:
            start(self, partial(self.sign_in, self.user.name), "sign-in", vital=True)

    def action_command_palette(self) -> None:
        # Without an id: one that is still being closed would have the same.
        if not self.locked and not any(isinstance(screen, DeskPalette) for screen in self.screen_stack):
            self.push_screen(DeskPalette())

    def desk_help(self) -> None:
        """The keys of this place, or of the window that is open over it."""
        from travello_desk.tui.dialogs.guarded import GuardedModal
        from travello_desk.tui.screens.base import DeskScreen
        from travello_desk.tui.screens.keys import KeysScreen, window_keys

        place = self.screen
        if isinstance(place, KeysScreen):
            place.action_close()
        elif isinstance(place, GuardedModal):
            self.push_screen(KeysScreen((), window_keys(place)))
        elif isinstance(place, DeskScreen):
            self.push_screen(KeysScreen([action for action in ACTIONS if action.scope in place.SCOPES]))

    def desk_theme(self) -> None:
        """The next of the three."""
        names = [theme.name for theme in THEMES]
        self.theme = names[(names.index(self.theme) + 1) % len(names)] if self.theme in names else names[0]

    def desk_palette(self) -> None:
        self.action_command_palette()
