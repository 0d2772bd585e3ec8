"""Days and times as the desk reads them, in the hotel's zone. Pure (UX 2.5)."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Final
from zoneinfo import ZoneInfo

MONTHS: Final = "Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec".split()
WEEKDAYS: Final = "Mon Tue Wed Thu Fri Sat Sun".split()
MINUTE, HOUR, DAY = 60, 3600, 86400


def business_date(now: float, zone: ZoneInfo, change_hour: int) -> date:
    """The hotel's day: until the change (04:00, say) it is still yesterday."""
    return (datetime.fromtimestamp(now, zone) - timedelta(hours=change_hour)).date()


def short_day(iso: str, today_on: date) -> str:
    """`24 Nov`, with two digits of the year when it is another one; text that is no day stays itself."""
    try:
        day = date.fromisoformat(iso)
    except ValueError:
        return iso
    text = f"{day.day:2d} {MONTHS[day.month - 1]}"
    return text if day.year == today_on.year else f"{text} {day.year % 100:02d}"


def long_day(iso: str, today_on: date) -> str:
    """`24 Nov Tue`, with the whole year when it is another one."""
    try:
        day = date.fromisoformat(iso)
    except ValueError:
        return iso
    year = "" if day.year == today_on.year else f" {day.year}"
    return f"{day.day} {MONTHS[day.month - 1]}{year} {WEEKDAYS[day.weekday()]}"


def nights(check_in: str, check_out: str) -> int:
    """Nights between two ISO days, 0 when they are none."""
    try:
        return max(0, (date.fromisoformat(check_out) - date.fromisoformat(check_in)).days)
    except ValueError:
        return 0


def clock_text(at: float, zone: ZoneInfo) -> str:
    """`14:32`"""
    return datetime.fromtimestamp(at, zone).strftime("%H:%M")


def moment(at: float, zone: ZoneInfo, now: float) -> str:
    """`14:32` today, `24 Nov 14:32` on another day, with the year in another year."""
    then, today = datetime.fromtimestamp(at, zone), datetime.fromtimestamp(now, zone)
    if then.date() == today.date():
        return then.strftime("%H:%M")
    year = "" if then.year == today.year else f" {then.year}"
    return f"{then.day} {MONTHS[then.month - 1]}{year} {then:%H:%M}"


def age(seconds: float) -> str:
    """`4 s`, `2 min`, `3 h`, `2 d`: one number, rounded down."""
    whole = max(0, int(seconds))
    for size, unit in ((DAY, "d"), (HOUR, "h"), (MINUTE, "min")):
        if whole >= size:
            return f"{whole // size} {unit}"
    return f"{whole} s"


def span(seconds: float) -> str:
    """`20 h 41 min`, `2 d 3 h`, `41 min`: how long something still takes."""
    minutes = max(0, int(seconds)) // MINUTE
    if minutes >= 24 * 60:
        return f"{minutes // (24 * 60)} d {minutes // 60 % 24} h"
    return f"{minutes // 60} h {minutes % 60} min" if minutes >= 60 else f"{minutes} min"
