"""`/healthz` and `/metrics`: for the machine's own watchers. Loopback only unless METRICS_PUBLIC; no guest's data."""

from __future__ import annotations

import time
from functools import partial
from ipaddress import ip_address
from typing import Final

from aiohttp import web

from travello_desk.operations.context import Context
from travello_desk.store import inbox
from travello_desk.store.errors import StoreError
from webhook.answers import SECURITY_HEADERS, HttpError, json_answer
from webhook.common import Common
from webhook.metrics import TEXT_FORMAT, exposition
from webhook.routing import Handler, Route

APP: Final = "travello-desk"
MOST_BACKLOG: Final = 1000
"""Waiting writes above which the listener says that it is not well."""
# A proxy or tunnel on this machine makes the whole internet look like loopback; what it adds gives it away. Used to
# refuse only, never to allow.
FORWARDED: Final = ("X-Forwarded-For", "X-Forwarded-Host", "Forwarded", "X-Real-IP", "CF-Connecting-IP", "Via")


def routes(common: Common) -> list[Route]:
    pages = {"/healthz": healthz, "/metrics": metrics}
    return [Route(path, {"GET": private(common.ctx, partial(page, common))}) for path, page in pages.items()]


def private(ctx: Context, handler: Handler) -> Handler:
    """The handler for this machine only, unless the settings say otherwise."""

    async def answer(request: web.Request) -> web.StreamResponse:
        if not (ctx.settings.metrics_public or is_local(request)):
            raise HttpError(403, "Only from this machine, unless METRICS_PUBLIC=1")
        return await handler(request)

    return answer


def is_local(request: web.Request) -> bool:
    """By the connection itself; headers are never believed."""
    peer = request.transport.get_extra_info("peername") if request.transport else None
    if not isinstance(peer, tuple) or any(name in request.headers for name in FORWARDED):
        return False
    address = ip_address(peer[0].partition("%")[0])
    return (getattr(address, "ipv4_mapped", None) or address).is_loopback


async def healthz(common: Common, request: web.Request) -> web.StreamResponse:
    """200 when events can be stored, 503 when not. `app` and `install` tell a second desk whose listener this is."""
    ctx = common.ctx
    database, last_event_at = await look_at_store(ctx)
    well = database == "ok" and ctx.store.backlog <= MOST_BACKLOG
    body = {
        "status": "ok" if well else "unwell",
        "database": database,
        "listener": ctx.health.listener,
        "stripe_mode": ctx.settings.mode,
        "last_event_at": iso(last_event_at),
        "backlog": ctx.store.backlog,
        "app": APP,
        "install": ctx.store.install,
    }
    return json_answer(body, 200 if well else 503)


async def look_at_store(ctx: Context) -> tuple[str, int]:
    """`ok` or what is wrong with the store, and when the last event was stored."""
    try:
        stored_at = await ctx.store.peek(inbox.last_event_at)
    except StoreError as error:
        return str(error), ctx.health.last_event_at
    return ctx.health.money_fault or "ok", max(stored_at, ctx.health.last_event_at)


def iso(at: int) -> str | None:
    return time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(at)) if at else None


async def metrics(common: Common, request: web.Request) -> web.StreamResponse:
    """Prometheus' text format."""
    counted = await common.ctx.store.peek(inbox.counters)
    headers = {"Content-Type": TEXT_FORMAT, **SECURITY_HEADERS}
    return web.Response(body=exposition(common, counted).encode(), headers=headers)
