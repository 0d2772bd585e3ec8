"""Sign in by name and PIN; also what a locked desk shows. Nothing of any guest is on it.

A modal screen on an opaque ground: no key of the desk works underneath it. It dismisses with the User. At the first
start it makes the owner's account instead.
"""

from __future__ import annotations

from datetime import datetime
from typing import ClassVar

from rich.cells import cell_len
from textual import events, on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.content import Content
from textual.widget import Widget
from textual.widgets import Input, OptionList
from textual.widgets.option_list import Option

from travello_desk.actions import User
from travello_desk.operations import staff
from travello_desk.operations.context import Context
from travello_desk.operations.staff import Listed, Person
from travello_desk.payments.rules import Refusal, Refused
from travello_desk.store import attention
from travello_desk.store.errors import StoreError
from travello_desk.tui import when
from travello_desk.tui.badges import clean
from travello_desk.tui.dialogs.fields import Field, Row, Words
from travello_desk.tui.screens.health import health_words
from travello_desk.tui.widgets.columns import cell
from travello_desk.tui.window import Window
from travello_desk.tui.work import start

NAME_COLUMN, ROLE_COLUMN = 16, 10
SANDBOX_WANTED = 77
"""The exit code that asks for the demo instead (doors.py)."""
NO_KEY = (
    "No STRIPE_SECRET_KEY is set: the desk works, online payments do not. "
    "Ctrl+T shows everything in a sandbox, without real money."
)
FIRST, KNOWN = "Enter goes on", "your number, then the PIN"
CHOSEN = "{name}'s PIN · ↑ ↓ or Esc: another person"


