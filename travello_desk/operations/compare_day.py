"""A day's online money, as Stripe tells it and as we have it. Asks outside of every transaction; changes nothing.

Stripe is asked by its own events of captured payments, which it keeps for thirty days.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any

from travello_desk.money import describe_minor
from travello_desk.operations.context import Context
from travello_desk.operations.report import bounds
from travello_desk.payments.rules import Refusal, Refused
from travello_desk.store import reports

KEPT_SECONDS = 30 * 86_400
PAID = ("payment_intent.succeeded",)
TOO_OLD = Refusal("too_old", "Stripe keeps its events for 30 days: this day cannot be compared any more")


@dataclass(frozen=True, slots=True)
class OnlinePayment:
    """One payment under Stripe's own id; `at` is unix seconds."""

    payment_intent_id: str
    amount_minor: int
    currency: str
    at: int
    reference: str = ""


@dataclass(frozen=True, slots=True)
class Comparison:
    """Both sides of one day. `elsewhere` counts what other programs on the same account took."""

    stripe: tuple[OnlinePayment, ...]
    ours: tuple[OnlinePayment, ...]
    elsewhere: int = 0

    @property
    def only_stripe(self) -> list[OnlinePayment]:
        return [item for item in self.stripe if item.payment_intent_id not in ids(self.ours)]

    @property
    def only_ours(self) -> list[OnlinePayment]:
        return [item for item in self.ours if item.payment_intent_id not in ids(self.stripe)]

    @property
    def other_sums(self) -> list[tuple[OnlinePayment, OnlinePayment]]:
        """Stripe's and ours, where both have the payment with different sums."""
        mine = {item.payment_intent_id: item for item in self.ours}
        pairs = [(item, mine[item.payment_intent_id]) for item in self.stripe if item.payment_intent_id in mine]
        return [(a, b) for a, b in pairs if (a.amount_minor, a.currency) != (b.amount_minor, b.currency)]

    @property
    def agree(self) -> bool:
        return not (self.only_stripe or self.only_ours or self.other_sums)

    @property
    def sentence(self) -> str:
        count = len(self.stripe)
        if self.agree:
            return f"Stripe says {count} online, and so do we"
        return f"Stripe says {count} online, we have {len(self.ours)}"

    @property
    def lines(self) -> list[str]:
        """The difference, a payment a line."""
        told = [self.sentence]
        told += [f"Stripe only: {line_of(item)}" for item in self.only_stripe]
        told += [f"here only: {line_of(item)}" for item in self.only_ours]
        told += [f"Stripe {line_of(a)}, here {describe_minor(b.amount_minor, b.currency)}" for a, b in self.other_sums]
        if self.elsewhere:
            told.append(f"{self.elsewhere} more were taken on this account by other programs")
        return told if self.agree else [*told, "travello-desk reconcile fetches what is missing"]


def ids(items: tuple[OnlinePayment, ...]) -> set[str]:
    return {item.payment_intent_id for item in items}


def line_of(item: OnlinePayment) -> str:
    reference = f"{item.reference} " if item.reference else ""
    return f"{reference}{describe_minor(item.amount_minor, item.currency)} {item.payment_intent_id}"


async def compare_day(ctx: Context, day_on: date) -> Comparison:
    """Ask Stripe about one business day. Raises Refused for a day too long ago, StripeFailed or GatewayError."""
    start, end = bounds(ctx, day_on)
    if start < ctx.clock() - KEPT_SECONDS:
        raise Refused(TOO_OLD)
    told, elsewhere = await told_by_stripe(ctx, start, end)
    rows = await ctx.store.read(lambda tx: reports.online_payments(tx, start, end))
    return Comparison(tuple(told), tuple(OnlinePayment(*row) for row in rows), elsewhere)


async def told_by_stripe(ctx: Context, start: int, end: int) -> tuple[list[OnlinePayment], int]:
    """Stripe's payments of [start, end) that are ours, and how many others there were."""
    found: list[OnlinePayment] = []
    elsewhere = 0
    async for event in ctx.stripe.list_events(types=PAID, created_gte=start):
        intent: dict[str, Any] = event["data"]["object"]
        if event["created"] >= end:
            continue
        if (intent.get("metadata") or {}).get("install") != ctx.store.install:
            elsewhere += 1
            continue
        currency = str(intent["currency"]).upper()
        found.append(OnlinePayment(intent["id"], intent["amount_received"], currency, event["created"]))
    return found, elsewhere
