"""Money as integers: Stripe's currency table, strict parsing, one formatter. Pure; no I/O, no float, no locale library.

Source of the table and the limits: PAYMENTS 2.1 to 2.6. Amounts are minor units of Stripe's exponents, which differ
from ISO 4217 and CLDR (ISK and UGX carry two digits here, PKR prints without them when they are zero).
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

ZERO_DECIMAL = frozenset("BIF CLP DJF GNF JPY KMF KRW MGA PYG RWF VND VUV XAF XOF XPF".split())
THREE_DECIMAL = frozenset("BHD JOD KWD OMR TND".split())
TWO_DECIMAL = frozenset(
    """AED AFN ALL AMD ANG AOA ARS AUD AWG AZN BAM BBD BDT BMD BND BOB BRL BSD BTN BWP BYN BZD CAD CDF CHF CNY
    COP CRC CVE CZK DKK DOP DZD EGP ETB EUR FJD FKP GBP GEL GIP GMD GTQ GYD HKD HNL HTG HUF IDR ILS INR ISK JMD
    KES KGS KHR KYD KZT LAK LBP LKR LRD LSL MAD MDL MKD MMK MNT MOP MUR MVR MWK MXN MYR MZN NAD NGN NIO NOK NPR
    NZD PAB PEN PGK PHP PKR PLN QAR RON RSD RUB SAR SBD SCR SEK SGD SHP SLE SOS SRD STD SZL THB TJS TOP TRY TTD
    TWD TZS UAH UGX USD UYU UZS WST XCD YER ZAR ZMW""".split()
)
CURRENCIES = ZERO_DECIMAL | THREE_DECIMAL | TWO_DECIMAL

# Minor units must divide by this (PAYMENTS 2.1): effectively zero-decimal currencies, and three-decimal ones in tens.
STEP = {"ISK": 100, "UGX": 100} | dict.fromkeys(THREE_DECIMAL, 10)

# Settlement minima in minor units (PAYMENTS 2.3). PKR is a presentment currency: Rs 200 is the safe floor at 280/USD.
MINIMUM_MINOR = {
    "PKR": 20000,
    "USD": 50,
    "AED": 200,
    "GBP": 30,
    "EUR": 50,
    "HKD": 400,
    "HUF": 17500,
    "CZK": 1500,
    "MXN": 1000,
    "MYR": 200,
    "PLN": 200,
    "JPY": 50,
    "THB": 1000,
    "NOK": 300,
    "SEK": 300,
    "DKK": 250,
}
# Checkout offers methods that take eight digits; IDR, COP and INR have wider limits of their own (PAYMENTS 2.3).
MAXIMUM_MINOR = {"IDR": 10**12 - 1, "COP": 10**10 - 1, "INR": 10**9 - 1}
DEFAULT_MAXIMUM_MINOR = 99_999_999

SYMBOLS = {
    "PKR": "Rs. ",
    "USD": "$",
    "EUR": "€",
    "GBP": "£",
    "JPY": "¥",
    "INR": "₹",
}
MINUS = "−"  # U+2212: as wide as a digit in every terminal font, and never a range dash


class MoneyError(ValueError):
    """An amount or currency that cannot be used; its text is one sentence a clerk can act on."""


def exponent(currency: str) -> int:
    """Digits after the point in Stripe's minor units: 0, 2 or 3. Unknown codes raise MoneyError."""
    code = currency.upper()
    if code in TWO_DECIMAL:
        return 2
    if code in ZERO_DECIMAL:
        return 0
    if code in THREE_DECIMAL:
        return 3
    raise MoneyError(f"{currency!r} is not a currency Stripe knows")


# At most 15 digits before the point: with three behind it the minor units still fit into 64 bits.
_PLAIN = re.compile(r"(\d{1,15}|[1-9]\d{0,2}(?:,\d{3}){1,4})(?:\.(\d+))?", re.ASCII)
# One thousands mark that could be a decimal mark, or the reverse: 1.234, 1,23, 0,500, 1.000,50.
_TWO_READINGS = re.compile(r"\d{1,3}\.\d{3}|\d+,\d{1,2}|0,\d+|\d{1,3}(\.\d{3})+,\d+|\d{1,3}(\.\d{3}){2,}", re.ASCII)
# With three digits behind the point, 1.230 is the usual way to write it and 1,230 becomes the doubtful one.
_TWO_READINGS_OF_THREE = re.compile(r"\d{1,3},\d{3}|\d+,\d{1,2}|\d{1,3}(\.\d{3})+,\d+|\d{1,3}(\.\d{3}){2,}", re.ASCII)


def parse_major(text: str, currency: str) -> int:
    """Minor units of an amount typed by a person: `12300`, `12,300`, `12300.5`.

    Anything with two readings (`1.234`, `1,23`, `1.000,50`), more digits than the currency has, signs, spaces inside
    or non-ASCII digits raises MoneyError: staff input is never rounded (PAYMENTS 2.6).
    """
    digits = exponent(currency)
    typed = text.strip()
    refuse_unreadable(typed, digits)
    match = _PLAIN.fullmatch(typed)
    if match is None:
        raise MoneyError(f"{typed[:40]!r} is not an amount: write it like 12,300 or 12300.50")
    whole, fraction = match.group(1).replace(",", ""), match.group(2) or ""
    if len(fraction) > digits and (digits or fraction not in ("0", "00")):
        raise MoneyError(f"{currency} has {digits} digits after the point" if digits else f"{currency} has no decimals")
    minor = int(whole + fraction[:digits].ljust(digits, "0"))
    step = STEP.get(currency.upper(), 1)
    if minor % step:
        raise MoneyError(f"{currency} amounts must be multiples of {format_minor(step, currency)}")
    return minor


