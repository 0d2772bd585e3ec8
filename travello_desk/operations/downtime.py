"""The downtime sheet: who comes, who is here and what each owes, on paper, for the hour when the desk does not run."""

from __future__ import annotations

from datetime import date

from travello_desk.money import describe_minor
from travello_desk.operations.context import Context
from travello_desk.store.reports import Stay, stays

MOST = 2_000


async def downtime_sheet(ctx: Context, day_on: date, written: str) -> str:
    """The sheet as text; `written` is the hotel's time at which it is true."""
    found = await ctx.store.read(lambda tx: stays(tx, day_on.isoformat(), MOST))
    lines = [ctx.settings.hotel_name, f"Downtime sheet {day_on.isoformat()}, as of {written}"]
    for kind, title in (("arriving", "Arriving"), ("in house", "In house")):
        rows = [stay for stay in found if stay.kind == kind]
        lines += ["", f"{title}: {len(rows)}", *(stay_line(stay) for stay in rows)]
    if len(found) == MOST:
        lines.append(f"... the first {MOST:,} only")
    return "\n".join(lines) + "\n"


def stay_line(stay: Stay) -> str:
    """`TRV-10482    312   Khan, A.                  to 2026-11-26  DUE       Rs. 24,000`"""
    due = describe_minor(stay.balance_minor, stay.currency) if stay.balance_minor else "nothing due"
    guest = stay.guest_name[:26]
    return f"{stay.reference:<14}{stay.room:<6}{guest:<27}to {stay.check_out}  {stay.badge:<11}{due:>18}"
