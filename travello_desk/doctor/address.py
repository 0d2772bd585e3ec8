"""Doctor from outside in: does the public address lead to this desk, safely, and do we know who is calling?"""

from __future__ import annotations

import asyncio
from ipaddress import ip_address
from urllib.parse import urlsplit

from travello_desk.doctor.finding import FAULT, OK, WARN, Finding
from travello_desk.fetching import FetchFailed, fetch
from travello_desk.operations.context import Context

SECONDS = 5.0
MOST_BYTES = 1024 * 1024
# A guest code that nobody has: its page is a 404 of ours, with headers that no other server sends.
UNKNOWN_PAGE = "/p/000000000000"


async def public(ctx: Context) -> list[Finding]:
    url = ctx.settings.public_base_url
    if is_local(url):
        mend = "Set PUBLIC_BASE_URL to the address a reverse proxy or tunnel gives this desk (docs/deploy.md)"
        return [Finding(WARN, "address", "No public URL: guests' phones cannot open payment links", mend)]
    found = [await asyncio.to_thread(outside_in, url)]
    if urlsplit(url).scheme == "http":
        mend = "Put a proxy with a certificate in front (docs/deploy.md) and set PUBLIC_BASE_URL=https://..."
        level = FAULT if ctx.settings.mode == "LIVE" else WARN
        found.append(Finding(level, "address", "Guests' links travel unencrypted (http://)", mend))
    return found


def is_local(url: str) -> bool:
    host = urlsplit(url).hostname or ""
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def outside_in(url: str) -> Finding:
    """Fetch a page that only our listener answers like this. Blocks."""
    try:
        answer = fetch(url.rstrip("/") + UNKNOWN_PAGE, seconds=SECONDS, most_bytes=MOST_BYTES)
    except FetchFailed as error:
        mend = "Check the reverse proxy or tunnel, DNS and the certificate"
        return Finding(FAULT, "address", f"{url} cannot be reached from here: {error}", mend)
    headers = {name.lower(): value for name, value in answer.headers.items()}
    if answer.status != 404 or "frame-ancestors 'none'" not in headers.get("content-security-policy", ""):
        text = f"{url} answers {answer.status}, not as this desk would"
        return Finding(WARN, "address", text, "Does it lead somewhere else, or does a proxy change our headers?")
    return Finding(OK, "address", f"{url} leads to this desk")


async def proxies(ctx: Context) -> list[Finding]:
    """Behind a proxy on this machine every guest has its address: one who guesses would slow all of them down."""
    settings = ctx.settings
    if is_local(settings.public_base_url) or settings.trusted_proxies:
        return []
    if settings.listen_host in ("127.0.0.1", "::1", "localhost"):
        mend = "Set TRUSTED_PROXIES=127.0.0.1, and let the proxy set X-Forwarded-For (docs/deploy.md)"
        return [Finding(WARN, "proxies", "All guests behind the proxy count as one for the rate limits", mend)]
    return []
