"""Problems: everything that waits for a person, the nearest deadline first, with a key for every remedy.

A remedy opens the dialog that does it everywhere else. Nothing here is closed by silence: the remedy takes the cause
away, or a manager closes it with a reason.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import ClassVar, Final

from textual.binding import BindingType
from textual.content import Content

from travello_desk.actions import BY_ID, Action
from travello_desk.operations import problems
from travello_desk.operations.errors import StripeFailed
from travello_desk.payments.rules import Refused
from travello_desk.remedies import remedies_for, remedy_of, stripe_page
from travello_desk.store import attention
from travello_desk.store.activity import references_of
from travello_desk.store.attention import Problem
from travello_desk.store.errors import StoreError
from travello_desk.store.tx import Tx
from travello_desk.tui import when
from travello_desk.tui.badges import clean
from travello_desk.tui.bars import KeyHint, key_name
from travello_desk.tui.clipboard import copy_text
from travello_desk.tui.keys import bindings_for
from travello_desk.tui.screens.base import hint
from travello_desk.tui.screens.deed_place import DeedPlace
from travello_desk.tui.screens.log_place import LogPlace
from travello_desk.tui.screens.reason import ReasonScreen
from travello_desk.tui.widgets.columns import Column, Tone
from travello_desk.tui.work import start

DEEDS: Final = {
    "fix_refund": "refund",
    "fix_accept": "accept",
    "fix_reopen": "undo",
    "fix_address": "edit",
    "fix_pay_back": "fix_pay_back",
}
"""Remedies that are a dialog of the bookings' own."""


@dataclass(frozen=True, slots=True)
class Waiting:
    """An open problem with whose it is."""

    id: int
    problem: Problem
    reference: str
    guest: str


class ProblemsScreen(LogPlace[Waiting], DeedPlace):
    """See the module."""

    BINDINGS: ClassVar[list[BindingType]] = [*bindings_for("problems", "desk")]
    SCOPES = ("log", "problems", "anywhere")
    NAME = "Problems"
    EMPTY = "Nothing waits for you."
    BY_DAY = False
    FOOTER = ("inspect", "go_booking", "filter", "export_log", "help", "palette")

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
        if detail := attention.details(problem).get("detail"):
            lines.append(clean(str(detail)))
        lines += ["", "What helps:"]
        lines += [
            f"  {key_name(BY_ID[remedy.action].keys[0])}  {remedy.label}" for remedy in remedies_for(problem.kind)
        ]
        return Content("\n".join(lines))

    # What helps

    def onward(self, row: Waiting) -> Mapping[str, str]:
        return {BY_ID[remedy.action].keys[0]: remedy.action for remedy in remedies_for(row.problem.kind)}

    def key_hints(self) -> list[KeyHint]:
        """The remedies of the problem under the cursor come first."""
        row = self.table.cursor_row
        helping = [BY_ID[remedy.action] for remedy in remedies_for(row.problem.kind)] if row is not None else []
        return [*(hint(action, self.reason(action)) for action in helping), *super().key_hints()]

    def can(self, action_id: str) -> bool:
        return action_id.startswith("fix_") or super().can(action_id)

    def reason(self, action: Action) -> str | None:
        if not action.id.startswith("fix_"):
            return super().reason(action)
        row = self.table.cursor_row
        if row is None:
            return "nothing is selected"
        if remedy_of(row.problem.kind, action.id) is None:
            return "does not help against this problem, Enter shows what does"
        return super().reason(action)

    def action_desk(self, action_id: str) -> None:
        row = self.table.cursor_row
        if not action_id.startswith("fix_"):
            super().action_desk(action_id)
            return
        self.hush()
        if (reason := self.reason(BY_ID[action_id])) or row is None:
            self.say(f"{BY_ID[action_id].label}: {reason}")
        elif action_id == "fix_doctor":
            self.desk.run_desk("doctor")
        elif action_id == "fix_stripe":
            start(self, partial(self._in_stripe, row.problem), "stripe")
        else:
            start(self, partial(self._fix, action_id, row), "deed")

    async def _fix(self, action_id: str, row: Waiting) -> None:
        if action_id == "fix_again":
            await self._again(row)
        elif action_id == "fix_collect":
            await self._collect(row.problem.booking_id)
        else:
            await self.deed(DEEDS[action_id], row.problem.booking_id)
        self.load()

    async def _again(self, row: Waiting) -> None:
        try:
            self.say(await problems.again(self.desk.ctx, row.id, self.user.name))
        except (Refused, StripeFailed, StoreError) as error:
            self.say(f"{BY_ID['fix_again'].label}: {error}")

    async def _collect(self, booking_id: int | None) -> None:
        """What is missing is taken at the desk: the booking moves there first, which closes its link."""
        subject = await self.read_subject(booking_id)
        if subject is not None and subject.ledger.method == "ONLINE":
            await self.deed("switch", booking_id)
            subject = await self.read_subject(booking_id)
        if subject is not None and subject.ledger.method == "ARRIVAL":
            await self.deed("mark_paid", booking_id)

    async def _in_stripe(self, problem: Problem) -> None:
        """Open its page, and keep the address where it can be copied from: a desk may have no browser."""
        settings = self.desk.ctx.settings
        url = stripe_page(problem.subject, settings.mode, settings.stripe_api_base)
        self.app.open_url(url)
        await copy_text(self.app, url)
        self.say(f"In Stripe: {url} (copied)")

    # Closing by hand

    def desk_dismiss(self) -> None:
        if (row := self.table.cursor_row) is not None:
            start(self, partial(self._dismiss, row), "dismiss")

    async def _dismiss(self, row: Waiting) -> None:
        question = (
            f"{clean(row.problem.sentence)}\n\nClose this without its remedy? Say why: it stands in the timeline."
        )
        why = await self.app.push_screen_wait(ReasonScreen("Close a problem", question, "Close it"))
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
