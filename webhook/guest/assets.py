"""The pages' own files: one style sheet, one small script. Read once; their address changes with their content."""

from __future__ import annotations

import hashlib
from functools import cache
from pathlib import Path
from typing import Final

from aiohttp import web

from webhook.answers import SECURITY_HEADERS, HttpError
from webhook.routing import Route

FOLDER: Final = Path(__file__).parents[1] / "static"
TYPES: Final = {".css": "text/css", ".js": "text/javascript"}
KEEP_SECONDS: Final = 365 * 24 * 3600


@cache
def files() -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in FOLDER.iterdir() if path.suffix in TYPES}


@cache
def address(name: str) -> str:
    """Where a page finds the file; it may be kept for a year."""
    return f"/static/{name}?v={hashlib.sha256(files()[name]).hexdigest()[:12]}"


async def asset(request: web.Request) -> web.StreamResponse:
    """One of the files; nothing else is ever read from the disk."""
    body = files().get(request.match_info["name"])
    if body is None:
        raise HttpError(404, "Not found")
    kept = f"public, max-age={KEEP_SECONDS}, immutable" if request.query.get("v") else "no-cache"
    headers = {**SECURITY_HEADERS, "Cache-Control": kept}
    suffix = Path(request.match_info["name"]).suffix
    return web.Response(body=body, content_type=TYPES[suffix], charset="utf-8", headers=headers)


def routes() -> list[Route]:
    return [Route("/static/{name}", {"GET": asset})]
