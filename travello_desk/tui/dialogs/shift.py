"""The shift's windows: open with a float, drop cash, sign a blind count, close. The rules are operations/shifts.py's.

The expected sum stands in no window before the count is signed, and a signed count cannot be typed again.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import ClassVar

from textual.widget import Widget

from travello_desk.actions import User
from travello_desk.money import describe_minor
from travello_desk.operations import shifts
from travello_desk.operations.context import Context
from travello_desk.operations.shifts import Actor, Closing, Signed
from travello_desk.payments.drawer import Count, notes_of, over_words
from travello_desk.store.shifts import Shift
from travello_desk.tui.dialogs import words
from travello_desk.tui.dialogs.amounts import Typed, as_typed, read_amount
from travello_desk.tui.dialogs.base import DeskDialog, Outcome
from travello_desk.tui.dialogs.fields import Field, Row, Words

COLUMN = 40
NO_BOOKING = 0


class ShiftDialog(DeskDialog):
    """What the four have in common: no booking, one currency, one actor."""

    WIDTH = 62
    YES_KEY: ClassVar[bool] = False

    def __init__(self, ctx: Context, user: User, shift: Shift | None = None) -> None:
        super().__init__(ctx, user, None)
        self.shift = shift

    @property
    def currency(self) -> str:
        return self.shift.currency if self.shift else self.ctx.settings.currency_primary

    @property
    def actor(self) -> Actor:
        return Actor(self.user.name, self.user.role)

    @property
    def the_shift(self) -> Shift:
        if self.shift is None:
            raise LookupError("this window has no shift")
        return self.shift

    def title_words(self) -> str:
        return f"{self.VERB} · {self.shift.name} · drawer {self.shift.drawer}" if self.shift else self.VERB

    def code(self) -> str:
        return super().code().replace("new booking", f"shift {self.shift.id if self.shift else ''}".strip())

    def money(self, amount_minor: int) -> str:
        return describe_minor(amount_minor, self.currency)


class OpenShiftDialog(ShiftDialog):
    """The float is proposed as the shift before left it."""

    VERB = "Open a shift"
    BUSY = "Opening…"

    def __init__(self, ctx: Context, user: User, shift: Shift | None = None) -> None:
        super().__init__(ctx, user, shift)
        self.float_field = Field(id="float", width=16)
        self.drawer = Field(id="drawer", width=16, most=20)

    async def prepare(self) -> None:
        self.left = await shifts.suggest_float(self.ctx)
        self.drawer.value = "1"
        self.float_field.value = as_typed(self.left, self.currency)

    def parts(self) -> Iterable[Widget]:
        before = f"The shift before left {self.money(self.left)}. " if self.left else ""
        return (
            Words(f"{before}Count what is in the drawer now.", classes="quiet"),
            Row("Float", self.float_field, Words(id="float-said", classes="after")),
            Row("Drawer", self.drawer, Words("one person holds it", classes="after quiet")),
            Words("Cash you take and pay out from now on belongs to this drawer."),
        )

    def typed_float(self) -> Typed:
        return read_amount(self.float_field.value, self.currency)

    def refresh_words(self) -> None:
        self.query_one("#float-said", Words).update(self.typed_float().said)

    def label(self) -> str:
        minor = self.typed_float().minor
        return "Open the shift" if minor is None else f"Open with {self.money(minor)}"

    def ready(self) -> bool:
        return self.typed_float().minor is not None and bool(self.drawer.value.strip())

    async def carry_out(self) -> Outcome:
        minor = self.typed_float().minor or 0
        opened = await shifts.open_shift(self.ctx, self.actor, minor, self.drawer.value)
        return Outcome(NO_BOOKING, f"Shift open: drawer {opened.drawer}, float {self.money(opened.opening_minor)}")


class DropDialog(ShiftDialog):
    """Cash to the safe in the middle of a shift."""

    VERB = "Drop cash"
    BUSY = "Dropping…"

    def __init__(self, ctx: Context, user: User, shift: Shift | None = None) -> None:
        super().__init__(ctx, user, shift)
        self.amount = Field(id="amount", width=16)
        self.note = Field(id="note", most=200, placeholder="envelope, who took it")

    def parts(self) -> Iterable[Widget]:
        return (
            Row("Amount", self.amount, Words(id="amount-said", classes="after")),
            Row("Note", self.note),
            Words("The drawer holds that much less; the safe that much more."),
        )

    def typed_amount(self) -> Typed:
        return read_amount(self.amount.value, self.currency)

    def refresh_words(self) -> None:
        self.query_one("#amount-said", Words).update(self.typed_amount().said)

    def label(self) -> str:
        minor = self.typed_amount().minor
        return self.VERB if minor is None else f"Drop {self.money(minor)}"

    def ready(self) -> bool:
        return bool(self.typed_amount().minor)

    async def carry_out(self) -> Outcome:
        minor = self.typed_amount().minor or 0
        await shifts.drop(self.ctx, self.actor, self.the_shift.id, minor, self.note.value)
        return Outcome(NO_BOOKING, f"{self.money(minor)} dropped to the safe")


class CountDialog(ShiftDialog):
    """Blind: notes by the piece, coins as one sum, and a signature. `signed` is the answer."""

    VERB = "Count"
    BUSY = "Signing…"
    HINT = "Enter next · Tab to the buttons · Esc count later"
    BACK = "Count later"

    def __init__(self, ctx: Context, user: User, shift: Shift | None = None) -> None:
        super().__init__(ctx, user, shift)
        self.pieces = {note: Field(id=f"note-{note}", width=8, most=4) for note in notes_of(self.currency)}
        self.rest = Field(id="rest", width=16)
        self.signed: Signed | None = None

    def parts(self) -> Iterable[Widget]:
        rows = [
            Row(f"{note:>6,} ×", field, Words(id=f"said-{note}", classes="after quiet"))
            for note, field in self.pieces.items()
        ]
        rest = Row("Coins" if rows else "All cash", self.rest, Words(id="rest-said", classes="after"))
        blind = Words("What the drawer should hold is told once the count is signed.", classes="quiet")
        return (*rows, rest, Words(id="counted", classes="strong"), blind)

    def number(self, field: Field) -> int | None:
        """Pieces as typed; nothing typed is none, and what is no number is not known."""
        text = field.value.strip()
        return 0 if not text else int(text) if text.isascii() and text.isdigit() else None

    def rest_minor(self) -> int | None:
        return read_amount(self.rest.value, self.currency).minor if self.rest.value.strip() else 0

    def count(self) -> Count | None:
        numbers = {note: self.number(field) for note, field in self.pieces.items()}
        rest = self.rest_minor()
        if rest is None or any(number is None for number in numbers.values()):
            return None
        return Count(tuple((note, number) for note, number in numbers.items() if number), rest)

    def refresh_words(self) -> None:
        scale = shifts.scale_of(self.currency)
        for note, field in self.pieces.items():
            number = self.number(field)
            said = "how many?" if number is None else self.money(note * number * scale) if number else ""
            self.query_one(f"#said-{note}", Words).update(said)
        self.query_one("#rest-said", Words).update(read_amount(self.rest.value, self.currency).said)
        count = self.count()
        total = "—" if count is None else self.money(count.total_minor(scale))
        self.query_one("#counted", Words).update(words.pair("Counted", total, COLUMN))

    def label(self) -> str:
        return "Sign the count"

    def ready(self) -> bool:
        typed = any(field.value.strip() for field in (*self.pieces.values(), self.rest))
        return typed and self.count() is not None

    async def carry_out(self) -> Outcome:
        signed = await shifts.sign_count(self.ctx, self.actor, self.the_shift.id, self.count() or Count())
        return Outcome(NO_BOOKING, f"Count of {self.money(signed.counted_minor)} signed", then="close")


class CloseShiftDialog(ShiftDialog):
    """The count is signed: what was expected is told, the difference explained, the drawer emptied or left."""

    VERB = "Close the shift"
    BUSY = "Closing…"
    BACK = "Close later"

    def __init__(self, ctx: Context, user: User, shift: Shift | None = None) -> None:
        super().__init__(ctx, user, shift)
        self.dropped = Field(id="dropped", width=16)
        self.reason = Field(id="reason", most=200)
        self.note = Field(id="note", most=500, placeholder="shown to whoever signs in next")

    async def prepare(self) -> None:
        self.shift = (await shifts.look(self.ctx, self.the_shift.id)).shift
        self.counted = self.shift.counted_minor or 0
        self.over = self.counted - (self.shift.expected_minor or 0)
        self.reason.placeholder = "why it is over or short" if self.over else ""
        self.dropped.value = as_typed(max(0, self.counted - self.shift.opening_minor), self.currency)

    def parts(self) -> Iterable[Widget]:
        over = over_words(self.over, self.currency)
        expected = self.money(self.the_shift.expected_minor or 0)
        return (
            Words(words.pair("Counted", self.money(self.counted), COLUMN)),
            Words(words.pair("Expected", expected, COLUMN)),
            Words(words.pair("Difference", over, COLUMN), classes="warning" if self.over else "strong", id="over"),
            Row("Reason", self.reason),
            Row("To the safe", self.dropped, Words(id="left", classes="after")),
            Row("Hand-over", self.note),
            Words("Closed is closed: what was taken in it is paid out from now on, not undone.", classes="quiet"),
        )

    def typed_drop(self) -> Typed:
        return read_amount(self.dropped.value, self.currency)

    def refresh_words(self) -> None:
        minor = self.typed_drop().minor
        left = self.counted - minor if minor is not None else None
        said = (
            self.typed_drop().fault
            if left is None
            else f"leaves {self.money(left)}"
            if left >= 0
            else "more than counted"
        )
        self.query_one("#left", Words).update(said)

    def label(self) -> str:
        return "Close the shift"

    def ready(self) -> bool:
        minor = self.typed_drop().minor
        explained = not self.over or bool(self.reason.value.strip())
        return minor is not None and minor <= self.counted and explained

    async def carry_out(self) -> Outcome:
        closing = Closing(self.the_shift.id, self.typed_drop().minor or 0, self.reason.value, self.note.value)
        closed = await shifts.close(self.ctx, self.actor, closing)
        left = self.money(closed.left_minor or 0)
        return Outcome(NO_BOOKING, f"Shift closed, {over_words(self.over, self.currency)}; {left} left in the drawer")
