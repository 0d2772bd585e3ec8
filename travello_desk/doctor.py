"""Doctor: is everything here that payments need, and how is each thing mended? Finds, tells, changes nothing."""

from __future__ import annotations

import asyncio
import platform
import shutil
import sys
import urllib.error
import urllib.request
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable
from dataclasses import dataclass
from ipaddress import ip_address
from urllib.parse import urlsplit

from travello_desk.operations.context import Context
from travello_desk.operations.errors import NoStripe
from travello_desk.operations.rates import age_of, candidates
from travello_desk.payments.events import EVENT_TYPES
from travello_desk.secrets_form import masked
from travello_desk.store import inbox
from travello_desk.store.database import any_setting
from travello_desk.store.errors import StoreError
from travello_desk.stripe_gateway.errors import Forbidden, GatewayError

OK, WARN, FAULT, NOTE = "ok", "warning", "fault", "note"
MARKS = {OK: "✓", WARN: "▲", FAULT: "✕", NOTE: "·"}
CLOCK_LIMIT_SECONDS = 300
CLOCK_WARNING_SECONDS = 3


@dataclass(frozen=True, slots=True)
class Finding:
    """One line of the report: how it is, what was found, and how to mend it."""

    level: str
    about: str
    text: str
    mend: str = ""

    @property
    def line(self) -> str:
        mend = f"\n    {self.mend}" if self.mend else ""
        return f"{MARKS[self.level]} {self.text}{mend}"


Check = Callable[[Context], Awaitable[Iterable[Finding]]]


async def examine(ctx: Context) -> AsyncIterator[Finding]:
    """Run every check, one after the other; each finding as it is made. A check that breaks is itself a finding."""
    for check in CHECKS:
        try:
            for finding in await check(ctx):
                yield finding
        except (GatewayError, NoStripe) as error:
            yield Finding(
                FAULT, "stripe", getattr(error, "sentence", str(error)), "Check the line, then run doctor again"
            )
        except (StoreError, OSError) as error:
            yield Finding(FAULT, "store", str(error), "Check the disk and the folder's permissions")


async def python(ctx: Context) -> list[Finding]:
    version = platform.python_version()
    encoding = (getattr(sys.__stdout__, "encoding", "") or "").upper()
    size = shutil.get_terminal_size()
    found = [Finding(OK, "python", f"Python {version}, terminal {size.columns}x{size.lines}, {encoding}")]
    if size.columns < 80 or size.lines < 24:
        found.append(Finding(WARN, "terminal", "The window is smaller than 80x24", "Make the terminal window larger"))
    return found


async def settings(ctx: Context) -> list[Finding]:
    stripped = [
        Finding(NOTE, "settings", f"{name} had white space around it, which was stripped")
        for name in sorted(ctx.settings.stripped)
    ]
    return stripped


async def store(ctx: Context) -> list[Finding]:
    health = await asyncio.to_thread(ctx.store.health)
    first = Finding(FAULT, "store", health.fault, health.mend) if health.fault else Finding(OK, "store", health.summary)
    return [first, *(Finding(WARN, remark.about, remark.text, remark.mend) for remark in health.remarks)]


async def keys(ctx: Context) -> list[Finding]:
    key = ctx.settings.stripe_secret_key
    if key is None:
        mend = "Set STRIPE_SECRET_KEY (a restricted key is best), or try travello-desk demo"
        return [Finding(FAULT, "keys", "There is no secret key: online payments are off", mend)]
    found = [Finding(OK, "keys", f"Secret key {masked(key.value)}, mode {ctx.settings.mode}")]
    if ctx.settings.stripe_publishable_key is None:
        found.append(
            Finding(
                WARN, "keys", "There is no publishable key: the web front end gets none", "Set STRIPE_PUBLISHABLE_KEY"
            )
        )
    return found


async def stripe(ctx: Context) -> list[Finding]:
    stripe_time, latency_seconds = await ctx.stripe.server_time()
    found = [Finding(OK, "stripe", f"Stripe answers in {round(latency_seconds * 1000)} ms")]
    behind = stripe_time - ctx.clock()
    found.append(clock_finding(behind))
    account = await ctx.stripe.account()
    found.append(Finding(OK, "account", f"Account {masked(str(account.get('id', '')))}, {account.get('country', '?')}"))
    try:
        spec = await ctx.stripe.country_spec(str(account.get("country") or "US"))
    except Forbidden:
        return [*found, Finding(NOTE, "currency", "The key may not read CountrySpec: the currency was not checked")]
    return [*found, await currency_finding(ctx, spec)]


def clock_finding(behind_seconds: float) -> Finding:
    off = abs(behind_seconds)
    word = "behind" if behind_seconds > 0 else "ahead of"
    text = f"This computer's clock is {off:.0f} s {word} Stripe (limit {CLOCK_LIMIT_SECONDS} s)"
    if off >= CLOCK_LIMIT_SECONDS:
        return Finding(FAULT, "clock", text, "Switch network time on: timedatectl set-ntp true")
    if off > CLOCK_WARNING_SECONDS:
        return Finding(WARN, "clock", text, "Switch network time on: timedatectl set-ntp true")
    return Finding(OK, "clock", "The clock agrees with Stripe's")


