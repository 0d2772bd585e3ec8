"""What the app tells a person without being asked: good news in toasts, anything else where it stays (UX 2.3).

A toast goes after five seconds, and there are three at once at most: the oldest makes room.
"""

from __future__ import annotations

from functools import partial

from textual.app import App
from textual.notifications import SeverityLevel
from textual.widgets import Input

from travello_desk.tui.clipboard import copy_text
from travello_desk.tui.work import start

MOST_TOASTS = 3


class Telling(App[int]):
    """The part of the app that speaks."""

    NOTIFICATION_TIMEOUT = 5

    def notify(
        self,
        message: str,
        *,
        title: str = "",
        severity: SeverityLevel = "information",
        timeout: float | None = None,
        markup: bool = False,
    ) -> None:
        """A toast for good news. Bad news would vanish in one: it goes where it stays until the next key."""
        if severity == "information" or not self.tell(message):
            super().notify(message, title=title, severity=severity, timeout=timeout, markup=markup)

    def _refresh_notifications(self) -> None:
        for oldest in [*self._notifications][:-MOST_TOASTS]:
            del self._notifications[oldest]
        super()._refresh_notifications()

    def tell(self, text: str) -> bool:
        """One sentence in the status line of the topmost place; False where there is no place yet."""
        from travello_desk.tui.screens.base import DeskScreen

        for screen in reversed(self.screen_stack):
            if isinstance(screen, DeskScreen):
                screen.say(text)
                return True
        return False

    def worker_failed(self, fault: Exception) -> None:
        """A worker has raised: one sentence where it stays until the next key; the log has the place (E14)."""
        self.tell(f"A fault of the desk itself ({type(fault).__name__}): it goes on, the log tells where")

    def action_desk_interrupt(self) -> None:
        """Ctrl+C copies what is selected; with nothing selected it says how to leave. It never ends the desk."""
        if selected := self.selected_text():
            start(self, partial(self.copy_selected, selected), "copy")
        else:
            self.notify("Ctrl+Q quits")

    def selected_text(self) -> str:
        """What is selected, in the field with the focus or on the screen; a PIN is never copied."""
        field = self.screen.focused
        if isinstance(field, Input) and not field.password and field.selected_text:
            return field.selected_text
        return self.screen.get_selected_text() or ""

    async def copy_selected(self, text: str) -> None:
        self.notify(await copy_text(self, text))
