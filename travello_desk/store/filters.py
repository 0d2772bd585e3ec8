"""Filters typed as words in the search box: `due:>20000 in:today status:failed`. Pure: text in, values out.

Never refuses: a word that is not a filter stays a word to search for, a filter that cannot be read is reported in
`Query.unread` and leaves the rest in force (UX 3.4).
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from datetime import date, timedelta
from decimal import Decimal, InvalidOperation
from typing import Final

from travello_desk.days import parse_day

MAX_QUERY = 200
"""Characters of a query that are read; nobody types more, and a paste of a page must not cost seconds."""


@dataclass(frozen=True, slots=True)
class Amount:
    """A comparison of the balance, in thousandths of a major unit so that every currency's digits fit."""

    op: str
    milli: int


@dataclass(frozen=True, slots=True)
class Days:
    """Days from `first_on` to `last_on`, both included; None is open."""

    first_on: date | None
    last_on: date | None


@dataclass(frozen=True, slots=True)
class Query:
    """What was typed, taken apart."""

    words: str = ""
    due: tuple[Amount, ...] = ()
    arriving: Days | None = None
    leaving: Days | None = None
    badges: tuple[str, ...] = ()
    status: str = ""
    room: str = ""
    method: str = ""
    paid: bool | None = None
    problems: bool = False
    columns: tuple[tuple[str, str], ...] = ()
    """Words for one column only: (`guest_name`, `khan`)."""
    used: tuple[str, ...] = ()
    """The filters as typed, for "without in:today there are 3"."""
    unread: tuple[str, ...] = ()

    @property
    def empty(self) -> bool:
        return not (self.words or self.used)

    @property
    def searches(self) -> bool:
        """Whether the full-text index is asked."""
        return bool(self.words or self.columns)


BADGES: Final = {
    "due": ("DUE",),
    "link": ("LINK OUT",),
    "out": ("LINK OUT",),
    "expired": ("EXPIRED",),
    "failed": ("FAILED",),
    "part": ("PART REF",),
    "refunded": ("REFUNDED", "PART REF"),
    "checking": ("CHECKING",),
    "settling": ("SETTLING",),
    "review": ("REVIEW",),
    "arrival": ("ON ARRIVAL",),
}
STATUSES: Final = {"paid": "PAID", "pending": "PENDING", "unpaid": "PENDING", "cancelled": "CANCELLED"}
METHODS: Final = {"online": "ONLINE", "arrival": "ARRIVAL", "desk": "ARRIVAL"}
COLUMNS: Final = {
    "ref": "reference",
    "reference": "reference",
    "name": "guest_name",
    "guest": "guest_name",
    "email": "guest_email",
    "mail": "guest_email",
    "phone": "guest_phone",
}
FILTER = re.compile(r"([a-z]+):(\S*)", re.IGNORECASE)
AMOUNT = re.compile(r"(>=|<=|>|<|=)?([\d,]+(?:\.\d{1,3})?)", re.ASCII)
BETWEEN = re.compile(r"([\d,]+(?:\.\d{1,3})?)(?:-|\.\.)([\d,]+(?:\.\d{1,3})?)", re.ASCII)
MONTHS: Final = "jan feb mar apr may jun jul aug sep oct nov dec".split()
WEEKDAYS: Final = "mon tue wed thu fri sat sun".split()
SPOKEN_DAY = re.compile(r"(\d{1,2})[-. ]?([a-z]{3})[a-z]*", re.ASCII)


def read(text: str, today_on: date) -> Query:
    """Take a query apart; `today_on` is the business day that `today` means."""
    query, words = Query(), []
    for word in storable(text)[:MAX_QUERY].split():
        match = FILTER.fullmatch(word)
        key = match.group(1).lower() if match else ""
        if match is None or key not in READERS:
            words.append(word)
            continue
        changes = READERS[key](key, match.group(2).lower(), query, today_on)
        if changes is None:
            query = changed(query, {"unread": (*query.unread, word)})
        else:
            query = changed(query, {**changes, "used": (*query.used, word)})
    return changed(query, {"words": " ".join(words)})


def storable(text: str) -> str:
    """The text without what no database takes: NUL and other controls become blanks, halves of characters vanish."""
    whole = text.encode("utf-8", "ignore").decode()
    return "".join(" " if ord(char) < 32 else char for char in whole)


def changed(query: Query, changes: dict[str, object]) -> Query:
    return replace(query, **changes)  # type: ignore[arg-type]


Changes = dict[str, object] | None


