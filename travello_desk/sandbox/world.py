"""The sandbox's state: books, clock, knobs. Every other module's functions take a ``World`` first. No I/O."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from travello_desk.sandbox.clock import Clock, Schedule
from travello_desk.sandbox.currencies import supported_in
from travello_desk.sandbox.ids import Ids

API_VERSION = "2026-10-28.endive"

#: A Stripe object, in the API's own shape.
Thing = dict[str, Any]


@dataclass(slots=True)
class Behaviour:
    """Knobs of the world outside, turned at any time. Delays are in seconds of the sandbox clock."""

    refund_status: str = "succeeded"  # of new card refunds: succeeded, pending or requires_action
    insufficient_balance: bool = False  # new refunds wait for the balance (PAYMENTS C22)
    failed_refund_lowers_charge: bool = True  # unverified at Stripe, see PAYMENTS 1.3: try both
    dispute_delay_seconds: float = 2.0  # after paying with a card that disputes
    refund_failure_delay_seconds: float = 5.0  # after refunding a card whose refunds fail
    refund_settle_delay_seconds: float = 5.0  # after refunding a card whose refunds start pending
    refund_reference_delay_seconds: float = 2.0  # until the acquirer's reference is known
    settle_delay_seconds: float = 20.0  # of the bank debit


@dataclass(slots=True)
class Books:
    """Everything that exists at this Stripe, by id, oldest first. The objects are live: look, do not edit."""

    sessions: dict[str, Thing] = field(default_factory=dict)
    line_items: dict[str, list[Thing]] = field(default_factory=dict)
    line_notes: dict[str, list[str]] = field(default_factory=dict)  # product descriptions, for the page
    intent_data: dict[str, Thing] = field(default_factory=dict)
    payment_intents: dict[str, Thing] = field(default_factory=dict)
    charges: dict[str, Thing] = field(default_factory=dict)
    refunds: dict[str, Thing] = field(default_factory=dict)
    refunds_of: dict[str, list[Thing]] = field(default_factory=dict)  # by charge id
    disputes: dict[str, Thing] = field(default_factory=dict)
    disputes_of: dict[str, list[Thing]] = field(default_factory=dict)  # by charge id
    events: dict[str, Thing] = field(default_factory=dict)
    session_of_intent: dict[str, str] = field(default_factory=dict)
    traits: dict[str, str] = field(default_factory=dict)  # charge id -> what its card makes happen to refunds


@dataclass(slots=True)
class Cause:
    """The API request that made something happen; both None on the payment page or when it just happens."""

    request_id: str | None = None
    idempotency_key: str | None = None


BY_ITSELF = Cause()


@dataclass(slots=True)
class World:
    """One Stripe account in one mode."""

    clock: Clock
    ids: Ids
    country: str = "US"
    supported_currencies: tuple[str, ...] = ()
    livemode: bool = False
    merchant_name: str = "Travello Hotel"
    public_url: str = ""
    account_id: str = "acct_sandbox"
    behaviour: Behaviour = field(default_factory=Behaviour)
    books: Books = field(default_factory=Books)
    on_event: Callable[[Thing], None] = lambda event: None
    schedule: Schedule = field(init=False)

    def __post_init__(self) -> None:
        self.schedule = Schedule(self.clock)
        self.supported_currencies = self.supported_currencies or supported_in(self.country)
