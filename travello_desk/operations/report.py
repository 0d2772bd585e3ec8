"""The day: takings by tender, refunds, who took what, and what is still due. A day is the hotel's business day."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from travello_desk.operations.context import Context
from travello_desk.store import reports, shifts
from travello_desk.store.reports import Due, Movement
from travello_desk.store.shifts import Shift
from travello_desk.store.tx import Tx

HOWS = ("online", "cash", "card", "transfer", "cheque", "other", "refund", "paid out")
OUTSIDE = "cash outside any shift"
HOUR_SECONDS = 3600


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
        counts: dict[tuple[str, str], int] = defaultdict(int)
        for item in self.movements:
            sums[item.how, item.currency].append(item.amount_minor)
            counts[item.how, item.currency] += -1 if item.undone else 1
        ordered = sorted(sums, key=lambda key: (HOWS.index(key[0]) if key[0] in HOWS else len(HOWS), key[1]))
        return [Total(how, currency, counts[how, currency], sum(sums[how, currency])) for how, currency in ordered]

    @property
    def outside(self) -> list[Total]:
        """Cash that went through no drawer, per currency: part of the totals, and of nobody's count."""
        sums: dict[str, list[int]] = defaultdict(list)
        for item in self.movements:
            if item.outside:
                sums[item.currency].append(item.amount_minor)
        return [Total(OUTSIDE, currency, len(parts), sum(parts)) for currency, parts in sorted(sums.items())]

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

    @property
    def by_clerk(self) -> dict[tuple[str, str], tuple[int, int]]:
        """How often and how much each person moved at the desk, per currency; what guests pay online is nobody's."""
        moved: dict[tuple[str, str], tuple[int, int]] = {}
        for item in self.movements:
            if item.how != "online":
                count, amount = moved.get((item.actor, item.currency), (0, 0))
                step = -1 if item.undone else 1
                moved[item.actor, item.currency] = (count + step, amount + item.amount_minor)
        return dict(sorted(moved.items()))

    def by_hour(self, currency: str) -> list[int]:
        """What was taken in each hour of the day, 24 of them; an undone mark is taken from its own hour."""
        hours = [0] * 24
        for item in self.movements:
            if item.currency == currency and (item.amount_minor > 0 or item.undone):
                hours[min(23, (item.at - self.start_at) // HOUR_SECONDS)] += item.amount_minor
        return hours


@dataclass(frozen=True, slots=True)
class Day:
    """A report with the shifts of its day, the oldest first."""

    report: Report
    shifts: tuple[Shift, ...]


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
    return (await day_report(ctx, day_on)).report


async def day_report(ctx: Context, day_on: date | None = None) -> Day:
    """The same with its shifts, all read at one instant."""
    day = day_on or business_date(ctx)
    start, end = bounds(ctx, day)

    def work(tx: Tx) -> Day:
        moved, due = reports.movements(tx, start, end), reports.dues(tx, day.isoformat())
        return Day(Report(day, start, end, tuple(moved), tuple(due)), tuple(shifts.of_interval(tx, start, end)))

    return await ctx.store.read(work)
