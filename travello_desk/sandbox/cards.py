"""Stripe's test cards and what each does. Data and the check digit; nothing is charged here."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

#: What a card makes happen to the money later on.
Trait = Literal["", "disputed", "inquiry", "refund_fails", "refund_pends"]


@dataclass(frozen=True, slots=True)
class Decline:
    """Why the bank says no: Stripe's code, the bank's code, and the sentence the guest reads."""

    code: str
    decline_code: str | None
    message: str


@dataclass(frozen=True, slots=True)
class Card:
    """A test card; ``does`` is what the payment page says about it."""

    number: str
    brand: str
    does: str
    decline: Decline | None = None
    trait: Trait = ""
    shown: bool = True


def _declines(number: str, does: str, code: str, decline_code: str | None, message: str, shown: bool) -> Card:
    return Card(number, "visa", does, Decline(code, decline_code, message), shown=shown)


_NO = "Your card was declined."
_POOR = "Your card has insufficient funds."

_CARDS = (
    Card("4242424242424242", "visa", "pays"),
    Card("5555555555554444", "mastercard", "pays"),
    _declines("4000000000000002", "is declined", "card_declined", "generic_decline", _NO, True),
    _declines("4000000000009995", "has too little money", "card_declined", "insufficient_funds", _POOR, True),
    _declines("4000000000000069", "has expired", "expired_card", None, "Your card has expired.", True),
    Card("4000000000000259", "visa", "pays, then the guest's bank disputes it", trait="disputed"),
    Card("4000000000005126", "visa", "pays; a refund to it fails later", trait="refund_fails"),
    Card("4000000000007726", "visa", "pays; a refund to it takes a while", trait="refund_pends"),
    Card("4000000000001976", "visa", "pays, then the guest's bank asks a question", trait="inquiry"),
    Card("4000056655665556", "visa", "pays (debit)", shown=False),
    Card("378282246310005", "amex", "pays", shown=False),
    Card("6011111111111117", "discover", "pays", shown=False),
    _declines("4000000000009987", "was lost", "card_declined", "lost_card", _NO, False),
    _declines("4000000000009979", "was stolen", "card_declined", "stolen_card", _NO, False),
    _declines(
        "4000000000000127",
        "wrong CVC",
        "incorrect_cvc",
        None,
        "Your card's security code is incorrect.",
        False,
    ),
    _declines(
        "4000000000000119",
        "processing error",
        "processing_error",
        None,
        "An error occurred while processing your card. Try again in a little bit.",
        False,
    ),
)

KNOWN = {card.number: card for card in _CARDS}

_BRANDS = {"4": "visa", "5": "mastercard", "2": "mastercard", "3": "amex", "6": "discover"}


class NotACardError(ValueError):
    """The number cannot be a card's; its text is what the page says."""


def find(number: str) -> Card:
    """The card of that number: declined if no sandbox knows it, NotACardError if its check digit is wrong."""
    digits = number.replace(" ", "").replace("-", "")
    if not (digits.isascii() and digits.isdecimal() and 12 <= len(digits) <= 19):
        raise NotACardError("Your card number is incomplete.")
    if not passes_luhn(digits):
        raise NotACardError("Your card number is invalid.")
    if digits in KNOWN:
        return KNOWN[digits]
    message = "Your card was declined: this is a sandbox, and it only knows the test cards listed on this page."
    decline = Decline("card_declined", "test_mode_live_card", message)
    return Card(digits, _BRANDS.get(digits[0], "unknown"), "is not a test card", decline)


def passes_luhn(digits: str) -> bool:
    """The check digit of ISO/IEC 7812."""
    total = 0
    for place, digit in enumerate(reversed(digits)):
        value = int(digit) * (2 if place % 2 else 1)
        total += value - 9 if value > 9 else value
    return total % 10 == 0
