"""Mails: what was queued, what has left, what could not, with the server's own words and the mail itself."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from typing import ClassVar, Final

from textual.binding import BindingType
from textual.content import Content

from travello_desk.operations import mail
from travello_desk.payments.rules import Refused
from travello_desk.store import posted
from travello_desk.store.errors import StoreError
from travello_desk.store.outbox import Mail
from travello_desk.store.posted import Posted
from travello_desk.tui.badges import clean
from travello_desk.tui.keys import bindings_for
from travello_desk.tui.screens.log_place import LogPlace
from travello_desk.tui.widgets.columns import Column, Tone
from travello_desk.tui.work import start

KINDS: Final = {
    "link": "pay link",
    "reminder": "reminder",
    "receipt": "receipt",
    "refund": "refund notice",
    "refund_failed": "refund came back",
    "day_report": "day report",
}
STATES: Final = {"cancelled": "not sent", "sending": "leaving"}


class MailsScreen(LogPlace[Posted]):
    """See the module."""

    BINDINGS: ClassVar[list[BindingType]] = [*bindings_for("mails", "desk")]
    SCOPES = ("log", "mails", "anywhere")
    NAME = "Mails"
    EMPTY = "Nothing was mailed on this day. e on a booking writes to its guest."
    FOOTER = (
        *("filter", "inspect", "mail_again", "go_booking", "day_before", "day_after"),
        *("help", "palette"),
    )

    def columns(self) -> Sequence[Column[Posted]]:
        def state(row: Posted) -> str:
            sign = self.desk.glyphs.text("▲ ") if row.mail.status == "failed" else "  "
            return sign + STATES.get(row.mail.status, row.mail.status)

        return (
            Column("at", "TIME", 8, lambda row: self.desk.clock_text(row.mail.created_at)),
            Column("state", "STATE", 10, state, tone),
            Column("kind", "LETTER", 16, lambda row: KINDS.get(row.mail.kind, row.mail.kind)),
            Column("ref", "BOOKING", 12, lambda row: clean(row.reference) or "—"),
            Column("to", "TO", 22, lambda row: clean(row.mail.recipient), grow=True),
            Column("words", "SERVER", 24, lambda row: clean(row.mail.last_error), drop=1),
        )

    async def read(self, since_at: int, until_at: int) -> Sequence[Posted]:
        return await self.desk.ctx.store.read(lambda tx: posted.mails(tx, since_at, until_at))

    def booking_of(self, row: Posted) -> int | None:
        return row.mail.booking_id

    def note(self) -> str:
        fault = self.desk.ctx.health.mail_fault
        waiting = sum(row.mail.status in ("queued", "sending") for row in self.all_rows)
        failed = sum(row.mail.status == "failed" for row in self.all_rows)
        parts = [f"{waiting} waiting" if waiting else "", f"{failed} failed" if failed else "", clean(fault)]
        return "   ".join(part for part in parts if part)

    async def full(self, row: Posted) -> Content:
        """The mail itself, as it was sent or as it would leave now; below a head that tells what became of it."""
        sent = row.mail
        head = [
            f"{KINDS.get(sent.kind, sent.kind)} to {clean(sent.recipient)}, queued "
            f"{self.desk.now_text(sent.created_at)} by {clean(sent.actor)}",
            f"{STATES.get(sent.status, sent.status)}, {tries_of(sent)}"
            + (f", next {self.desk.now_text(sent.next_try_at)}" if sent.status == "queued" else ""),
            f"server: {clean(sent.last_error)}" if sent.last_error else "",
        ]
        try:
            subject, text = await mail.letter_sent(self.desk.ctx, sent)
        except Refused as refused:
            subject, text = str(refused), ""
        lines = [*filter(None, head), "", subject, "", *text.splitlines()]
        return Content("\n".join(clean(line) for line in lines))

    def desk_mail_again(self) -> None:
        if (row := self.table.cursor_row) is None:
            self.say("Again: there is no mail here")
        else:
            start(self, partial(self._again, row.id), "mail")

    async def _again(self, mail_id: int) -> None:
        try:
            queued = await mail.try_again(self.desk.ctx, mail_id, self.user.name)
        except (Refused, StoreError) as error:
            self.say(f"Again: {error}")
            return
        self.app.notify(f"Tried again, to {queued.recipient}", markup=False)
        self.load()


def tries_of(sent: Mail) -> str:
    return "1 try" if sent.tries == 1 else f"{sent.tries} tries"


def tone(row: Posted) -> Tone:
    return Tone({"failed": "badge-failed", "sent": "badge-paid"}.get(row.mail.status, ""))
