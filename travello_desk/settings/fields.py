"""How each kind of value is written: text to value, or a ValueError of one sentence. Pure; secrets are never echoed."""

from __future__ import annotations

import re
from collections.abc import Callable
from decimal import Decimal
from ipaddress import ip_address, ip_network
from urllib.parse import SplitResult, urlsplit
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from travello_desk.days import parse_day
from travello_desk.money import CURRENCIES
from travello_desk.settings.model import FxRate, Network

_BOOLEANS = {
    "1": True,
    "true": True,
    "yes": True,
    "on": True,
    "0": False,
    "false": False,
    "no": False,
    "off": False,
}
_HOST_NAME = re.compile(r"(?=.{1,253}$)[A-Za-z0-9_]([A-Za-z0-9_-]*[A-Za-z0-9_])?(\.[A-Za-z0-9_-]+)*\.?", re.ASCII)
_FX_RATE = re.compile(r"([A-Za-z]{3})/([A-Za-z]{3})\s*=\s*([0-9]{1,12}(?:\.[0-9]{1,12})?)\s*@\s*([0-9-]+)", re.ASCII)


def boolean(text: str) -> bool:
    try:
        return _BOOLEANS[text.lower()]
    except KeyError:
        raise ValueError(f"{shown(text)} is neither 1 nor 0") from None


def whole_number(least: int, most: int) -> Callable[[str], int]:
    """A parser of whole numbers from `least` to `most`, ASCII digits only."""

    def parse(text: str) -> int:
        number = int(text) if re.fullmatch(r"[0-9]{1,9}", text) else -1
        if not least <= number <= most:
            raise ValueError(f"{shown(text)} is not a whole number from {least} to {most}")
        return number

    return parse


def currency(text: str) -> str:
    code = text.upper()
    if code not in CURRENCIES:
        raise ValueError(f"{shown(text)} is not a currency Stripe knows (three letters)")
    return code


def fx_rate(text: str) -> FxRate:
    """`PKR/USD=280.50@2026-11-20`: units of the first for one of the second, and the day of the rate."""
    match = _FX_RATE.fullmatch(text)
    if match is None:
        raise ValueError(f"{shown(text)} does not read PRIMARY/FALLBACK=rate@date")
    rate = Decimal(match[3])
    if not rate:
        raise ValueError("the rate must be above zero")
    return FxRate(currency(match[1]), currency(match[2]), rate, parse_day(match[4]))


def time_zone(text: str) -> ZoneInfo:
    try:
        return ZoneInfo(text)
    except (ZoneInfoNotFoundError, ValueError, OSError):  # OSError: a name that is a folder, like "Asia"
        raise ValueError(f"{shown(text)} is not a time zone of the IANA list") from None


def host(text: str) -> str:
    """A name or an address to listen on, without scheme or port; IPv6 with or without brackets."""
    bare = text[1:-1] if text.startswith("[") and text.endswith("]") else text
    if is_address(bare) or (_HOST_NAME.fullmatch(bare) and not bare.rstrip(".").rpartition(".")[2].isdigit()):
        return bare  # a name that ends in a number was meant to be an address
    raise ValueError(f"{shown(text)} is not a host name or an IP address (no http://, no port)")


def http_url(text: str) -> str:
    """An absolute http(s) address, as written: braces stay intact (PAYMENTS 4.9)."""
    parts = split_url(text)
    if parts.scheme not in ("http", "https") or not parts.hostname:
        raise ValueError(f"{shown(text)} is not an address that begins with https:// or http://")
    if parts.username is not None or parts.password is not None:
        raise ValueError("the address must not hold a user or a password")
    return text


def base_url(text: str) -> str:
    """An http(s) address that paths are appended to: no query, no fragment, no slash at the end."""
    parts = split_url(http_url(text))
    if parts.query or parts.fragment:
        raise ValueError(f"{shown(text)} must not have a ? or # part: paths are appended to it")
    return text.rstrip("/")


def page_url(text: str) -> str:
    """A page the guest is sent to; the desk appends its own query, so a fragment would swallow it."""
    if split_url(http_url(text)).fragment:
        raise ValueError(f"{shown(text)} must not have a # part: session_id is appended to it")
    return text


def networks(text: str) -> tuple[Network, ...]:
    """Addresses and networks, comma separated."""
    return tuple(_network(part.strip()) for part in text.split(",") if part.strip())


def mail_address(text: str) -> str:
    """`desk@hotel.example` or `Serena Lahore <desk@hotel.example>`; only the form is checked."""
    from email_validator import (
        EmailNotValidError,
        validate_email,
    )  # 30 ms that a desk without mail need not pay

    try:
        validate_email(text, allow_display_name=True, check_deliverability=False, test_environment=True)
    except EmailNotValidError as error:
        raise ValueError(f"{shown(text)} is not a mail address ({error})") from None
    return text


def one_line(text: str) -> str:
    if len(text) > 200 or not text.isprintable():
        raise ValueError("must be one line of at most 200 characters")
    return text


def split_url(text: str) -> SplitResult:
    """The parts of an address; ValueError when it holds white space or its host or port cannot be read."""
    if not text.isprintable() or " " in text:
        raise ValueError("the address holds a space or a line break")
    try:
        parts = urlsplit(text)
        parts.port  # noqa: B018  (reading it is the check: raises ValueError on port 99999)
    except ValueError as error:
        raise ValueError(f"the address cannot be read ({error})") from None
    return parts


def is_address(text: str) -> bool:
    try:
        ip_address(text)
    except ValueError:
        return False
    return True


def shown(text: str) -> str:
    """A value quoted in a sentence: printable and short."""
    return repr(text if len(text) <= 60 else f"{text[:59]}…")


def _network(text: str) -> Network:
    try:
        return ip_network(text, strict=False)
    except ValueError:
        raise ValueError(f"{shown(text)} is neither an address nor a network") from None
