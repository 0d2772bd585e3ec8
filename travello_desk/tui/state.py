"""What the header says, from the context: health, mode, user, time. Reads only what is in memory."""

from __future__ import annotations

from datetime import date

from travello_desk.actions import User
from travello_desk.operations.context import Context
from travello_desk.operations.health import STARTING
from travello_desk.tui import when
from travello_desk.tui.bars import HeaderState, Light

SILENT_SECONDS = 60
OTHER_DESK = "other desk"
"""How the listener says that another desk of this store has the port (webhook/server.py)."""


def header_state(ctx: Context, user: User | None, business_on: date, calendar_on: date) -> HeaderState:
    now = ctx.clock()
    other_day = business_on != calendar_on
    return HeaderState(
        hotel=ctx.settings.hotel_name,
        listener=listener_light(ctx, now),
        stripe=stripe_light(ctx, now),
        mode=ctx.settings.mode,
        user=user.name if user else "",
        role=user.role if user else "",
        clock=when.clock_text(now, ctx.settings.hotel_timezone),
        business_day=when.long_day(business_on.isoformat(), calendar_on) if other_day else "",
    )


def listener_light(ctx: Context, now: float) -> Light:
    """Whether Stripe's events can reach us, and when the last one did. While it is polled, silence is not well."""
    health = ctx.health
    if health.listener == STARTING:
        return Light("listener", "…")
    heard = max(health.last_event_at, health.last_poll_at)
    note = when.age(now - heard) if heard else ""
    if health.listener_fault or not health.listener:
        return Light("listener", "off" if not health.listener else note, good=False)
    if health.listener == OTHER_DESK:
        return Light("listener: other desk")
    return Light("listener", note, good=not (heard and now - heard > patience(ctx)))


def patience(ctx: Context) -> float:
    """So long may nothing be heard: two rounds of polling and a minute at least; without polling nights are silent."""
    every = ctx.settings.stripe_poll_seconds
    return max(SILENT_SECONDS, 2 * every) if every and ctx.gateway is not None else float("inf")


def silent_since(ctx: Context) -> int:
    """When Stripe was last seen, if what is shown may be old by now; else 0."""
    seen = ctx.health.stripe_seen_at
    silent = bool(ctx.health.stripe_fault) or ctx.clock() - seen > patience(ctx)
    return seen if ctx.gateway is not None and seen and silent else 0


def stripe_light(ctx: Context, now: float) -> Light:
    """Whether Stripe answers; silent for a minute is not well."""
    if ctx.gateway is None:
        return Light("Stripe", "no key", good=False)
    seen = ctx.health.stripe_seen_at
    if ctx.health.stripe_fault:
        return Light("Stripe", when.age(now - seen) if seen else "fault", good=False)
    if not seen:
        return Light("Stripe")
    silent = now - seen
    return Light("Stripe", when.age(silent) if silent > SILENT_SECONDS else "", good=silent <= SILENT_SECONDS)