class SignInScreen(Window[User]):
    """`SignInScreen(ctx)`, or `SignInScreen(ctx, locked_by="Ayesha")` over a desk that waits for somebody."""

    DEFAULT_CSS = """
    SignInScreen {
        align: center middle;
        background: $background;
        & > #box {
            width: 74; height: auto; max-height: 100%;
            border: round $primary; border-title-style: bold; background: $surface; padding: 1 2;
        }
        & #who { margin-bottom: 1; text-style: bold; }
        & OptionList {
            height: auto; max-height: 9; border: none; padding: 0; background: $surface;
            &:focus { border: none; }
        }
        & Row { margin-top: 1; }
        & #said { height: auto; min-height: 1; margin-left: 14; color: $error; text-style: bold; }
        & #no-key { margin-top: 1; color: $warning; }
        & #health { margin-top: 1; color: $text-muted; }
    }
    """
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape", "names", "Names", show=False, id="sign_in.names"),
        Binding("up", "other(-1)", "Person before", show=False, id="sign_in.before"),
        Binding("down", "other(1)", "Next person", show=False, id="sign_in.next"),
        Binding("ctrl+t", "sandbox", "Try the sandbox", show=False, id="sign_in.sandbox"),
        *(
            Binding(str(n), f"person({n - 1})", f"Person {n}", show=False, id=f"sign_in.person{n}")
            for n in range(1, 10)
        ),
    ]
    AUTO_FOCUS = ""
    NAMED = False

    def __init__(self, ctx: Context, locked_by: str = "") -> None:
        super().__init__()
        self.ctx, self.locked_by = ctx, locked_by
        self.listed: list[Listed] = []
        self.first = False
        self.checking = False
        self.wait_until = 0
        self.place = 0
        self.names = OptionList(id="names")
        self.name_field = Field(id="name", most=40)
        self.pin = Field(id="pin", password=True, most=12, width=16)
        self.again = Field(id="again", password=True, most=12, width=16)
        self.box = Vertical(id="box")

    def body(self) -> ComposeResult:
        yield self.box

    async def on_mount(self) -> None:
        self.listed = [person for person in await staff.people(self.ctx) if not person.disabled]
        self.first = not await staff.people(self.ctx)
        pins = await staff.demo_pins(self.ctx)
        parts = self.first_parts() if self.first else self.usual_parts(pins)
        if self.offers_sandbox:
            parts = [*parts, Words(NO_KEY, id="no-key")]
        await self.box.mount_all([Words(id="who"), *parts, Words(id="said"), Words(id="health")])
        self.box.border_title = Content("Locked" if self.locked_by else "travello-desk")
        self.set_focus(self.name_field if self.first else self.pin if self.returns else self.names)
        self.tell_how()
        await self.refresh_words()
        self.set_interval(1, self.refresh_words)

    @property
    def returns(self) -> bool:
        """Whether it is known who was here last: their next digits are the PIN. At a start digits say who it is."""
        return self.locked_by in (person.name for person in self.listed)

    @on(events.DescendantFocus)
    def tell_how(self) -> None:
        """What digits mean here, and how it is somebody else's turn."""
        how = FIRST if self.first else KNOWN
        if self.focused is self.pin and self.listed:
            name = clean(self.listed[self.place].name)
            how = CHOSEN.format(name=cell(name, min(NAME_COLUMN, cell_len(name))))
        self.box.border_subtitle = Content(f"{how} · Ctrl+Q leaves")

    @property
    def offers_sandbox(self) -> bool:
        """Without a key there is nothing to lose: the demo shows everything. Not over a desk that is only locked."""
        return self.ctx.gateway is None and not self.locked_by

    def action_sandbox(self) -> None:
        if self.offers_sandbox:
            self.app.exit(return_code=SANDBOX_WANTED)

    def usual_parts(self, pins: dict[str, str]) -> list[Widget]:
        """The names, the last one chosen, and the PIN."""
        for number, person in enumerate(self.listed, 1):
            self.names.add_option(Option(self.line(number, person, pins.get(person.name, ""))))
        self.place = [person.name for person in self.listed].index(self.locked_by) if self.returns else 0
        self.names.highlighted = self.place
        return [self.names, Row("PIN", self.pin)]

    def first_parts(self) -> list[Widget]:
        return [
            Words("The first start: make the owner's account. The owner adds the others."),
            Row("Your name", self.name_field),
            Row("PIN", self.pin, Words("4 to 12 digits", classes="after")),
            Row("PIN again", self.again),
        ]

    def line(self, number: int, person: Listed, pin: str) -> Content:
        """`1  Ayesha      clerk     shift open since 07:02`"""
        zone = self.ctx.settings.hotel_timezone
        shift = f"shift open since {when.clock_text(person.shift_since, zone)}" if person.shift_since else ""
        key = str(number) if number < 10 else " "
        extra = "   ".join(part for part in (f"PIN {pin}" if pin else "", shift) if part)
        return Content(f"{key}  {clean(person.name):<{NAME_COLUMN}}{person.role:<{ROLE_COLUMN}}{extra}".rstrip())

    async def refresh_words(self) -> None:
        """Once a second: the clock, the health, and how long is still to wait."""
        if not self.query("#who"):
            return
        now, zone = self.ctx.clock(), self.ctx.settings.hotel_timezone
        today = datetime.fromtimestamp(now, zone).date()
        place = f"{self.ctx.settings.hotel_name} · Front desk"
        time = f"{when.long_day(today.isoformat(), today)} {when.clock_text(now, zone)}"
        self.query_one("#who", Words).update(f"{place:<40}{time}" if len(place) < 40 else f"{place}\n{time}")
        try:
            health = health_words(self.ctx, await self.ctx.store.read(attention.count_all_open))
        except StoreError as failed:
            health = f"▲ store: {failed}"
        if self.query("#health"):  # not when the desk has ended meanwhile
            self.query_one("#health", Words).update(health)
            self.show_wait(int(now))

    def show_wait(self, now: int) -> None:
        left = self.wait_until - now
        self.pin.disabled = left > 0
        if left > 0:
            self.say(f"Too many wrong PINs: wait {left} s")
        elif self.wait_until:
            self.wait_until = 0
            self.say("")
            self.pin.focus()

    def say(self, text: str) -> None:
        if self.query("#said"):  # not when the desk has ended meanwhile
            self.query_one("#said", Words).update(text)

    # Who it is.

    def action_person(self, place: int) -> None:
        if not self.first and place < len(self.listed):
            self.turn_to(place)
            self.names.highlighted = place
            self.set_focus(self.pin)  # at once: the next digits, typed fast, are the PIN's already

    def action_other(self, step: int) -> None:
        if self.listed:
            self.action_person((self.place + step) % len(self.listed))

    def action_names(self) -> None:
        if not self.first:
            self.pin.value = ""
            self.names.focus()

    @on(OptionList.OptionSelected)
    def chosen(self, event: OptionList.OptionSelected) -> None:
        event.stop()
        self.set_focus(self.pin)

    @on(OptionList.OptionHighlighted)
    def another(self, event: OptionList.OptionHighlighted) -> None:
        event.stop()
        self.turn_to(event.option_index)

    def turn_to(self, place: int) -> None:
        """Another person, another count of tries. Once: the list tells of it after the next digits were typed."""
        if place == self.place:
            return
        self.place = place
        self.pin.value = ""
        self.tell_how()
        if self.wait_until:
            self.wait_until = 0
            self.pin.disabled = False
            self.say("")

    @property
    def name_chosen(self) -> str:
        place = self.names.highlighted
        return self.listed[place].name if place is not None and place < len(self.listed) else ""

    # The PIN.

    @on(Input.Submitted)
    def submitted(self, event: Input.Submitted) -> None:
        event.stop()
        following = {"name": self.pin, "pin": self.again}.get(event.input.id or "") if self.first else None
        if following is not None:
            following.focus()
        elif self.pin.value and not self.checking:
            self.checking = True
            self.say("")
            start(self, self.enter, "enter")

    async def enter(self) -> None:
        """Check, and go in or say why not."""
        try:
            person = await (self.make_owner() if self.first else self.check())
        except Refused as refused:
            self.refused(refused)
        except StoreError as failed:
            self.say(f"The store cannot be written: {failed}")
        else:
            self.dismiss(User(person.name, person.role, person.refund_limit_minor))
        finally:
            self.checking = False

    async def check(self) -> Person:
        return await staff.authenticate(self.ctx, self.name_chosen, self.pin.value)

    async def make_owner(self) -> Person:
        if self.pin.value != self.again.value:
            self.again.value = ""
            raise Refused(Refusal("pins_differ", "The two PINs differ: type the second one again"))
        return await staff.make_first_owner(self.ctx, self.name_field.value, self.pin.value)

    def refused(self, refused: Refused) -> None:
        """Say it; a wrong PIN leaves the field, a wait closes it."""
        self.say(str(refused))
        if not self.first:
            self.pin.value = ""
        if refused.refusal.code == "wait":
            self.wait_until = refused.refusal.at
            self.pin.disabled = True
            self.names.focus()
