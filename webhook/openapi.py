"""`/openapi.json`: the JSON endpoints, their answers and every error, as an OpenAPI 3.1 document. Made once, at start.

The texts of the errors come from the rules that raise them; a test holds the document against the routes, and
Schemathesis holds the listener against the document.
"""

from __future__ import annotations

import json
from typing import Any, Final

from aiohttp import web

from travello_desk import __version__
from webhook import openapi_schemas as schemas
from webhook.answers import JSON_HEADERS
from webhook.common import Common
from webhook.openapi_schemas import Json, errors, json_content
from webhook.routing import Route

BEARER: Final[list[dict[str, list[str]]]] = [{"bearer": []}]
NO_TOKEN: Final[list[dict[str, list[str]]]] = [{}]


def routes(common: Common) -> list[Route]:
    body = json.dumps(document(common.ctx.settings.public_base_url)).encode()

    async def serve(request: web.Request) -> web.StreamResponse:
        return web.Response(body=body, headers=JSON_HEADERS)

    return [Route("/openapi.json", {"GET": serve}, cors=True)]


def document(server_url: str) -> Json:
    """The whole document. Every path is also answered without its trailing slash."""
    return {
        "openapi": "3.1.0",
        "info": {"title": "travello-desk", "version": __version__, "description": ABOUT},
        "servers": [{"url": server_url}],
        "paths": {
            "/api/payments/create-session/": {"post": create_session()},
            "/api/payments/webhook/": {"post": webhook()},
            "/api/payments/booking/{id}/status/": {"get": status()},
            "/healthz/": {"get": healthz()},
            "/metrics/": {"get": metrics()},
            "/openapi.json/": {"get": itself()},
        },
        "components": {
            "schemas": schemas.COMPONENTS,
            "securitySchemes": {"bearer": {"type": "http", "scheme": "bearer", "bearerFormat": "JWT"}},
        },
    }


ABOUT: Final = (
    "Payments of bookings. Every path answers with and without its trailing slash. Amounts are major units. Errors are"
    ' always {"success": false, "error": text}. A wrong method is 405, an unknown path 404, a body over 1 MiB 413.'
)


def create_session() -> Json:
    return {
        "operationId": "createSession",
        "summary": "The booking's open Checkout Session, made if need be",
        "security": BEARER,
        "requestBody": {"required": True, "content": json_content("CreateSession")},
        "responses": {
            "200": {"description": "The same session for as long as it is open", "content": json_content("Session")},
            **errors("400", "403", "404", "413", "429", "503"),
            "500": {
                "description": "Stripe unreachable, busy, refused; the next call continues where this one stopped",
                "content": json_content("StripeError"),
            },
        },
    }


def webhook() -> Json:
    return {
        "operationId": "receiveEvent",
        "summary": "An event of Stripe's, signed over its exact bytes",
        "security": NO_TOKEN,
        "parameters": [
            {
                "name": "Stripe-Signature",
                "in": "header",
                "required": True,
                "schema": {"type": "string", "pattern": "^t=[0-9]{1,12},v1=[0-9a-f]{64}$"},
            }
        ],
        "requestBody": {"required": True, "content": json_content("Event")},
        "responses": {
            "200": {
                "description": "Durably stored and applied, or known to be a duplicate, foreign or unknown",
                "content": json_content("Received"),
            },
            **errors("400", "413", "503"),
        },
    }


def status() -> Json:
    return {
        "operationId": "bookingStatus",
        "summary": "How a booking's payment stands, at once or when that changes",
        "description": "Authorised by the token of the owner or of staff, or by a session id or the guest's code.",
        "security": [*BEARER, *NO_TOKEN],
        "parameters": [
            {"name": "id", "in": "path", "required": True, "schema": {"type": "integer", "minimum": 0}},
            query("session_id", {"type": "string"}, "A Checkout Session of this booking"),
            query("guest", {"type": "string"}, "The guest's code of this booking"),
            query("wait", {"type": "integer", "minimum": 0, "maximum": 30}, "Seconds to hold the answer at most"),
            query("known", schemas.PAYMENT_STATUS, "Hold the answer until the status is another than this"),
        ],
        "responses": {
            "200": {"description": "The status", "content": json_content("Status")},
            **errors("403", "404", "429", "503"),
        },
    }


def query(name: str, schema: Json, text: str) -> Json:
    return {"name": name, "in": "query", "required": False, "schema": schema, "description": text}


def healthz() -> Json:
    content = json_content("Health")
    return {
        "operationId": "health",
        "summary": "Whether events can be stored; for this machine only unless METRICS_PUBLIC=1",
        "security": NO_TOKEN,
        "responses": {
            "200": {"description": "They can", "content": content},
            "503": {"description": "They cannot", "content": content},
            **errors("403"),
        },
    }


def metrics() -> Json:
    text: dict[str, Any] = {"text/plain": {"schema": {"type": "string"}}}
    return {
        "operationId": "metrics",
        "summary": "Prometheus' text; for this machine only unless METRICS_PUBLIC=1",
        "security": NO_TOKEN,
        "responses": {"200": {"description": "Numbers", "content": text}, **errors("403", "503")},
    }


def itself() -> Json:
    content = {"application/json": {"schema": {"type": "object", "required": ["openapi", "info", "paths"]}}}
    return {
        "operationId": "openapi",
        "summary": "This document",
        "security": NO_TOKEN,
        "responses": {"200": {"description": "This document", "content": content}},
    }
