"""Mark paid: the balance taken at the desk, how, and with which receipt (UX 2.9; undoable until shift close)."""

from __future__ import annotations

from collections.abc import Iterable
from typing import ClassVar

from textual.binding import Binding, BindingType
from textual.widget import Widget

from travello_desk.actions import User
from travello_desk.money import format_minor
from travello_desk.operations.arrival import Mark, mark_paid
from travello_desk.operations.context import Context
from travello_desk.payments.rules import mark_paid_refusal
from travello_desk.store import shifts
from travello_desk.store.shifts import Shift
from travello_desk.tui import when
from travello_desk.tui.dialogs import words
from travello_desk.tui.dialogs.amounts import Typed, as_typed, read_amount
from travello_desk.tui.dialogs.base import DeskDialog, Outcome
from travello_desk.tui.dialogs.choice import Choice
from travello_desk.tui.dialogs.fields import Field, Row, Words
from travello_desk.tui.dialogs.reading import Seen
from travello_desk.tui.dialogs.stories import paid_story

TENDERS = (("cash", "Cash"), ("card", "Card terminal"), ("transfer", "Bank"), ("cheque", "Cheque"))
REFERENCE = {"card": "Slip no", "transfer": "Reference", "cheque": "Cheque no"}
WANTED = {"card": "as on the terminal's slip", "transfer": "as the bank names it", "cheque": "as on the cheque"}
HOW = {"cash": "in cash", "card": "by card terminal", "transfer": "by bank", "cheque": "by cheque"}
NO_DRAWER = (
    "You have no shift open: this cash is in no drawer that somebody counts. The day report lists it apart. "
    "To put it into a drawer, leave with Esc and open a shift with s first."
)
COLUMN = 46


