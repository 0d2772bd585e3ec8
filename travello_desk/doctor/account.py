"""Doctor at Stripe: the keys' form and mode, the line, the clocks, the account's currency and the rate beside it."""

from __future__ import annotations

from travello_desk.doctor.finding import FAULT, NOTE, OK, WARN, Finding, lasting
from travello_desk.operations.context import Context
from travello_desk.operations.rate_feed import BadFeed, fetch_rate
from travello_desk.operations.rates import age_of, candidates, is_fresh
from travello_desk.secrets_form import masked
from travello_desk.stripe_gateway.errors import Forbidden

CLOCK_LIMIT_SECONDS = 300
CLOCK_WARNING_SECONDS = 3
SLOW_SECONDS = 2.0


async def keys(ctx: Context) -> list[Finding]:
    key = ctx.settings.stripe_secret_key
    if key is None:
        mend = "Set STRIPE_SECRET_KEY (a restricted key is best), or try travello-desk demo"
        return [Finding(FAULT, "keys", "There is no secret key: online payments are off", mend)]
    kind = "restricted key" if key.restricted else "secret key"
    found = [Finding(OK, "keys", f"The {kind} {masked(key.value)} has the right form, mode {ctx.settings.mode}")]
    if not key.restricted and ctx.settings.mode == "LIVE":
        mend = "Make a restricted key with the rights that .env.example lists, and use that"
        found.append(Finding(NOTE, "keys", "This key may do everything on the account", mend))
    if ctx.settings.stripe_publishable_key is None:
        text = "There is no publishable key: the web front end gets none"
        found.append(Finding(WARN, "keys", text, "Set STRIPE_PUBLISHABLE_KEY"))
    return found


async def stripe(ctx: Context) -> list[Finding]:
    stripe_time, latency_seconds = await ctx.stripe.server_time()
    text = f"Stripe answers in {round(latency_seconds * 1000)} ms"
    slow = Finding(WARN, "stripe", text, "The line is slow: guests wait for their payment page")
    found = [slow if latency_seconds > SLOW_SECONDS else Finding(OK, "stripe", text)]
    # Whole seconds on their side, and half the way there: less than two seconds apart is the same time.
    found.append(clock_finding(stripe_time + latency_seconds / 2 - ctx.clock()))
    try:
        account = await ctx.stripe.account()
    except Forbidden:
        return [*found, Finding(NOTE, "account", "The key may not read the account: it was not checked")]
    named = f"Account {masked(str(account.get('id', '')))}, {account.get('country', '?')}"
    if account.get("charges_enabled") is False:
        mend = "Finish Stripe's questions in the Dashboard"
        return [*found, Finding(FAULT, "account", f"{named}: Stripe does not let it take payments yet", mend)]
    return [*found, Finding(OK, "account", named)]


def clock_finding(behind_seconds: float) -> Finding:
    off = abs(behind_seconds)
    word = "behind" if behind_seconds > 0 else "ahead of"
    text = f"This computer's clock is {off:.0f} s {word} Stripe (limit {CLOCK_LIMIT_SECONDS} s)"
    if off > CLOCK_WARNING_SECONDS:
        level = FAULT if off >= CLOCK_LIMIT_SECONDS else WARN
        return Finding(level, "clock", text, "Switch network time on: timedatectl set-ntp true")
    return Finding(OK, "clock", "The clock agrees with Stripe's")


async def currency(ctx: Context) -> list[Finding]:
    """Does the account take the primary currency, and if not, what is charged instead?"""
    try:
        account = await ctx.stripe.account()
        spec = await ctx.stripe.country_spec(str(account.get("country") or "US"))
    except Forbidden:
        return [Finding(NOTE, "currency", "The key may not read CountrySpec: the currency was not checked")]
    primary, fallback = ctx.settings.currency_primary, ctx.settings.currency_fallback
    supported = spec.get("supported_payment_currencies")
    if not isinstance(supported, list) or primary.lower() in supported:
        return [Finding(OK, "currency", f"Stripe takes {primary} on this account")]
    rates = await ctx.store.read(lambda tx: candidates(ctx, tx))
    if rates and is_fresh(ctx, rates[0]):
        text = f"Stripe does not take {primary} here: {fallback} is charged at {rates[0]}"
        return [Finding(WARN, "currency", text, "Guests see the other currency on Stripe's page: tell them before")]
    mend = "Type one: travello-desk rate 280.50, or set FX_RATE_URL"
    return [Finding(FAULT, "currency", f"Stripe does not take {primary} here and there is no fresh rate", mend)]


async def rate(ctx: Context) -> list[Finding]:
    """The feed, asked now; and how old the rate in use is."""
    if ctx.settings.fx_rate_url is None:
        return []
    try:
        fed = await fetch_rate(ctx)
    except BadFeed as error:
        mend = "Check FX_RATE_URL; until it is mended, type a rate: travello-desk rate 280.50"
        return [Finding(WARN, "rate", f"FX_RATE_URL gives no rate: {error}", mend)]
    age = lasting(age_of(ctx, fed).total_seconds())
    if is_fresh(ctx, fed):
        return [Finding(OK, "rate", f"FX_RATE_URL: {fed}")]
    limit = f"{ctx.settings.fx_max_age_hours} h"
    mend = "Choose a feed that is renewed daily, or raise FX_MAX_AGE_HOURS"
    return [Finding(WARN, "rate", f"FX_RATE_URL: {fed}, {age} old: more than {limit}", mend)]
