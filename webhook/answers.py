"""Answers: JSON bodies, the headers that every answer carries, and the one exception that is an answer."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any, Final

from aiohttp import web
from multidict import CIMultiDict

JSON_TYPE: Final = "application/json"
# On everything: nothing is sniffed, framed, cached or told to the next site (PAYMENTS 4.9). `Server` tells no version.
SECURITY_HEADERS: Final[Mapping[str, str]] = {
    "Server": "travello-desk",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "no-referrer",
    "Cache-Control": "no-store",
    "Content-Security-Policy": "default-src 'none'; frame-ancestors 'none'",
}
JSON_HEADERS: Final = CIMultiDict({"Content-Type": JSON_TYPE, **SECURITY_HEADERS})


class HttpError(Exception):
    """An answer that is not 200, raised from anywhere below a handler; `extra` are more fields of its body."""

    def __init__(self, status: int, text: str, headers: Mapping[str, str] | None = None, **extra: object) -> None:
        super().__init__(text)
        self.status = status
        self.text = text
        self.headers = headers or {}
        self.extra = extra


class SlowBodyError(Exception):
    """The client stopped sending in the middle of its body; it gets no answer, the connection is closed (A27)."""


def json_answer(document: object, status: int = 200, headers: Mapping[str, str] | None = None) -> web.Response:
    """A JSON document under the headers that everything carries."""
    answer = web.Response(body=json.dumps(document).encode(), status=status, headers=JSON_HEADERS)
    if headers:
        answer.headers.update(headers)
    return answer


def error_answer(error: HttpError, request: web.Request | None = None) -> web.Response:
    """INTERFACE 1: errors are always `{"success": false, "error": text}`, with more fields where there are any."""
    body: dict[str, Any] = {"success": False, "error": error.text, **error.extra}
    return json_answer(body, error.status, error.headers)
