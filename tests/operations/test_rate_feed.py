"""FX_RATE_URL over real HTTP: what is read, what is refused, and that a bad answer changes nothing (PAYMENTS 2.5)."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from aiohttp import web

from tests.desk import Desk, open_desk
from travello_desk.money import Rate
from travello_desk.operations.jobs import background_jobs
from travello_desk.operations.mail import Delivery
from travello_desk.operations.rate_feed import (
    AGAIN_SECONDS,
    FRESH_SECONDS,
    MOST_BYTES,
    BadFeed,
    RateFeed,
    fetch_rate,
    read_rate,
)
from travello_desk.operations.rates import candidates, set_rate

TODAY = "2026-11-24"
GOOD = '{"base": "USD", "date": "2026-11-24", "rates": {"PKR": 280.5, "EUR": 0.9}}'
Answering = Callable[[web.Request], Awaitable[web.StreamResponse]]


@dataclass
class Feed:
    """A small web server that answers as it is told."""

    answer: Answering
    asked: int = 0
    url: str = ""

    async def handle(self, request: web.Request) -> web.StreamResponse:
        self.asked += 1
        return await self.answer(request)

    def says(self, text: str | bytes, **options: Any) -> None:
        body = text.encode() if isinstance(text, str) else text

        async def answer(request: web.Request) -> web.StreamResponse:
            return web.Response(body=body, **options)

        self.answer = answer


@asynccontextmanager
async def running_feed() -> AsyncIterator[Feed]:
    feed = Feed(answer=None)  # type: ignore[arg-type]
    feed.says(GOOD)
    app = web.Application()
    app.router.add_route("*", "/{any:.*}", feed.handle)
    runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.1)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    feed.url = f"http://127.0.0.1:{runner.addresses[0][1]}/latest?app_id=a-private-key"
    try:
        yield feed
    finally:
        await runner.cleanup()


@pytest.fixture
async def feed() -> AsyncIterator[Feed]:
    async with running_feed() as made:
        yield made


@pytest.fixture
async def desk(tmp_path: Path, feed: Feed) -> AsyncIterator[Desk]:
    async with open_desk(tmp_path) as made:
        made.ctx.settings = replace(made.ctx.settings, fx_rate_url=feed.url)
        yield made


def known(desk: Desk) -> list[Rate]:
    return desk.ctx.store.read_now(lambda tx: candidates(desk.ctx, tx))


async def test_the_rate_is_kept_with_its_date_and_source_exact_to_the_digit(desk: Desk, feed: Feed) -> None:
    feed.says(GOOD.replace("280.5", "280.1000000000000000000001"))
    await RateFeed(desk.ctx).run()
    [rate] = known(desk)
    assert rate.units == Decimal("280.1000000000000000000001"), "never through a float"
    assert (rate.as_of_on.isoformat(), rate.source) == (TODAY, "127.0.0.1")


async def test_it_is_asked_hourly_when_well_and_sooner_when_not(desk: Desk, feed: Feed) -> None:
    job = RateFeed(desk.ctx)
    await job.run()
    await job.run()
    assert feed.asked == 1
    desk.time.seconds += FRESH_SECONDS
    feed.says("sorry")
    assert await job.run() is None
    desk.time.seconds += AGAIN_SECONDS
    assert await job.run() is None
    assert feed.asked == 3
    assert known(desk)[0].units == Decimal("280.5"), "the last good rate stays, and grows old"


async def test_only_the_background_of_the_lease_holder_asks_and_only_with_an_address(desk: Desk) -> None:
    def every(ctx: Any) -> dict[str, float]:
        return {job.name: job.every_seconds for job in background_jobs(ctx, Delivery(ctx))}

    assert every(desk.ctx)["rate"] == AGAIN_SECONDS
    desk.ctx.settings = replace(desk.ctx.settings, fx_rate_url=None)
    assert every(desk.ctx)["rate"] == 0


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("", "not JSON"),
        ("<html>busy</html>", "not JSON"),
        ("[280.5]", "not a JSON object"),
        ("[" * 100_000, "not JSON"),
        ("\udcff", "not JSON"),
        (GOOD.replace("280.5", "NaN"), "not JSON"),
        (GOOD.replace("280.5", "Infinity"), "not JSON"),
        (GOOD.replace("280.5", '"280.5"'), "no number for PKR"),
        (GOOD.replace("280.5", "true"), "no number for PKR"),
        (GOOD.replace("280.5", "null"), "no number for PKR"),
        (GOOD.replace("PKR", "INR"), "no number for PKR"),
        (GOOD.replace("280.5", "9" * 5000), "no number for PKR"),
        (GOOD.replace("280.5", "0"), "positive number"),
        (GOOD.replace("280.5", "-280.5"), "positive number"),
        (GOOD.replace("280.5", "1e99"), "positive number"),
        (GOOD.replace("USD", "EUR"), "base is EUR, not USD"),
        (GOOD.replace('"base": "USD", ', ""), "base is missing"),
        (GOOD.replace("2026-11-24", "24/11/2026"), "date is 24/11/2026"),
        (GOOD.replace('"2026-11-24"', "1795500000"), "date is 1795500000"),
        (GOOD.replace('{"PKR": 280.5, "EUR": 0.9}', "[]"), "no number for PKR"),
    ],
)
def test_what_is_not_the_document_is_refused_with_a_reason(text: str, says: str) -> None:
    with pytest.raises(BadFeed, match=says):
        read_rate(text.encode("utf-8", "surrogateescape"), "PKR", "USD", "rates.example")


async def test_a_date_that_has_not_come_is_refused(desk: Desk, feed: Feed) -> None:
    feed.says(GOOD.replace(TODAY, "2026-12-24"))
    with pytest.raises(BadFeed, match="has not come yet"):
        await fetch_rate(desk.ctx)


async def test_an_old_rate_is_kept_but_not_used(desk: Desk, feed: Feed) -> None:
    feed.says(GOOD.replace(TODAY, "2026-11-20"))
    await RateFeed(desk.ctx).run()
    assert known(desk)[0].as_of_on.isoformat() == "2026-11-20"


@pytest.mark.parametrize("status", [204, 301, 401, 404, 429, 500, 503])
async def test_no_other_status_is_an_answer(desk: Desk, feed: Feed, status: int) -> None:
    feed.says(b"" if status == 204 else GOOD, status=status)
    with pytest.raises(BadFeed):
        await fetch_rate(desk.ctx)
    assert known(desk) == []


async def test_too_large_an_answer_is_not_read_to_its_end(desk: Desk, feed: Feed) -> None:
    feed.says(GOOD + " " * MOST_BYTES)
    with pytest.raises(BadFeed, match="longer than"):
        await fetch_rate(desk.ctx)


async def test_redirects_are_followed_a_little_and_never_round_and_round(desk: Desk, feed: Feed) -> None:
    async def once(request: web.Request) -> web.StreamResponse:
        if request.path == "/moved":
            return web.Response(text=GOOD)
        raise web.HTTPFound("/moved")

    feed.answer = once
    assert (await fetch_rate(desk.ctx)).units == Decimal("280.5")

    async def for_ever(request: web.Request) -> web.StreamResponse:
        raise web.HTTPFound(f"/{feed.asked}")

    feed.answer, feed.asked = for_ever, 0
    with pytest.raises(BadFeed):
        await fetch_rate(desk.ctx)
    assert feed.asked <= 5


@pytest.mark.parametrize("target", ["file:///etc/passwd", "ftp://127.0.0.1/x", "gopher://x", "//"])
async def test_a_redirect_never_leaves_http(desk: Desk, feed: Feed, target: str) -> None:
    feed.says("", status=302, headers={"Location": target})
    with pytest.raises(BadFeed):
        await fetch_rate(desk.ctx)


async def test_a_server_that_drips_is_cut_off(desk: Desk, feed: Feed) -> None:
    async def drip(request: web.Request) -> web.StreamResponse:
        answer = web.StreamResponse()
        await answer.prepare(request)
        while True:
            await answer.write(b" ")
            await asyncio.sleep(0.02)

    feed.answer = drip
    async with asyncio.timeout(30):
        with pytest.raises(BadFeed, match="no answer in time"):
            await fetch_rate(desk.ctx, seconds=0.3)


async def test_a_server_that_says_nothing_or_is_not_there(desk: Desk, feed: Feed) -> None:
    async def silent(request: web.Request) -> web.StreamResponse:
        await asyncio.Event().wait()
        raise AssertionError

    feed.answer = silent
    with pytest.raises(BadFeed, match="no answer in time"):
        await fetch_rate(desk.ctx, seconds=0.2)
    desk.ctx.settings = replace(desk.ctx.settings, fx_rate_url="http://127.0.0.1:1/x")
    with pytest.raises(BadFeed, match="refused"):
        await fetch_rate(desk.ctx)


async def test_a_rate_far_from_the_last_one_needs_a_person(desk: Desk, feed: Feed) -> None:
    await RateFeed(desk.ctx).run()
    feed.says(GOOD.replace("280.5", "28.05"))
    with pytest.raises(BadFeed, match=r"28\.05, far from 280\.5 of 2026-11-24"):
        await fetch_rate(desk.ctx)
    await set_rate(desk.ctx, "28.05", "Chaudhry")
    assert (await fetch_rate(desk.ctx)).units == Decimal("28.05")


async def test_of_one_day_a_persons_rate_goes_before_the_feeds(desk: Desk) -> None:
    await set_rate(desk.ctx, "290", "Chaudhry")
    await RateFeed(desk.ctx).run()
    assert [str(rate.units) for rate in known(desk)] == ["290", "280.5"]


async def test_the_key_in_the_address_is_never_told(desk: Desk, feed: Feed, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level("DEBUG")
    job = RateFeed(desk.ctx)
    await job.run()
    desk.time.seconds += FRESH_SECONDS
    feed.says("", status=302, headers={"Location": "file:///a-private-key"})
    await job.run()
    await job.run()
    told = [record.getMessage() for record in caplog.records if "FX_RATE_URL" in record.getMessage()]
    assert len(told) == 1, "a fault that stays is told once"
    assert "a-private-key" not in caplog.text + repr(desk.ctx.settings) + json.dumps([str(r) for r in known(desk)])