async def currency_finding(ctx: Context, spec: dict[str, object]) -> Finding:
    primary = ctx.settings.currency_primary
    supported = spec.get("supported_payment_currencies")
    if not isinstance(supported, list) or primary.lower() in supported:
        return Finding(OK, "currency", f"Stripe takes {primary} on this account")
    rates = await ctx.store.read(lambda tx: candidates(ctx, tx))
    fallback = ctx.settings.currency_fallback
    if rates and age_of(ctx, rates[0]).total_seconds() <= ctx.settings.fx_max_age_hours * 3600:
        return Finding(WARN, "currency", f"Stripe does not take {primary} here: {fallback} is charged at {rates[0]}")
    mend = f"Set FX_RATE={primary}/{fallback}=RATE@DATE or FX_RATE_URL"
    return Finding(FAULT, "currency", f"Stripe does not take {primary} here and there is no fresh rate", mend)


async def webhook(ctx: Context) -> list[Finding]:
    found = []
    last = await ctx.store.read(inbox.last_event_at)
    if not ctx.settings.stripe_webhook_secrets:
        text = "STRIPE_WEBHOOK_SECRET is missing: payments will not confirm by webhook"
        mend = "Copy the endpoint's signing secret from Stripe's Dashboard, or from `stripe listen`"
        level = FAULT if ctx.settings.stripe_poll_seconds == 0 else WARN
        found.append(Finding(level, "webhook", text, mend))
    elif last:
        age = int(ctx.clock()) - last
        found.append(Finding(OK, "webhook", f"Last event {age} s ago: the signing secret is right"))
    else:
        found.append(Finding(NOTE, "webhook", "No event has arrived yet: the signing secret is not proven"))
    old = await ctx.store.read(lambda tx: any_setting(tx, "webhook_old_secret_used"))
    if old:
        found.append(Finding(NOTE, "webhook", f"An old signing secret was last used at {old}"))
    if ctx.gateway is not None:
        found.extend(await endpoints(ctx))
    return found


async def endpoints(ctx: Context) -> list[Finding]:
    """Does Stripe have an endpoint for us, with the events we apply?"""
    wanted = f"{ctx.settings.public_base_url.rstrip('/')}/api/payments/webhook"
    try:
        known = await ctx.stripe.webhook_endpoints()
    except Forbidden:
        return [Finding(NOTE, "endpoint", "The key may not list webhook endpoints: they were not checked")]
    ours = [item for item in known if str(item.get("url", "")).rstrip("/") == wanted]
    if not ours:
        mend = f"Add {wanted}/ in Stripe's Dashboard, or rely on polling (STRIPE_POLL_SECONDS)"
        return [Finding(WARN, "endpoint", "Stripe has no webhook endpoint for this desk", mend)]
    found = []
    for item in ours:
        enabled = set(item.get("enabled_events") or ())
        missing = [] if "*" in enabled else [kind for kind in EVENT_TYPES if kind not in enabled]
        missing = [kind for kind in missing if kind != "charge.refund.updated"]
        if missing:
            found.append(
                Finding(
                    WARN,
                    "endpoint",
                    f"The endpoint does not send {', '.join(missing)}",
                    "Add them in Stripe's Dashboard",
                )
            )
        elif item.get("status") == "disabled":
            found.append(
                Finding(FAULT, "endpoint", "Stripe has disabled the endpoint", "Enable it in Stripe's Dashboard")
            )
        else:
            found.append(Finding(OK, "endpoint", f"Stripe delivers to {wanted}/"))
    return found


async def public_address(ctx: Context) -> list[Finding]:
    url = ctx.settings.public_base_url
    if is_local(url):
        return [
            Finding(
                WARN,
                "address",
                "No public URL: guests' phones cannot open payment links",
                "Set PUBLIC_BASE_URL to the address a reverse proxy or tunnel gives this desk",
            )
        ]
    return [await asyncio.to_thread(outside_in, url)]


def is_local(url: str) -> bool:
    host = urlsplit(url).hostname or ""
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def outside_in(url: str) -> Finding:
    """Fetch a page that only our listener answers like this: an unknown guest code."""
    probe = f"{url.rstrip('/')}/p/000000000000"
    try:
        with urllib.request.urlopen(probe, timeout=5) as answer:  # the scheme was checked by settings
            status = answer.status
    except urllib.error.HTTPError as error:
        status = error.code
    except OSError as error:
        mend = "Check the reverse proxy or tunnel, DNS and the certificate"
        return Finding(FAULT, "address", f"{url} cannot be reached from here: {getattr(error, 'reason', error)}", mend)
    if status == 404:
        return Finding(OK, "address", f"{url} leads to this desk")
    return Finding(
        WARN, "address", f"{url} answers {status} where this desk would say 404", "Does it lead somewhere else?"
    )


async def mail(ctx: Context) -> list[Finding]:
    if ctx.settings.smtp is None:
        folder = ctx.settings.outbox_dir
        return [
            Finding(NOTE, "mail", f"No SMTP server is set: mails are written to {folder}", "Set SMTP_URL and MAIL_FROM")
        ]
    server = ctx.settings.smtp
    if ctx.health.mail_fault:
        return [Finding(FAULT, "mail", ctx.health.mail_fault, "Check SMTP_URL")]
    try:
        _, writer = await asyncio.wait_for(asyncio.open_connection(server.host, server.port), 5)
    except (OSError, TimeoutError) as error:
        return [Finding(FAULT, "mail", f"{server.host}:{server.port} cannot be reached: {error}", "Check SMTP_URL")]
    writer.close()
    return [Finding(OK, "mail", f"{server.host}:{server.port} answers")]


CHECKS: tuple[Check, ...] = (python, settings, store, keys, stripe, webhook, public_address, mail)
