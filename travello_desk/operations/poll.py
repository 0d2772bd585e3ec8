"""The Events API into the very same ingest as webhooks: no public address is needed (PAYMENTS E8, E10, E11).

Pages are stored with their cursor in one transaction; the next poll starts a little before the cursor, because an
event may become visible late, and duplicates are nothing to ingest.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import Any

from travello_desk.operations.context import Context
from travello_desk.operations.errors import is_refused
from travello_desk.operations.ingest import ingest_in
from travello_desk.payments.events import EVENT_TYPES, EventShapeError, read_event
from travello_desk.store import cursors, payments
from travello_desk.store.tx import Tx
from travello_desk.stripe_gateway.errors import GatewayError

CURSOR = "events"
OVERLAP_SECONDS = 300
FIRST_LOOK_SECONDS = 24 * 3600
STRIPE_KEEPS_SECONDS = 30 * 24 * 3600
BATCH = 50
MISSED_POLLS = 2
"""So many rounds without one poll are time that was lost; what comes after them was caught up. At any other time a poll
is only quicker than the webhook, or there is none."""
SOURCE = "polling"


@dataclass(frozen=True, slots=True)
class Stage:
    """How far a look at the past has come: `count` of `what` so far, `done` of `total` steps of the way."""

    what: str
    count: int
    done: int
    total: int

    @property
    def percent(self) -> int:
        return min(100, max(0, 100 * self.done // self.total)) if self.total > 0 else 100


Progress = Callable[[Stage], None]


@dataclass(slots=True)
class Polled:
    """How many events came, and how many of them were news."""

    seen: int = 0
    new: int = 0
    too_old: bool = False
    """The cursor is older than Stripe keeps events: objects must be looked at instead (E10)."""


async def poll(ctx: Context, *, since: int | None = None, progress: Progress | None = None) -> Polled:
    """Fetch and apply everything since the cursor (or `since`, unix seconds). Raises GatewayError, StoreError."""
    now = int(ctx.clock() + ctx.clock_offset_seconds)
    start = since if since is not None else await ctx.store.read(lambda tx: where_to_begin(tx, now)) - OVERLAP_SECONDS
    result = Polled(too_old=start < now - STRIPE_KEEPS_SECONDS)
    start = max(start, now - STRIPE_KEEPS_SECONDS)
    batch: list[dict[str, Any]] = []

    def told(newest_at: int) -> None:
        if progress:
            progress(Stage("events", result.seen, min(now, newest_at) - start, now - start))

    async for document in ctx.stripe.list_events(types=EVENT_TYPES, created_gte=start):
        batch.append(document)
        if len(batch) >= BATCH:
            await flush(ctx, batch, result, told)
    await flush(ctx, batch, result, told)
    await ctx.store.write(lambda tx: cursors.advance(tx, CURSOR, now - OVERLAP_SECONDS))
    note_poll(ctx, result)
    return result


def note_poll(ctx: Context, result: Polled) -> None:
    health, at = ctx.health, int(ctx.clock())
    health.last_poll_at, health.poll_fault = at, ""
    health.polled_news_at = at if result.new else health.polled_news_at
    health.stripe_answered(at)


async def is_too_old(ctx: Context, since: int | None = None) -> bool:
    """Whether polling would begin before what Stripe still keeps (E10)."""
    now = int(ctx.clock() + ctx.clock_offset_seconds)
    start = since if since is not None else await ctx.store.read(lambda tx: where_to_begin(tx, now)) - OVERLAP_SECONDS
    return start < now - STRIPE_KEEPS_SECONDS


def where_to_begin(tx: Tx, now: int) -> int:
    """The cursor; before the first whole poll, the oldest link: the first one may have failed for days."""
    cursor = cursors.get(tx, CURSOR)
    if cursor is not None:
        return cursor
    oldest = payments.oldest_at(tx)
    return min(oldest, now - FIRST_LOOK_SECONDS) if oldest else now - FIRST_LOOK_SECONDS


async def flush(ctx: Context, batch: list[dict[str, Any]], result: Polled, told: Callable[[int], None]) -> None:
    """One transaction: the events and the cursor; then `told` is called with the newest event's time."""
    if not batch:
        return
    outcomes = await ctx.store.write(
        partial(store_page, documents=list(batch), livemode=ctx.livemode, install=ctx.store.install)
    )
    result.seen += len(batch)
    result.new += sum(1 for outcome in outcomes if outcome != "duplicate")
    newest_at = int(batch[-1].get("created") or 0)
    batch.clear()
    told(newest_at)


def store_page(tx: Tx, documents: list[dict[str, Any]], livemode: bool, install: str) -> list[str]:
    outcomes = []
    for document in documents:
        try:
            event = read_event(document)
        except EventShapeError:
            continue
        outcomes.append(ingest_in(tx, event, json.dumps(document, separators=(",", ":")), SOURCE, livemode, install))
        cursors.advance(tx, CURSOR, event.created)
    return outcomes


async def poll_job(ctx: Context) -> None:
    """The background's poll: what Stripe does is noted in health, never raised."""
    if ctx.gateway is None:
        return

    furthest = 0

    def tell(stage: Stage) -> None:
        """Events come in the order in which Stripe made them, not always in that of their times: never back."""
        nonlocal furthest
        if stage.count >= BATCH:  # a handful is no news to anybody
            furthest = max(furthest, stage.percent)
            ctx.health.catching_up = f"{furthest} %"

    last_at = ctx.health.last_poll_at
    try:
        if await is_too_old(ctx):
            ctx.health.caught_up = await by_object(ctx, tell)
            return
        polled = await poll(ctx, progress=tell)
    except GatewayError as error:
        ctx.health.stripe_failed(error.sentence, refused=is_refused(error))
        return
    finally:
        ctx.health.catching_up = ""
    lost = ctx.clock() - last_at > MISSED_POLLS * ctx.settings.stripe_poll_seconds
    if polled.new and lost and not ctx.health.caught_up:
        ctx.health.caught_up = f"caught up: {polled.new} event{'s' if polled.new != 1 else ''}"


async def by_object(ctx: Context, progress: Progress) -> str:
    """After a month without Stripe: what it no longer tells is looked up; what there is to say of it."""
    from travello_desk.operations.reconcile import reconcile  # which polls, too

    return (await reconcile(ctx, progress=progress)).sentence


def polled_at(tx: Tx) -> int:
    """When any instance on this store last polled to the end, or 0."""
    return cursors.moved_at(tx, CURSOR)
