"""Make a booking, or change one. Only what the clerk has touched is written; a paid booking keeps its price."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import timedelta
from typing import Any

from textual.widget import Widget

from travello_desk.actions import User
from travello_desk.money import format_minor
from travello_desk.operations.booking_form import DAYS, LABELS, LINES, Checked, check, free_reference
from travello_desk.operations.bookings import create, edit
from travello_desk.operations.context import Context
from travello_desk.payments.rules import edit_amount_refusal
from travello_desk.store.bookings import Booking, NewBooking
from travello_desk.texts import language, languages
from travello_desk.tui import when
from travello_desk.tui.badges import clean
from travello_desk.tui.dialogs.base import DeskDialog, Outcome
from travello_desk.tui.dialogs.booking_fields import as_form, beside
from travello_desk.tui.dialogs.choice import Choice
from travello_desk.tui.dialogs.fields import Field, Row, Words
from travello_desk.tui.dialogs.reading import Seen
from travello_desk.tui.dialogs.stories import link_story

LANGUAGES = tuple((code, language(code).name) for code in languages())
METHODS = (("ONLINE", "ONLINE, by link"), ("ARRIVAL", "on ARRIVAL"))
NARROW = {"room": 14, "check_in": 14, "check_out": 14, "amount": 14, "reference": 24}


class BookingFormDialog(DeskDialog):
    """`BookingFormDialog(ctx, user, None)` makes a new booking; the outcome names it."""

    BUSY = "Saving…"
    YES_KEY = False
    WIDTH = 74
    HINT = "Enter or Tab next · Esc cancel"

    def __init__(self, ctx: Context, user: User, booking_id: int | None, *, guest_name: str = "") -> None:
        """`guest_name`: who was looked for and not found."""
        super().__init__(ctx, user, booking_id)
        self.guest_name = guest_name
        names = [*(line[0] for line in LINES), *(day[0] for day in DAYS), "amount", "notes"]
        most = {name: most for name, _, most, _ in LINES} | {"check_in": 10, "check_out": 10, "notes": 2000}
        self.fields = {name: Field(id=name, most=most.get(name, 20), width=NARROW.get(name)) for name in names}
        self.sayings = {name: Words(classes="after quiet") for name in names}
        self.method: Choice[str] = Choice(METHODS, id="method")
        self.language: Choice[str] = Choice(LANGUAGES, id="language")
        self.original: dict[str, str] = {}

    @property
    def new(self) -> bool:
        return self.booking_id is None

    @property
    def currency(self) -> str:
        return self.ctx.settings.currency_primary if self.seen is None else self.seen.booking.currency

    def title_words(self) -> str:
        return "New booking" if self.new else f"Change · {super().title_words()[3:]}"

    async def prepare(self) -> None:
        if self.seen is None:
            await self.propose()
            return
        self.original = form_of(self.seen.booking)
        for name, text in self.original.items():
            self.fields[name].value = text
        self.language = Choice(LANGUAGES, id="language", chosen=chosen_language(self.seen.booking.language))
        self.fields["reference"].disabled = True
        refusal = edit_amount_refusal(self.seen.view)
        self.fields["amount"].disabled = refusal is not None

    async def propose(self) -> None:
        """A walk-in for tonight under a free reference, every word of it editable."""
        settings = self.ctx.settings
        today = when.business_date(self.ctx.clock(), settings.hotel_timezone, settings.business_day_change_hour)
        for days, (name, _) in enumerate(DAYS):
            self.fields[name].value = (today + timedelta(days=days)).isoformat()
        self.fields["guest_name"].value = clean(self.guest_name)
        self.fields["reference"].value = await self.ctx.store.read(lambda tx: free_reference(tx, today))

    def first_focus(self) -> None:
        """A walk-in is asked for the name; the reference is there already."""
        if self.new:
            self.fields["guest_name"].focus()
        else:
            super().first_focus()

    def parts(self) -> Iterable[Widget]:
        for name in (
            "reference",
            "guest_name",
            "guest_email",
            "guest_phone",
            "room",
            "check_in",
            "check_out",
            "amount",
        ):
            yield Row(LABELS[name], self.fields[name], self.sayings[name])
        if self.new:
            yield Row("Pays", self.method)
        yield Row("Writes in", self.language, id="speaks")
        yield Row(LABELS["notes"], self.fields["notes"])
        yield Words(id="means", classes="warning")

    def typed_values(self) -> dict[str, str]:
        return {name: field.value for name, field in self.fields.items()}

    def checked(self) -> Checked:
        return check(self.typed_values(), self.currency)

    def changed(self) -> list[str]:
        """The fields that the clerk has touched, in the order of the form."""
        typed = self.typed_values()
        return [name for name in LABELS if typed[name].strip() != self.original.get(name, "").strip()]

    def refresh_words(self) -> None:
        typed, checked = self.typed_values(), self.checked()
        for name, saying in self.sayings.items():
            saying.update(beside(name, typed, self.currency, checked))
        refusal = edit_amount_refusal(self.seen.view) if self.seen else None
        if refusal:
            self.sayings["amount"].update(refusal.text)
        means = self.query_one("#means", Words)
        means.update(self.means(checked))
        means.display = bool(self.means(checked))

    def means(self, checked: Checked) -> str:
        """What a new price does to a link that is out."""
        if self.seen is None or "amount" not in self.changed() or checked.fault("amount"):
            return ""
        if not link_story(self.seen, self.ctx.settings.hotel_timezone):
            return ""
        price = format_minor(checked.amount_minor, self.currency)
        return f"The open payment link asks the old price: it is switched off, a new one asks {price}."

    def label(self) -> str:
        return "Make the booking" if self.new else "Save the changes"

    def ready(self) -> bool:
        return self.new or bool(self.changed()) or self.other_language

    @property
    def other_language(self) -> bool:
        """Whether the guest is to be written to in another language than before."""
        return self.seen is not None and self.language.value != self.seen.booking.language

    def do_it(self) -> None:
        """Say what is wrong and go there, before anything is asked of the store."""
        faults = self.checked().faults
        if faults and not self.busy and not self.stopped:
            name, sentence = faults[0]
            self.say(f"{LABELS[name]}: {sentence}")
            self.fields[name].focus()
            return
        super().do_it()

    def stop_reason(self, seen: Seen) -> str:
        """Somebody else has changed a field that is being changed here."""
        now = form_of(seen.booking)
        moved = [LABELS[name] for name in self.changed() if now[name] != self.original[name]]
        if moved:
            return f"{', '.join(moved)} was changed by somebody else meanwhile: close this window and look again"
        refusal = edit_amount_refusal(seen.view)
        return refusal.text if refusal and "amount" in self.changed() else ""

    async def carry_out(self) -> Outcome:
        checked = self.checked()
        if self.booking_id is None:
            return await self.make(checked)
        names = [name for name in self.changed() if name not in ("amount", "reference")]
        details = {name: checked.values[name] for name in names}
        if self.other_language:
            details["language"] = self.language.value
        amount_minor = checked.amount_minor if "amount" in self.changed() else None
        changed = await edit(self.ctx, self.booking_id, self.user.name, amount_minor=amount_minor, details=details)
        return Outcome(self.booking_id, "Changes saved", changed.warning)

    async def make(self, checked: Checked) -> Outcome:
        values: dict[str, Any] = dict(checked.values)
        new = NewBooking(
            amount_minor=checked.amount_minor,
            currency=self.currency,
            method=self.method.value,
            language=self.language.value,
            **values,
        )
        booking_id = await create(self.ctx, new, self.user.name)
        return Outcome(booking_id, f"Booking {new.reference} made")


def chosen_language(code: str) -> int:
    """The place of a language in the choice; the default's for one that has no texts any more."""
    return max((place for place, (known, _) in enumerate(LANGUAGES) if known == code), default=0)


def form_of(booking: Booking) -> dict[str, str]:
    """A stored booking as the form's one-line fields show it."""
    return {name: clean(text) for name, text in as_form(booking).items()}
