"""Shifts as lines for the screen. A drawer's expected sum is shown only once its count is signed."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from textual.content import Content

from travello_desk.money import describe_minor
from travello_desk.operations.report import Total
from travello_desk.payments.drawer import over_words
from travello_desk.store.shifts import Shift
from travello_desk.tui.badges import clean

if TYPE_CHECKING:
    from travello_desk.tui.app import DeskApp


def drawers_content(found: Sequence[Shift], outside: Sequence[Total], desk: DeskApp) -> Content:
    """The shifts, and what no shift has counted."""
    lines = [shifts_content(found, desk)]
    for total in outside:
        amount = describe_minor(total.amount_minor, total.currency)
        entries = "1 entry" if total.count == 1 else f"{total.count} entries"
        lines.append(Content.styled(f"Cash outside any shift: {amount} ({entries}), in no drawer", "bold $warning"))
    return Content("\n").join(lines)


def shifts_content(found: Sequence[Shift], desk: DeskApp) -> Content:
    """One line a shift; without any, how to open one."""
    if not found:
        return Content.styled("No shift on this day. s opens one: a float, drops, a blind count at the end.", "$quiet")
    return Content("\n").join([shift_content(shift, desk) for shift in found])


def shift_content(shift: Shift, desk: DeskApp) -> Content:
    """`Shift Ayesha, drawer 1, 07:02 to 15:10  counted Rs. 61,400  short Rs. 500 · wrong change`"""
    since = desk.now_text(shift.opened_at)
    span = f"{since} to {desk.now_text(shift.closed_at)}" if shift.closed_at else f"open since {since}"
    head = f"Shift {clean(shift.name)}, drawer {clean(shift.drawer)}, {span}"
    if shift.counted_minor is None or shift.expected_minor is None:
        return Content(f"{head}, float {describe_minor(shift.opening_minor, shift.currency)}")
    difference = shift.counted_minor - shift.expected_minor
    words = over_words(difference, shift.currency)
    why = f" · {clean(shift.reason)}" if shift.reason else ""
    counted = describe_minor(shift.counted_minor, shift.currency)
    return Content.assemble(f"{head}  counted {counted}  ", (words, "bold $warning" if difference else "$success"), why)
