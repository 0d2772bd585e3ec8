"""Signed webhooks over HTTP: retried with back-off, in order unless a policy says otherwise. No redirects."""

from __future__ import annotations

import asyncio
import contextlib
import hashlib
import heapq
import hmac
import itertools
import json
from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

import aiohttp

from travello_desk.sandbox.clock import Clock
from travello_desk.sandbox.world import Thing


@dataclass(frozen=True, slots=True)
class Target:
    """A webhook endpoint. ``types`` may be ``("*",)``; ``id`` is its ``we_...``."""

    id: str
    url: str
    secret: str
    types: tuple[str, ...] = ("*",)

    def wants(self, type_: str) -> bool:
        """Whether this endpoint subscribes to that type of event."""
        return "*" in self.types or type_ in self.types


@dataclass(frozen=True, slots=True)
class Tried:
    """One delivery attempt; ``status`` is None when nothing came back, ``seconds`` how old its signature was then."""

    event_id: str
    type: str
    url: str
    attempt: int
    status: int | None
    seconds: int = 0

    @property
    def ok(self) -> bool:
        """Only 2xx counts: a redirect is a failure (PAYMENTS 4.8)."""
        return self.status is not None and 200 <= self.status < 300


@dataclass(order=True, slots=True)
class Job:
    """An event on its way to one target; ``due_at`` in loop time."""

    due_at: float
    order: int
    event: Thing = field(compare=False)
    target: Target = field(compare=False)
    attempt: int = field(compare=False, default=1)


#: For an event and a target: the delays in seconds, one delivery each. () drops the event, (0, 0) doubles it.
Policy = Callable[[Thing, Target], Sequence[float]]


def at_once(event: Thing, target: Target) -> Sequence[float]:
    """The well-behaved policy: once, now."""
    return (0.0,)


def sign(body: str, secret: str, timestamp: int) -> str:
    """The ``Stripe-Signature`` header for this body."""
    mac = hmac.new(secret.encode(), f"{timestamp}.{body}".encode(), hashlib.sha256)
    return f"t={timestamp},v1={mac.hexdigest()}"


