"""The application: every module's routes on one table, and what lives and dies with the listener."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Final

from aiohttp import web

from travello_desk.operations.context import Context
from travello_desk.operations.ingest_worker import IngestWorker
from webhook import api, guest_pages, openapi, operations_pages, status
from webhook.auth import Tokens
from webhook.body import MOST_BYTES, READ_SECONDS
from webhook.common import Common
from webhook.cors import Cors
from webhook.rate_limit import Limits
from webhook.routing import Route, register
from webhook.stripe_events import StripeEvents
from webhook.watching import Watching

READ_TIMEOUT_SECONDS = 10.0
WORKER: Final = web.AppKey("worker", IngestWorker)


def make_app(ctx: Context, jwt_secret: str, *, read_timeout_seconds: float = READ_TIMEOUT_SECONDS) -> web.Application:
    """The whole HTTP side of one house. `jwt_secret` verifies the front end's bearer tokens."""
    tokens = Tokens(jwt_secret, lambda: ctx.clock() + ctx.clock_offset_seconds)
    common = Common(ctx, tokens, Watching(ctx.store), Limits(ctx.settings))
    events = StripeEvents(ctx)
    app = web.Application(client_max_size=MOST_BYTES)
    app[READ_SECONDS] = read_timeout_seconds
    app[WORKER] = events.worker
    register(app, [*events.routes(), *routes(common)], Cors(ctx.settings))
    app.on_shutdown.append(lambda _: let_go(common))
    app.on_cleanup.append(lambda _: events.close())
    app.cleanup_ctx.append(lambda _: watching(common))
    return app


def routes(common: Common) -> list[Route]:
    """Everything that is answered beside Stripe's events; each module brings its own."""
    modules = (api, status, operations_pages, openapi, guest_pages)
    return [route for module in modules for route in module.routes(common)]


async def watching(common: Common) -> AsyncIterator[None]:
    common.watching.start()
    yield
    common.watching.close()


async def let_go(common: Common) -> None:
    """Before the listener waits for its requests to end: nobody is held open any longer (E15)."""
    common.watching.close()
