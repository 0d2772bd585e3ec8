"""The day: takings by tender, refunds, who took what, and what is still due. A day is the hotel's business day."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from travello_desk.operations.context import Context
from travello_desk.store import reports
from travello_desk.store.reports import Due, Movement

HOWS = ("online", "cash", "card", "transfer", "cheque", "other", "refund")


@dataclass(frozen=True, slots=True)
class Total:
    """A sum of movements of one kind in one currency; outflow is negative."""

    how: str
    currency: str
    count: int
    amount_minor: int


@dataclass(frozen=True, slots=True)
class Report:
    """One business day, from `start_at` up to `end_at` (unix seconds)."""

    day_on: date
    start_at: int
    end_at: int
    movements: tuple[Movement, ...]
    dues: tuple[Due, ...]

    @property
    def totals(self) -> list[Total]:
        """By tender and currency, in the order of a till's report."""
        sums: dict[tuple[str, str], list[int]] = defaultdict(list)
        for item in self.movements:
            sums[item.how, item.currency].append(item.amount_minor)
        ordered = sorted(sums, key=lambda key: (HOWS.index(key[0]) if key[0] in HOWS else len(HOWS), key[1]))
        return [Total(how, currency, len(sums[how, currency]), sum(sums[how, currency])) for how, currency in ordered]

    @property
    def net(self) -> dict[str, int]:
        """What stays, per currency; different currencies are never added."""
        kept: dict[str, int] = defaultdict(int)
        for item in self.movements:
            kept[item.currency] += item.amount_minor
        return dict(sorted(kept.items()))

    @property
    def by_actor(self) -> dict[tuple[str, str], int]:
        """What each person moved, per currency."""
        moved: dict[tuple[str, str], int] = defaultdict(int)
        for item in self.movements:
            moved[item.actor, item.currency] += item.amount_minor
        return dict(sorted(moved.items()))


def business_date(ctx: Context) -> date:
    """The business day that is running now."""
    now = datetime.fromtimestamp(ctx.clock(), ctx.settings.hotel_timezone)
    return (now - timedelta(hours=ctx.settings.business_day_change_hour)).date()


def bounds(ctx: Context, day_on: date) -> tuple[int, int]:
    """The day's first instant and the next day's; 23 or 25 hours apart where the clock is changed."""
    change = time(ctx.settings.business_day_change_hour, tzinfo=ctx.settings.hotel_timezone)
    start, end = (datetime.combine(day, change) for day in (day_on, day_on + timedelta(days=1)))
    return int(start.timestamp()), int(end.timestamp())


async def report(ctx: Context, day_on: date | None = None) -> Report:
    """The report of one business day; None is the one that is running."""
    day = day_on or business_date(ctx)
    start, end = bounds(ctx, day)
    moved, due = await ctx.store.read(lambda tx: (reports.movements(tx, start, end), reports.dues(tx, day.isoformat())))
    return Report(day, start, end, tuple(moved), tuple(due))
