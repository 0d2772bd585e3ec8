"""One small request to an address from the settings: limited in time, size and redirects. Standard library only.

For the rate feed and the doctor. Blocks: call it in a thread. Never says the address's query, which may hold a key.
"""

from __future__ import annotations

import contextlib
import http.client
import socket
import threading
import urllib.error
import urllib.request
from collections.abc import Mapping
from dataclasses import dataclass
from typing import IO, Any
from urllib.parse import urlsplit

MOST_REDIRECTS = 3


class FetchFailed(Exception):
    """There is no answer; one sentence without the address."""


@dataclass(frozen=True, slots=True)
class Fetched:
    """An answer of whatever status. `url` is where the last redirect led."""

    status: int
    body: bytes
    headers: Mapping[str, str]
    url: str


def fetch(
    url: str,
    *,
    seconds: float,
    most_bytes: int,
    body: bytes | None = None,
    headers: Mapping[str, str] | None = None,
) -> Fetched:
    """GET, or POST where there is a body. The whole of it takes at most `seconds`, beside looking up the name."""
    sent = {"Accept": "application/json, */*", "User-Agent": "travello-desk", **(headers or {})}
    request = urllib.request.Request(url, data=body, headers=sent)
    with Deadline(seconds) as deadline:
        try:
            return send(request, deadline, seconds, most_bytes)
        except (OSError, http.client.HTTPException, ValueError) as error:
            raise FetchFailed("no answer in time" if deadline.over else sentence_of(error)) from error


def send(request: urllib.request.Request, deadline: Deadline, seconds: float, most_bytes: int) -> Fetched:
    opener = urllib.request.build_opener(Redirects(), Http(deadline), Https(deadline))
    try:
        answer = opener.open(request, timeout=seconds)
    except urllib.error.HTTPError as error:  # an answer like any other
        answer = error
    with answer:
        body: bytes = answer.read(most_bytes + 1)
        if deadline.over:
            raise TimeoutError
        if len(body) > most_bytes:
            raise FetchFailed(f"the answer is longer than {most_bytes} bytes")
        return Fetched(answer.status or 0, body, dict(answer.headers.items()), answer.url)


def sentence_of(error: Exception) -> str:
    reason = getattr(error, "reason", None) or error
    if isinstance(reason, TimeoutError):
        return "no answer in time"
    if isinstance(reason, OSError) and reason.strerror:
        return reason.strerror
    return f"no proper answer ({type(reason).__name__})" if isinstance(reason, Exception) else str(reason)


class Deadline:
    """Cuts the connection when the time is over: a socket's own time-out starts anew with every byte that drips in."""

    def __init__(self, seconds: float) -> None:
        self.over = False
        self._sockets: list[socket.socket] = []
        self._timer = threading.Timer(seconds, self._cut)
        self._timer.daemon = True

    def __enter__(self) -> Deadline:
        self._timer.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._timer.cancel()

    def watch(self, connection: http.client.HTTPConnection) -> None:
        if connection.sock is not None:
            self._sockets.append(connection.sock)

    def _cut(self) -> None:
        self.over = True
        for watched in self._sockets:
            with contextlib.suppress(OSError):
                watched.shutdown(socket.SHUT_RDWR)


class Redirects(urllib.request.HTTPRedirectHandler):
    """At most three, never from https to http, never of a POST."""

    max_redirections = MOST_REDIRECTS
    max_repeats = 1

    def redirect_request(
        self, req: urllib.request.Request, fp: IO[bytes], code: int, msg: str, headers: Any, newurl: str
    ) -> urllib.request.Request | None:
        if req.data is not None or urlsplit(newurl).scheme not in {"https", urlsplit(req.full_url).scheme}:
            raise FetchFailed(
                f"the redirect to {urlsplit(newurl).scheme}://{urlsplit(newurl).hostname} is not followed"
            )
        return super().redirect_request(req, fp, code, msg, headers, newurl)


class Http(urllib.request.HTTPHandler):
    def __init__(self, deadline: Deadline) -> None:
        super().__init__()
        self._deadline = deadline

    def http_open(self, req: urllib.request.Request) -> Any:
        return self.do_open(watched(http.client.HTTPConnection, self._deadline), req)


class Https(urllib.request.HTTPSHandler):
    def __init__(self, deadline: Deadline) -> None:
        super().__init__()
        self._deadline = deadline

    def https_open(self, req: urllib.request.Request) -> Any:
        return self.do_open(watched(http.client.HTTPSConnection, self._deadline), req)


def watched(kind: type[http.client.HTTPConnection], deadline: Deadline) -> Any:
    """A connection class whose sockets the deadline knows."""

    class Watched(kind):  # type: ignore[valid-type, misc]
        def connect(self) -> None:
            super().connect()
            deadline.watch(self)

    return Watched
