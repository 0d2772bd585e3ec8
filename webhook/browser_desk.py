"""The desk in a browser: textual-serve on this machine's own address. One process of the desk for each tab.

Nothing but pages of this very address may drive it: another site in the same browser could otherwise open the socket.
"""

from __future__ import annotations

import asyncio
import logging
import shlex
import signal
import sys
from pathlib import Path
from urllib.parse import urlsplit

from aiohttp import web
from aiohttp.typedefs import Handler, Middleware
from textual_serve.server import Server

LOOPBACK = "127.0.0.1"
FINISH_SECONDS = 2.0
TEMPLATES = Path(__file__).parent / "templates" / "browser_desk"


class BrowserDesk(Server):
    """`await BrowserDesk(port).run()`. `public_url` is where a proxy with TLS shows it, if there is one."""

    def __init__(self, port: int, public_url: str = "", command: str = "") -> None:
        super().__init__(
            command or f"{shlex.quote(sys.executable)} -m travello_desk desk",
            host=LOOPBACK,
            port=port,
            title="travello-desk",
            public_url=public_url.rstrip("/") or f"http://{LOOPBACK}:{port}",
            templates_path=TEMPLATES,
        )
        own = {f"http://{LOOPBACK}:{port}", f"http://localhost:{port}"}
        self.origins = own | {self.public_url}
        self.hosts = {urlsplit(origin).netloc for origin in self.origins}

    def initialize_logging(self) -> None:
        """Ours goes to the log file; textual-serve's own would print local variables."""
        logging.getLogger("textual-serve").setLevel(logging.ERROR)

    async def on_startup(self, app: web.Application) -> None:
        """textual-serve would print its own name here."""

    async def run(self) -> None:
        """Serve until the process is told to stop. Raises OSError when the port is taken."""
        stop = asyncio.Event()
        for number in (signal.SIGINT, signal.SIGTERM):
            asyncio.get_running_loop().add_signal_handler(number, stop.set)
        self.initialize_logging()
        runner = web.AppRunner(await self._make_app(), access_log=None, shutdown_timeout=FINISH_SECONDS)
        await runner.setup()
        try:
            await web.TCPSite(runner, LOOPBACK, self.port).start()
            print(f"the desk is at {self.public_url}, Ctrl+C ends it", flush=True)  # noqa: T201 - no screen here
            await stop.wait()
        finally:
            await runner.cleanup()

    async def _make_app(self) -> web.Application:
        app = await super()._make_app()
        app.middlewares.append(self.guard())
        return app

    def guard(self) -> Middleware:
        @web.middleware
        async def own_pages_only(request: web.Request, handler: Handler) -> web.StreamResponse:
            origin = request.headers.get("Origin")
            foreign = origin not in self.origins if origin or request.path == "/ws" else False
            if foreign or request.headers.get("Host") not in self.hosts:
                raise web.HTTPForbidden(text="This desk answers to its own pages only")
            return await handler(request)

        return own_pages_only
