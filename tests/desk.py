"""A desk without screen and listener: a real store, the real gateway, and the sandbox over real HTTP."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.backend import open_store
from travello_desk.operations.context import Context
from travello_desk.operations.ingest import ingest_event
from travello_desk.payments.events import read_event
from travello_desk.sandbox import Sandbox
from travello_desk.settings import load
from travello_desk.store import bookings, ledger, timeline
from travello_desk.store.bookings import Booking, NewBooking
from travello_desk.stripe_gateway import Gateway

NOW = 1_795_500_000


class FakeTime:
    """Seconds that move only when told; the sandbox and the desk share them."""

    def __init__(self) -> None:
        self.seconds = float(NOW)

    def __call__(self) -> float:
        return self.seconds


@dataclass
class Desk:
    """What a test holds in its hands."""

    ctx: Context
    sandbox: Sandbox
    time: FakeTime
    folder: Path
    fed: int = 0

    async def book(
        self, reference: str = "TRV-1", method: str = "ONLINE", amount_minor: int = 1_000_000, **more: Any
    ) -> int:
        new = NewBooking(
            reference=reference,
            guest_name=more.pop("guest_name", "Ayesha Khan"),
            check_in=more.pop("check_in", "2026-11-24"),
            check_out=more.pop("check_out", "2026-11-26"),
            amount_minor=amount_minor,
            currency=more.pop("currency", "PKR"),
            method=method,
            guest_email=more.pop("guest_email", "ayesha@example.com"),
            **more,
        )
        booking_id: int = await self.ctx.store.write(lambda tx: bookings.insert(tx, new))
        return booking_id

    async def feed(self, *, source: str = "webhook") -> list[str]:
        """Give the desk every event the sandbox has made since last time; the outcomes."""
        events = sorted(self.sandbox.books.events.values(), key=lambda item: item["created"])[self.fed :]
        self.fed += len(events)
        return [await ingest_event(self.ctx, read_event(event), json.dumps(event), source) for event in events]

    def booking(self, booking_id: int) -> Booking:
        found = self.ctx.store.read_now(lambda tx: bookings.get(tx, booking_id))
        assert found is not None
        return found

    def view(self, booking_id: int) -> Any:
        loaded = self.ctx.store.read_now(lambda tx: ledger.load(tx, booking_id))
        assert loaded is not None
        return loaded.view

    def lines(self, booking_id: int) -> list[str]:
        return [entry.text for entry in self.ctx.store.read_now(lambda tx: timeline.for_booking(tx, booking_id))]

    def states(self, booking_id: int) -> tuple[str, str, list[str]]:
        """Booking status, API word, and the payments' internal states."""
        booking = self.booking(booking_id)
        return booking.status, booking.payment_status, [view.status for view in self.view(booking_id).payments]

    def posts(self, path: str) -> list[Any]:
        """The POST requests that reached Stripe's API at this path."""
        return [item for item in self.sandbox.requests if item.method == "POST" and item.path.startswith(path)]


@asynccontextmanager
async def open_desk(folder: Path, *, timeout_seconds: float = 40.0, **sandbox_options: Any) -> AsyncIterator[Desk]:
    time = FakeTime()
    async with Sandbox(clock=time, background=False, **sandbox_options) as sandbox:
        settings = load(
            {
                "STRIPE_SECRET_KEY": sandbox.access.secret_key,
                "STRIPE_PUBLISHABLE_KEY": sandbox.access.publishable_key,
                "STRIPE_WEBHOOK_SECRET": sandbox.webhook_secret,
                "STRIPE_API_BASE": sandbox.base_url,
                "HOTEL_TIMEZONE": "Asia/Karachi",
            },
            folder,
        )
        store = open_store(folder / "travello.db", time)
        gateway = Gateway(
            settings.stripe_secret_key.value,
            api_base=sandbox.base_url,
            timeout_seconds=timeout_seconds,
            pause_seconds=0.001,
        )  # type: ignore[union-attr]
        try:
            yield Desk(Context(store, settings, gateway, time), sandbox, time, folder)
        finally:
            await gateway.close()
            store.close()
