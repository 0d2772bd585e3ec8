"""A place from which the deeds on a booking are done: the list, the full-screen detail, the problems.

Before anything is done the booking is read again: what the rules say is said about how it stands, not how it looked.
"""

from __future__ import annotations

from typing import Any

from travello_desk.actions import Subject
from travello_desk.operations.context import Context
from travello_desk.store.errors import StoreError
from travello_desk.tui.detail import load_detail
from travello_desk.tui.screens.base import DeskScreen
from travello_desk.tui.screens.deeds import dialog_for, refusal


class DeedPlace(DeskScreen):
    """Knows how to open the dialogs, and what to do with what they leave behind."""

    @property
    def ctx(self) -> Context:
        return self.desk.ctx

    @property
    def link_known(self) -> bool:
        return "PUBLIC_BASE_URL" in self.ctx.settings.given

    async def deed(self, action_id: str, booking_id: int | None) -> None:
        """Read the booking, ask the rules, open the dialog, tell what it did; on to the next when it asks for it."""
        while action_id:
            try:
                subject = await self.read_subject(booking_id)
            except StoreError as error:
                self.say(str(error))
                return
            if said := refusal(action_id, subject, self.user, self.ctx.health.money_fault):
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
