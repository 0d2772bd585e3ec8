"""The receipt as it stands: on screen, as a file, by mail, on paper. Reads only; decides nothing about money."""

from __future__ import annotations

import secrets
from collections.abc import Awaitable, Callable
from typing import ClassVar

from textual import on
from textual.binding import Binding, BindingType
from textual.containers import Horizontal
from textual.widgets import Button

from travello_desk.actions import User
from travello_desk.operations import mail
from travello_desk.operations.context import Context
from travello_desk.operations.printing import print_receipt, receipt_file
from travello_desk.operations.receipt import receipt_of
from travello_desk.operations.receipt_text import receipt_lines
from travello_desk.payments.rules import Refused
from travello_desk.store.errors import StoreError
from travello_desk.texts import Language, language, languages
from travello_desk.tui.badges import clean
from travello_desk.tui.dialogs.base import Outcome
from travello_desk.tui.dialogs.booking_modal import BookingModal
from travello_desk.tui.dialogs.fields import GuardedButton, Words

KEYS = (("save", "s Save"), ("mail", "e E-mail"), ("print", "p Print"), ("speak", "g Language"))
# Also in the frame: the buttons stand below a receipt that is longer than the window.
HINT = "↑ ↓ reads on · s save · e e-mail · p print · g language · Esc close"


class ReceiptDialog(BookingModal[Outcome | None]):
    """`s` saves, `e` mails, `p` prints, `g` takes the next language."""

    VERB = "Receipt"
    WIDTH = 74
    DEFAULT_CSS = """
    ReceiptDialog {
        & #said { color: $text-muted; margin-top: 1; }
        & .keys { height: auto; margin-top: 1; }
        & GuardedButton { min-width: 5; margin-right: 1; }
    }
    """
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("s", "save", "Save", id="receipt.save"),
        Binding("e", "mail", "E-mail", id="receipt.mail"),
        Binding("p", "print", "Print", id="receipt.print"),
        Binding("g", "speak", "Language", id="receipt.language"),
        Binding("up", "page(-1)", "Up", show=False, id="receipt.up"),
        Binding("down", "page(1)", "Down", show=False, id="receipt.down"),
    ]

    def __init__(self, ctx: Context, user: User, booking_id: int) -> None:
        super().__init__(ctx, user, booking_id)
        self.uid = secrets.token_hex(8)
        self.speech: Language = language("en")
        self.lines: list[str] = []

    async def on_mount(self) -> None:
        if not await self.opened():
            return
        self.entitle(self.title_words(), HINT)
        buttons = [GuardedButton(label, self.click_counts, name=name) for name, label in KEYS]
        self.back = GuardedButton("Esc Close", self.click_counts)
        await self.box.mount_all([Words(id="paper"), Words(id="said"), Horizontal(*buttons, self.back, classes="keys")])
        if self.stands:
            self.look_again()
            self.back.focus(scroll_visible=False)
            self.arm()

    async def read(self) -> bool:
        first = self.seen is None
        if not await super().read():
            return False
        if first:
            self.speech = language(self.booking.booking.language)
        await self.write()
        return True

    async def write(self) -> None:
        receipt = await receipt_of(self.ctx, self.booking.booking.id)
        self.lines = receipt_lines(receipt, self.speech, self.ctx.settings.hotel_timezone)

    def look_again(self) -> None:
        if self.query("#paper"):
            text = "\n".join(clean(line) for part in self.lines for line in part.splitlines() or [""])
            self.query_one("#paper", Words).update(text)

    def say(self, text: str) -> None:
        if not self.stands:
            return
        said = self.query_one("#said", Words)
        said.update(text)
        self.call_after_refresh(said.scroll_visible, animate=False)

    @on(Button.Pressed)
    async def pressed(self, event: Button.Pressed) -> None:
        event.stop()
        await self.run_action(event.button.name or "back")

    async def told(self, work: Callable[[], Awaitable[str]]) -> None:
        """Do it and say what came of it, or why not."""
        try:
            self.say(await work())
        except Refused as refused:
            self.say(self.refusal_words(refused))
        except OSError as error:
            self.say(f"Not saved: {error.strerror}")
        except StoreError as failed:
            self.by_app(self.show_trouble(failed))

    async def action_save(self) -> None:
        async def work() -> str:
            return f"Saved {await receipt_file(self.ctx, self.booking.booking.id, self.speech.code)}"

        await self.told(work)

    async def action_mail(self) -> None:
        async def work() -> str:
            queued = await mail.queue_receipt(self.ctx, self.booking.booking.id, self.user.name, self.uid)
            return f"E-mail to {queued.recipient} is on its way"

        await self.told(work)

    async def action_print(self) -> None:
        """In a worker: a printer may take its time, and the desk must not."""

        async def work() -> None:
            await self.told(lambda: print_receipt(self.ctx, self.booking.booking.id, self.speech.code))

        self.say("Printing…")
        self.run_worker(work(), group="print", exclusive=True, exit_on_error=False)

    async def action_speak(self) -> None:
        codes = languages()
        self.speech = language(codes[(codes.index(self.speech.code) + 1) % len(codes)])
        await self.write()
        self.look_again()
