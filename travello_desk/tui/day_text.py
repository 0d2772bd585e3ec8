"""The day's report as cards of text for the screen. Pure: a report in, styled lines out; sums are report.py's."""

from __future__ import annotations

from collections.abc import Sequence

from rich.cells import cell_len
from textual.content import Content

from travello_desk.money import describe_minor
from travello_desk.operations.report import Report
from travello_desk.operations.report_text import DUE_NAMES, name_of
from travello_desk.tui.badges import Glyphs, clean
from travello_desk.tui.widgets.columns import cell

STEPS, ASCII_STEPS = "▁▂▃▄▅▆▇█", ".:-=+*%#"
HOURS = 24


def pair(label: str, count: int | None, amount: str, width: int, style: str = "") -> Content:
    """A label on the left, how many, and the sum flush right."""
    number = "" if count is None else f"{count:,}"
    room = max(1, width - cell_len(amount) - 1)
    left = cell(clean(label), max(1, room - 5)) + f"{number:>5}"
    return Content.assemble((f"{left} {amount}", style))


def joined(lines: Sequence[Content], empty: str) -> Content:
    return Content("\n").join(lines) if lines else Content.styled(empty, "$quiet")


def taken_card(found: Report, width: int) -> Content:
    """By tender, what was given back, and the net."""
    lines = []
    for total in found.totals:
        style = "" if total.amount_minor >= 0 else "$badge-refund"
        amount = describe_minor(total.amount_minor, total.currency)
        lines.append(pair(name_of(total.how), total.count, amount, width, style))
    for currency, amount_minor in found.net.items():
        lines.append(pair("Net", None, describe_minor(amount_minor, currency), width, "bold"))
    return joined(lines, "Nothing moved on this day.")


def clerk_card(found: Report, width: int) -> Content:
    rows = found.by_clerk.items()
    return joined(
        [pair(actor, count, describe_minor(amount, currency), width) for (actor, currency), (count, amount) in rows],
        "Nobody took anything.",
    )


def due_card(found: Report, width: int) -> Content:
    return joined(
        [
            pair(DUE_NAMES.get(due.kind, due.kind), due.bookings, describe_minor(due.amount_minor, due.currency), width)
            for due in found.dues
        ],
        "Nothing is due.",
    )


def hour_card(hours: Sequence[int], first_hour: int, width: int, glyphs: Glyphs) -> Content:
    """Taken by hour, one column (two, where there is room) an hour, and the clock below."""
    wide = max(1, min(2, width // HOURS))
    line = "".join(step * wide for step in sparkline(hours, ASCII_STEPS if glyphs.ascii else STEPS))
    axis = "".join(f"{(first_hour + hour) % 24:02d}".ljust(6 * wide) for hour in range(0, HOURS, 6))
    return Content.assemble((line, "$primary"), "\n", (axis[: HOURS * wide], "$quiet"))


def sparkline(values: Sequence[int], steps: str) -> list[str]:
    """One mark a value; nothing taken is a blank, the least is the lowest mark."""
    most = max(values, default=0)
    if most <= 0:
        return [" "] * len(values)
    last = len(steps) - 1
    return [
        steps[min(last, value * len(steps) // most if value < most else last)] if value > 0 else " " for value in values
    ]
