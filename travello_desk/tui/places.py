"""The ways between the places of the desk: which screen a key opens, and how one comes back to a booking."""

from __future__ import annotations

from abc import abstractmethod
from datetime import date
from functools import partial
from typing import TYPE_CHECKING, cast

from textual.screen import Screen

from travello_desk.tui.telling import Telling
from travello_desk.tui.work import start

if TYPE_CHECKING:
    from travello_desk.tui.app import DeskApp

BASE_SCREENS = 2
"""Textual's own blank screen and the bookings."""


class Places(Telling):
    """The part of the app that knows the way. Screens are imported when they are first gone to."""

    locked: bool

    @abstractmethod
    def business_date(self) -> date:
        """The hotel's day."""

    def desk_day(self) -> None:
        from travello_desk.tui.screens.day import DayScreen

        self.go_to(DayScreen(self.business_date()))

    def desk_shift(self) -> None:
        """The drawer: open, drop, count, close."""
        from travello_desk.tui.shift_flow import run_shift

        start(self, partial(run_shift, cast("DeskApp", self)), "shift")

    def desk_activity(self) -> None:
        from travello_desk.tui.screens.activity import ActivityScreen

        self.go_to(ActivityScreen(self.business_date()))

    def desk_events(self) -> None:
        from travello_desk.tui.screens.events import EventsScreen

        self.go_to(EventsScreen(self.business_date()))

    def desk_problems(self) -> None:
        from travello_desk.tui.screens.problems import ProblemsScreen

        self.go_to(ProblemsScreen(self.business_date()))

    def desk_mails(self) -> None:
        from travello_desk.tui.screens.mails import MailsScreen

        self.go_to(MailsScreen(self.business_date()))

    def desk_doctor(self) -> None:
        from travello_desk.tui.screens.doctor import DoctorScreen

        self.go_to(DoctorScreen())

    def go_to(self, place: Screen[None]) -> None:
        """A place over the bookings; from one such place to another, the first one goes. Dialogs stay."""
        from travello_desk.tui.screens.base import DeskScreen
        from travello_desk.tui.screens.bookings import BookingsScreen

        if self.locked or not isinstance(self.screen, DeskScreen) or type(self.screen) is type(place):
            return
        if isinstance(self.screen, BookingsScreen):
            self.push_screen(place)
        else:
            self.switch_screen(place)

    def show_booking(self, booking_id: int) -> None:
        """Back to the bookings, with this one found."""
        from travello_desk.tui.screens.bookings import BookingsScreen

        while len(self.screen_stack) > BASE_SCREENS:
            self.pop_screen()
        if isinstance(self.screen, BookingsScreen):
            self.screen.find_booking(booking_id)
