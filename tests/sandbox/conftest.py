"""A running sandbox, the real stripe SDK pointed at it, and a webhook listener that keeps what it gets."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from typing import Any

import aiohttp
import pytest
import stripe
from aiohttp import web

from travello_desk.sandbox import Sandbox

NOW = 1_790_000_000

ROOM: dict[str, Any] = {
    "mode": "payment",
    "success_url": "https://hotel.example/ok?session_id={CHECKOUT_SESSION_ID}",
    "cancel_url": "https://hotel.example/back?guest={CHECKOUT_SESSION_ID}",
    "line_items": [
        {
            "quantity": 1,
            "price_data": {
                "currency": "pkr",
                "unit_amount": 1_000_000,
                "product_data": {"name": "Room 204, two nights"},
            },
        }
    ],
}


class FakeTime:
    """Seconds that move only when told."""

    def __init__(self) -> None:
        self.seconds = float(NOW)

    def __call__(self) -> float:
        return self.seconds


def params(**changes: Any) -> dict[str, Any]:
    """A valid session with top-level changes; None takes a parameter out."""
    merged = ROOM | changes
    return {name: value for name, value in merged.items() if value is not None}


def priced(currency: str, unit_amount: int, quantity: int = 1) -> dict[str, Any]:
    """A valid session in another currency or amount."""
    price = {"currency": currency, "unit_amount": unit_amount, "product_data": {"name": "Room"}}
    return params(line_items=[{"quantity": quantity, "price_data": price}])


async def until(ready: Callable[[], bool], seconds: float = 30.0) -> None:
    """Poll until something is so, or fail."""
    async with asyncio.timeout(seconds):
        while not ready():  # noqa: ASYNC110 (what is polled has no event of its own)
            await asyncio.sleep(0.005)


class Listener:
    """A webhook endpoint: keeps bodies and signatures, answers what ``answers`` says next (else 200)."""

    def __init__(self) -> None:
        self.bodies: list[bytes] = []
        self.signatures: list[str] = []
        self.answers: list[int] = []
        self.url = ""

    async def receive(self, request: web.Request) -> web.Response:
        self.bodies.append(await request.read())
        self.signatures.append(request.headers["Stripe-Signature"])
        status = self.answers.pop(0) if self.answers else 200
        headers = {"Location": "/elsewhere"} if status == 302 else {}
        return web.Response(status=status, headers=headers)

    def events(self, secret: str = "whsec_sandbox") -> list[Any]:
        """What came in, verified by stripe-python itself."""
        pairs = zip(self.bodies, self.signatures, strict=True)
        return [stripe.Webhook.construct_event(body, sig, secret, tolerance=0) for body, sig in pairs]

    def types(self) -> list[str]:
        """The types of what came in, in order."""
        return [event["type"] for event in self.events()]


@pytest.fixture
def time() -> FakeTime:
    return FakeTime()


@pytest.fixture
async def sandbox(time: FakeTime) -> AsyncIterator[Sandbox]:
    box = Sandbox(clock=time, seed=7, background=False)
    await box.start()
    yield box
    await box.close()


@pytest.fixture
async def client_for(sandbox: Sandbox) -> AsyncIterator[Callable[..., stripe.StripeClient]]:
    """Make stripe-python clients that talk to the sandbox; they close by themselves."""
    made: list[stripe.AIOHTTPClient] = []

    def make(key: str = "sk_test_sandbox", retries: int = 0) -> stripe.StripeClient:
        http = stripe.AIOHTTPClient(timeout=aiohttp.ClientTimeout(total=30))
        made.append(http)
        return stripe.StripeClient(
            key, http_client=http, base_addresses={"api": sandbox.base_url}, max_network_retries=retries
        )

    stripe.enable_telemetry = False
    yield make
    for http in made:
        await http.close_async()


@pytest.fixture
def client(client_for: Callable[..., stripe.StripeClient]) -> stripe.StripeClient:
    return client_for()


@pytest.fixture
async def http(sandbox: Sandbox) -> AsyncIterator[aiohttp.ClientSession]:
    """A raw HTTP client with the secret key."""
    headers = {"Authorization": "Bearer sk_test_sandbox"}
    async with aiohttp.ClientSession(sandbox.base_url, headers=headers) as session:
        yield session


@pytest.fixture
async def listener() -> AsyncIterator[Listener]:
    ear = Listener()
    app = web.Application()
    app.router.add_post("/hook", ear.receive)
    runner = web.AppRunner(app, access_log=None)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    ear.url = f"http://127.0.0.1:{runner.addresses[0][1]}/hook"
    yield ear
    await runner.cleanup()
