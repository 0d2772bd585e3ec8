"""Day report: what was taken, given back and is still due, business day by business day; its drawers and its papers.

The numbers are those of `travello-desk report`: one pure report, shown as cards.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date, timedelta
from functools import partial
from typing import ClassVar

from textual.binding import BindingType
from textual.containers import Horizontal, Vertical, VerticalScroll
from textual.content import Content
from textual.widget import Widget
from textual.widgets import Static

from travello_desk.operations.compare_day import Comparison, compare_day
from travello_desk.operations.downtime import downtime_sheet
from travello_desk.operations.errors import StripeFailed
from travello_desk.operations.report import Day, day_report
from travello_desk.operations.report_csv import movements_csv
from travello_desk.operations.report_text import text_of
from travello_desk.payments.rules import Refused
from travello_desk.store.errors import StoreError
from travello_desk.stripe_gateway.errors import GatewayError
from travello_desk.tui import bars, day_text
from travello_desk.tui.bars import Part
from travello_desk.tui.export import save_text
from travello_desk.tui.keys import bindings_for
from travello_desk.tui.messages import BookingsChanged
from travello_desk.tui.screens.base import DeskScreen
from travello_desk.tui.screens.text_screen import TextScreen
from travello_desk.tui.shift_words import drawers_content
from travello_desk.tui.when import long_day
from travello_desk.tui.work import start

CARDS = {"taken": "Taken", "hours": "By hour", "clerks": "By clerk", "dues": "Still due"}


class DayScreen(DeskScreen):
    """Left and right change the day; `s` is the shift, `x` and `p` write files, `t` the downtime sheet."""

    DEFAULT_CSS = """
    DayScreen {
        & #day { height: 1fr; }
        & #cards { height: auto; }
        & .column { width: 1fr; height: auto; }
        & .card { height: auto; border: round $primary; border-title-color: $foreground; padding: 0 1; }
        & #drawers { height: auto; padding: 0 2; }
        & #stripe { height: auto; padding: 0 2; }
    }
    """
    BINDINGS: ClassVar[list[BindingType]] = [*bindings_for("day", "desk")]
    SCOPES: ClassVar[tuple[str, ...]] = ("day", "anywhere")
    FOOTER: ClassVar[tuple[str, ...]] = (
        *("drawer", "compare", "export_day", "print_day", "mail_day", "help"),
        *("sheet", "earlier", "later"),
    )

    def __init__(self, day_on: date) -> None:
        super().__init__()
        self.day_on = day_on
        self.found: Day | None = None
        self.cards = {name: Static("", id=name, classes="card", markup=False) for name in CARDS}
        self.drawers = Static("", id="drawers", markup=False)
        self.stripe = Static("", id="stripe", markup=False)
        self.compared: Comparison | None = None

    def body(self) -> Iterable[Widget]:
        yield self.bars["tabs"]
        with VerticalScroll(id="day"):
            with Horizontal(id="cards"):
                yield Vertical(self.cards["taken"], classes="column")
                yield Vertical(*(self.cards[name] for name in ("hours", "clerks", "dues")), classes="column")
            yield self.drawers
            yield self.stripe

    def on_mount(self) -> None:
        super().on_mount()
        for name, title in CARDS.items():
            self.cards[name].border_title = Content(title)
        self.query_one("#day").focus()
        self.load()
        self.ask_stripe()

    # Reading

    def load(self) -> None:
        start(self, self._load, "day")

    async def _load(self) -> None:
        day = self.day_on
        try:
            found = await day_report(self.desk.ctx, day)
        except StoreError as error:
            self.say(f"Not up to date: {error}")
            return
        if day == self.day_on:
            self.found = found
            self.show()

    def on_bookings_changed(self, message: BookingsChanged) -> None:
        if self.day_on == self.desk.business_date():
            self.load()

    def on_resize(self, event: object) -> None:
        super().on_resize(event)  # type: ignore[arg-type]
        self.call_after_refresh(self.show)

    def show(self) -> None:
        """Write the cards anew, to the width they have."""
        if self.found is None or not self.is_mounted:
            return
        report, glyphs = self.found.report, self.desk.glyphs
        width = max(20, self.size.width // 2 - 5)
        self.cards["taken"].update(day_text.taken_card(report, width))
        hours = report.by_hour(self.desk.ctx.settings.currency_primary)
        change = self.desk.ctx.settings.business_day_change_hour
        self.cards["hours"].update(day_text.hour_card(hours, change, width, glyphs))
        self.cards["clerks"].update(day_text.clerk_card(report, width))
        self.cards["dues"].update(day_text.due_card(report, width))
        self.drawers.update(drawers_content(self.found.shifts, report.outside, self.desk))
        self.refresh_bars()

    def refresh_bars(self) -> None:
        if self.is_mounted and self.size.width:
            day = long_day(self.day_on.isoformat(), self.desk.calendar_date())
            title = [Part(" Day report", "bold"), Part(f"  {day}"), Part(self.span_words(), "$quiet")]
            self.bars["tabs"].tell(bars.two_ends, title, "", self.size.width, self.desk.glyphs)
        super().refresh_bars()

    def span_words(self) -> str:
        """From when to when the business day runs."""
        if self.found is None:
            return "  …"
        start_text, end_text = (
            self.desk.clock_text(at)[:5] for at in (self.found.report.start_at, self.found.report.end_at)
        )
        running = self.day_on == self.desk.business_date()
        return f"  ({start_text} to {'now' if running else end_text})"

    def status_ends(self) -> tuple[Sequence[Part], str]:
        return [Part("Esc goes back")], "left and right: other days"

    # Stripe

    def ask_stripe(self) -> None:
        """In the background: the report never waits for it."""
        self.compared = None
        self.stripe.update("")
        if self.desk.ctx.gateway is not None:
            start(self, partial(self._ask_stripe, self.day_on), "stripe")

    async def _ask_stripe(self, day: date) -> None:
        try:
            compared = await compare_day(self.desk.ctx, day)
        except (Refused, StripeFailed, GatewayError, StoreError) as error:
            self.stripe.update(Content.styled(f"Not compared with Stripe: {error}", "$quiet"))
            return
        if day == self.day_on:
            self.compared = compared
            self.stripe.update(self.stripe_words(compared))

    def stripe_words(self, compared: Comparison) -> Content:
        if compared.agree:
            return Content.styled(compared.sentence, "$success")
        words = f"▲ {compared.sentence}. Enter shows the difference"
        return Content.styled(self.desk.glyphs.text(words), "bold $warning")

    def desk_compare(self) -> None:
        if self.compared is None:
            self.say("Stripe: no answer yet")
        else:
            self.app.push_screen(TextScreen("Stripe and we", Content("\n".join(self.compared.lines))))

    # Actions

    def desk_earlier(self) -> None:
        self.go_to_day(self.day_on - timedelta(days=1))

    def desk_later(self) -> None:
        if self.day_on < self.desk.business_date():
            self.go_to_day(self.day_on + timedelta(days=1))
        else:
            self.say("The day after has not begun")

    def go_to_day(self, day: date) -> None:
        self.day_on = day
        self.load()
        self.ask_stripe()
        self.refresh_bars()

    def desk_drawer(self) -> None:
        self.desk.desk_shift()

    def desk_export_day(self) -> None:
        if self.found is not None:
            save_text(self.desk, f"day-{self.day_on.isoformat()}.csv", movements_csv(self.found.report))

    def desk_print_day(self) -> None:
        if self.found is not None:
            text = text_of(self.found.report, self.desk.ctx.settings.hotel_name, self.found.shifts)
            save_text(self.desk, f"day-{self.day_on.isoformat()}.txt", text)

    def desk_mail_day(self) -> None:
        if self.found is not None:
            start(self, partial(self._mail, self.found), "mail")

    async def _mail(self, day: Day) -> None:
        from travello_desk.tui.dialogs.day_mail import DayMailDialog

        told = await self.app.push_screen_wait(DayMailDialog(self.desk.ctx, self.user, day))
        if told is not None:
            self.app.notify(told.text, markup=False)

    def desk_sheet(self) -> None:
        start(self, partial(self._sheet, self.desk.business_date()), "sheet")

    async def _sheet(self, day: date) -> None:
        try:
            text = await downtime_sheet(self.desk.ctx, day, self.desk.now_text())
        except StoreError as error:
            self.say(f"Not written: {error}")
            return
        save_text(self.desk, f"downtime-{day.isoformat()}.txt", text)
