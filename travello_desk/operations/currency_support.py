"""Does Stripe take the primary currency on this account? Asked at start and daily, and remembered for a day and a half.

PAYMENTS 2.5 points 1 and 2: a fallback is known beforehand by the country's specification, or proven by a refusal that
names the currency; nothing else counts. What is not known, or too old, is asked by trying.
"""

from __future__ import annotations

import hashlib
import json
import logging

from travello_desk.operations.context import Context
from travello_desk.store.database import any_setting, keep_setting
from travello_desk.store.tx import Tx
from travello_desk.stripe_gateway.errors import GatewayError

log = logging.getLogger(__name__)
CHECK_SECONDS = 86_400
REMEMBERED_SECONDS = 36 * 3600


def setting_of(ctx: Context, currency: str) -> str:
    """One answer for each key: another key is another account, or the other mode. The name tells nothing about it."""
    key = ctx.settings.stripe_secret_key
    named = hashlib.sha256(f"currency {key.value if key else ''}".encode()).hexdigest()[:12]
    return f"currency_taken:{named}:{currency}"


def known_unsupported(ctx: Context, tx: Tx, currency: str) -> bool:
    """Whether Stripe is known not to take this currency here."""
    kept = any_setting(tx, setting_of(ctx, currency))
    told = json.loads(kept) if kept else {}
    return told.get("taken") is False and tx.now - told.get("at", 0) < REMEMBERED_SECONDS


def remember(ctx: Context, tx: Tx, currency: str, taken: bool) -> None:
    keep_setting(tx, setting_of(ctx, currency), json.dumps({"taken": taken, "at": tx.now}))


async def check_support(ctx: Context) -> bool | None:
    """Ask the account's country for its currencies and remember the answer; None when Stripe does not say."""
    if ctx.gateway is None:
        return None
    currency = ctx.settings.currency_primary
    try:
        account = await ctx.stripe.account()
        spec = await ctx.stripe.country_spec(str(account.get("country") or "US"))
    except GatewayError as error:  # a restricted key may not read it: the first payment will tell
        log.info("whether Stripe takes %s was not told: %s", currency, error.sentence)
        return None
    supported = spec.get("supported_payment_currencies")
    if not isinstance(supported, list):
        return None
    taken = currency.lower() in supported
    await ctx.store.write(lambda tx: remember(ctx, tx, currency, taken))
    return taken
