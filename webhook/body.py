"""Reading request bodies: at most 1 MiB, within a time, and as the JSON they ought to be. Decides nothing else."""

from __future__ import annotations

import asyncio
import json
from typing import Final

from aiohttp import web

from webhook.answers import SlowBodyError

MOST_BYTES: Final = 1024 * 1024
READ_SECONDS: Final = web.AppKey("read_seconds", float)
"""How long a client may take over its body before the connection is closed (A27)."""


async def read_body(request: web.Request) -> bytes:
    """The whole body. Raises SlowBodyError, and aiohttp's own errors for too large or badly packed ones."""
    if request.content.is_eof():  # it has all arrived: no timer needed
        return await request.read()
    try:
        async with asyncio.timeout(request.app[READ_SECONDS]):
            return await request.read()
    except TimeoutError:
        raise SlowBodyError from None


def read_json(body: bytes) -> object:
    """The document, or None for whatever is none: bad UTF-8, bad JSON, numbers or nesting beyond all measure."""
    try:
        document: object = json.loads(body.decode())
    except (ValueError, RecursionError):
        return None
    return document
