"""What a clerk types as a sum, read while it is typed. Pure."""

from __future__ import annotations

from dataclasses import dataclass

from travello_desk.money import MoneyError, format_minor, parse_major, to_major


@dataclass(frozen=True, slots=True)
class Typed:
    """A sum as read so far: `minor` units, or None and the reason in `fault` (empty while nothing is typed)."""

    minor: int | None
    fault: str = ""
    currency: str = ""

    @property
    def said(self) -> str:
        """What stands beside the field: the sum as it was understood, or why it was not."""
        if self.minor is not None:
            return f"= {format_minor(self.minor, self.currency)}"
        return self.fault


def read_amount(text: str, currency: str) -> Typed:
    """The typed text in minor units of `currency`."""
    if not text.strip():
        return Typed(None, "", currency)
    try:
        return Typed(parse_major(text, currency), "", currency)
    except MoneyError as error:
        return Typed(None, str(error), currency)


def as_typed(amount_minor: int, currency: str) -> str:
    """The sum as a clerk would type it, `11500` or `11500.50`: what a field is filled with."""
    text = f"{to_major(amount_minor, currency):f}"
    whole, point, rest = text.partition(".")
    return text if point and rest.strip("0") else whole
