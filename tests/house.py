"""The whole house over real HTTP: a store in a temporary folder, a sandbox Stripe, a listener on a free port.

A test asks for the fixture `house` (import it into the folder's conftest). Its clock moves only when told, and no
event is delivered by itself: a test posts the sandbox's events in the order it wants (`deliver`), or makes its own
(`event`, `post_event`), or calls `house.connect()` to have the sandbox deliver them as Stripe does.
"""

from __future__ import annotations

import asyncio
import hashlib
import hmac
import json
from collections.abc import AsyncIterator, Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import aiohttp
import jwt
import pytest

from tests.backend import open_store
from travello_desk.operations.checkout import checkout
from travello_desk.operations.context import Context
from travello_desk.operations.verify import verify
from travello_desk.sandbox import Sandbox
from travello_desk.settings.load import load
from travello_desk.store import attention, bookings, ledger, timeline
from travello_desk.store.attention import Problem
from travello_desk.store.bookings import Booking, NewBooking
from travello_desk.store.tx import Row, Tx
from travello_desk.stripe_gateway import Gateway
from webhook.app import make_app
from webhook.server import Listener

NOW = 1_790_000_000
SECRET = "whsec_sandbox"
OLD_SECRET = "whsec_sandbox_of_last_year"
JWT_SECRET = "a secret of the tests, of sixty-four bytes at least, as PyJWT would have it"
OWNER = 7
WEBHOOK = "/api/payments/webhook/"
CREATE = "/api/payments/create-session/"
# Everything that tells of money; rejections and settings may change without any of it.
TABLES = (
    "bookings payments refunds disputes stripe_links desk_receipts inbox loose_facts timeline attention outbox".split()
)


@dataclass(frozen=True, slots=True)
class Answer:
    """An HTTP answer, read."""

    status: int
    body: bytes
    headers: Mapping[str, str]

    @property
    def json(self) -> Any:
        return json.loads(self.body)


@dataclass(slots=True)
class FakeTime:
    """Seconds that move only when told."""

    seconds: float = float(NOW)

    def __call__(self) -> float:
        return self.seconds

    def advance(self, seconds: float) -> None:
        self.seconds += seconds


