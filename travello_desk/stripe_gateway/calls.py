"""One call to Stripe from beginning to end: the time it may take, the second try, and what is known afterwards.

Imports no stripe and no aiohttp; knows no endpoint. A second try repeats the same request under the same
idempotency key, so it can never act twice (PAYMENTS 4.3).
"""

import asyncio
import random
import time
from collections.abc import Awaitable, Callable
from contextvars import ContextVar
from dataclasses import dataclass, field
from typing import TypeVar

from travello_desk.stripe_gateway.errors import GatewayError, Rejected, TimedOut

T = TypeVar("T")

# A call that acts is not sent any more so long after it began, by the clock on the wall: time-outs stand still while a
# laptop sleeps, and after a day Stripe has forgotten the key under which the request may be repeated (PAYMENTS 4.3).
OVERSLEPT_SECONDS = 300.0


def wall_clock() -> float:
    return time.time()


@dataclass(slots=True)
class Exchange:
    """What one call has seen so far. The transport below the SDK writes it, the call around the SDK reads it."""

    writes: bool  # a POST: something may happen at Stripe although the answer never comes
    connected: bool = False  # this attempt got a connection: from here on Stripe may have heard it
    doubtful: bool = False  # an earlier attempt may have been carried out
    server_at: int | None = None  # Stripe's clock in its last answer, unix seconds
    latency_seconds: float | None = None  # from sending to the headers of that answer
    began_at: float = field(default_factory=lambda: wall_clock())  # unix seconds

    @property
    def overslept(self) -> bool:
        """Whether this request must not be sent any more: the computer slept since it was decided on."""
        return self.writes and abs(wall_clock() - self.began_at) > OVERSLEPT_SECONDS


current_exchange: ContextVar[Exchange] = ContextVar("current_exchange")


@dataclass(frozen=True, slots=True)
class Caller:
    """Makes calls within their bounds. `timeout_seconds` holds for the whole call, second try and pause included."""

    timeout_seconds: float
    pause_seconds: float = 0.5  # before the second try, with jitter: between this and its double
    retries: int = 1

    async def call(self, send: Callable[[], Awaitable[T]], exchange: Exchange) -> T:
        """What `send` returns. Raises GatewayError only, with its outcome judged over all attempts."""
        token = current_exchange.set(exchange)
        try:
            async with asyncio.timeout(self.timeout_seconds) as limit:
                return await self._attempts(send, exchange, limit)
        except TimeoutError:
            raise self._timed_out(exchange) from None
        finally:
            current_exchange.reset(token)

    async def _attempts(self, send: Callable[[], Awaitable[T]], exchange: Exchange, limit: asyncio.Timeout) -> T:
        for retries_left in range(self.retries, -1, -1):
            exchange.connected = False
            try:
                return await send()
            except GatewayError as error:
                _judge_outcome(error, exchange)
                pause = self._pause_before_retry(error, limit) if retries_left else None
                if pause is None:
                    raise
            await asyncio.sleep(pause)
        raise AssertionError("the last attempt returns or raises")

    def _pause_before_retry(self, error: GatewayError, limit: asyncio.Timeout) -> float | None:
        """Seconds to wait; None when a second try is of no use, or would leave Stripe too little time to answer."""
        wanted = error.retryable if error.should_retry is None else error.should_retry
        pause = self.pause_seconds * random.uniform(1, 2) + (error.retry_after_seconds or 0)
        deadline = limit.when()
        left = self.timeout_seconds if deadline is None else deadline - asyncio.get_running_loop().time()
        return pause if wanted and pause <= left / 2 else None

    def _timed_out(self, exchange: Exchange) -> TimedOut:
        may_have_acted = exchange.writes and (exchange.connected or exchange.doubtful)
        return TimedOut(f"Stripe did not answer in {self.timeout_seconds:g} s", outcome_known=not may_have_acted)


def _judge_outcome(error: GatewayError, exchange: Exchange) -> None:
    """Sets `outcome_known` for the whole call.

    A doubt about one attempt stays when a later one fails for another reason. Only a definite refusal under the
    same key takes it away: had the first attempt acted, Stripe would have repeated its result instead.
    """
    exchange.doubtful = exchange.writes and (exchange.doubtful or not error.outcome_known)
    error.outcome_known = not exchange.doubtful or isinstance(error, Rejected)
