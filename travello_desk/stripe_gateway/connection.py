"""One line to Stripe under one key: opened at the first call, closed once. Knows no endpoint.

Turns what the SDK gives into a plain dict of the shape asked for, and what it raises into a BadAnswer.
"""

import asyncio
from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING, Any

from travello_desk.stripe_gateway import sdk
from travello_desk.stripe_gateway.calls import Caller, Exchange
from travello_desk.stripe_gateway.errors import BadAnswer, Unreachable

if TYPE_CHECKING:
    from stripe import StripeClient
    from stripe._v1_services import V1Services

    from travello_desk.stripe_gateway.transport import Transport

Send = Callable[["V1Services"], Awaitable[Any]]
Shape = Callable[[str], dict[str, Any]]  # the body of an answer -> what the caller asked for, or BadAnswer


class Connection:
    """Make it anywhere, use it in one event loop. Calls may run at the same time."""

    def __init__(self, secret_key: str, api_base: str | None, caller: Caller) -> None:
        self._secret_key = secret_key
        self._api_base = api_base
        self._caller = caller
        self._opening = asyncio.Lock()
        self._client: StripeClient | None = None
        self._transport: Transport | None = None
        self._closed = False

    async def read(self, send: Send, shape: Shape, exchange: Exchange | None = None) -> dict[str, Any]:
        """A look-up: whatever happens, nothing has changed at Stripe."""
        return await self._call(send, shape, exchange or Exchange(writes=False))

    async def write(self, send: Send, shape: Shape) -> dict[str, Any]:
        """A request that acts. `send` must carry the same idempotency key each time it is called."""
        return await self._call(send, shape, Exchange(writes=True))

    async def open(self) -> None:
        """Loads the SDK in a thread, so that screens stay awake meanwhile. Does nothing when that is done."""
        await self._services()

    async def close(self) -> None:
        """Closes the pool of connections; calls under way and later ones fail as Unreachable."""
        self._closed = True
        if self._transport is not None:
            await self._transport.close_async()

    async def _call(self, send: Send, shape: Shape, exchange: Exchange) -> dict[str, Any]:
        async def attempt() -> dict[str, Any]:
            services = await self._services()
            return await _understood(send(services), shape)

        return await self._caller.call(attempt, exchange)

    async def _services(self) -> "V1Services":
        async with self._opening:
            if self._client is None and not self._closed:
                connect_seconds = self._caller.timeout_seconds / 2
                self._client, self._transport = await asyncio.to_thread(
                    sdk.open_client, self._secret_key, self._api_base, connect_seconds
                )
        if self._client is None or self._closed:
            raise Unreachable("The desk has hung up on Stripe", outcome_known=True, should_retry=False)
        return self._client.v1


async def _understood(sent: Awaitable[Any], shape: Shape) -> dict[str, Any]:
    import stripe

    try:
        answer = await sent
        if not isinstance(answer, stripe.StripeObject) or answer.last_response is None:
            raise BadAnswer("Something other than Stripe answered (no JSON object)")
        return shape(answer.last_response.body)
    # The SDK's own: not JSON at all. The other two: nested beyond reason, or no number where it builds a Decimal.
    except (stripe.StripeError, RecursionError, ArithmeticError):
        raise BadAnswer("Something other than Stripe answered (not readable)") from None
