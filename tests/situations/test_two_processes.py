"""E6: two processes on one store. What is asked for all is asked by the one that holds the lease, and by the other when
that one goes."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path

from aiohttp import web

from tests.ports import free_port
from tests.situations.processes import Serving
from travello_desk.sandbox import Sandbox

RATE = {"base": "USD", "date": "2020-01-01", "rates": {"PKR": 280.5}}
PATIENCE_SECONDS = 120.0
ROUNDS = 4


class Watched(Serving):
    """A process with a Stripe and a rate feed of its own, so that it is seen who asks."""

    def __init__(self, folder: Path, sandbox: Sandbox, feed: Feed, name: str) -> None:
        super().__init__(folder, free_port())
        self.sandbox, self.feed, self.name = sandbox, feed, name
        self._output = folder / f"said-{name}"

    def environ(self) -> dict[str, str]:
        return {
            **super().environ(),
            "STRIPE_SECRET_KEY": self.sandbox.access.secret_key,
            "STRIPE_PUBLISHABLE_KEY": self.sandbox.access.publishable_key,
            "STRIPE_API_BASE": self.sandbox.base_url,
            "STRIPE_POLL_SECONDS": "1",
            "FX_RATE_URL": f"{self.feed.base_url}/{self.name}",
        }

    @property
    def polls(self) -> int:
        return sum(1 for asked in self.sandbox.requests if asked.path.startswith("/v1/events"))

    @property
    def rates(self) -> int:
        return self.feed.asked.count(self.name)


class Feed:
    """A rate feed that remembers who asked."""

    def __init__(self) -> None:
        self.asked: list[str] = []
        self.base_url = ""

    async def answer(self, request: web.Request) -> web.Response:
        self.asked.append(request.match_info["name"])
        return web.json_response(RATE)


@asynccontextmanager
async def feeding() -> AsyncIterator[Feed]:
    feed, app, port = Feed(), web.Application(), free_port()
    app.router.add_get("/{name}", feed.answer)
    runner = web.AppRunner(app)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", port).start()
    feed.base_url = f"http://127.0.0.1:{port}"
    yield feed
    await runner.cleanup()


async def comes(condition: Callable[[], bool]) -> None:
    async with asyncio.timeout(PATIENCE_SECONDS):
        while not condition():  # noqa: ASYNC110 (what is polled has no event of its own)
            await asyncio.sleep(0.05)


async def test_E6_only_the_lease_holder_polls_and_fetches_the_rate_until_it_goes(tmp_path: Path) -> None:
    async with feeding() as feed, Sandbox() as stripe, Sandbox() as other_stripe:
        first, second = Watched(tmp_path, stripe, feed, "first"), Watched(tmp_path, other_stripe, feed, "second")
        await first.start()
        try:
            await comes(lambda: first.polls > 0 and first.rates > 0)
            await second.start()
            try:
                seen = first.polls
                await comes(lambda: first.polls >= seen + ROUNDS)
                assert (second.polls, second.rates) == (0, 0), "the second would have asked as often"
                assert await first.stop() == 0
                await comes(lambda: second.polls > 0 and second.rates > 0)
            finally:
                assert await second.stop() == 0, second.said()
        finally:
            await first.stop()
