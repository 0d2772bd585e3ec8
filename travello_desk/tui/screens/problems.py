"""Problems: everything that waits for a person, the nearest deadline first. Nothing here is closed by silence."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from typing import ClassVar

from textual.binding import BindingType
from textual.content import Content

from travello_desk.operations import problems
from travello_desk.payments.rules import Refused
from travello_desk.store import attention
from travello_desk.store.activity import references_of
from travello_desk.store.attention import Problem
from travello_desk.store.errors import StoreError
from travello_desk.store.tx import Tx
from travello_desk.tui import when
from travello_desk.tui.badges import clean
from travello_desk.tui.keys import bindings_for
from travello_desk.tui.screens.log_place import LogPlace
from travello_desk.tui.screens.reason import ReasonScreen
from travello_desk.tui.widgets.columns import Column, Tone
from travello_desk.tui.work import start


@dataclass(frozen=True, slots=True)
class Waiting:
    """An open problem with whose it is."""

    id: int
    problem: Problem
    reference: str
    guest: str


class ProblemsScreen(LogPlace[Waiting]):
    """See the module."""

    BINDINGS: ClassVar[list[BindingType]] = [*bindings_for("problems", "desk")]
    SCOPES = ("log", "problems", "anywhere")
    NAME = "Problems"
    EMPTY = "Nothing waits for you."
    BY_DAY = False
    FOOTER = ("filter", "inspect", "go_booking", "dismiss", "export_log", "help", "palette")

    def columns(self) -> Sequence[Column[Waiting]]:
        now, zone = self.desk.now(), self.desk.zone
        return (
            Column("since", "SINCE", 12, lambda row: when.moment(row.problem.opened_at, zone, now)),
            Column("due", "DUE IN", 9, lambda row: due_words(row.problem, now), due_tone, drop=1),
            Column("ref", "BOOKING", 12, lambda row: clean(row.reference) or "—"),
            Column("guest", "GUEST", 16, lambda row: clean(row.guest) or "—", drop=2),
            Column("what", "WHAT", 24, lambda row: clean(row.problem.sentence), grow=True),
        )

    async def read(self, since_at: int, until_at: int) -> Sequence[Waiting]:
        return await self.desk.ctx.store.read(waiting)

    def booking_of(self, row: Waiting) -> int | None:
        return row.problem.booking_id

    async def full(self, row: Waiting) -> Content:
        problem = row.problem
        lines = [clean(problem.sentence), "", f"Since {self.desk.now_text(problem.opened_at)}"]
        if problem.due_at:
            lines.append(f"To be answered by {self.desk.now_text(problem.due_at)}")
        if row.reference:
            lines.append(f"{clean(row.reference)}  {clean(row.guest)}")
        lines += [f"{name.replace('_', ' ')}: {value}" for name, value in attention.details(problem).items() if value]
        lines += ["", "o goes to the booking, where the remedy is; c closes this with a reason."]
        return Content("\n".join(lines))

    def desk_dismiss(self) -> None:
        if (row := self.table.cursor_row) is not None:
            start(self, partial(self._dismiss, row), "dismiss")

    async def _dismiss(self, row: Waiting) -> None:
        question = (
            f"{clean(row.problem.sentence)}\n\nClose this without its remedy? Say why: it stands in the timeline."
        )
        why = await self.app.push_screen_wait(ReasonScreen(question, "Close it"))
        if why is None:
            return
        try:
            await problems.dismiss(self.desk.ctx, row.id, why, self.user.name)
        except (Refused, StoreError) as error:
            self.say(f"Not closed: {error}")
            return
        self.app.notify("Closed", markup=False)
        self.load()


def waiting(tx: Tx) -> list[Waiting]:
    rows = attention.open_problems(tx)
    named = references_of(tx, [row.booking_id for row in rows if row.booking_id is not None])
    return [Waiting(row.id, row, *named.get(row.booking_id or 0, ("", ""))) for row in rows]


def due_words(problem: Problem, now: float) -> str:
    if not problem.due_at:
        return ""
    return when.span(problem.due_at - now) if problem.due_at > now else "over"


def due_tone(row: Waiting) -> Tone:
    return Tone("badge-failed", bold=True)
