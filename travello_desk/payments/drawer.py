"""A cash drawer's arithmetic: what it should hold, what was counted, over or short; and when a shift may do what. Pure.

A drawer holds one currency. Cash that was taken in another one is told of beside it and never added.
"""

from __future__ import annotations

from collections.abc import Mapping

from travello_desk.money import describe_minor
from travello_desk.payments.rules import Refusal
from travello_desk.values import value

# Notes in major units, largest first. Coins are counted as one sum: nobody sorts them at midnight.
NOTES: dict[str, tuple[int, ...]] = {
    "PKR": (5000, 1000, 500, 100, 50, 20, 10),
    "USD": (100, 50, 20, 10, 5, 1),
    "EUR": (200, 100, 50, 20, 10, 5),
    "GBP": (50, 20, 10, 5),
    "AED": (1000, 500, 200, 100, 50, 20, 10, 5),
    "SAR": (500, 200, 100, 50, 20, 10, 5),
    "INR": (500, 200, 100, 50, 20, 10),
    "JPY": (10000, 5000, 1000),
    "TRY": (200, 100, 50, 20, 10, 5),
}
MOST_NOTES = 9_999
MOST_MINOR = 10**12


@value(frozen=True, slots=True)
class Count:
    """What was counted: pieces by note (major units) and the rest, coins or a plain total, in minor units."""

    pieces: tuple[tuple[int, int], ...] = ()
    rest_minor: int = 0

    def total_minor(self, scale: int) -> int:
        """`scale` minor units make one major unit."""
        return sum(note * count for note, count in self.pieces) * scale + self.rest_minor


def notes_of(currency: str) -> tuple[int, ...]:
    """The notes to count; empty where only the total is asked."""
    return NOTES.get(currency.upper(), ())


def count_refusal(count: Count, currency: str) -> Refusal | None:
    """Why this cannot be a count of a drawer of this currency."""
    known = set(notes_of(currency))
    for note, pieces in count.pieces:
        if note not in known:
            return Refusal("bad_count", f"There is no note of {note:,} in {currency}")
        if not 0 <= pieces <= MOST_NOTES:
            return Refusal("bad_count", f"{pieces:,} notes of {note:,}: count 0 to {MOST_NOTES:,}")
    if len({note for note, _ in count.pieces}) != len(count.pieces):
        return Refusal("bad_count", "A note is counted once")
    return amount_refusal(count.rest_minor)


def amount_refusal(amount_minor: int) -> Refusal | None:
    """Why a drawer cannot hold this sum."""
    return None if 0 <= amount_minor <= MOST_MINOR else Refusal("bad_amount", "That is no sum of a drawer")


# What a row of the desk's ledger does to the drawer it belongs to.
EFFECT = {"mark": 1, "undo": -1, "payout": -1, "payback": -1}


@value(frozen=True, slots=True)
class Drawer:
    """What went through one drawer in one shift, all in one currency's minor units and none of it negative."""

    float_minor: int = 0
    taken_minor: int = 0
    undone_minor: int = 0
    paid_out_minor: int = 0
    dropped_minor: int = 0
    paid_back_minor: int = 0
    """For refunds that had come back to the hotel."""

    @property
    def expected_minor(self) -> int:
        """What should lie in it: the float and what came in, less what went out."""
        out = self.undone_minor + self.paid_out_minor + self.paid_back_minor + self.dropped_minor
        return self.float_minor + self.taken_minor - out


def drawer_of(float_minor: int, cash: Mapping[str, int], dropped_minor: int) -> Drawer:
    """From the sums of cash by kind (`mark`, `undo`, `payout`, `payback`)."""
    taken, undone, paid_out, paid_back = (cash.get(kind, 0) for kind in EFFECT)
    return Drawer(float_minor, taken, undone, paid_out, dropped_minor, paid_back)


def over_minor(counted_minor: int, expected_minor: int) -> int:
    """Over (positive) or short (negative)."""
    return counted_minor - expected_minor


def over_words(difference_minor: int, currency: str) -> str:
    """`exact`, `over Rs. 50`, `short Rs. 500`."""
    if difference_minor == 0:
        return "exact"
    word = "over" if difference_minor > 0 else "short"
    return f"{word} {describe_minor(abs(difference_minor), currency)}"


# Refusals. Sums are in the drawer's currency.


def leave_refusal(drawer: Drawer, amount_minor: int, currency: str) -> Refusal | None:
    """Why this much cash cannot leave the drawer."""
    if amount_minor <= 0:
        return Refusal("bad_amount", "The amount must be more than nothing")
    if amount_minor > drawer.expected_minor:
        holds = describe_minor(max(0, drawer.expected_minor), currency)
        return Refusal("drawer_short", f"The drawer holds {holds}: that is less")
    return None


def close_refusal(
    counted_minor: int, expected_minor: int, dropped_minor: int, reason: str, currency: str
) -> Refusal | None:
    """Why a counted drawer may not be closed like this."""
    if not reason and counted_minor != expected_minor:
        words = over_words(over_minor(counted_minor, expected_minor), currency)
        return Refusal("no_reason", f"The drawer is {words}: give a reason")
    if not 0 <= dropped_minor <= counted_minor:
        return Refusal("too_much", f"At most the counted {describe_minor(counted_minor, currency)} can be dropped")
    return None
