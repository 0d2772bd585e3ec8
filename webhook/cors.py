"""Cross-origin requests: only from the origins of the FRONTEND_* URLs, and only where a route allows them."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from urllib.parse import urlsplit

from aiohttp import web

from travello_desk.settings.model import Settings
from webhook.answers import SECURITY_HEADERS

PREFLIGHT_SECONDS = 600


def origin_of(url: str) -> str:
    """Scheme, host and port of a URL as browsers write an Origin header."""
    parts = urlsplit(url)
    default = {"http": 80, "https": 443}.get(parts.scheme)
    port = f":{parts.port}" if parts.port and parts.port != default else ""
    host = parts.hostname or ""
    return f"{parts.scheme}://{f'[{host}]' if ':' in host else host}{port}"


class Cors:
    """Knows the origins that may read our answers; adds the headers that say so."""

    def __init__(self, settings: Settings) -> None:
        pages = (settings.payment_success_url, settings.payment_cancel_url)
        self.origins = frozenset(origin_of(page) for page in pages if page)

    def wrap(
        self, handler: Callable[[web.Request], Awaitable[web.StreamResponse]], allow: str
    ) -> Callable[[web.Request], Awaitable[web.StreamResponse]]:
        """The handler, also answering preflights, with its errors readable too."""

        async def answer(request: web.Request) -> web.StreamResponse:
            made = preflight(allow) if request.method == "OPTIONS" else await handler(request)
            made.headers["Vary"] = "Origin"
            origin = request.headers.get("Origin", "")
            if origin in self.origins:
                made.headers["Access-Control-Allow-Origin"] = origin
            return made

        return answer


def preflight(allow: str) -> web.Response:
    """What may be asked; whether this origin may ask is said by Access-Control-Allow-Origin."""
    permissions = {
        "Allow": allow,
        "Access-Control-Allow-Methods": allow,
        "Access-Control-Allow-Headers": "Authorization, Content-Type",
        "Access-Control-Max-Age": str(PREFLIGHT_SECONDS),
    }
    return web.Response(status=204, headers={**SECURITY_HEADERS, **permissions})
