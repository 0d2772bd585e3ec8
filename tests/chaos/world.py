"""One seed's world: a sandbox Stripe, a listener and a desk as processes on one store, a shared clock, a journal.

Knows how to start, stop, kill and ask; what happens when is nemesis.py's and stories.py's.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import random
import signal
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import aiohttp
import jwt

from tests.chaos.clock import SharedClock
from tests.chaos.processes import Nursery, Process
from travello_desk.sandbox import Sandbox

JWT_SECRET = "a secret of the simulation, thirty-two bytes at least"
SECRET = "whsec_sandbox_of_the_simulation"
START_SECONDS = 60.0
ASK_SECONDS = 60.0
PATIENCE = 50


class Gone(Exception):
    """Whoever was asked died, or was not there: nobody knows whether it was done."""


@dataclass(slots=True)
class Press:
    """Something staff pressed, and what came of it; `told` None: the desk died before it could say."""

    do: str
    order: dict[str, Any]
    told: dict[str, Any] | None = None

    @property
    def done(self) -> Any:
        return (self.told or {}).get("done")

    @property
    def acknowledged(self) -> bool:
        return self.told is not None and "done" in self.told


@dataclass
class World:
    """Everything of one seed."""

    seed: int
    folder: Path
    nursery: Nursery
    sandbox: Sandbox
    clock: SharedClock
    env: dict[str, str]
    port: int
    http: aiohttp.ClientSession
    desk_background: bool
    journal: list[Press] = field(default_factory=list)
    answers: list[tuple[str, int]] = field(default_factory=list)
    diary: list[str] = field(default_factory=list)
    processes: list[Process] = field(default_factory=list)
    listener: Process | None = None
    desk: Process | None = None
    _line: tuple[asyncio.StreamReader, asyncio.StreamWriter] | None = None
    _pending: dict[int, asyncio.Future[dict[str, Any]]] = field(default_factory=dict)
    _hearing: asyncio.Task[None] | None = None
    _starting: dict[str, asyncio.Lock] = field(default_factory=lambda: defaultdict(asyncio.Lock))

    def dice(self, name: str) -> random.Random:
        """A source of chance of its own, so that one story's length does not change another's decisions."""
        return random.Random(f"{self.seed} {name}")

    def note(self, line: str) -> None:
        """For whoever must understand a failing seed."""
        self.diary.append(f"{asyncio.get_running_loop().time():.3f} {line}")

    def jump(self, seconds: float) -> None:
        """Time passes for everybody at once."""
        if seconds > 1:
            self.note(f"{seconds:.0f} s pass")
        self.sandbox.advance(seconds)
        self.clock.advance(seconds)

    @property
    def base_url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    @property
    def store_path(self) -> Path:
        return self.folder / "travello.db"

    # The listener

    async def start_listener(self) -> None:
        """Start it unless it runs, and wait until it says that it listens."""
        async with self._starting["listener"]:
            if self.listener is not None and self.listener.alive:
                return
            self.listener = await self._start("listener", "travello_desk", ["serve"])
            async with asyncio.timeout(START_SECONDS):
                while "listening on" not in self.listener.said() and self.listener.alive:  # noqa: ASYNC110
                    await asyncio.sleep(0.01)

    async def _start(self, name: str, module: str, argv: list[str]) -> Process:
        self.note(f"start {name}")
        process = await self.nursery.start(name, module, argv, folder=self.folder, env=self.env, clock=self.clock.path)
        self.processes.append(process)
        return process

    async def command(self, *argv: str) -> Process:
        """A command of the command line, as a process of its own."""
        return await self._start(f"command-{argv[0]}", "travello_desk", list(argv))

    async def ask(self, method: str, path: str, **options: Any) -> tuple[int, Mapping[str, str], bytes] | None:
        """An HTTP request to the listener; None when no whole answer came."""
        timeout = aiohttp.ClientTimeout(total=ASK_SECONDS)
        try:
            async with self.http.request(
                method, self.base_url + path, allow_redirects=False, timeout=timeout, **options
            ) as answer:
                found = answer.status, answer.headers, await answer.read()
        except (aiohttp.ClientError, TimeoutError, OSError):
            return None
        self.answers.append((f"{method} {path}", found[0]))
        return found

    def bearer(self) -> dict[str, str]:
        token = jwt.encode({"user_id": 7, "is_staff": True, "exp": int(self.clock.now()) + 10**9}, JWT_SECRET, "HS256")
        return {"Authorization": f"Bearer {token}"}

    # The desk

    async def start_desk(self) -> None:
        """Start it unless it runs, and wait until it can be pressed."""
        async with self._starting["desk"]:
            if self.desk is not None and self.desk.alive and self._line is not None:
                return
            await self._hang_up()
            connected: asyncio.Future[tuple[asyncio.StreamReader, asyncio.StreamWriter]] = asyncio.Future()

            def heard(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
                if not connected.done():
                    connected.set_result((reader, writer))

            address = self.folder / f"desk-{len(self.processes)}.sock"
            async with await asyncio.start_unix_server(heard, path=address):
                argv = [str(address), *(["--background"] if self.desk_background else [])]
                self.desk = await self._start("desk", "tests.chaos.driver", argv)
                ended = asyncio.create_task(self.desk.ended.wait())
                await asyncio.wait({connected, ended}, timeout=START_SECONDS, return_when=asyncio.FIRST_COMPLETED)
                ended.cancel()
            if connected.done():
                self._line = connected.result()
                self._hearing = asyncio.create_task(self._hear(self._line[0]))

    async def _hear(self, reader: asyncio.StreamReader) -> None:
        with contextlib.suppress(ConnectionError):
            while line := await reader.readline():
                told = json.loads(line)
                waiting = self._pending.pop(told.pop("id"), None)
                if waiting is not None and not waiting.done():
                    waiting.set_result(told)
        self._line = None
        for waiting in self._pending.values():
            if not waiting.done():
                waiting.set_exception(Gone())
        self._pending.clear()

    async def _hang_up(self) -> None:
        if self._line is not None:
            self._line[1].close()
        if self._hearing is not None:
            await self._hearing
        self._line = self._hearing = None

    async def press(self, do: str, **order: Any) -> Press:
        """Staff do something at the desk; it goes into the journal whatever comes of it."""
        pressed = Press(do, order)
        if do != "ping":
            self.journal.append(pressed)
        await self.somebody_there()
        if self._line is None:
            return pressed
        number = id(pressed)
        waiting: asyncio.Future[dict[str, Any]] = asyncio.get_running_loop().create_future()
        self._pending[number] = waiting
        try:
            self._line[1].write(json.dumps({"id": number, "do": do, **order}).encode() + b"\n")
            async with asyncio.timeout(ASK_SECONDS):
                pressed.told = await waiting
        except (Gone, ConnectionError):
            pass
        self.note(f"{do} {order} -> {pressed.told}")
        return pressed

    async def somebody_there(self) -> None:
        """People wait a moment for a desk that is coming back."""
        for _ in range(PATIENCE):
            if self._line is not None:
                return
            await asyncio.sleep(0.02)

    # Ending

    async def stop(self) -> dict[str, int | None]:
        """End both as a person would; their exit codes."""
        codes: dict[str, int | None] = {}
        if self.listener is not None and self.listener.alive:
            self.listener.signal(signal.SIGTERM)
            codes["listener"] = await self.listener.wait()
        if self.desk is not None and self.desk.alive:
            await self._hang_up()
            codes["desk"] = await self.desk.wait()
        return codes

    async def close(self) -> None:
        """Leave nothing behind, whatever happened."""
        for process in self.processes:
            process.signal(signal.SIGCONT)
            process.kill()
        await self._hang_up()
        await self.http.close()
        await self.sandbox.close()
        self.clock.close()


def environment(folder: Path, sandbox: Sandbox, port: int, **more: str) -> dict[str, str]:
    """The settings of both processes."""
    return {
        "PATH": "/usr/bin:/bin",
        "HOME": str(folder),
        "LANG": "C.UTF-8",
        "STRIPE_SECRET_KEY": sandbox.access.secret_key,
        "STRIPE_PUBLISHABLE_KEY": sandbox.access.publishable_key,
        "STRIPE_WEBHOOK_SECRET": SECRET,
        "STRIPE_API_BASE": sandbox.base_url,
        "DATABASE_URL": f"sqlite:////{str(folder / 'travello.db').lstrip('/')}",
        "DATA_DIR": str(folder),
        "LISTEN_PORT": str(port),
        "AUTH_JWT_SECRET": JWT_SECRET,
        "HOTEL_TIMEZONE": "Asia/Karachi",
        **more,
    }
