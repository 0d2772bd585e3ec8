"""The fields of a booking as a person types them, at the desk or in a command: checked by the rules of the import."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date

from travello_desk.days import parse_day
from travello_desk.money import MoneyError
from travello_desk.operations import csv_fields
from travello_desk.store import bookings
from travello_desk.store.bookings import Booking
from travello_desk.store.tx import Tx

# Name, label, the longest input, and the rule (ValueError says what is wrong).
LINES: tuple[tuple[str, str, int, Callable[[str], str]], ...] = (
    ("reference", "Reference", 64, csv_fields.required_line),
    ("guest_name", "Guest", 200, csv_fields.required_line),
    ("guest_email", "E-mail", 200, csv_fields.email),
    ("guest_phone", "Phone", 200, csv_fields.one_line),
    ("room", "Room", 40, csv_fields.one_line),
)
DAYS = (("check_in", "Check-in"), ("check_out", "Check-out"))
RULES = {name: rule for name, _, _, rule in LINES} | {"notes": csv_fields.notes}
LABELS = {name: label for name, label, *_ in LINES} | dict(DAYS) | {"amount": "Amount", "notes": "Notes"}


@dataclass(frozen=True, slots=True)
class Checked:
    """What was typed, as it may be stored; `faults` are (field, sentence) in the order of the form."""

    values: Mapping[str, str]
    amount_minor: int
    faults: tuple[tuple[str, str], ...]

    def fault(self, name: str) -> str:
        """What is wrong with one field, or empty."""
        return dict(self.faults).get(name, "")


def check(typed: Mapping[str, str], currency: str) -> Checked:
    """Check every field; nothing raises."""
    values: dict[str, str] = {}
    faults: dict[str, str] = {}
    for name, rule in RULES.items():
        try:
            values[name] = rule(typed.get(name, "").strip())
        except ValueError as error:
            faults[name] = str(error)
    for name, _ in DAYS:
        try:
            values[name] = parse_day(typed.get(name, "").strip()).isoformat()
        except ValueError as error:
            faults[name] = str(error)
    if not faults.keys() & {"check_in", "check_out"} and values["check_out"] <= values["check_in"]:
        faults["check_out"] = "is not after the check-in"
    amount_minor = 0
    try:
        amount_minor = csv_fields.amount_minor(typed.get("amount", ""), currency)
    except (MoneyError, ValueError) as error:
        faults["amount"] = str(error)
    ordered = tuple((name, faults[name]) for name in LABELS if name in faults)
    return Checked(values, amount_minor, ordered)


def as_typed(booking: Booking) -> dict[str, str]:
    """A stored booking's fields as they would be typed, but for its amount."""
    names = (*(name for name, *_ in LINES), *(name for name, _ in DAYS), "notes")
    return {name: str(getattr(booking, name)) for name in names}


def free_reference(tx: Tx, today_on: date) -> str:
    """`W-261124-1`: the day's first walk-in number that nobody has; empty on a day with a hundred of them."""
    numbers = (f"W-{today_on:%y%m%d}-{number}" for number in range(1, 100))
    return next((number for number in numbers if bookings.by_reference(tx, number) is None), "")