class Delivery:
    """The post office: a queue and a carrier per target, so that each gets its events one by one."""

    def __init__(self, clock: Clock) -> None:
        self.policy: Policy = at_once
        self.retry_delays_seconds: tuple[float, ...] = (0.5, 2.0)
        self.timeout_seconds = 10.0
        self.carriers_per_target = 1
        self.targets: list[Target] = []
        self.tried: deque[Tried] = deque(maxlen=100_000)
        self.held: list[Job] | None = None
        self._clock = clock
        self._order = itertools.count()
        self._delivered: set[tuple[str, str]] = set()
        self._queues: dict[str, list[Job]] = {}
        self._wake: dict[str, asyncio.Event] = {}
        self._hired: set[str] = set()
        self._tasks: list[asyncio.Task[None]] = []
        self._open = 0
        self._idle = asyncio.Event()
        self._idle.set()
        self._http: aiohttp.ClientSession | None = None

    def add(self, target: Target) -> None:
        """Deliver there from now on."""
        self.targets.append(target)
        self._queues[target.id] = []
        self._wake[target.id] = asyncio.Event()

    def send(self, event: Thing) -> None:
        """Put the event on its way to every target that wants it."""
        wanting = [target for target in self.targets if target.wants(event["type"])]
        event["pending_webhooks"] = len(wanting)
        for target in wanting:
            for delay in self.policy(event, target):
                self._enqueue(Job(self._now() + delay, next(self._order), event, target))

    def hold(self) -> None:
        """Keep what is sent from now on in ``held`` until ``release``."""
        self.held = self.held or []

    def release(self, order: Callable[[list[Job]], None] | None = None) -> None:
        """Let the held ones go, rearranged in place by ``order``: ``list.reverse``, ``Random(7).shuffle``."""
        held, self.held = self.held or [], None
        if order is not None:
            order(held)
        for job in held:
            self._enqueue(Job(self._now(), next(self._order), job.event, job.target))

    async def deliver_now(self, event: Thing, target: Target | None = None) -> list[Tried]:
        """One attempt at once, outside the queues: the "resend" button, and the simulator's own hand."""
        targets = [target] if target is not None else list(self.targets)
        return [await self._attempt(Job(0.0, 0, event, each)) for each in targets]

    async def drain(self, timeout_seconds: float = 5.0) -> None:
        """Wait until nothing is queued, retried or under way (held ones do not count), or TimeoutError."""
        async with asyncio.timeout(timeout_seconds):
            await self._idle.wait()

    async def close(self) -> None:
        """Stop carrying; what is still queued is lost, as in a crash."""
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        self._tasks.clear()
        if self._http is not None:
            await self._http.close()
            self._http = None

    def _enqueue(self, job: Job) -> None:
        if self.held is not None:
            self.held.append(job)
            return
        self._hire(job.target)
        self._open += 1
        self._idle.clear()
        heapq.heappush(self._queues[job.target.id], job)
        self._wake[job.target.id].set()

    def _hire(self, target: Target) -> None:
        """Carriers start with the first event: a target may be named before the loop runs."""
        if target.id not in self._hired:
            self._hired.add(target.id)
            for _ in range(self.carriers_per_target):
                self._tasks.append(asyncio.create_task(self._carry(target), name=f"webhooks to {target.url}"))

    async def _carry(self, target: Target) -> None:
        while True:
            job = await self._next(target)
            tried = await self._attempt(job)
            if not tried.ok and job.attempt <= len(self.retry_delays_seconds):
                due_at = self._now() + self.retry_delays_seconds[job.attempt - 1]
                self._enqueue(Job(due_at, next(self._order), job.event, target, job.attempt + 1))
            self._open -= 1
            if self._open == 0:
                self._idle.set()

    async def _next(self, target: Target) -> Job:
        queue, wake = self._queues[target.id], self._wake[target.id]
        while True:
            wake.clear()
            wait = queue[0].due_at - self._now() if queue else None
            if wait is not None and wait <= 0:
                return heapq.heappop(queue)
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(wait):
                    await wake.wait()

    async def _attempt(self, job: Job) -> Tried:
        body = json.dumps(job.event, ensure_ascii=False, indent=None)
        signed_at = self._clock.seconds()
        headers = {
            "Content-Type": "application/json; charset=utf-8",
            "Stripe-Signature": sign(body, job.target.secret, signed_at),
            "User-Agent": "Stripe/1.0 (+https://stripe.com/docs/webhooks)",
        }
        status = await self._post(job.target.url, body.encode(), headers)
        seconds = self._clock.seconds() - signed_at
        tried = Tried(job.event["id"], job.event["type"], job.target.url, job.attempt, status, seconds)
        self.tried.append(tried)
        if tried.ok:
            self._note_delivered(job)
        return tried

    def _note_delivered(self, job: Job) -> None:
        pair = (job.event["id"], job.target.id)
        if pair not in self._delivered:
            self._delivered.add(pair)
            job.event["pending_webhooks"] = max(0, job.event["pending_webhooks"] - 1)

    async def _post(self, url: str, body: bytes, headers: dict[str, str]) -> int | None:
        if self._http is None:
            self._http = aiohttp.ClientSession(cookie_jar=aiohttp.DummyCookieJar())
        timeout = aiohttp.ClientTimeout(total=self.timeout_seconds)
        try:
            async with self._http.post(
                url, data=body, headers=headers, timeout=timeout, allow_redirects=False
            ) as answer:
                await answer.read()
                return answer.status
        except (aiohttp.ClientError, TimeoutError, OSError):
            return None

    @staticmethod
    def _now() -> float:
        return asyncio.get_running_loop().time()
