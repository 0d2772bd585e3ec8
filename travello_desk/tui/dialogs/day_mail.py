"""Mail the day's report: to whom, and the letter to be read before it leaves (operations/mail/day_mail.py)."""

from __future__ import annotations

from collections.abc import Iterable
from typing import ClassVar

from textual.containers import VerticalScroll
from textual.widget import Widget

from travello_desk.actions import User
from travello_desk.operations.context import Context
from travello_desk.operations.mail import day_mail
from travello_desk.operations.report import Day
from travello_desk.tui.dialogs.base import DeskDialog, Outcome
from travello_desk.tui.dialogs.email import NO_SERVER
from travello_desk.tui.dialogs.fields import Field, Row, Words

LETTER_LINES = 10


class DayMailDialog(DeskDialog):
    """`DayMailDialog(ctx, user, day)`: what is shown is what leaves, also when the day has gone on meanwhile."""

    VERB = "E-mail the day report"
    HINT: ClassVar[str] = "PgUp PgDn read · Tab next · Esc cancel"
    BUSY = "Queueing…"
    BACK = "Send nothing"
    YES_KEY = False
    DEFAULT_CSS = """
    DayMailDialog {
        & #letter { height: auto; max-height: 10; margin-top: 1; padding: 0 1; background: $foreground 6%; }
        & #letter Words { height: auto; }
    }
    """

    def __init__(self, ctx: Context, user: User, day: Day) -> None:
        super().__init__(ctx, user, None)
        self.day = day
        self.letter = day_mail.day_letter(ctx.settings, day)
        self.to = Field(id="to", most=200, placeholder="who keeps the books")

    async def prepare(self) -> None:
        self.to.value = await day_mail.last_address(self.ctx)

    def parts(self) -> Iterable[Widget]:
        self.page = VerticalScroll(Words(self.letter.text), id="letter", can_focus=False)
        server = Words(NO_SERVER, id="server", classes="warning")
        server.display = self.ctx.settings.smtp is None
        return Row("To", self.to), Words(self.letter.subject, classes="strong"), self.page, server

    def label(self) -> str:
        return "E-mail it"

    def ready(self) -> bool:
        return bool(self.to.value.strip())

    def action_page(self, direction: int) -> None:
        self.page.scroll_relative(y=direction * LETTER_LINES, animate=False)

    async def carry_out(self) -> Outcome:
        day_on = self.day.report.day_on
        mail = await day_mail.queue_day(self.ctx, day_on, self.letter, self.to.value, self.user.name)
        return Outcome(0, day_mail.state_words(mail))
