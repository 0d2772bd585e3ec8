"""The story of a booking's payments in sentences, in the order of time (payments/explain.py). Reads only."""

from __future__ import annotations

from typing import ClassVar

from textual.binding import Binding, BindingType

from travello_desk.operations.order_proof import order_proof
from travello_desk.payments.chapters import chapters
from travello_desk.payments.rules import Refused
from travello_desk.store import timeline
from travello_desk.store.errors import StoreError
from travello_desk.tui import when, work
from travello_desk.tui.clipboard import copy_text
from travello_desk.tui.dialogs.base import Outcome
from travello_desk.tui.dialogs.booking_modal import BookingModal
from travello_desk.tui.dialogs.fields import Words
from travello_desk.tui.dialogs.problem import without_personal


class ExplainDialog(BookingModal[Outcome | None]):
    """Every attempt with what happened to it; `c` copies the story without the guest's data, `o` proves that the order
    in which Stripe told it does not matter."""

    VERB = "What happened"
    WIDTH = 76
    DEFAULT_CSS = """
    ExplainDialog .said { color: $text-muted; margin-top: 1; }
    """
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("enter", "back", "Close", show=False, id="explain.close"),
        Binding("c,y", "copy", "Copy", id="explain.copy"),
        Binding("o", "prove", "Order proof", id="explain.prove"),
        Binding("up", "page(-1)", "Up", show=False, id="explain.up"),
        Binding("down", "page(1)", "Down", show=False, id="explain.down"),
    ]

    async def on_mount(self) -> None:
        if not await self.opened():
            return
        self.entitle(self.title_words(), "c copy, without the guest's data · o order proof · Esc close")
        await self.box.mount_all([Words(id="story"), Words(id="said", classes="said")])
        self.look_again()
        self.arm()

    async def read(self) -> bool:
        if not await super().read():
            return False
        booking_id = self.booking.booking.id
        self.entries = await self.ctx.store.read(lambda tx: timeline.for_booking(tx, booking_id))
        return True

    def look_again(self) -> None:
        if self.query("#story"):
            self.query_one("#story", Words).update("\n".join(self.lines()))

    def lines(self) -> list[str]:
        """A heading for each payment, then its sentences; without payments the desk's own."""
        made_at = [row.created_at for row in self.booking.payments]
        found: list[str] = []
        for chapter in chapters(self.booking.view.payments, made_at, self.entries):
            found.extend([chapter.heading] if chapter.heading else [])
            found.extend(self.line(at, text) for at, text in chapter.steps)
            found.append("")
        return found[:-1] or ["Nothing has happened yet."]

    def line(self, at: int, text: str) -> str:
        zone = self.ctx.settings.hotel_timezone
        return f"  {when.moment(at, zone, self.booking.at) if at else '':<13} {text}"

    async def action_copy(self) -> None:
        story = without_personal("\n".join([self.booking.booking.reference, *self.lines()]), self.private())
        self.say(await copy_text(self.app, story))

    async def action_prove(self) -> None:
        """Replay the events in every order; in a thread, and told here."""
        self.say("Replaying…")
        work.start(self, self.prove, "order proof")

    async def prove(self) -> None:
        try:
            found = await order_proof(self.ctx, self.booking.booking.id)
        except (Refused, StoreError) as failed:
            self.say(str(failed))
            return
        sign = "✓" if found.holds else "✗"
        self.say("\n".join([f"{sign} {found.sentence}", *([] if found.holds else found.lines)]))

    def say(self, words: str) -> None:
        if self.stands:
            self.query_one("#said", Words).update(words)
