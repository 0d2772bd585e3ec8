"""The day's report as plain text: for the command line, the printer and a file. The numbers are report.py's own."""

from __future__ import annotations

from collections.abc import Sequence

from travello_desk.money import describe_minor
from travello_desk.operations.report import Report
from travello_desk.store.shifts import Shift

NAMES = {
    "online": "Online card",
    "cash": "Cash",
    "card": "Card terminal",
    "transfer": "Bank",
    "cheque": "Cheque",
    "other": "Other",
    "refund": "Refunded",
    "paid out": "Paid out",
}
DUE_NAMES = {"arriving": "Arriving", "in house": "In house", "no-show": "No-show?"}
LABEL, SUM = 16, 18


def name_of(how: str) -> str:
    return NAMES.get(how, how)


def row(label: str, count: int | None, amount: str, *, label_width: int = LABEL, sum_width: int = SUM) -> str:
    """`Cash              4       Rs. 61,900`"""
    return f"{label:<{label_width}}{'' if count is None else count:>4} {amount:>{sum_width}}"


def text_of(found: Report, hotel: str, shifts: Sequence[Shift] = ()) -> str:
    """The whole report, a line each, ready for paper."""
    lines = [hotel, f"Day report {found.day_on.isoformat()}", "", *sum_lines(found)]
    lines += ["", "By clerk", *clerk_lines(found), "", "Still due", *due_lines(found)]
    drawers = [*(shift_line(shift) for shift in shifts), *outside_lines(found)]
    if drawers:
        lines += ["", "Shifts", *drawers]
    return "\n".join(lines) + "\n"


def sum_lines(found: Report) -> list[str]:
    lines = [row(name_of(t.how), t.count, describe_minor(t.amount_minor, t.currency)) for t in found.totals]
    net = [row("Net", None, describe_minor(amount, currency)) for currency, amount in found.net.items()]
    return [*lines, *net] if net else ["nothing moved"]


def clerk_lines(found: Report) -> list[str]:
    return [
        row(actor, count, describe_minor(amount, currency))
        for (actor, currency), (count, amount) in found.by_clerk.items()
    ] or ["nobody"]


def due_lines(found: Report) -> list[str]:
    return [
        row(DUE_NAMES.get(due.kind, due.kind), due.bookings, describe_minor(due.amount_minor, due.currency))
        for due in found.dues
    ] or ["nothing"]


def outside_lines(found: Report) -> list[str]:
    """Cash that went through no drawer: it is in the sums above and in nobody's count."""
    return [
        f"Cash outside any shift: {describe_minor(total.amount_minor, total.currency)} in {total.count}"
        for total in found.outside
    ]


def shift_line(shift: Shift) -> str:
    """One shift; a drawer that is not counted yet tells nothing of what it should hold."""
    floated = describe_minor(shift.opening_minor, shift.currency)
    line = f"{shift.name}, drawer {shift.drawer}, float {floated}"
    if shift.counted_minor is None or shift.expected_minor is None:
        return f"{line}, open"
    counted, expected = (describe_minor(part, shift.currency) for part in (shift.counted_minor, shift.expected_minor))
    return f"{line}, counted {counted}, expected {expected}" + (f": {shift.reason}" if shift.reason else "")
