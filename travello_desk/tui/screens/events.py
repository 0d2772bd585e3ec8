"""Webhook events: what Stripe has told us, what became of it, its payload, and a replay that is rehearsed first."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from typing import ClassVar

from textual.binding import BindingType
from textual.content import Content

from travello_desk.operations.payload import pretty
from travello_desk.operations.replay import OUTCOMES, rehearse, replay
from travello_desk.payments.rules import Refused
from travello_desk.store import activity
from travello_desk.store.activity import Arrived
from travello_desk.store.errors import StoreError
from travello_desk.tui import when
from travello_desk.tui.badges import clean
from travello_desk.tui.keys import bindings_for
from travello_desk.tui.screens.confirm import ConfirmScreen
from travello_desk.tui.screens.log_place import LogPlace
from travello_desk.tui.widgets.columns import Column, Tone
from travello_desk.tui.work import start

NO_TROUBLE = "No trouble on this day. f shows everything that Stripe told."


class EventsScreen(LogPlace[Arrived]):
    """See the module."""

    BINDINGS: ClassVar[list[BindingType]] = [*bindings_for("events", "desk")]
    SCOPES = ("log", "events", "anywhere")
    NAME = "Events"
    EMPTY = "Stripe has told nothing on this day."
    FOOTER = (
        *("filter", "inspect", "replay", "go_booking", "trouble", "day_before", "day_after"),
        *("help", "palette"),
    )

    def __init__(self, *args: object) -> None:
        super().__init__(*args)  # type: ignore[arg-type]
        self.only_trouble = False

    def columns(self) -> Sequence[Column[Arrived]]:
        def result(row: Arrived) -> str:
            sign = self.desk.glyphs.text("▲ ") if row.trouble else "  "
            return sign + OUTCOMES.get(row.outcome, row.outcome)

        return (
            Column("at", "TIME", 8, lambda row: self.desk.clock_text(row.at)),
            Column("type", "TYPE", 26, lambda row: clean(row.type), grow=True),
            Column("ref", "BOOKING", 12, lambda row: clean(row.reference) or "—"),
            Column("result", "RESULT", 26, result, tone),
            Column("tries", "TRIES", 5, lambda row: str(row.tries or ""), right=True, drop=2),
            Column("source", "BY", 9, lambda row: row.source, drop=1),
        )

    async def read(self, since_at: int, until_at: int) -> Sequence[Arrived]:
        return await self.desk.ctx.store.read(lambda tx: activity.arrivals(tx, since_at, until_at))

    def wanted(self, row: Arrived) -> bool:
        return row.trouble or not self.only_trouble

    def nothing(self) -> str:
        return NO_TROUBLE if self.only_trouble and self.all_rows else self.EMPTY

    def booking_of(self, row: Arrived) -> int | None:
        return row.booking_id

    def note(self) -> str:
        health = self.desk.ctx.health
        parts = [f"listener {health.listener or 'off'}"]
        if health.last_event_at:
            parts.append(f"last {when.age(self.desk.now() - health.last_event_at)} ago")
        if health.refused_today:
            parts.append(f"{health.refused_today} refused today")
        return "   ".join(parts)

    async def full(self, row: Arrived) -> Content:
        """The payload, indented; Stripe's own words, so nothing of it is markup."""
        body = await self.desk.ctx.store.read(lambda tx: activity.body_of(tx, row.event_id)) if row.event_id else ""
        head = Content.assemble((f"{row.type}  {row.event_id}  {OUTCOMES.get(row.outcome, row.outcome)}", "bold"))
        return Content("\n").join([head, Content(""), Content(cleaned(body) or "Its body was not kept.")])

    def desk_trouble(self) -> None:
        """Only what a person should look at, or everything again."""
        self.only_trouble = not self.only_trouble
        self.narrow(fresh=True)

    def desk_replay(self) -> None:
        row = self.table.cursor_row
        if row is None or not row.event_id:
            self.say("Replay: there is nothing to apply here")
        else:
            start(self, partial(self._replay, row.event_id), "replay")

    async def _replay(self, event_id: str) -> None:
        """Rehearse, show what would change, and only then apply."""
        ctx = self.desk.ctx
        try:
            seen = await rehearse(ctx, event_id)
            if not seen.changes:
                self.say(f"Replay: nothing would change ({OUTCOMES.get(seen.outcome, seen.outcome)})")
            elif await self.app.push_screen_wait(ConfirmScreen(seen.sentence, "Apply it", "Leave it")):
                await replay(ctx, event_id, self.user.name)
                self.app.notify("Applied", markup=False)
                self.load()
        except (Refused, StoreError) as error:
            self.say(f"Replay: {error}")


def tone(row: Arrived) -> Tone:
    return Tone("badge-failed") if row.trouble else Tone()


def cleaned(body: str) -> str:
    """The payload with nothing in it that a terminal could obey."""
    return "\n".join(clean(line) for line in pretty(body).splitlines())