class MarkPaidDialog(DeskDialog):
    """Takes the whole balance. `1` to `4` choose the tender, `y` outside a field does the deed."""

    VERB = "Mark paid"
    HINT = "1-4 paid by · y yes · Tab next · Esc cancel"
    BUSY = "Marking…"
    WIDTH = 66
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding(str(place), f"tender({place - 1})", label, show=False, id=f"mark_paid.tender{place}")
        for place, (_, label) in enumerate(TENDERS, 1)
    ]

    def __init__(self, ctx: Context, user: User, booking_id: int) -> None:
        super().__init__(ctx, user, booking_id)
        self.due = 0
        self.shift: Shift | None = None
        self.tender: Choice[str] = Choice(TENDERS, id="tender", numbered=True)
        self.received = Field(id="received", width=16)
        self.reference = Field(id="reference", width=20, most=60)
        self.receipt = Field(id="receipt", width=16, most=40)
        self.note = Field(id="note", most=200)
        self.change = Words(classes="after", id="change")
        self.received_row = Row("Received", self.received, self.change)
        self.wanted = Words(classes="after", id="wanted")
        self.reference_row = Row("Slip no", self.reference, self.wanted)

    async def read(self) -> bool:
        """The booking, and the drawer that cash would go into."""
        name = self.user.name
        self.shift = await self.ctx.store.read(lambda tx: shifts.open_of(tx, name))
        return await super().read()

    async def prepare(self) -> None:
        seen = self.booking
        self.due = seen.view.balance_minor
        self.received.value = as_typed(self.due, seen.booking.currency)
        self.receipt.value = seen.next_receipt_no
        self.proposed = seen.next_receipt_no

    def parts(self) -> Iterable[Widget]:
        return (
            Words(id="due", classes="strong"),
            Words(id="stay", classes="quiet"),
            Row("Paid by", self.tender),
            self.received_row,
            self.reference_row,
            Row("Receipt no", self.receipt, Words("next free, editable", classes="after quiet")),
            Row("Note", self.note),
            Words(id="writes"),
            Words(NO_DRAWER, id="no-drawer", classes="warning"),
        )

    @property
    def currency(self) -> str:
        return self.booking.booking.currency

    @property
    def sum(self) -> str:
        return format_minor(self.due, self.currency)

    def typed_received(self) -> Typed:
        return read_amount(self.received.value, self.currency)

    def refresh_words(self) -> None:
        seen, cash = self.booking, self.tender.value == "cash"
        booking = seen.booking
        self.query_one("#due", Words).update(words.pair("Balance due", self.sum, COLUMN))
        room = f"Room {booking.room}" if booking.room else "no room yet"
        stay = f"{words.arrival(booking.check_in, seen.today_on)} · {room} · pays on {booking.method}"
        self.query_one("#stay", Words).update(stay)
        self.received_row.display, self.reference_row.display = cash, not cash
        self.reference_row.rename(REFERENCE.get(self.tender.value, "Reference"))
        self.change.update(self.change_words())
        self.wanted.update("" if self.reference.value.strip() else WANTED.get(self.tender.value, ""))
        self.query_one("#writes", Words).update(self.writes())
        self.query_one("#no-drawer", Words).display = cash and self.shift is None

    def change_words(self) -> str:
        """The change to give back, or what is wrong with the sum."""
        typed = self.typed_received()
        if typed.minor is None:
            return typed.fault or "type what the guest gave"
        if typed.minor < self.due:
            return f"{format_minor(self.due - typed.minor, self.currency)} short: the whole balance is taken"
        return f"change {format_minor(typed.minor - self.due, self.currency)}"

    def writes(self) -> str:
        shift, cash = self.shift, self.tender.value == "cash"
        drawer = f"drawer {shift.drawer} +{self.sum}, " if cash and shift else ""
        until = " until this shift is closed" if shift else ""
        time = when.clock_text(self.ctx.clock(), self.ctx.settings.hotel_timezone)
        return f"Writes PENDING → PAID, {drawer}your name ({self.user.name}), {time}. Undo with z{until}."

    def label(self) -> str:
        return f"Mark {self.sum} paid"

    def ready(self) -> bool:
        """Cash has to reach; anything else has a slip or a number by which the bank's paper is found again."""
        if self.tender.value != "cash":
            return bool(self.reference.value.strip())
        received = self.typed_received().minor
        return received is not None and received >= self.due

    def stop_reason(self, seen: Seen) -> str:
        refusal = mark_paid_refusal(seen.ledger, seen.view)
        if refusal is not None and refusal.code == "already_paid" and seen.view.desk_entry is None:
            return f"The guest has just paid online: {paid_story(seen, self.ctx.settings.hotel_timezone)}"
        if refusal is not None:
            at = when.moment(refusal.at, self.ctx.settings.hotel_timezone, seen.at) if refusal.at else ""
            return f"{words.sentence(refusal.text)} {at}".rstrip()
        if seen.view.balance_minor != self.due:
            now = format_minor(seen.view.balance_minor, seen.booking.currency)
            return f"The balance is {now} by now: close this window and open it again"
        return ""

    def action_tender(self, place: int) -> None:
        self.tender.pick(place)

    async def carry_out(self) -> Outcome:
        tender = self.tender.value
        cash = tender == "cash"
        number = self.receipt.value.strip()
        mark = Mark(
            booking_id=self.booking.booking.id,
            actor=self.user.name,
            tender=tender,
            reference="" if cash else self.reference.value.strip(),
            # The number nobody touched means "the next free one": another desk may have taken it meanwhile.
            receipt_no="" if number == self.proposed else number,
            received_minor=(self.typed_received().minor or 0) if cash else 0,
            note=self.note.value.strip(),
            expected_minor=self.due,
        )
        marked = await mark_paid(self.ctx, mark)
        change = f", change {format_minor(marked.change_minor, marked.currency)}" if marked.change_minor else ""
        taken = format_minor(marked.amount_minor, marked.currency)
        return Outcome(marked.booking_id, f"{taken} taken {HOW[tender]}, receipt {marked.receipt_no}{change}")
