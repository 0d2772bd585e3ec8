"""A place with a booking in it: the list and the full-screen detail. Knows which booking the keys act on.

Before anything is done the booking is read again: what the rules say is said about how it stands, not how it looked.
"""

from __future__ import annotations

from functools import partial
from typing import Any

from textual.content import Content

from travello_desk.actions import ACTIONS, Action, Subject, reason_against
from travello_desk.operations.context import Context
from travello_desk.store.errors import StoreError
from travello_desk.tui.clipboard import copy_text
from travello_desk.tui.detail import Detail, load_detail
from travello_desk.tui.detail_text import Frame, detail_content
from travello_desk.tui.screens.base import DeskScreen
from travello_desk.tui.screens.deeds import DIALOGS, dialog_for, refusal
from travello_desk.tui.work import start


class BookingPlace(DeskScreen):
    """Subclasses say which booking is meant and show its detail."""

    def __init__(self) -> None:
        super().__init__()
        self.detail: Detail | None = None

    @property
    def current_id(self) -> int | None:
        """The booking that keys act on, or None."""
        raise NotImplementedError

    @property
    def ctx(self) -> Context:
        return self.desk.ctx

    @property
    def link_known(self) -> bool:
        return "PUBLIC_BASE_URL" in self.ctx.settings.given

    @property
    def subject(self) -> Subject | None:
        """The booking as the rules see it; None while it is being read."""
        if self.detail is None or self.detail.booking.id != self.current_id:
            return None
        return self.detail.subject(link_known=self.link_known)

    def frame(self, width: int) -> Frame:
        desk = self.desk
        return Frame(width, self.user, desk.now(), desk.business_date(), desk.zone, desk.glyphs, self.link_known)

    def detail_text(self, width: int) -> Content:
        return detail_content(self.detail, self.frame(width)) if self.detail else Content("")

    # Actions

    def can(self, action_id: str) -> bool:
        return action_id in DIALOGS or super().can(action_id)

    def reasons(self) -> dict[str, str | None]:
        """Reasons as the rules give them; while the booking is being read nothing is ruled out."""
        subject, loading = self.subject, self.current_id is not None and self.subject is None
        return {action.id: self.reason_for(action, subject, loading) for action in ACTIONS}

    def reason_for(self, action: Action, subject: Subject | None, loading: bool) -> str | None:
        if not self.can(action.id):
            return "not in this place"
        if action.needs_booking and loading:
            return None
        return reason_against(action, subject, self.user)

    def action_desk(self, action_id: str) -> None:
        if action_id in DIALOGS:
            self.hush()
            booking_id = None if action_id == "new" else self.current_id
            start(self, partial(self.deed, action_id, booking_id), "deed")
        else:
            super().action_desk(action_id)

    async def deed(self, action_id: str, booking_id: int | None) -> None:
        """Read the booking, ask the rules, open the dialog, tell what it did; on to the next when it asks for it."""
        while action_id:
            try:
                subject = await self.read_subject(booking_id)
            except StoreError as error:
                self.say(str(error))
                return
            if said := refusal(action_id, subject, self.user):
                self.say(said)
                return
            dialog = dialog_for(action_id, self.ctx, self.user, booking_id)
            told = await self.app.push_screen_wait(dialog)
            action_id = self.tell(told)

    async def read_subject(self, booking_id: int | None) -> Subject | None:
        if booking_id is None:
            return None
        found = booking_id
        detail = await self.ctx.store.read(lambda tx: load_detail(tx, found))
        return detail.subject(link_known=self.link_known) if detail else None

    def tell(self, told: Any) -> str:
        """Good news in a toast, a warning where it stays; the action to go on with, if any."""
        if told is None:
            return ""
        if text := getattr(told, "text", ""):
            self.app.notify(text, markup=False)
        if warning := getattr(told, "warning", ""):
            self.say(warning)
        return str(getattr(told, "then", "") or "")

    def desk_copy(self) -> None:
        """The guest's link where there is something to pay, else the reference."""
        detail = self.detail
        if detail is None or detail.booking.id != self.current_id:
            self.say("Copy: no booking is selected")
            return
        booking = detail.booking
        pays = booking.method == "ONLINE" and booking.status == "PENDING" and not booking.code_revoked
        link = f"{self.ctx.settings.public_base_url}/p/{booking.guest_code}"
        text, what = (link, "Link") if pays else (booking.reference, "Reference")
        start(self, partial(self.copy, text, what), "copy")

    async def copy(self, text: str, what: str) -> None:
        said = await copy_text(self.app, text)
        self.app.notify(self.desk.glyphs.text(f"{what} {said.removeprefix('✓ ')}"), markup=False)