def refuse_unreadable(typed: str, digits: int) -> None:
    """Raise MoneyError, naming the cause, for what is not one clear positive number."""
    if not typed:
        raise MoneyError("type an amount, like 12,300 or 12300.50")
    if not typed.isascii():
        raise MoneyError("use the digits 0 to 9, like 12,300")
    if typed.startswith("-"):
        raise MoneyError("the amount cannot be negative")
    if (_TWO_READINGS_OF_THREE if digits == 3 else _TWO_READINGS).fullmatch(typed):
        raise MoneyError(f"{typed[:40]} can be read in two ways: write 1234.50 or 1,234.50")


def to_major(amount_minor: int, currency: str) -> Decimal:
    """The amount in major units, exact."""
    return Decimal(amount_minor).scaleb(-exponent(currency))


def major_number(amount_minor: int, currency: str) -> int | float:
    """The amount as a JSON document carries it: an int when whole, else a decimal number, 10000.5 (PAYMENTS 2.2).

    For output only. Fifteen digits survive the trip through a JSON number unchanged; amounts have at most twelve.
    """
    scale: int = 10 ** exponent(currency)
    if amount_minor % scale == 0:
        return amount_minor // scale
    text = f"{to_major(amount_minor, currency):f}"
    number: int | float = json.loads(text.rstrip("0").rstrip(".") if "." in text else text)
    return number


def told_number(amount_minor: int, currency: str) -> int | float | None:
    """`major_number` for amounts that come from outside; None in a currency this table does not know. Never raises."""
    return major_number(amount_minor, currency) if currency.upper() in CURRENCIES else None


def format_minor(amount_minor: int, currency: str) -> str:
    """As the owner writes it: `Rs. 24,000`, `Rs. 24,000.50`, `$82.40`, `AED 300`, outflow with `−` in front.

    Decimals appear only where they are not zero (UX 2.5).
    """
    code = currency.upper()
    digits = exponent(code)
    whole, rest = divmod(abs(amount_minor), 10**digits)
    fraction = f".{rest:0{digits}d}" if digits and rest else ""
    symbol = SYMBOLS.get(code, f"{code} ")
    return f"{MINUS if amount_minor < 0 else ''}{symbol}{whole:,}{fraction}"


def describe_minor(amount_minor: int, currency: str) -> str:
    """`format_minor` for amounts that come from outside: a currency this table does not know is shown as told.

    Never raises, so that a strange event can still be told of in the timeline.
    """
    if currency.upper() in CURRENCIES:
        return format_minor(amount_minor, currency)
    return f"{amount_minor:,} minor units of {currency.upper() or 'an unnamed currency'}"


def charge_limit(amount_minor: int, currency: str) -> str | None:
    """The limit an online charge would break, as a sentence that names it, or None (PAYMENTS 2.3, D23, D24)."""
    code = currency.upper()
    minimum = MINIMUM_MINOR.get(code, 50 * STEP.get(code, 1) if exponent(code) else 50)
    maximum = MAXIMUM_MINOR.get(code, DEFAULT_MAXIMUM_MINOR)
    maximum -= maximum % STEP.get(code, 1)
    if amount_minor < minimum:
        return f"Amount is below the online minimum of {format_minor(minimum, code)}"
    if amount_minor > maximum:
        return f"Amount is above the online maximum of {format_minor(maximum, code)}"
    if amount_minor % STEP.get(code, 1):
        return f"Amount must be a multiple of {format_minor(STEP[code], code)}"
    return None


@dataclass(frozen=True, slots=True)
class Rate:
    """Units of `primary` per one `fallback`, with its source and date (PAYMENTS 2.5)."""

    primary: str
    fallback: str
    units: Decimal
    as_of_on: date
    source: str

    def __str__(self) -> str:
        return f"{self.units} {self.primary} per {self.fallback} of {self.as_of_on.isoformat()} ({self.source})"


def convert(amount_minor: int, rate: Rate) -> int:
    """Minor units of the fallback currency, rounded half up to what can be charged (PAYMENTS 2.5 point 4).

    Exact: a ratio of integers, never a rounded quotient that is rounded again.
    """
    if not rate.units.is_finite() or rate.units <= 0:
        raise MoneyError("an exchange rate must be more than nothing")
    above, below = rate.units.as_integer_ratio()
    step = STEP.get(rate.fallback.upper(), 1)
    part = amount_minor * below * 10 ** exponent(rate.fallback)
    whole = above * 10 ** exponent(rate.primary) * step
    return share(part, whole, 1) * step


def share(part_minor: int, whole_minor: int, of_minor: int) -> int:
    """`of_minor` times part/whole, rounded half up: one part of a sum in another currency (PAYMENTS 2.5 point 8)."""
    if whole_minor <= 0:
        raise MoneyError("cannot take a share of nothing")
    return (2 * part_minor * of_minor + whole_minor) // (2 * whole_minor)
