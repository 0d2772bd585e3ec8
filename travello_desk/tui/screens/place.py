"""A place with a booking in it: the list and the full-screen detail. Knows which booking the keys act on."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial

from textual.content import Content

from travello_desk.actions import ACTIONS, Action, Subject, reason_against
from travello_desk.store import bookings
from travello_desk.tui.clipboard import copy_text
from travello_desk.tui.detail import Detail
from travello_desk.tui.detail_text import Frame, detail_content
from travello_desk.tui.screens.deed_place import DeedPlace
from travello_desk.tui.screens.deeds import DIALOGS
from travello_desk.tui.work import start


class BookingPlace(DeedPlace):
    """Subclasses say which booking is meant and show its detail."""

    def __init__(self) -> None:
        super().__init__()
        self.detail: Detail | None = None
        self.told_fault = ""
        """Why the store cannot be written, as the detail has it."""

    @property
    def current_id(self) -> int | None:
        """The booking that keys act on, or None."""
        raise NotImplementedError

    @property
    def subject(self) -> Subject | None:
        """The booking as the rules see it; None while it is being read."""
        if self.detail is None or self.detail.booking.id != self.current_id:
            return None
        return self.detail.subject(link_known=self.link_known)

    def frame(self, width: int) -> Frame:
        desk = self.desk
        day, self.told_fault = desk.business_date(), self.ctx.health.money_fault
        return Frame(width, self.user, desk.now(), day, desk.zone, desk.glyphs, self.link_known, self.told_fault)

    def refresh_bars(self) -> None:
        super().refresh_bars()
        if self.detail is not None and self.told_fault != self.ctx.health.money_fault:
            self.paint()

    def paint(self) -> None:
        """Write the detail anew."""
        raise NotImplementedError

    def detail_text(self, width: int) -> Content:
        return detail_content(self.detail, self.frame(width)) if self.detail else Content("")

    # Actions

    def can(self, action_id: str) -> bool:
        return action_id in DIALOGS or super().can(action_id)

    def reasons(self, actions: Sequence[Action] = ACTIONS) -> dict[str, str | None]:
        """Reasons as the rules give them; while the booking is being read nothing is ruled out."""
        subject, loading = self.subject, self.current_id is not None and self.subject is None
        return {action.id: self.reason_for(action, subject, loading) for action in actions}

    def reason_for(self, action: Action, subject: Subject | None, loading: bool) -> str | None:
        if not self.can(action.id):
            return "not in this place"
        if action.needs_booking and loading:
            return None
        return reason_against(action, subject, self.user, self.ctx.health.money_fault)

    def action_desk(self, action_id: str) -> None:
        if action_id in DIALOGS:
            self.hush()
            booking_id = None if action_id == "new" else self.current_id
            start(self, partial(self.deed, action_id, booking_id), "deed")
        else:
            super().action_desk(action_id)

    def desk_copy(self) -> None:
        """The guest's link where there is something to pay, else the reference."""
        start(self, self._copy, "copy")

    async def _copy(self) -> None:
        booking_id = self.current_id
        booking = await self.ctx.store.read(lambda tx: bookings.get(tx, booking_id)) if booking_id else None
        if booking is None:
            self.say("Copy: no booking is selected")
            return
        pays = booking.method == "ONLINE" and booking.status == "PENDING" and not booking.code_revoked
        link = f"{self.ctx.settings.public_base_url}/p/{booking.guest_code}"
        text, what = (link, "Link") if pays else (booking.reference, "Reference")
        said = await copy_text(self.app, text)
        self.app.notify(self.desk.glyphs.text(f"{what} {said.removeprefix('✓ ')}"), markup=False)
