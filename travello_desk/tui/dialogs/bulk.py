"""One deed on all marked bookings: what happens to each and why some are left alone, the number typed, then progress
and what became of each (UX 2.2, tier 3). The window stays until it is closed: a result is read, not flashed.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from functools import partial

from textual import on
from textual.containers import VerticalScroll
from textual.widget import Widget

from travello_desk.actions import User
from travello_desk.bulk import BULKS, Bulk, Item, by_trouble, count_of, links, plan, result, summary
from travello_desk.operations.bulk import ENOUGH, do_one, mailed_today
from travello_desk.operations.context import Context
from travello_desk.operations.errors import NoStripe, StripeFailed
from travello_desk.operations.rates import FallbackOffered
from travello_desk.payments.rules import Refused
from travello_desk.store.errors import Conflict, StoreError
from travello_desk.store.tx import Tx
from travello_desk.tui import when
from travello_desk.tui.crash import story_of
from travello_desk.tui.detail import Detail, load_detail
from travello_desk.tui.dialogs.base import DeskDialog, Outcome, log
from travello_desk.tui.dialogs.bulk_plan import list_content
from travello_desk.tui.dialogs.choice import Choice
from travello_desk.tui.dialogs.fields import Field, Row, Words
from travello_desk.tui.messages import BookingsChanged

LIST_LINES = 9


@dataclass(frozen=True, slots=True)
class BulkOutcome(Outcome):
    """`settled` are the bookings that nothing is left to do for: their marks can go."""

    settled: frozenset[int] = frozenset()


class BulkDialog(DeskDialog):
    """`BulkDialog(ctx, user, ids)`. Stopping is possible between two bookings; doing it again goes on from there."""

    VERB = "Marked bookings"
    HINT = "← → what to do · PgUp PgDn list · Tab next · Esc cancel"
    BACK = "Leave them"
    YES_KEY = False
    WIDTH = 78
    DEFAULT_CSS = """
    BulkDialog {
        & #items { height: auto; max-height: 9; margin: 1 0; scrollbar-size-vertical: 1; }
        & #items Words { height: auto; width: 1fr; }
    }
    """

    def __init__(self, ctx: Context, user: User, booking_ids: Sequence[int]) -> None:
        super().__init__(ctx, user, None)
        self.booking_ids = tuple(booking_ids)
        self.act: Choice[Bulk] = Choice([(bulk, bulk.label) for bulk in BULKS], id="act")
        self.count = Field(id="count", width=8, most=5)
        self.items: list[Item] = []
        self.outcome: BulkOutcome | None = None
        self.stopping = False

    @property
    def day_on(self) -> date:
        settings = self.ctx.settings
        return when.business_date(self.ctx.clock(), settings.hotel_timezone, settings.business_day_change_hour)

    # The plan

    def title_words(self) -> str:
        return f"{self.VERB} · {len(self.booking_ids)}"

    async def prepare(self) -> None:
        await self.replan()

    async def replan(self) -> None:
        """Read all of them again and judge each by the action's own rules."""
        ids, day_on = self.booking_ids, self.day_on

        def work(tx: Tx) -> tuple[list[Detail], frozenset[int]]:
            return [one for booking_id in ids if (one := load_detail(tx, booking_id))], mailed_today(tx, ids, day_on)

        details, mailed = await self.ctx.store.read(work)
        self.items = plan(self.act.value, details, self.user, mailed)

    def parts(self) -> Iterable[Widget]:
        self.list = VerticalScroll(Words(id="lines"), id="items", can_focus=False)
        self.type_row = Row("Type", self.count, Words(id="type", classes="after"))
        return Row("Do", self.act), Words(id="summary", classes="strong"), self.list, self.type_row

    @on(Choice.Changed, "#act")
    def another_act(self) -> None:
        self.by_app(self.replanned())

    async def on_bookings_changed(self, message: BookingsChanged) -> None:
        """The list below tells the truth while nothing is under way."""
        if not self.busy and self.outcome is None and (not message.ids or message.ids & set(self.booking_ids)):
            await self.replanned()

    async def replanned(self) -> None:
        if not self.query("#lines"):
            return
        try:
            await self.replan()
        except StoreError as failed:
            self.say(f"Not up to date: {failed}")
            return
        if self.stands:
            self.look_again()

    # The words

    def refresh_words(self) -> None:
        will = count_of(self.items, "will")
        if not self.busy and self.outcome is None:
            self.query_one("#summary", Words).update(summary(self.items))
        width = max(30, self.app.size.width if self.app.size.width < self.WIDTH else self.WIDTH) - 6
        self.query_one("#lines", Words).update(list_content(self.items, width))
        self.query_one("#type", Words).update(f"{will}, the number of bookings it is done to")
        self.type_row.display = not self.busy and self.outcome is None and will > 0
        self.act.disabled = self.busy or self.outcome is not None

    def label(self) -> str:
        return self.act.value.deed.format(links=links(count_of(self.items, "will")))

    def ready(self) -> bool:
        will = count_of(self.items, "will")
        return will > 0 and self.count.value.strip() == str(will)

    def show_buttons(self) -> None:
        super().show_buttons()
        if self.busy:
            self.deed.label = f"{self.act.value.busy}…"
        self.deed.display = self.outcome is None
        self.back.label = "Stop" if self.busy else "Close" if self.outcome else self.BACK

    def action_page(self, direction: int) -> None:
        self.list.scroll_relative(y=direction * LIST_LINES, animate=False)

    # The deed

    async def carry_out(self) -> Outcome:
        bulk, todo = self.act.value, [item for item in self.items if item.state == "will"]
        in_row = 0
        for number, item in enumerate(todo, 1):
            if self.stopping or in_row >= ENOUGH:
                break
            self.put(item.now("doing", f"{number} of {len(todo)}"))
            after = await self.one(bulk, item)
            in_row = in_row + 1 if after.state == "failed" and after.words.startswith("Stripe") else 0
            self.put(after)
        if in_row >= ENOUGH:
            self.items = [i.now("failed", "not tried any more") if i.state == "will" else i for i in self.items]
        settled = frozenset(item.booking_id for item in self.items if item.state == "done")
        return BulkOutcome(0, result(bulk, self.items), settled=settled)

    async def one(self, bulk: Bulk, item: Item) -> Item:
        """Do it to one; the item as it ended."""
        work = partial(do_one, self.ctx, bulk.id, item.booking_id, self.user.name, self.day_on)
        try:
            return item.now("done", await work())
        except FallbackOffered:
            return item.now("failed", "asks for a yes to the other currency: l on the booking")
        except Refused as refused:
            return item.now("failed", self.refusal_words(refused))
        except NoStripe as failed:
            return item.now("failed", f"Stripe: {failed.sentence}")
        except StripeFailed as failed:
            return item.now("failed", f"Stripe: {failed.sentence}")
        except Conflict:
            return item.now("failed", "somebody else changed it at the same moment")
        except StoreError as failed:
            self.stopping = True
            return item.now("failed", f"the store cannot be written: {failed}")
        except Exception as fault:  # noqa: BLE001 - one booking's edge: what was done to the others must be told
            log.error("a bulk action failed: %s", story_of(fault))  # not its text: that may name a guest
            return item.now("failed", f"a fault of the desk itself ({type(fault).__name__})")

    def put(self, item: Item) -> None:
        """Show how one booking stands, and bring its line into sight."""
        place = next(place for place, known in enumerate(self.items) if known.booking_id == item.booking_id)
        self.items[place] = item
        if self.stands and self.query("#lines"):
            self.query_one("#summary", Words).update(result(self.act.value, self.items[: place + 1]))
            self.refresh_words()
            self.list.scroll_to(y=max(0, place - LIST_LINES // 2), animate=False)

    def finish(self, outcome: Outcome) -> None:
        """The result stays on screen; a window that is gone leaves a toast."""
        self.busy = False
        if not self.stands:
            self.app.notify(outcome.text, markup=False)
            return
        assert isinstance(outcome, BulkOutcome)
        self.outcome = outcome
        self.query_one("#summary", Words).update(f"{outcome.text}" + (" · stopped" if self.stopping else ""))
        self.items = by_trouble(self.items)
        self.say("")
        self.look_again()
        self.list.scroll_home(animate=False)
        self.back.focus()
        self.entitle(self.title_words(), "PgUp PgDn list · Esc close")

    def action_back(self) -> None:
        """While it works Esc stops it after the booking that is under way; afterwards it closes."""
        if self.busy:
            self.stopping = True
            self.say("Stopping after the booking that is under way; what is done stays done")
            return
        self.leave(self.outcome)
