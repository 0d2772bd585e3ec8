"""The rate for the fallback currency: from a person, the settings or a feed; dated, and refused when stale.

PAYMENTS 2.5: Decimal, with source, date and a maximum age. Nothing here guesses a rate, and no rate is ever taken from
the day of a refund.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta
from decimal import Decimal, InvalidOperation

from travello_desk.money import Rate, convert, format_minor
from travello_desk.operations.context import Context
from travello_desk.payments.rules import Refusal, Refused
from travello_desk.store.database import any_setting, keep_setting
from travello_desk.store.tx import Tx

TYPED, FED = "fx_rate", "fx_rate_feed"
# A rate of the day after tomorrow is a typing error: it would count as fresh until then.
MOST_DAYS_AHEAD = 1


@dataclass(frozen=True, slots=True)
class Offer:
    """A charge in the fallback currency, for a person to confirm: both amounts, the rate and its age."""

    amount_minor: int
    currency: str
    booking_amount_minor: int
    booking_currency: str
    rate: Rate
    age_hours: int

    def same_charge(self, other: Offer) -> bool:
        """Whether a person who said yes to this one has said yes to the other: the age alone may differ."""
        return replace(self, age_hours=0) == replace(other, age_hours=0)

    @property
    def sentence(self) -> str:
        """`Stripe does not take PKR here: charge $35.71 for Rs. 10,000 (280 PKR per USD of ..., 3 h old)?`"""
        asked = format_minor(self.booking_amount_minor, self.booking_currency)
        charged = format_minor(self.amount_minor, self.currency)
        return (
            f"Stripe does not take {self.booking_currency} here: charge {charged} for {asked}"
            f" ({self.rate}, {self.age_hours} h old)?"
        )


class FallbackOffered(Refused):
    """Staff must confirm a charge in the other currency first (D25). Nothing was sent in it."""

    def __init__(self, offer: Offer) -> None:
        super().__init__(Refusal("fallback", offer.sentence))
        self.offer = offer


def age_of(ctx: Context, rate: Rate) -> timedelta:
    """How old the rate is: it counts as fresh through the whole of its day in the hotel's zone."""
    zone = ctx.settings.hotel_timezone
    end_of_day = datetime.combine(rate.as_of_on, time.max, zone)
    return max(timedelta(0), datetime.fromtimestamp(ctx.clock(), zone) - end_of_day)


def candidates(ctx: Context, tx: Tx) -> list[Rate]:
    """Every rate that is known, the newest first; of one day, a person's before the settings' before the feed's."""
    primary, fallback = ctx.settings.currency_primary, ctx.settings.currency_fallback
    given = ctx.settings.fx_rate
    found = [
        kept_rate(tx, TYPED),
        Rate(given.primary, given.fallback, given.rate, given.as_of_on, "FX_RATE") if given else None,
        kept_rate(tx, FED),
    ]
    last_day = today(ctx) + timedelta(days=MOST_DAYS_AHEAD)
    usable = [
        rate
        for rate in found
        if rate and (rate.primary, rate.fallback) == (primary, fallback) and rate.as_of_on <= last_day
    ]
    return sorted(usable, key=lambda rate: rate.as_of_on, reverse=True)


def kept_rate(tx: Tx, setting: str) -> Rate | None:
    """A rate kept in the store, typed by staff or read from the feed."""
    kept = any_setting(tx, setting)
    if not kept:
        return None
    item = json.loads(kept)
    as_of = date.fromisoformat(item["as_of_on"])
    return Rate(item["primary"], item["fallback"], Decimal(item["units"]), as_of, item["source"])


def today(ctx: Context) -> date:
    """The hotel's day."""
    return datetime.fromtimestamp(ctx.clock(), ctx.settings.hotel_timezone).date()


def is_fresh(ctx: Context, rate: Rate) -> bool:
    return age_of(ctx, rate) <= timedelta(hours=ctx.settings.fx_max_age_hours)


def offer_in(ctx: Context, tx: Tx, amount_minor: int, currency: str) -> Offer:
    """The fallback charge for an amount of the primary currency. Raises Refused with the reason when there is none."""
    settings = ctx.settings
    if currency != settings.currency_primary or currency == settings.currency_fallback:
        raise Refused(Refusal("currency", f"Stripe does not take {currency} on this account"))
    rates = candidates(ctx, tx)
    if not rates:
        raise Refused(Refusal("no_rate", f"Stripe does not take {currency} here, and no exchange rate is set"))
    if not is_fresh(ctx, rates[0]):
        told = f"the newest exchange rate is of {rates[0].as_of_on.isoformat()}"
        raise Refused(Refusal("stale_rate", f"Stripe does not take {currency} here, and {told}: set a fresh one"))
    hours = int(age_of(ctx, rates[0]).total_seconds() // 3600)
    return Offer(convert(amount_minor, rates[0]), rates[0].fallback, amount_minor, currency, rates[0], hours)


async def set_rate(ctx: Context, units: str, source: str, as_of_on: date | None = None) -> Rate:
    """Keep a rate typed by staff. Raises Refused when it is not a positive number, or its day is not near."""
    as_of_on = as_of_on or today(ctx)
    if as_of_on > today(ctx) + timedelta(days=MOST_DAYS_AHEAD):
        raise Refused(Refusal("future_rate", f"A rate of {as_of_on.isoformat()} cannot be known yet"))
    rate = Rate(ctx.settings.currency_primary, ctx.settings.currency_fallback, positive(units), as_of_on, source)
    await keep_rate(ctx, TYPED, rate)
    return rate


async def keep_rate(ctx: Context, setting: str, rate: Rate) -> None:
    document = {
        "primary": rate.primary,
        "fallback": rate.fallback,
        "units": str(rate.units),
        "as_of_on": rate.as_of_on.isoformat(),
        "source": rate.source,
    }
    await ctx.store.write(lambda tx: keep_setting(tx, setting, json.dumps(document)))


def positive(text: str) -> Decimal:
    try:
        value = Decimal(text)
    except InvalidOperation as error:
        raise Refused(Refusal("bad_rate", f"{text!r} is not a rate: write it like 280.50")) from error
    if not value.is_finite() or not Decimal("0.000001") <= value <= Decimal("1000000000"):
        raise Refused(Refusal("bad_rate", "A rate must be a positive number, like 280.50"))
    return value
