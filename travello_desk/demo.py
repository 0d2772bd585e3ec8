"""The demo: a fresh sandbox, a sample hotel and the whole real flow, without keys and without internet."""

from __future__ import annotations

import asyncio
import os
import signal
import socket
import tempfile
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager, nullcontext
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from travello_desk.actions import User
from travello_desk.assembly import House, open_house, run_desk, start_log
from travello_desk.demo_story import Story
from travello_desk.operations import importing, staff
from travello_desk.operations.csv_rows import to_csv
from travello_desk.operations.sample import sample_stays
from travello_desk.sandbox import Sandbox
from travello_desk.settings import SettingsError, load
from travello_desk.settings.model import Settings

HOTEL = "Travello Hotel (demo)"
WEBHOOK_SECRET = "whsec_sandbox"
STORE = "travello.db"
USED = "{folder} holds the hotel of an earlier demo, whose Stripe ended with it: name a folder that is new or empty."
HOST, FIRST_PORT = "127.0.0.1", 8000


@dataclass(slots=True)
class Demo:
    """A running demo: the house and its sandbox."""

    house: House
    sandbox: Sandbox
    folder: Path


def demo_settings(folder: Path, sandbox: Sandbox, port: int, environ: Mapping[str, str]) -> Settings:
    """Settings of the demo. Only what does not touch money is taken from the environment."""
    kept = ("HOTEL_TIMEZONE", "TZ", "HOTEL_NAME")
    values = {name: environ[name] for name in kept if environ.get(name)}
    values.setdefault("HOTEL_NAME", HOTEL)
    return load(
        {
            **values,
            "STRIPE_SECRET_KEY": sandbox.access.secret_key,
            "STRIPE_PUBLISHABLE_KEY": sandbox.access.publishable_key,
            "STRIPE_WEBHOOK_SECRET": WEBHOOK_SECRET,
            "STRIPE_API_BASE": sandbox.base_url,
            "DATABASE_URL": f"sqlite:////{str(folder / STORE).lstrip('/')}",
            "DATA_DIR": str(folder),
            "LOG_FILE": str(folder / "travello-desk.log"),
            "LISTEN_HOST": HOST,
            "LISTEN_PORT": str(port),
            "STRIPE_POLL_SECONDS": "5",
            "BUSINESS_DAY_CHANGE_HOUR": "0",
        },
        folder,
    )


def reserve_port(first: int = FIRST_PORT) -> socket.socket:
    """A socket that listens on the first free port from `first`: a desk of the hotel's own, or another demo, may run.

    It listens at once, because a port that is only looked at can be taken before it is used. Raises OSError."""
    for port in (*range(first, first + 50), 0):
        taken = socket.socket()
        taken.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            taken.bind((HOST, port))
            taken.listen(128)
        except OSError:
            taken.close()
            continue
        return taken
    raise OSError("no port of this machine is free")


@asynccontextmanager
async def open_demo(
    environ: Mapping[str, str], folder: Path | None = None, port: int | None = None
) -> AsyncIterator[Demo]:
    """A demo house for the length of a `with`; its folder is temporary unless one is given."""
    with tempfile.TemporaryDirectory(prefix="travello-demo-") as temporary:
        where = folder or Path(temporary)
        where.mkdir(parents=True, exist_ok=True)
        async with Sandbox(webhook_secret=WEBHOOK_SECRET, merchant_name=HOTEL) as sandbox:
            with reserve_port() if port is None else nullcontext() as reserved:
                settings = demo_settings(where, sandbox, reserved.getsockname()[1] if reserved else port or 0, environ)
                async with open_house(settings) as house:
                    house.reserved = reserved
                    today = datetime.now(settings.hotel_timezone)
                    lines = to_csv(sample_stays(today.date())).encode().splitlines(keepends=True)
                    await importing.import_csv(house.ctx, lines, "demo")
                    await Story(house.ctx, sandbox, today.date()).live()
                    yield Demo(house, sandbox, where)


def demo_main(options: Mapping[str, Any]) -> int:
    """`travello-desk demo`. Its exit code. Raises SettingsError for a folder that will not do."""
    folder = Path(options["folder"]).resolve() if options.get("folder") else None
    if folder is not None:
        try:
            folder.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise SettingsError("--folder", f"{folder} cannot be made ({error.strerror})") from error
        if (folder / STORE).exists():
            raise SettingsError("--folder", USED.format(folder=folder))
    return asyncio.run(run_demo(folder, options.get("port"), screen=not options.get("no_screen")))


async def run_demo(folder: Path | None, port: int | None, *, screen: bool) -> int:
    async with open_demo(os.environ, folder, port) as demo:
        start_log(demo.house.ctx.settings)
        demo.sandbox.deliver_to(f"{demo.house.ctx.settings.public_base_url}/api/payments/webhook/", WEBHOOK_SECRET)
        if screen:
            person = await staff.demo_people(demo.house.ctx)
            user = User(person.name, person.role, person.refund_limit_minor)
            return await run_desk(demo.house, user, notice="demo: no real money")
        await demo.house.start_listener()
        await demo.house.start_background()
        print(f"desk {demo.house.ctx.settings.public_base_url}", flush=True)  # noqa: T201 - no screen here
        print(f"sandbox {demo.sandbox.base_url}", flush=True)  # noqa: T201
        await until_told()
        return 0


async def until_told() -> None:
    """Wait for Ctrl+C or SIGTERM."""
    stop = asyncio.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(number, stop.set)
    await stop.wait()
