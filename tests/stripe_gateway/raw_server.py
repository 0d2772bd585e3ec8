"""A server that sends scripted bytes: the answers that no honest HTTP library would let a test send."""

import asyncio
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from email.utils import formatdate
from typing import Any
from urllib.parse import parse_qsl, urlsplit


@dataclass(frozen=True, slots=True)
class Request:
    method: str
    target: str
    headers: Mapping[str, str]  # names in lower case
    body: str

    @property
    def path(self) -> str:
        return urlsplit(self.target).path

    @property
    def params(self) -> dict[str, str]:
        """What was asked, from the query of a GET or the form of a POST."""
        return dict(parse_qsl(self.body or urlsplit(self.target).query))


@dataclass(frozen=True, slots=True)
class Reply:
    """Bytes, and what happens to the connection after them."""

    data: bytes = b""
    then: str = "keep"  # keep, close, reset or hang


RESET = Reply(then="reset")
HANG = Reply(then="hang")


def answer(status: int, body: str | bytes, **headers: str) -> Reply:
    """A whole HTTP answer; `Retry_After="2"` becomes the header Retry-After."""
    content = body.encode() if isinstance(body, str) else body
    fields = {"Date": formatdate(usegmt=True), "Content-Length": str(len(content))}
    fields |= {name.replace("_", "-"): value for name, value in headers.items()}
    head = "".join(f"{name}: {value}\r\n" for name, value in fields.items())
    return Reply(f"HTTP/1.1 {status} Whatever\r\n{head}\r\n".encode() + content)


def good(obj: Any, **headers: str) -> Reply:
    return answer(200, json.dumps(obj), Content_Type="application/json", **headers)


def refusal(status: int, headers: Mapping[str, str] | None = None, **error: Any) -> Reply:
    """Stripe's way of saying no."""
    return answer(status, json.dumps({"error": error}), Content_Type="application/json", **(headers or {}))


@dataclass(slots=True)
class RawServer:
    """Gives each request the next reply of `script`, the last one again and again."""

    script: list[Reply] = field(default_factory=list)
    requests: list[Request] = field(default_factory=list)
    heard: asyncio.Event = field(default_factory=asyncio.Event)  # a request has come in
    _server: asyncio.Server | None = None
    _writers: set[asyncio.StreamWriter] = field(default_factory=set)

    async def start(self) -> None:
        self._server = await asyncio.start_server(self._serve, "127.0.0.1", 0)

    async def stop(self) -> None:
        assert self._server is not None
        self._server.close()
        for writer in self._writers:
            writer.transport.abort()
        await self._server.wait_closed()

    async def hears(self, count: int) -> None:
        """Until so many requests have come in."""
        while len(self.requests) < count:
            self.heard.clear()
            await self.heard.wait()

    @property
    def url(self) -> str:
        assert self._server is not None
        return f"http://127.0.0.1:{self._server.sockets[0].getsockname()[1]}"

    @property
    def last(self) -> Request:
        return self.requests[-1]

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._writers.add(writer)
        try:
            while await self._exchange(reader, writer):
                pass
        except (asyncio.IncompleteReadError, ConnectionError):
            pass  # the client hung up: between requests, or because a test lets it
        finally:
            self._writers.discard(writer)
            writer.close()

    async def _exchange(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> bool:
        self.requests.append(await _read_request(reader))
        self.heard.set()
        reply = self.script.pop(0) if len(self.script) > 1 else self.script[0]
        writer.write(reply.data)
        await writer.drain()
        if reply.then == "hang":
            await reader.read()  # until the client gives up
        if reply.then == "reset":
            writer.transport.abort()
        return reply.then == "keep"


async def _read_request(reader: asyncio.StreamReader) -> Request:
    head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1").split("\r\n")
    method, target, _version = head[0].split(" ")
    headers = {name.lower(): value.strip() for name, _, value in (line.partition(":") for line in head[1:-2])}
    body = await reader.readexactly(int(headers.get("content-length", "0")))
    return Request(method, target, headers, body.decode())