def read_due(key: str, value: str, query: Query, today_on: date) -> Changes:
    """`due:>20000`, `due:500-900`, `due:` (anything is due)."""
    if not value:
        return {"due": (*query.due, Amount(">", 0))}
    between = BETWEEN.fullmatch(value)
    if between:
        low, high = milli(between.group(1)), milli(between.group(2))
        bounds = (Amount(">=", low), Amount("<=", high)) if low is not None and high is not None else ()
        return {"due": (*query.due, *bounds)} if bounds else None
    match = AMOUNT.fullmatch(value)
    amount = milli(match.group(2)) if match else None
    if match is None or amount is None:
        return None
    return {"due": (*query.due, Amount(match.group(1) or "=", amount))}


def milli(text: str) -> int | None:
    """Thousandths of a major unit, or None when it is no number that a sum of money can be."""
    try:
        value = Decimal(text.replace(",", ""))
    except InvalidOperation:
        return None
    return int(value * 1000) if value < 10**12 else None


def read_arriving(key: str, value: str, query: Query, today_on: date) -> Changes:
    days = read_days(value, today_on)
    return {"arriving": days} if days else None


def read_leaving(key: str, value: str, query: Query, today_on: date) -> Changes:
    days = read_days(value, today_on)
    return {"leaving": days} if days else None


def read_days(value: str, today_on: date) -> Days | None:
    """`today`, `24nov`, `>today`, `<2026-12-01`, `today..sun`."""
    first, dots, last = value.partition("..")
    if dots:
        start, end = read_day(first, today_on), read_day(last, today_on)
        return Days(start, end) if start and end else None
    op = value[:1] if value[:1] in "<>" else ""
    day = read_day(value[len(op) :], today_on)
    if day is None:
        return None
    one = timedelta(days=1)
    if op == ">":
        return Days(day + one, None) if day < date.max else None
    if op == "<":
        return Days(None, day - one) if day > date.min else None
    return Days(day, day)


def read_day(text: str, today_on: date) -> date | None:
    """One day as people type it; a weekday is the next one, a day of a month the nearest one. None when unclear."""
    named = {"yesterday": -1, "today": 0, "now": 0, "tomorrow": 1}.get(text)
    if named is not None:
        return today_on + timedelta(days=named)
    if text[:3] in WEEKDAYS and text.isalpha():
        ahead = (WEEKDAYS.index(text[:3]) - today_on.weekday()) % 7
        return today_on + timedelta(days=ahead)
    spoken = SPOKEN_DAY.fullmatch(text)
    if spoken and spoken.group(2) in MONTHS:
        return nearest(int(spoken.group(1)), MONTHS.index(spoken.group(2)) + 1, today_on)
    try:
        return parse_day(text)
    except ValueError:
        return None


def nearest(day: int, month: int, today_on: date) -> date | None:
    """The 24 November that is nearest to today: in January last year's, in June this year's."""
    candidates = []
    for year in (today_on.year - 1, today_on.year, today_on.year + 1):
        try:
            candidates.append(date(year, month, day))
        except ValueError:
            continue
    return min(candidates, key=lambda found: abs(found - today_on), default=None)


def read_status(key: str, value: str, query: Query, today_on: date) -> Changes:
    if value in STATUSES:
        return {"status": STATUSES[value]}
    if value in ("cancel", "canceled", "noshow", "no-show"):
        return {"status": "CANCELLED"}
    return {"badges": (*query.badges, *BADGES[value])} if value in BADGES else None


def read_room(key: str, value: str, query: Query, today_on: date) -> Changes:
    return {"room": value} if value else None


def read_method(key: str, value: str, query: Query, today_on: date) -> Changes:
    return {"method": METHODS[value]} if value in METHODS else None


def read_paid(key: str, value: str, query: Query, today_on: date) -> Changes:
    """`paid:` and `unpaid:` are flags; `paid:no` says the same as `unpaid:`."""
    if value not in ("", "yes", "no"):
        return None
    return {"paid": (key == "paid") == (value != "no")}


def read_problems(key: str, value: str, query: Query, today_on: date) -> Changes:
    return {"problems": True} if value in ("", "yes") else None


def read_column(key: str, value: str, query: Query, today_on: date) -> Changes:
    return {"columns": (*query.columns, (COLUMNS[key], value))} if value else None


READERS: Final = {
    "due": read_due,
    "balance": read_due,
    "in": read_arriving,
    "arriving": read_arriving,
    "out": read_leaving,
    "leaving": read_leaving,
    "status": read_status,
    "is": read_status,
    "room": read_room,
    "rm": read_room,
    "method": read_method,
    "pay": read_method,
    "paid": read_paid,
    "unpaid": read_paid,
    "problem": read_problems,
    "problems": read_problems,
    **dict.fromkeys(COLUMNS, read_column),
}
