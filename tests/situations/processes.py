"""`travello-desk serve` as a real process, without Stripe's address: signed events in, answers out, files limited."""

from __future__ import annotations

import asyncio
import json
import os
import resource
import sqlite3
import sys
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, closing
from pathlib import Path

import aiohttp

from tests.house import SECRET, WEBHOOK, Answer, event, sign
from tests.ports import free_port

ROOT = Path(__file__).resolve().parents[2]
PATIENCE_SECONDS = 30.0


class Serving:
    """One process in a folder. `start` waits until it listens."""

    def __init__(self, folder: Path, port: int) -> None:
        self.folder, self.port = folder, port
        self._process: asyncio.subprocess.Process | None = None
        self._output = folder / "said"

    @property
    def pid(self) -> int:
        assert self._process is not None
        return self._process.pid

    def environ(self) -> dict[str, str]:
        kept = {name: os.environ[name] for name in ("PATH", "HOME", "LANG") if name in os.environ}
        return {
            **kept,
            "PYTHONPATH": str(ROOT),
            "HOTEL_TIMEZONE": "Asia/Karachi",
            "LISTEN_PORT": str(self.port or 8000),
            "STRIPE_WEBHOOK_SECRET": SECRET,
        }

    def command(self) -> tuple[str, ...]:
        return sys.executable, "-m", "travello_desk", "serve"

    async def start(self) -> None:
        with self._output.open("wb") as output:
            self._process = await asyncio.create_subprocess_exec(
                *self.command(),
                cwd=self.folder, env=self.environ(), stdout=output, stderr=output,
            )  # fmt: skip
        await self.comes_to("/healthz", 200)

    async def stop(self) -> int:
        assert self._process is not None
        if self._process.returncode is None:
            self._process.terminate()
        async with asyncio.timeout(PATIENCE_SECONDS):
            return await self._process.wait()

    async def run(self, *words: str) -> tuple[int, str]:
        """A command in the same folder: its exit code and what it said on stderr."""
        process = await asyncio.create_subprocess_exec(
            sys.executable, "-m", "travello_desk", *words,
            cwd=self.folder, env=self.environ(), stdout=asyncio.subprocess.DEVNULL, stderr=asyncio.subprocess.PIPE,
        )  # fmt: skip
        async with asyncio.timeout(PATIENCE_SECONDS):
            _, said = await process.communicate()
        return process.returncode or 0, said.decode()

    def limit_files(self, size: int) -> None:
        """No file may be written beyond so many bytes: every write fails as on a full disk."""
        resource.prlimit(self.pid, resource.RLIMIT_FSIZE, (size, resource.RLIM_INFINITY))

    async def ask(self, method: str, path: str, **options: object) -> Answer:
        url = f"http://127.0.0.1:{self.port}{path}"
        async with aiohttp.ClientSession() as http, http.request(method, url, **options) as answer:  # type: ignore[arg-type]
            return Answer(answer.status, await answer.read(), answer.headers)

    async def post_event(self, event_id: str) -> Answer:
        """A signed event of a kind that is kept and ignored."""
        return await self.post(event("customer.created", {"id": f"cus_{event_id}", "object": "customer"}, id=event_id))

    async def post(self, made: dict[str, object]) -> Answer:
        """An event, made and signed now."""
        body = json.dumps({**made, "created": int(time.time())}).encode()
        headers = {"Stripe-Signature": sign(body, SECRET, int(time.time())), "Content-Type": "application/json"}
        return await self.ask("POST", WEBHOOK, data=body, headers=headers)

    async def comes_to(self, path: str, status: int) -> None:
        async with asyncio.timeout(PATIENCE_SECONDS):
            while True:
                try:
                    if (await self.ask("GET", path)).status == status:
                        return
                except aiohttp.ClientError:
                    assert self._process is None or self._process.returncode is None, self.said()
                await asyncio.sleep(0.05)

    def said(self) -> str:
        """What it printed beside the line that says where it listens."""
        lines = self._output.read_text(encoding="utf-8").splitlines()
        return "\n".join(line for line in lines if not line.startswith("listening on"))

    def stored(self) -> list[str]:
        with closing(sqlite3.connect(self.folder / "data" / "travello.db")) as connection:
            return [row[0] for row in connection.execute("SELECT event_id FROM inbox ORDER BY id")]


@asynccontextmanager
async def served(folder: Path) -> AsyncIterator[Serving]:
    """A process that serves, ended afterwards."""
    process = Serving(folder, free_port())
    await process.start()
    try:
        yield process
    finally:
        assert await process.stop() == 0, process.said()
