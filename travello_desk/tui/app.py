"""The desk's application: themes, keys that work anywhere, news for the screens, and a clean end.

Made by assembly with a Context; screens and dialogs find the store, the settings and the user here.
"""

from __future__ import annotations

import os
from datetime import date, datetime
from typing import ClassVar
from zoneinfo import ZoneInfo

from textual.app import App
from textual.binding import Binding, BindingType
from textual.command import Provider
from textual.screen import Screen

from travello_desk.actions import ACTIONS, User
from travello_desk.operations.context import Context
from travello_desk.tui import when
from travello_desk.tui.badges import Glyphs, glyphs_for
from travello_desk.tui.bars import HeaderState
from travello_desk.tui.changes import ChangeFeed
from travello_desk.tui.crash import crash_words, write_crash
from travello_desk.tui.keys import bindings_for
from travello_desk.tui.messages import BookingsChanged
from travello_desk.tui.palette import DeskCommands
from travello_desk.tui.state import header_state
from travello_desk.tui.theme import THEMES

NOT_UTF8 = Glyphs(ascii=True)


class DeskApp(App[int]):
    """`await DeskApp(ctx, user).run_async()` gives the exit code. Without a user it opens on the sign-in screen."""

    TITLE = "travello-desk"
    CSS_PATH = "styles/desk.tcss"
    COMMANDS: ClassVar[set[type[Provider]]] = {DeskCommands}  # type: ignore[assignment]
    NOTIFICATION_TIMEOUT = 5
    HORIZONTAL_BREAKPOINTS = [(0, "-narrow"), (100, "-wide")]  # noqa: RUF012 - Textual declares it so
    BINDINGS: ClassVar[list[BindingType]] = [
        *bindings_for("anywhere", "desk", taken=frozenset({"palette", "quit"})),
        Binding("ctrl+q", "desk('quit')", "Quit", show=False, priority=True, id="anywhere.quit"),
        Binding("ctrl+c", "desk_interrupt", "Copy", show=False, system=True, id="anywhere.copy"),
    ]

    def __init__(
        self,
        ctx: Context,
        user: User | None = None,
        *,
        glyphs: Glyphs | None = None,
        theme: str = "desk-dark",
        notice: str = "",
    ) -> None:
        super().__init__()
        self.ctx = ctx
        self.user = user
        self.notice = notice
        self.glyphs = glyphs or glyphs_for(os.environ)
        self.feed = ChangeFeed(ctx.store, self._changed)
        for known in THEMES:
            self.register_theme(known)
        self.theme = theme

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

    def header_state(self) -> HeaderState:
        return header_state(self.ctx, self.user, self.business_date(), self.calendar_date())

    # Life

    async def on_mount(self) -> None:
        self.feed.start()
        self.run_worker(self.feed.poll_forever(), group="feed")
        if self.user is None:
            self.run_worker(self.sign_in(), group="sign-in")
        else:
            self.open_desk()
        if self.notice:
            self.notify(self.notice, markup=False)

    async def sign_in(self, locked_by: str = "") -> None:
        """Ask who it is; the desk opens, or goes on, for whoever signs in."""
        from travello_desk.tui.screens.sign_in import SignInScreen

        self.user = await self.push_screen_wait(SignInScreen(self.ctx, locked_by))
        if not locked_by:
            self.open_desk()

    def open_desk(self) -> None:
        """The bookings for who is signed in."""
        from travello_desk.tui.screens.bookings import BookingsScreen

        self.push_screen(BookingsScreen())

    def on_unmount(self) -> None:
        self.feed.close()

    def _changed(self, ids: frozenset[int]) -> None:
        """News for every screen that stands, the one below a dialog too."""
        for screen in self.screen_stack:
            screen.post_message(BookingsChanged(ids or self._own_id(screen)))

    def _own_id(self, screen: Screen[object]) -> frozenset[int]:
        """When nobody knows what has changed, a dialog is told that its own booking has."""
        booking_id = getattr(screen, "booking_id", None)
        return frozenset({booking_id}) if isinstance(booking_id, int) else frozenset()

    def _fatal_error(self) -> None:
        """Textual would print a traceback with local variables: guests' names. Ours goes to the log, masked."""
        path = write_crash(self.ctx.settings.log_file)
        self.panic(crash_words(path))

    # Actions that work anywhere

    def action_desk(self, action_id: str) -> None:
        """An action of the table that belongs to no place; the screen may know it better."""
        handler = getattr(self.screen, f"desk_{action_id}", None) or getattr(self, f"desk_{action_id}", None)
        if handler is not None:
            handler()

    def desk_quit(self) -> None:
        self.exit(0)

    def desk_lock(self) -> None:
        """Cover the desk until somebody signs in; what stands below goes on living."""
        if self.user is not None:
            self.run_worker(self.sign_in(self.user.name), group="sign-in", exclusive=True)

    def desk_help(self) -> None:
        from travello_desk.tui.screens.keys import KeysScreen

        if not isinstance(self.screen, KeysScreen):
            self.push_screen(KeysScreen(ACTIONS))

    def desk_palette(self) -> None:
        self.action_command_palette()

    def action_desk_interrupt(self) -> None:
        """Ctrl+C copies what is selected; with nothing selected it says how to leave."""
        selected = self.screen.get_selected_text()
        if selected:
            self.copy_to_clipboard(selected)
        else:
            self.notify("Ctrl+Q quits", markup=False)
