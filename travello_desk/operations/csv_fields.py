"""One field of the import CSV to one value; a ValueError is the reason a row stays out. Pure."""

from __future__ import annotations

import re
import unicodedata
from typing import Literal

from email_validator import EmailNotValidError, validate_email

from travello_desk import money
from travello_desk.texts import DEFAULT, languages

PaymentMethod = Literal["ONLINE", "ARRIVAL"]
ImportStatus = Literal["PENDING", "CANCELLED"]

MAX_LENGTH = 200
MAX_NOTES_LENGTH = 2_000
MAX_AMOUNT_MINOR = 10**12 - 1  # twelve digits are Stripe's own widest amount (PAYMENTS 2.3)

# Categories that have no place in a line of text. Of the format characters only those that reorder what is read are
# refused: joiners and direction marks belong to Urdu and Arabic names.
_FORBIDDEN = frozenset({"Cc", "Cs", "Zl", "Zp"})
_REORDERING = frozenset("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")


def one_line(text: str) -> str:
    """Up to 200 characters without control characters, in Unicode's composed form (search compares that form)."""
    return _clean(text, MAX_LENGTH, allowed="")


def required_line(text: str) -> str:
    cleaned = one_line(text)
    if not cleaned:
        raise ValueError("is empty")
    return cleaned


def notes(text: str) -> str:
    """As one line, but longer and with line breaks, which become \\n."""
    return _clean(text.replace("\r\n", "\n").replace("\r", "\n"), MAX_NOTES_LENGTH, allowed="\n\t")


def email(text: str) -> str:
    """An address of the right form, or nothing. Whether mail arrives there is not asked."""
    cleaned = one_line(text)
    if not cleaned:
        return ""
    try:
        return validate_email(cleaned, check_deliverability=False, test_environment=True).normalized
    except EmailNotValidError as error:
        raise ValueError(f"{_shown(cleaned)} is not a mail address: {error}") from None


def user_id(text: str) -> int | None:
    if not text:
        return None
    number = int(text) if re.fullmatch(r"[0-9]{1,18}", text) else 0
    if not number:
        raise ValueError(f"{_shown(text)} is not a positive whole number")
    return number


def currency(text: str) -> str:
    code = text.upper()
    if code not in money.CURRENCIES:
        raise ValueError(f"{_shown(text)} is not a currency Stripe knows")
    return code


def amount_minor(text: str, code: str) -> int:
    """Minor units above zero. A free night is no booking for the payment desk: it is listed, not lost."""
    amount = money.parse_major(text, code)
    if not 0 < amount <= MAX_AMOUNT_MINOR:
        raise ValueError("must be above zero" if amount <= 0 else "is larger than any payment can be")
    return amount


def payment_method(text: str) -> PaymentMethod:
    match text.upper():
        case "ONLINE":
            return "ONLINE"
        case "ARRIVAL":
            return "ARRIVAL"
    raise ValueError(f"{_shown(text)} is neither ONLINE nor ARRIVAL")


def language(text: str) -> str:
    """The language the guest is written to in; empty is the default's."""
    code = text.lower() or DEFAULT
    if code not in languages():
        raise ValueError(f"{_shown(text)} is not one of {', '.join(languages())}")
    return code


def status(text: str) -> ImportStatus:
    match text.upper():
        case "" | "PENDING":
            return "PENDING"
        case "CANCELLED":
            return "CANCELLED"
        case "PAID":
            raise ValueError("PAID cannot be imported: mark the booking paid at the desk, so that it is known how")
    raise ValueError(f"{_shown(text)} is neither PENDING nor CANCELLED")


def _clean(text: str, longest: int, *, allowed: str) -> str:
    composed = unicodedata.normalize("NFC", text)
    if len(composed) > longest:
        raise ValueError(f"is longer than {longest} characters")
    if not composed.isprintable():  # the common case ends here
        for character in composed:
            if character not in allowed and _is_forbidden(character):
                raise ValueError(f"holds a control character (U+{ord(character):04X})")
    return composed


def _is_forbidden(character: str) -> bool:
    return unicodedata.category(character) in _FORBIDDEN or character in _REORDERING


def _shown(text: str) -> str:
    return ascii(text[:40]) if not text[:40].isprintable() else repr(text[:40])
