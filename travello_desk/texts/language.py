"""One language: its texts by key, its dates, its direction. Values are kept apart from the text around them.

A name or an amount inside a sentence of the other direction would pull full stops and digits to the wrong side, so
values are isolated: with `<bdi>` in HTML, with Unicode's isolates in plain text. Knows nothing of bookings.
"""

from __future__ import annotations

import tomllib
import unicodedata
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from functools import cache
from importlib import resources
from typing import Any, Final

from markupsafe import Markup, escape

DEFAULT: Final = "en"
LEFT_TO_RIGHT, FIRST_STRONG, END = "\u2066", "\u2068", "\u2069"
_RIGHT_TO_LEFT: Final = frozenset({"R", "AL", "RLE", "RLO", "RLI"})


class Ltr(str):
    """A value that reads from left to right in every language: an amount, a reference, an address."""

    __slots__ = ()


@dataclass(frozen=True, slots=True)
class Language:
    """The texts of one file. `direction` is `ltr` or `rtl`; `name` is what its own speakers call it."""

    code: str
    name: str
    direction: str
    texts: Mapping[str, str]
    months: tuple[str, ...]
    weekdays: tuple[str, ...]

    def text(self, key: str, **values: object) -> str:
        """A text with its values, for mails, subjects and print. KeyError for a key that is not in the file."""
        return self.texts[key].format_map({name: self.plain(value) for name, value in values.items()})

    def html(self, key: str, **values: object) -> Markup:
        """The same for a page: everything escaped, every value kept apart."""
        text = str(escape(self.texts[key]))
        return Markup(text.format_map({name: self.isolated(value) for name, value in values.items()}))

    def count(self, key: str, number: int) -> str:
        """`key_one` or `key_other`, with `{count}`."""
        return self.text(f"{key}_one" if number == 1 else f"{key}_other", count=number)

    def plain(self, value: object) -> str:
        """The value, isolated where it could disturb the line or be disturbed by it."""
        text = str(value)
        if not self.is_foreign(text):
            return text
        return f"{LEFT_TO_RIGHT if isinstance(value, Ltr) else FIRST_STRONG}{text}{END}"

    def isolated(self, value: object) -> Markup:
        """The value for a page: escaped, and in a `<bdi>` where it could disturb the line, or be broken within: a
        reference has hyphens, and guest.css keeps what reads from left to right together."""
        if not self.is_foreign(str(value)) and not isinstance(value, Ltr):
            return escape(value)
        return Markup('<bdi dir="ltr">{}</bdi>' if isinstance(value, Ltr) else "<bdi>{}</bdi>").format(value)

    def is_foreign(self, text: str) -> bool:
        """Whether a value may read in the other direction than the text around it."""
        if self.direction == "rtl":
            return bool(text) and not text.isdigit()
        return any(unicodedata.bidirectional(letter) in _RIGHT_TO_LEFT for letter in text)

    def day(self, day: date) -> str:
        """`Tue 24 Nov 2026`, as this language writes it."""
        values = {
            "weekday": self.weekdays[day.weekday()],
            "day": str(day.day),
            "month": self.months[day.month - 1],
            "year": str(day.year),
        }
        return self.texts["dates.pattern"].format_map(values)


@cache
def languages() -> tuple[str, ...]:
    """The codes of all languages there are, the default first."""
    folder = resources.files("travello_desk.texts")
    found = sorted(entry.name.removesuffix(".toml") for entry in folder.iterdir() if entry.name.endswith(".toml"))
    return (DEFAULT, *(code for code in found if code != DEFAULT))


@cache
def language(code: str) -> Language:
    """A language by its code; the default for a code that has no file."""
    if code not in languages():
        return language(DEFAULT)
    parsed = tomllib.loads(resources.files("travello_desk.texts").joinpath(f"{code}.toml").read_text("utf-8"))
    dates = parsed["dates"]
    return Language(
        code=code,
        name=parsed["language"]["name"],
        direction=parsed["language"]["direction"],
        texts=dict(flat(parsed)),
        months=tuple(dates["months"]),
        weekdays=tuple(dates["weekdays"]),
    )


def flat(table: Mapping[str, Any], prefix: str = "") -> Iterator[tuple[str, str]]:
    """Every text of a nested table under its dotted key."""
    for name, value in table.items():
        if isinstance(value, Mapping):
            yield from flat(value, f"{prefix}{name}.")
        elif isinstance(value, str):
            yield f"{prefix}{name}", value


def choose(*wanted: str) -> Language:
    """The first of the wanted codes that there is, else the default: the reader's choice, then the booking's."""
    return language(next((code for code in wanted if code in languages()), DEFAULT))
