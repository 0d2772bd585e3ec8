"""Mail the guest the payment link, or a reminder: to whom, what was mailed before, and the letter to be read."""

from __future__ import annotations

import secrets
from collections.abc import Iterable
from typing import ClassVar, Final

from textual.containers import VerticalScroll
from textual.widget import Widget

from travello_desk.actions import User
from travello_desk.mailer.letters import Letter
from travello_desk.operations.context import Context
from travello_desk.operations.mail.queue import mail_refusal, queue_link, queue_reminder
from travello_desk.operations.mail.words import ASKS_FOR_MONEY, preview
from travello_desk.payments.rules import checkout_refusal
from travello_desk.store import outbox
from travello_desk.store.outbox import Mail
from travello_desk.tui.dialogs.base import DeskDialog, Outcome
from travello_desk.tui.dialogs.choice import Choice
from travello_desk.tui.dialogs.fields import Row, Words
from travello_desk.tui.dialogs.link_state import mailed_words
from travello_desk.tui.dialogs.reading import Seen

KINDS: Final = (("link", "the payment link"), ("reminder", "a reminder"))
QUEUES: Final = {"link": queue_link, "reminder": queue_reminder}
NO_SERVER = "SMTP_URL is not set: the mail is written as a file to the outbox folder, nobody gets it."
LETTER_LINES = 9


class EmailDialog(DeskDialog):
    """One press is one mail, however often the key is pressed: its name is made when the window opens."""

    VERB = "E-mail"
    HINT: ClassVar[str] = "← → which mail · PgUp PgDn read · y yes · Esc cancel"
    BUSY = "Queueing…"
    BACK = "Send nothing"
    WIDTH = 78
    DEFAULT_CSS = """
    EmailDialog {
        & #letter { height: auto; max-height: 9; margin-top: 1; padding: 0 1; background: $foreground 6%; }
        & #letter Words { height: auto; }
    }
    """

    def __init__(self, ctx: Context, user: User, booking_id: int) -> None:
        super().__init__(ctx, user, booking_id)
        self.kind: Choice[str] = Choice(KINDS, id="kind")
        self.letters: dict[str, Letter] = {}
        self.before: Mail | None = None
        self.uid = secrets.token_hex(8)

    async def prepare(self) -> None:
        """Both letters as they would leave now; who has had the link already is reminded."""
        booking_id = self.booking.booking.id
        mails = await self.ctx.store.read(lambda tx: outbox.of_booking(tx, booking_id))
        self.before = next((mail for mail in reversed(mails) if mail.kind in ASKS_FOR_MONEY), None)
        self.letters = {kind: await preview(self.ctx, booking_id, kind) for kind, _ in KINDS}
        self.kind.set_reactive(Choice.chosen, int(self.before is not None and self.before.status == "sent"))

    def parts(self) -> Iterable[Widget]:
        self.letter = VerticalScroll(Words(id="subject", classes="strong"), Words(id="text"), id="letter")
        self.letter.can_focus = False
        return (
            Row("To", Words(id="to", classes="strong")),
            Row("Before", Words(id="before")),
            Row("Mail", self.kind),
            self.letter,
            Words(NO_SERVER if self.ctx.settings.smtp is None else "", id="server", classes="warning"),
        )

    def refresh_words(self) -> None:
        letter, zone = self.letters[self.kind.value], self.ctx.settings.hotel_timezone
        self.query_one("#to", Words).update(self.booking.booking.guest_email)
        self.query_one("#before", Words).update(mailed_words(self.before, zone, self.booking.at))
        self.query_one("#subject", Words).update(letter.subject)
        self.query_one("#text", Words).update(letter.text)
        self.query_one("#server", Words).display = self.ctx.settings.smtp is None

    def label(self) -> str:
        return "E-mail the link" if self.kind.value == "link" else "E-mail the reminder"

    def stop_reason(self, seen: Seen) -> str:
        refusal = checkout_refusal(seen.ledger, seen.view) or mail_refusal(seen.booking)
        return refusal.text if refusal else ""

    def action_page(self, direction: int) -> None:
        self.letter.scroll_relative(y=direction * LETTER_LINES, animate=False)

    async def carry_out(self) -> Outcome:
        mail = await QUEUES[self.kind.value](self.ctx, self.booking.booking.id, self.user.name, self.uid)
        return Outcome(self.booking.booking.id, f"Mail queued for {mail.recipient}")
