"""Phrases and columns of the dialogs. Pure; days and clock times come from tui/when.py (UX 2.5)."""

from __future__ import annotations

from datetime import date, datetime
from zoneinfo import ZoneInfo

from rich.cells import cell_len, set_cell_size

from travello_desk.tui import when


def second(at: int, zone: ZoneInfo) -> str:
    """`14:33:08`"""
    return f"{datetime.fromtimestamp(at, zone):%H:%M:%S}"


def day_of(at: int, zone: ZoneInfo, today_on: date) -> str:
    """`24 Nov`: the hotel's day of an instant."""
    return when.short_day(datetime.fromtimestamp(at, zone).date().isoformat(), today_on).strip()


def times(count: int) -> str:
    """`once`, `twice`, `3 times`"""
    return {1: "once", 2: "twice"}.get(count, f"{count} times")


def arrival(check_in: str, today_on: date) -> str:
    """`Arriving today`, `Arrives 25 Nov Wed`, `Arrived 23 Nov Mon`."""
    today = today_on.isoformat()
    if check_in == today:
        return "Arriving today"
    return f"{'Arrives' if check_in > today else 'Arrived'} {when.long_day(check_in, today_on)}"


def pair(label: str, value: str, width: int) -> str:
    """A label on the left, a value flush right: money in a column, whatever alphabet the label is in."""
    room = max(0, width - cell_len(value) - 1)
    return f"{set_cell_size(label, room)} {value}"


def sentence(text: str) -> str:
    """With a capital first letter, the rest as it is."""
    return text[:1].upper() + text[1:]