@dataclass(slots=True)
class House:
    """One house and a client at its door."""

    ctx: Context
    sandbox: Sandbox
    listener: Listener
    http: aiohttp.ClientSession
    clock: FakeTime
    delivered: set[str] = field(default_factory=set)

    @property
    def base_url(self) -> str:
        return self.listener.base_url

    # Asking

    async def ask(self, method: str, path: str, **options: Any) -> Answer:
        """Any request; a path begins with a slash."""
        async with self.http.request(method, self.base_url + path, allow_redirects=False, **options) as answer:
            return Answer(answer.status, await answer.read(), answer.headers)

    async def post(self, body: bytes, signature: str | None, **headers: str) -> Answer:
        """A delivery to the webhook with exactly this body and Stripe-Signature."""
        sent = {"Content-Type": "application/json", **headers}
        if signature is not None:
            sent["Stripe-Signature"] = signature
        return await self.ask("POST", WEBHOOK, data=body, headers=sent)

    def signature(self, body: bytes, *, secret: str = SECRET, signed_at: float | None = None) -> str:
        """What Stripe would send with this body now."""
        return sign(body, secret, int(signed_at if signed_at is not None else self.clock()))

    async def post_event(self, event: Mapping[str, Any], **signing: Any) -> Answer:
        """A signed delivery of one event."""
        body = json.dumps(event).encode()
        return await self.post(body, self.signature(body, **signing))

    def token(self, user_id: object = OWNER, *, secret: str = JWT_SECRET, **claims: Any) -> str:
        """A bearer token of the web front end, good for an hour; a claim of None is left out."""
        told = {"user_id": user_id, "exp": int(self.clock()) + 3600, **claims}
        return jwt.encode({name: value for name, value in told.items() if value is not None}, secret, "HS256")

    def bearer(self, user_id: object = OWNER, **claims: Any) -> dict[str, str]:
        return {"Authorization": f"Bearer {self.token(user_id, **claims)}"}

    async def create_session(self, booking_id: object, user_id: object = OWNER, **claims: Any) -> Answer:
        return await self.ask("POST", CREATE, json={"booking_id": booking_id}, headers=self.bearer(user_id, **claims))

    async def status(self, booking_id: int, user_id: object = OWNER, **query: str) -> Answer:
        """The status endpoint as the owner; `user_id=None` sends no token."""
        headers = self.bearer(user_id) if user_id is not None else {}
        return await self.ask("GET", f"/api/payments/booking/{booking_id}/status/", headers=headers, params=query)

    # Making

    async def add_booking(self, reference: str = "", **changes: Any) -> int:
        """A booking of Rs. 10,000, paid online, owned by user 7, unless told otherwise."""
        values: dict[str, Any] = {
            "reference": reference or f"TD-{len(await self.rows('bookings')) + 1:04d}",
            "guest_name": "Ayesha Khan",
            "check_in": "2026-12-01",
            "check_out": "2026-12-04",
            "amount_minor": 1_000_000,
            "currency": "PKR",
            "method": "ONLINE",
            "guest_email": "ayesha@example.com",
            "user_id": OWNER,
            "room": "204",
        }
        new = NewBooking(**(values | changes))
        return await self.ctx.store.write(lambda tx: bookings.insert(tx, new))

    async def open_session(self, booking_id: int) -> str:
        """The id of the booking's open session, made at the sandbox."""
        return (await checkout(self.ctx, booking_id, "Ali")).session_id

    async def booking_with_session(self, **changes: Any) -> tuple[int, str]:
        booking_id = await self.add_booking(**changes)
        return booking_id, await self.open_session(booking_id)

    async def paid_booking(self, **changes: Any) -> tuple[int, str]:
        """A booking whose guest has paid by card, all of it known here; and the PaymentIntent."""
        booking_id, session_id = await self.booking_with_session(**changes)
        await self.sandbox.pay(session_id)
        await self.deliver("payment_intent.succeeded", "checkout.session.completed")
        return booking_id, self.sandbox.books.sessions[session_id]["payment_intent"]

    def connect(self) -> None:
        """From here on the sandbox delivers its events by itself, signed, in order and retried."""
        self.sandbox.deliver_to(self.base_url + WEBHOOK, SECRET)

    def events(self, type_: str) -> list[dict[str, Any]]:
        """The sandbox's events of one type, oldest first."""
        return [event for event in self.sandbox.books.events.values() if event["type"] == type_]

    async def deliver(self, *types: str) -> list[Answer]:
        """Post the oldest event of each type that was not posted yet, in this order; all must be taken."""
        answers = []
        for type_ in types:
            event = next(e for e in self.events(type_) if e["id"] not in self.delivered)
            self.delivered.add(event["id"])
            answers.append(await self.post_event(event))
        assert [answer.status for answer in answers] == [200] * len(answers), [answer.body for answer in answers]
        return answers

    # Looking

    async def rows(self, table: str) -> list[Row]:
        return await self.ctx.store.read(lambda tx: tx.all(f"SELECT * FROM {table}"))

    async def snapshot(self) -> dict[str, list[Row]]:
        """Everything stored that tells of money: equal before and after means "same"."""

        def work(tx: Tx) -> dict[str, list[Row]]:
            return {table: tx.all(f"SELECT * FROM {table}") for table in TABLES}

        return await self.ctx.store.read(work)

    async def booking(self, booking_id: int) -> Booking:
        found = await self.ctx.store.read(lambda tx: bookings.get(tx, booking_id))
        assert found is not None
        return found

    async def view(self, booking_id: int) -> ledger.BookingView:
        """The projection of the stored facts, and proof that the stored columns are its copy."""
        loaded = await self.ctx.store.read(lambda tx: ledger.load(tx, booking_id))
        assert loaded is not None
        stored = (loaded.columns.status, loaded.columns.payment_status, loaded.columns.badge)
        assert stored == (loaded.view.status, loaded.view.payment_status, loaded.view.badge)
        return loaded.view

    async def lines(self, booking_id: int) -> list[str]:
        """The booking's timeline, oldest first."""
        entries = await self.ctx.store.read(lambda tx: timeline.for_booking(tx, booking_id))
        return [entry.text for entry in entries]

    async def problems(self) -> list[Problem]:
        """What waits for a person."""
        return await self.ctx.store.read(attention.open_problems)


