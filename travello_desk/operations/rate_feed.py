"""FX_RATE_URL: a rate fetched in the background by the lease holder and kept in the store, or a sentence why not.

The document is `{"base": "USD", "date": "2026-11-20", "rates": {"PKR": 280.5}}` (INTERFACE 2). The number is read as a
Decimal from its digits, never through a float. What cannot be read changes nothing: the rate that is kept grows old.
"""

from __future__ import annotations

import asyncio
import json
import logging
from collections.abc import Callable
from datetime import date, timedelta
from decimal import Decimal
from urllib.parse import urlsplit

from travello_desk.days import parse_day
from travello_desk.fetching import FetchFailed, fetch
from travello_desk.money import Rate
from travello_desk.operations.context import Context
from travello_desk.operations.rates import FED, MOST_DAYS_AHEAD, candidates, keep_rate, positive, today
from travello_desk.payments.rules import Refused
from travello_desk.store.tx import Tx

log = logging.getLogger(__name__)
SECONDS = 5.0
MOST_BYTES = 256 * 1024
AGAIN_SECONDS = 300
FRESH_SECONDS = 3600
LONGEST_NUMBER = 40
# A feed that turns round or slips a digit must not set a price; a person who types the new rate says that it is true.
LEAST_STEP, MOST_STEP = Decimal("0.75"), Decimal("1.34")
COMPARED_DAYS = 30


class BadFeed(Exception):
    """The feed gave no rate that can be used; one sentence."""


class RateFeed:
    """The background job: an hour after a good answer, five minutes after a bad one."""

    def __init__(self, ctx: Context, *, seconds: float = SECONDS) -> None:
        self._ctx = ctx
        self._seconds = seconds
        self._good_until = 0.0
        self._told = ""

    async def run(self) -> Rate | None:
        """Refresh the rate if it is time; what was kept. A fault is logged once, not every five minutes."""
        if self._ctx.clock() < self._good_until:
            return None
        try:
            rate = await fetch_rate(self._ctx, seconds=self._seconds)
        except BadFeed as error:
            if str(error) != self._told:
                log.warning("no exchange rate from FX_RATE_URL: %s", error)
            self._told = str(error)
            return None
        self._told, self._good_until = "", self._ctx.clock() + FRESH_SECONDS
        await keep_rate(self._ctx, FED, rate)
        log.info("exchange rate: %s", rate)
        return rate


async def fetch_rate(ctx: Context, *, seconds: float = SECONDS) -> Rate:
    """Ask the feed and check its answer; keeps nothing. Raises BadFeed."""
    url = ctx.settings.fx_rate_url
    if not url:
        raise BadFeed("FX_RATE_URL is not set")
    try:
        answer = await asyncio.to_thread(fetch, url, seconds=seconds, most_bytes=MOST_BYTES)
    except FetchFailed as error:
        raise BadFeed(str(error)) from None
    if answer.status != 200:
        raise BadFeed(f"it answers {answer.status}")
    settings = ctx.settings
    rate = read_rate(answer.body, settings.currency_primary, settings.currency_fallback, urlsplit(url).hostname or "")
    if rate.as_of_on > today(ctx) + timedelta(days=MOST_DAYS_AHEAD):
        raise BadFeed(f"its date {rate.as_of_on.isoformat()} has not come yet")
    await ctx.store.read(lambda tx: compare(ctx, tx, rate))
    return rate


def read_rate(body: bytes, primary: str, fallback: str, source: str) -> Rate:
    """The rate in a feed's document. Pure; raises BadFeed."""
    document = read_document(body)
    if document.get("base") != fallback:
        raise BadFeed(f"its base is {shown(document.get('base'))}, not {fallback}")
    rates = document.get("rates")
    units = rates.get(primary) if isinstance(rates, dict) else None
    if not isinstance(units, Decimal) or len(str(units)) > LONGEST_NUMBER:
        raise BadFeed(f"it gives no number for {primary}")
    try:
        return Rate(primary, fallback, positive(str(units)), read_date(document.get("date")), source)
    except Refused as error:
        raise BadFeed(str(error)) from None


def read_document(body: bytes) -> dict[str, object]:
    number: Callable[[str], Decimal] = Decimal
    try:
        document = json.loads(body.decode("utf-8-sig"), parse_float=number, parse_int=number, parse_constant=no_number)
    except (ValueError, ArithmeticError, RecursionError):
        raise BadFeed("its answer is not JSON") from None
    if not isinstance(document, dict):
        raise BadFeed("its answer is not a JSON object")
    return document


def no_number(text: str) -> Decimal:
    raise ValueError(f"{text} is no number of JSON")


def read_date(value: object) -> date:
    try:
        return parse_day(value if isinstance(value, str) else "")
    except ValueError:
        raise BadFeed(f"its date is {shown(value)}, not like 2026-11-20") from None


def compare(ctx: Context, tx: Tx, rate: Rate) -> None:
    """A rate far from the last one is refused: a person must say that it is true (`travello-desk rate`)."""
    known = candidates(ctx, tx)
    if not known or abs(rate.as_of_on - known[0].as_of_on) > timedelta(days=COMPARED_DAYS):
        return
    if not LEAST_STEP <= rate.units / known[0].units <= MOST_STEP:
        told = f"it says {rate.units}, far from {known[0].units} of {known[0].as_of_on.isoformat()}"
        raise BadFeed(f"{told}: if that is right, type it with travello-desk rate")


def shown(value: object) -> str:
    text = str(value) if value is not None else "missing"
    return text if len(text) <= 20 and text.isprintable() else "unreadable"
