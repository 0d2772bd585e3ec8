"""The listener: the application on a port, gracefully. Where another desk has the port, this one goes without (E6)."""

from __future__ import annotations

import asyncio
import errno
import logging
import socket
from typing import Any

import aiohttp
from aiohttp import web
from aiohttp.http_exceptions import HttpProcessingError

from travello_desk.operations.context import Context
from travello_desk.operations.health import OTHER_DESK
from webhook.operations_pages import APP

log = logging.getLogger(__name__)
FINISH_SECONDS = 5.0
"""How long requests under way may take to end when the house is closed (E15)."""
KEEP_ALIVE_SECONDS = 75.0
"""Also how long a client may take over its request line and headers."""
ASK_SECONDS = 2.0
TAKE_OVER_SECONDS = 15.0


class NotRubbish(logging.Filter):
    """Keeps out what strangers send that is not HTTP: aiohttp would log a traceback for each, as an error of ours."""

    def filter(self, record: logging.LogRecord) -> bool:
        return not (record.exc_info and isinstance(record.exc_info[1], HttpProcessingError))


def http_log() -> logging.Logger:
    """Where aiohttp tells of what went wrong outside our handlers."""
    logger = logging.getLogger("webhook.http")
    if not logger.filters:
        logger.addFilter(NotRubbish())
    return logger


class Listener:
    """One application on one address. `start` never fails: a desk without a listener polls (E7)."""

    def __init__(self, ctx: Context, app: web.Application, *, take_over_seconds: float = TAKE_OVER_SECONDS) -> None:
        self._ctx = ctx
        self.app = app
        self._take_over_seconds = take_over_seconds
        self._runner: web.AppRunner | None = None
        self._waiting: asyncio.Task[None] | None = None
        self.host, self.port = "", 0
        self._socket: socket.socket | None = None

    @property
    def base_url(self) -> str:
        """`http://127.0.0.1:8000`, with the port the system chose."""
        return f"http://{f'[{self.host}]' if ':' in self.host else self.host}:{self.port}"

    async def start(self, host: str, port: int, reserved: socket.socket | None = None) -> bool:
        """Listen; False when the port is taken, and then it is tried again until it is free.

        `reserved` is a socket that listens on the address already: nobody can have come between."""
        self.host, self.port, self._socket = host, port, reserved
        self._runner = web.AppRunner(
            self.app,
            access_log=None,
            logger=http_log(),
            keepalive_timeout=KEEP_ALIVE_SECONDS,
            shutdown_timeout=FINISH_SECONDS,
        )
        await self._runner.setup()
        if await self._listen():
            return True
        self._waiting = asyncio.create_task(self._wait_for_port(), name="waiting for the port")
        return False

    async def stop(self) -> None:
        """Take no more requests, let those under way end, close."""
        if self._waiting is not None:
            self._waiting.cancel()
            self._waiting = None
        if self._runner is not None:
            runner, self._runner = self._runner, None
            await runner.cleanup()
        self._ctx.health.listener = ""

    async def _listen(self) -> bool:
        assert self._runner is not None
        health = self._ctx.health
        try:
            await self._site(self._runner).start()
        except OSError as error:
            health.listener, health.listener_fault = await self._explain(error)
            return False
        self.port = self._runner.addresses[0][1]
        health.listener, health.listener_fault = f"{self.host}:{self.port}", ""
        log.info("listening on %s", self.base_url)
        return True

    def _site(self, runner: web.AppRunner) -> web.BaseSite:
        if self._socket is not None:
            return web.SockSite(runner, self._socket)
        return web.TCPSite(runner, self.host, self.port)

    async def _wait_for_port(self) -> None:
        while True:
            await asyncio.sleep(self._take_over_seconds)
            if await self._listen():
                return

    async def _explain(self, error: OSError) -> tuple[str, str]:
        """What the status bar says, and the banner: our own other desk is no fault, anything else is."""
        if error.errno != errno.EADDRINUSE:
            return "", f"the listener cannot use {self.host}:{self.port}: {error.strerror}"
        told = await self._ask_holder()
        if told.get("app") != APP:
            return "", f"port {self.port} is used by another program: no webhooks, polling goes on"
        if told.get("install") != self._ctx.store.install:
            return "", f"port {self.port} is used by a desk on another store: no webhooks, polling goes on"
        return OTHER_DESK, ""

    async def _ask_holder(self) -> dict[str, Any]:
        """The healthz of whoever has the port, or nothing."""
        timeout = aiohttp.ClientTimeout(total=ASK_SECONDS)
        try:
            async with aiohttp.ClientSession(timeout=timeout) as session, session.get(self._holder_url()) as answer:
                told = await answer.json()
        except (aiohttp.ClientError, TimeoutError, ValueError, OSError):
            return {}
        return told if isinstance(told, dict) else {}

    def _holder_url(self) -> str:
        """On this machine, whatever address the other desk has bound."""
        anywhere = {"0.0.0.0": "127.0.0.1", "::": "[::1]"}
        host = anywhere.get(self.host, f"[{self.host}]" if ":" in self.host else self.host)
        return f"http://{host}:{self.port}/healthz"
