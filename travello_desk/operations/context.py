"""What every operation needs: the store, Stripe, the settings. Made once by assembly; no operation makes its own."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol

from travello_desk.operations.errors import NoStripe, is_refused
from travello_desk.operations.health import Health
from travello_desk.settings.model import Settings
from travello_desk.store.database import Store
from travello_desk.stripe_gateway.errors import GatewayError

Json = dict[str, Any]


class StripeCalls(Protocol):
    """What operations ask of Stripe; `stripe_gateway.Gateway` is the one implementation."""

    async def create_session(self, params: Mapping[str, object], idempotency_key: str) -> Json: ...
    async def retrieve_session(self, session_id: str) -> Json: ...
    async def expire_session(self, session_id: str) -> Json: ...
    async def list_sessions(
        self, *, created_gte: int | None = None, payment_intent: str | None = None
    ) -> list[Json]: ...
    async def create_refund(self, params: Mapping[str, object], idempotency_key: str) -> Json: ...
    async def retrieve_refund(self, refund_id: str) -> Json: ...
    async def list_refunds(
        self, *, payment_intent: str | None = None, created_gte: int | None = None
    ) -> list[Json]: ...
    async def retrieve_payment_intent(self, payment_intent_id: str) -> Json: ...
    async def retrieve_charge(self, charge_id: str) -> Json: ...
    async def retrieve_dispute(self, dispute_id: str) -> Json: ...
    async def list_disputes(
        self, *, payment_intent: str | None = None, created_gte: int | None = None
    ) -> list[Json]: ...
    def list_events(
        self, *, types: Sequence[str], created_gte: int | None = None, ending_before: str | None = None
    ) -> AsyncIterator[Json]: ...
    async def account(self) -> Json: ...
    async def country_spec(self, country: str) -> Json: ...
    async def webhook_endpoints(self) -> list[Json]: ...
    async def server_time(self) -> tuple[int, float]: ...
    async def close(self) -> None: ...


@dataclass(slots=True)
class Context:
    """The house's common ground. `clock` gives unix seconds; `locks` keep one request per booking under way;
    `seen_events` are the newest events' ids, oldest first, of which ingest keeps a few thousand."""

    store: Store
    settings: Settings
    gateway: StripeCalls | None
    clock: Callable[[], float]
    clock_offset_seconds: float = 0.0
    health: Health = field(default_factory=Health)
    locks: dict[int, asyncio.Lock] = field(default_factory=dict)
    seen_events: dict[str, None] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.store.faults.tell = self.health.store_told
        self.store.faults.tell_damage = self.health.store_is_damaged

    @property
    def stripe(self) -> StripeCalls:
        """Stripe, or NoStripe raised when there is no key."""
        if self.gateway is None:
            raise NoStripe
        return self.gateway

    @property
    def livemode(self) -> bool:
        return self.settings.mode == "LIVE"

    def stripe_said(self, error: GatewayError | None) -> None:
        """What a call that somebody waits for has learned of Stripe: it answers, or it refuses our key. That is told on
        every screen at once, not only when the next poll meets it (D18)."""
        if error is None:
            self.health.stripe_answered(int(self.clock()))
        elif is_refused(error):
            self.health.stripe_failed(error.sentence, refused=True)

    def lock(self, booking_id: int) -> asyncio.Lock:
        """One at a time for this booking within this process; other processes meet at the idempotency key."""
        if len(self.locks) > 1000:
            for idle in [key for key, lock in self.locks.items() if not lock.locked()]:
                del self.locks[idle]
        return self.locks.setdefault(booking_id, asyncio.Lock())
