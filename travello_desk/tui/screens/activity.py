"""Activity: who did what, newest first, day by day; whether the chain of entries is whole (UX 2.9)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar

from textual.binding import BindingType
from textual.content import Content

from travello_desk.store import activity, timeline
from travello_desk.store.activity import Deed
from travello_desk.store.tx import Tx
from travello_desk.tui.badges import clean
from travello_desk.tui.keys import bindings_for
from travello_desk.tui.screens.log_place import LogPlace
from travello_desk.tui.widgets.columns import Column, Tone
from travello_desk.tui.work import start

CHECKED_BY_ITSELF = 100_000
"""So many entries are checked without being asked: a tenth of a second. More of them wait for `v`."""


class ActivityScreen(LogPlace[Deed]):
    """See the module."""

    BINDINGS: ClassVar[list[BindingType]] = [*bindings_for("activity", "desk")]
    SCOPES = ("log", "activity", "anywhere")
    NAME = "Activity"
    EMPTY = "Nothing was done on this day."
    FOOTER = (
        *("filter", "inspect", "go_booking", "day_before", "day_after", "verify_chain", "export_log"),
        *("help", "palette"),
    )

    def __init__(self, *args: object) -> None:
        super().__init__(*args)  # type: ignore[arg-type]
        self.entries = 0
        self.chain = ""

    def columns(self) -> Sequence[Column[Deed]]:
        return (
            Column("at", "TIME", 8, lambda row: self.desk.clock_text(row.at)),
            Column("actor", "WHO", 14, lambda row: clean(row.actor)),
            Column("ref", "BOOKING", 12, lambda row: clean(row.reference) or "—"),
            Column("text", "WHAT", 20, told, tone, grow=True),
        )

    async def read(self, since_at: int, until_at: int) -> Sequence[Deed]:
        rows = await self.desk.ctx.store.read(lambda tx: activity.deeds(tx, since_at, until_at))
        self.entries = await self.desk.ctx.store.read(timeline.last_id)
        if not self.chain and self.entries <= CHECKED_BY_ITSELF:
            self.desk_verify_chain()
        return rows

    def booking_of(self, row: Deed) -> int | None:
        return row.booking_id

    async def full(self, row: Deed) -> Content:
        lines = (
            ("when", self.desk.now_text(row.at)),
            ("who", row.actor),
            ("booking", row.reference or "none"),
            ("what", row.text),
            ("more", row.detail),
            ("filed under", row.kind),
            ("entry", f"{row.id:,}"),
        )
        return Content("\n").join(
            [Content.assemble((f"{name:<12}", "$quiet"), clean(text)) for name, text in lines if text]
        )

    def note(self) -> str:
        return f"{self.chain or 'chain not checked, v checks it'}  {self.entries:,} entries"

    def desk_verify_chain(self) -> None:
        self.chain = "checking the chain…"
        self.refresh_bars()
        start(self, self._verify, "chain")

    async def _verify(self) -> None:
        def first_broken(tx: Tx) -> int | None:
            return next(timeline.broken_links(tx), None)

        broken = await self.desk.ctx.store.read(first_broken)
        self.chain = "chain ✓" if broken is None else f"▲ chain broken at entry {broken:,}"
        self.refresh_bars()


def told(row: Deed) -> str:
    return clean(f"{row.text} · {row.detail}" if row.detail else row.text)


LOUD = frozenset({"refund_failed", "failed", "dispute", "orphan"})


def tone(row: Deed) -> Tone:
    return Tone("badge-failed") if row.kind in LOUD else Tone()
