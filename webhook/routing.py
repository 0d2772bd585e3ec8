"""From a table of routes to an aiohttp application: both slash forms, 404, 405, CORS, and errors as answers.

There are no middlewares: aiohttp would run them for Stripe's events too, where every microsecond is counted.
"""

from __future__ import annotations

import logging
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass

from aiohttp import web
from aiohttp.web_exceptions import HTTPRequestEntityTooLarge
from aiohttp.web_protocol import RequestPayloadError

from travello_desk.operations.errors import StripeFailed
from travello_desk.payments.rules import Refused
from travello_desk.store.errors import Conflict, StoreError
from webhook.answers import HttpError, SlowBodyError, error_answer
from webhook.cors import Cors

log = logging.getLogger(__name__)
Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]
Renderer = Callable[[HttpError, web.Request], web.StreamResponse]
RETRY_AFTER_SECONDS = 5


@dataclass(frozen=True, slots=True)
class Route:
    """One path (without its trailing slash) and a handler for each method. `cors`: the hotel's front end calls it.

    `render` makes an answer of an error to a request: JSON unless the route is a page.
    """

    path: str
    handlers: Mapping[str, Handler]
    cors: bool = False
    render: Renderer = error_answer


def register(app: web.Application, routes: Sequence[Route], cors: Cors) -> None:
    """Add every route with and without its slash, and a JSON 404 for all other paths."""
    for route in routes:
        table = methods_of(route)
        allow = ", ".join(sorted({*table, "OPTIONS"} if route.cors else table))
        handler = guarded(dispatcher(table, allow), route.render)
        if route.cors:
            handler = cors.wrap(handler, allow)
        for path in (f"{route.path}/", route.path):  # the form that programs use first
            app.router.add_route("*", path, handler)
    app.router.add_route("*", "/{unknown:.*}", guarded(not_found, error_answer))


def methods_of(route: Route) -> dict[str, Handler]:
    """HEAD is GET without its body, which aiohttp leaves out."""
    table = dict(route.handlers)
    if "GET" in table:
        table["HEAD"] = table["GET"]
    return table


def dispatcher(table: Mapping[str, Handler], allow: str) -> Handler:
    """Choose by method; 405 with Allow for the rest."""

    async def dispatch(request: web.Request) -> web.StreamResponse:
        handler = table.get(request.method)
        if handler is None:
            raise HttpError(405, "Method not allowed", {"Allow": allow})
        return await handler(request)

    return dispatch


async def not_found(request: web.Request) -> web.StreamResponse:
    raise HttpError(404, "Not found")


def guarded(handler: Handler, render: Renderer) -> Handler:
    """The handler with every failure turned into its answer."""

    async def guard(request: web.Request) -> web.StreamResponse:
        try:
            return await handler(request)
        except SlowBodyError:
            return hang_up(request)
        # The edge of the process: whatever a handler of ours did not foresee must become an answer and a log line.
        except Exception as error:  # noqa: BLE001
            return render(http_error(error, request), request)

    return guard


def hang_up(request: web.Request) -> web.StreamResponse:
    """Close on a client that does not send what it promised (A27)."""
    if request.transport is not None:
        request.transport.abort()
    return error_answer(HttpError(408, "Request timed out"))


def http_error(error: Exception, request: web.Request) -> HttpError:
    """An exception as the answer INTERFACE 1 gives it. What is not listed is a bug of ours: 500 and the log."""
    if isinstance(error, HttpError):
        return error
    if isinstance(error, Refused):
        return HttpError(error.refusal.http_status, error.refusal.text)
    if isinstance(error, StripeFailed):
        return HttpError(500, "Stripe API error", retryable=error.retryable)
    if isinstance(error, StoreError) and not isinstance(error, Conflict):
        log.error("%s %s: %s", request.method, request.path, error)
        return HttpError(503, "Storage is not available", {"Retry-After": str(RETRY_AFTER_SECONDS)})
    if isinstance(error, HTTPRequestEntityTooLarge):
        return HttpError(413, "Body is too large")
    if isinstance(error, (RequestPayloadError, ConnectionError)):
        return HttpError(400, "Body cannot be read")
    log.error("%s %s failed", request.method, request.path, exc_info=error)
    return HttpError(500, "Internal error")
