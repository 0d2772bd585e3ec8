"""Puts the house together: settings -> store -> Stripe -> operations -> listener and/or screen; closes it in reverse.

The only module that knows all floors. Heavy parts are imported where they are first needed, so that a command pays
only for what it uses.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import os
import signal
import socket
import sys
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from travello_desk.collector import RestingCollector, settle
from travello_desk.logs import log_to
from travello_desk.operations.context import Context
from travello_desk.operations.health import STARTING
from travello_desk.settings import SettingsError, ensure_jwt_secret, load
from travello_desk.settings.model import Settings
from travello_desk.store.errors import StoreUnavailable
from travello_desk.store.opening import open_database

if TYPE_CHECKING:
    from travello_desk.operations.background import Background

log = logging.getLogger(__name__)


@dataclass(slots=True)
class House:
    """A running program: the context, and whatever was started on it. `close` undoes it in reverse order."""

    ctx: Context
    background: Background | None = None
    listener: Any = None
    reserved: socket.socket | None = None
    closers: list[Callable[[], Any]] = field(default_factory=list)

    async def start_listener(self) -> None:
        """Listen for webhooks, the front end and guests. A taken port is a fault of health, not the end (E7)."""
        await asyncio.to_thread(load_listener)
        from webhook.app import make_app
        from webhook.server import Listener

        settings = self.ctx.settings
        self.listener = Listener(self.ctx, make_app(self.ctx, ensure_jwt_secret(settings)))
        await self.listener.start(settings.listen_host, settings.listen_port, self.reserved)

    async def start_background(self) -> None:
        """What runs by itself, and the collector."""
        await asyncio.to_thread(load_background)
        from travello_desk.operations.jobs import make_background
        from travello_desk.operations.mail import Delivery

        postman, collector = Delivery(self.ctx), RestingCollector()
        self.closers += [postman.close, collector.close]
        self.background = make_background(self.ctx, postman)
        self.background.start()
        collector.start()

    async def close(self) -> None:
        """Stop listening, stop the background, close Stripe, close the store; each even if the one before failed."""
        if self.listener is not None:
            await self.listener.stop()
        if self.background is not None:
            await self.background.close()
        if self.ctx.gateway is not None:
            await self.ctx.gateway.close()
        for closer in reversed(self.closers):
            await closer()
        if press := sys.modules.get("travello_desk.operations.press"):
            await press.PRESS.put_away()
        await asyncio.to_thread(self.ctx.store.close)


def load_listener() -> None:
    """Import what the listener needs: in a thread, because a screen in the same loop must not stand still for it."""
    import webhook.app
    import webhook.server  # noqa: F401


def load_background() -> None:
    """The same for the background."""
    import travello_desk.operations.jobs  # noqa: F401


def make_context(settings: Settings, clock: Callable[[], float] = time.time) -> Context:
    """Open the store and prepare Stripe. Raises StoreUnavailable, StoreDamaged or SettingsError."""
    store = open_database(settings.database, clock)
    gateway = None
    if settings.stripe_secret_key is not None:
        from travello_desk.stripe_gateway import Gateway

        gateway = Gateway(settings.stripe_secret_key.value, api_base=settings.stripe_api_base)
    ctx = Context(store, settings, gateway, clock)
    ctx.health.started_at = int(clock())
    ctx.health.webhook_secret_missing = gateway is not None and not settings.stripe_webhook_secrets
    return ctx


@asynccontextmanager
async def open_house(settings: Settings, clock: Callable[[], float] = time.time) -> AsyncIterator[House]:
    """The house for the length of a `with`; nothing is started but the store."""
    house = House(make_context(settings, clock))
    try:
        yield house
    finally:
        await house.close()


async def serve(settings: Settings, announce: Callable[[str], None]) -> None:
    """The listener and the background without a screen, until the process is told to stop."""

    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, stop.set)
    async with open_house(settings) as house:
        await house.start_listener()
        if fault := house.ctx.health.listener_fault:
            raise StoreUnavailable(fault)
        await house.start_background()
        announce(f"listening on http://{house.ctx.health.listener}")
        settle()
        await stop.wait()


async def desk(settings: Settings) -> int:
    """The desk: screen, listener and background in one process. Its exit code."""
    async with open_house(settings) as house:
        return await run_desk(house)


async def run_desk(house: House, user: Any = None, notice: str = "") -> int:
    """Show the screen on a house; the listener and the background follow in the same loop."""
    from travello_desk.tui.app import DeskApp
    from travello_desk.tui.terminal_watch import TerminalWatch

    app = DeskApp(house.ctx, user, notice=notice)
    house.ctx.health.listener = STARTING
    following = asyncio.create_task(follow(house, app.painted), name="the listener follows")
    following.add_done_callback(lambda task: app.exit(return_code=1) if broke(task) else None)
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGHUP):
        loop.add_signal_handler(number, partial(app.exit, 0))
    watch = TerminalWatch(partial(loop.call_soon_threadsafe, app.exit))
    watch.start_if_there()
    try:
        await app.run_async()
    finally:
        watch.stop()
        following.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await following
    return app.return_code or 0


async def follow(house: House, painted: asyncio.Event) -> None:
    """Listen and work once the screen shows something: nobody at the desk waits for it, and what Stripe sends a moment
    too early it sends again."""
    await painted.wait()
    await house.start_listener()
    await house.start_background()
    settle()


def broke(task: asyncio.Task[None]) -> bool:
    return not task.cancelled() and task.exception() is not None


def current_settings() -> Settings:
    """The settings of this process: environment and `.env` of the working directory. Raises SettingsError."""
    return load(os.environ, Path.cwd())


def start_log(settings: Settings) -> None:
    """Log into LOG_FILE, with every secret of these settings masked. Raises SettingsError."""
    try:
        log_to(settings.log_file, settings.secrets)
    except OSError as error:
        moved = "DATA_DIR" in settings.given and "LOG_FILE" not in settings.given
        name, example = ("DATA_DIR", "data") if moved else ("LOG_FILE", "data/travello-desk.log")
        wrong = f"{settings.log_file} cannot be written ({error.strerror})"
        raise SettingsError(name, wrong, f"{name}={example}") from error


@asynccontextmanager
async def open_context() -> AsyncIterator[Context]:
    """For commands: the context alone, nothing started. What is logged goes to the file, never between their lines."""
    settings = current_settings()
    start_log(settings)
    async with open_house(settings) as house:
        yield house.ctx


def desk_main() -> int:
    """`travello-desk`."""
    settings = current_settings()
    start_log(settings)
    return asyncio.run(desk(settings))


def serve_main() -> int:
    """`travello-desk serve` and `python -m webhook`."""
    settings = current_settings()
    start_log(settings)
    asyncio.run(serve(settings, lambda line: print(line, flush=True)))  # noqa: T201 - no screen here
    return 0


def web_main(port: int, public_url: str) -> int:
    """`travello-desk web`: bad settings are told here, not in every tab."""
    from webhook.browser_desk import BrowserDesk

    start_log(current_settings())
    try:
        asyncio.run(BrowserDesk(port, public_url).run())
    except OSError as error:
        print(f"The browser's desk cannot use port {port}: {error.strerror}", file=sys.stderr)  # noqa: T201
        return 1
    return 0


def make_token(user_id: int, *, staff: bool, ttl_seconds: int) -> str:
    """A bearer token as Travello's web front end makes them (INTERFACE, create-session)."""
    import warnings

    import jwt

    warnings.filterwarnings("ignore", category=jwt.InsecureKeyLengthWarning)  # a short secret is the doctor's to tell
    claims: dict[str, Any] = {"user_id": user_id, "exp": int(time.time()) + ttl_seconds}
    if staff:
        claims["is_staff"] = True
    return jwt.encode(claims, ensure_jwt_secret(current_settings()), algorithm="HS256")
