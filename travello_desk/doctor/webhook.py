"""Doctor for Stripe's events: the signing secrets, proven by a probe of ours through our own door, and the endpoint."""

from __future__ import annotations

import asyncio
import json
from typing import Any

from travello_desk.doctor.address import is_local
from travello_desk.doctor.finding import FAULT, NOTE, OK, WARN, Finding, lasting
from travello_desk.fetching import Fetched, FetchFailed, fetch
from travello_desk.operations.context import Context
from travello_desk.operations.webhook_secrets import PROBE, PROVED, last_used_at, signed_probe
from travello_desk.payments.events import EVENT_TYPES
from travello_desk.secrets_form import masked
from travello_desk.stripe_gateway.errors import Forbidden

PATH = "/api/payments/webhook/"
SECONDS = 5.0
MOST_BYTES = 65_536
API_VERSION = "2026-10-28.endive"
"""The version whose objects payments/observe.py was written for (PAYMENTS 4.1)."""
OLD_NAME = frozenset({"charge.refund.updated"})


async def secrets(ctx: Context) -> list[Finding]:
    """Which secret real events came in under, and when (A11): only Stripe can prove that it has the same one."""
    known = ctx.settings.stripe_webhook_secrets
    if not known:
        text = "STRIPE_WEBHOOK_SECRET is missing: payments will not confirm by webhook"
        mend = "Copy the endpoint's signing secret from Stripe's Dashboard, or from `stripe listen`"
        return [Finding(FAULT if ctx.settings.stripe_poll_seconds == 0 else WARN, "webhook", text, mend)]
    used = await ctx.store.read(lambda tx: [last_used_at(tx, secret) for secret in known])
    return [secret_finding(ctx, secret, at, newest=at == max(used)) for secret, at in zip(known, used, strict=True)]


def secret_finding(ctx: Context, secret: str, at: int, *, newest: bool) -> Finding:
    if not at:
        mend = "Send a test event from the endpoint's page in Stripe's Dashboard"
        return Finding(NOTE, "webhook", f"Stripe has sent nothing under {masked(secret)} yet: it is not proven", mend)
    ago = lasting(ctx.clock() - at)
    if newest:
        return Finding(OK, "webhook", f"Stripe's last event under {masked(secret)} came {ago} ago: the secret is right")
    mend = "When Stripe no longer uses it, take it out of STRIPE_WEBHOOK_SECRET"
    return Finding(NOTE, "webhook", f"The old secret {masked(secret)} was last used {ago} ago", mend)


async def probe(ctx: Context) -> list[Finding]:
    """Post a signed nothing to our own endpoint, here and by the public address, as Stripe does; it changes nothing."""
    if not ctx.settings.stripe_webhook_secrets:
        return []
    found = [await knock(ctx, here(ctx), "this computer")]
    if not is_local(ctx.settings.public_base_url):
        found.append(await knock(ctx, ctx.settings.public_base_url.rstrip("/"), "the public address"))
    return found


def here(ctx: Context) -> str:
    """Our listener on this machine, whatever address it is bound to."""
    host, port = ctx.settings.listen_host, ctx.settings.listen_port
    if ctx.health.listener.rpartition(":")[2].isdigit():
        port = int(ctx.health.listener.rpartition(":")[2])
    host = {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(host, host)
    return f"http://{f'[{host}]' if ':' in host else host}:{port}"


async def knock(ctx: Context, base: str, way: str) -> Finding:
    secret = ctx.settings.stripe_webhook_secrets[0]
    signature = signed_probe(secret, int(ctx.clock() + ctx.clock_offset_seconds))
    headers = {"Content-Type": "application/json", "Stripe-Signature": signature}
    try:
        answer = await asyncio.to_thread(
            fetch, base + PATH, seconds=SECONDS, most_bytes=MOST_BYTES, body=PROBE, headers=headers
        )
    except FetchFailed as error:
        if way == "this computer":
            mend = "Start the desk or `travello-desk serve`; a desk without a listener polls"
            return Finding(NOTE, "probe", f"No listener answers at {base}: {error}", mend)
        mend = "Check the reverse proxy or tunnel, DNS and the certificate: Stripe fails like this too"
        return Finding(FAULT, "probe", f"Our probe does not come through {base}: {error}", mend)
    return judged(answer, base, way)


def judged(answer: Fetched, base: str, way: str) -> Finding:
    said = said_by(answer)
    if answer.status == 200 and said.get("probe") == PROVED:
        return Finding(OK, "probe", f"Our signed probe came through by {way}: {base}{PATH}")
    if answer.status == 400 and said.get("error") == "Invalid Stripe Signature":
        text = f"STRIPE_WEBHOOK_SECRET does not verify our probe by {way}"
        mend = "The running listener has another secret (restart it), another clock, or a proxy rewrites bodies"
        return Finding(FAULT, "probe", text, mend)
    text = (
        f"{base}{PATH} answers {answer.status} to our signed probe: this is not our listener, or a proxy is in the way"
    )
    return Finding(FAULT, "probe", text, f"Let POST {PATH} through unchanged, without redirects, sign-in or challenges")


def said_by(answer: Fetched) -> dict[str, Any]:
    try:
        said = json.loads(answer.body)
    except (ValueError, RecursionError):
        return {}
    return said if isinstance(said, dict) else {}


async def endpoints(ctx: Context) -> list[Finding]:
    """Does Stripe have an endpoint for us, with the events we apply, in the version we read?"""
    wanted = f"{ctx.settings.public_base_url.rstrip('/')}{PATH}".rstrip("/")
    try:
        known = await ctx.stripe.webhook_endpoints()
    except Forbidden:
        return [Finding(NOTE, "endpoint", "The key may not list webhook endpoints: they were not checked")]
    ours = [item for item in known if str(item.get("url", "")).rstrip("/") == wanted]
    if not ours:
        mend = f"Add {wanted}/ in Stripe's Dashboard, or rely on polling (STRIPE_POLL_SECONDS)"
        level = WARN if ctx.settings.stripe_poll_seconds else FAULT
        return [Finding(level, "endpoint", "Stripe has no webhook endpoint for this desk", mend)]
    several = Finding(
        WARN, "endpoint", f"Stripe has {len(ours)} endpoints for this desk", "Each event comes twice: delete one"
    )
    return [*([several] if len(ours) > 1 else []), *(finding for item in ours for finding in endpoint(item, wanted))]


def endpoint(item: dict[str, Any], url: str) -> list[Finding]:
    if item.get("status") == "disabled":
        mend = "Enable it in Stripe's Dashboard, then run travello-desk reconcile"
        return [Finding(FAULT, "endpoint", "Stripe has disabled the endpoint", mend)]
    enabled = set(item.get("enabled_events") or ())
    missing = [] if "*" in enabled else [kind for kind in EVENT_TYPES if kind not in enabled | OLD_NAME]
    if missing:
        text = f"The endpoint does not send {', '.join(missing)}"
        return [Finding(WARN, "endpoint", text, "Add them in Stripe's Dashboard")]
    version = item.get("api_version")
    if version not in (None, API_VERSION):
        mend = f"Make an endpoint of version {API_VERSION} in Stripe's Dashboard and delete this one"
        return [Finding(WARN, "endpoint", f"The endpoint sends objects of version {version}", mend)]
    return [Finding(OK, "endpoint", f"Stripe delivers to {url}/, version {version or 'of the account'}")]