def sign(body: bytes, secret: str, signed_at: int) -> str:
    """A Stripe-Signature header over these exact bytes."""
    digest = hmac.new(secret.encode(), f"{signed_at}.".encode() + body, hashlib.sha256)
    return f"t={signed_at},v1={digest.hexdigest()}"


def event(type_: str, thing: Mapping[str, Any], **changes: Any) -> dict[str, Any]:
    """An event of our own making around an object; its id follows from its content."""
    made = {
        "id": f"evt_{hashlib.sha256(f'{type_} {thing}'.encode()).hexdigest()[:24]}",
        "object": "event",
        "api_version": "2026-10-28.endive",
        "created": NOW,
        "data": {"object": dict(thing)},
        "livemode": False,
        "pending_webhooks": 1,
        "request": {"id": None, "idempotency_key": None},
        "type": type_,
    }
    return made | changes


async def until(ready: Callable[[], bool], seconds: float = 30.0) -> None:
    """Poll until something is so, or fail."""
    async with asyncio.timeout(seconds):
        while not ready():  # noqa: ASYNC110 (what is polled has no event of its own)
            await asyncio.sleep(0.005)


@dataclass(slots=True)
class Builder:
    """Opens houses and closes them all: for tests that need other settings, or two houses on one store."""

    folder: Path
    clock: FakeTime
    sandbox: Sandbox
    _closers: list[Any] = field(default_factory=list)

    async def build(
        self, *, port: int = 0, read_seconds: float = 5.0, stripe_seconds: float = 60.0, **environ: str
    ) -> House:
        """A house with these settings instead of the usual ones; an empty value unsets."""
        given = {
            "STRIPE_SECRET_KEY": self.sandbox.access.secret_key,
            "STRIPE_PUBLISHABLE_KEY": self.sandbox.access.publishable_key,
            "STRIPE_WEBHOOK_SECRET": SECRET,
            "STRIPE_API_BASE": self.sandbox.base_url,
            "HOTEL_TIMEZONE": "Asia/Karachi",
            "FRONTEND_PAYMENT_SUCCESS_URL": "https://hotel.example/paid",
            "FRONTEND_PAYMENT_CANCEL_URL": "https://hotel.example/back",
            **environ,
        }
        settings = load({name: value for name, value in given.items() if value}, self.folder)
        key = settings.stripe_secret_key
        base = settings.stripe_api_base
        gateway = Gateway(key.value, api_base=base, timeout_seconds=stripe_seconds, pause_seconds=0.01) if key else None
        ctx = Context(open_store(self.folder / "travello.db", self.clock), settings, gateway, self.clock)
        app = make_app(ctx, JWT_SECRET, read_timeout_seconds=read_seconds)
        listener = Listener(ctx, app, take_over_seconds=0.02)
        await listener.start("127.0.0.1", port)
        http = aiohttp.ClientSession(cookie_jar=aiohttp.DummyCookieJar(), auto_decompress=False)
        house = House(ctx, self.sandbox, listener, http, self.clock)
        self._closers.append(house)
        return house

    async def close(self) -> None:
        for house in reversed(self._closers):
            await house.http.close()
            await house.listener.stop()
            if house.ctx.gateway is not None:
                await house.ctx.gateway.close()
            house.ctx.store.close()


@pytest.fixture
async def builder(tmp_path: Path) -> AsyncIterator[Builder]:
    """Makes houses with settings of the test's own."""
    clock = FakeTime()
    sandbox = Sandbox(clock=clock, seed=7, background=False, webhook_secret=SECRET)
    await sandbox.start()
    made = Builder(tmp_path, clock, sandbox)
    yield made
    await made.close()
    await sandbox.close()


@pytest.fixture
async def house(builder: Builder) -> AsyncIterator[House]:
    """One house with the usual settings, whose store is proved true after every test that uses it."""
    made = await builder.build()
    yield made
    result = await verify(made.ctx)
    assert result.differences == []
