"""What the header says, from the context: health, mode, user, time. Reads only what is in memory."""

from __future__ import annotations

from datetime import date

from travello_desk.actions import User
from travello_desk.operations.context import Context
from travello_desk.operations.health import OTHER_DESK, STARTING
from travello_desk.operations.hearing import BLIND, hearing, patience_seconds
from travello_desk.tui import when
from travello_desk.tui.bars import HeaderState, Light


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
    """How Stripe's news reach this desk and when the last ones did: `webhook 4 s`, `polling 12 s`, or since when it is
    blind. A silent night is not blindness (operations/hearing.py)."""
    health = ctx.health
    if health.listener == STARTING:
        return Light("listener", "…")
    well = bool(health.listener) and not health.listener_fault
    if ctx.gateway is None:
        return Light("listener", ago(now, health.last_event_at) if well else "off", good=well)
    heard = hearing(health, now, ctx.settings.stripe_poll_seconds)
    if heard.by == BLIND:
        return Light(f"blind since {since_text(ctx, heard.at, now)}", good=False)
    if health.listener == OTHER_DESK:
        return Light(f"listener: {OTHER_DESK}")
    return Light(heard.by, ago(now, heard.at), good=well)


def ago(now: float, at: int) -> str:
    return when.age(now - at) if at else ""


def since_text(ctx: Context, at: int, now: float) -> str:
    """`14:02`, and the day instead of it when that was not today: the header has no room for both."""
    zone = ctx.settings.hotel_timezone
    day, _, time = when.moment(at, zone, now).rpartition(" ")
    return day or time


def patience(ctx: Context) -> float:
    return patience_seconds(ctx.settings.stripe_poll_seconds)


def silent_since(ctx: Context) -> int:
    """When Stripe was last seen, if what is shown may be old by now; else 0."""
    seen = ctx.health.stripe_seen_at
    silent = bool(ctx.health.stripe_fault) or ctx.clock() - seen > patience(ctx)
    return seen if ctx.gateway is not None and seen and silent else 0


def stripe_light(ctx: Context, now: float) -> Light:
    """Whether Stripe answers; silent for two rounds of asking is not well."""
    if ctx.gateway is None:
        return Light("Stripe", "no key", good=False)
    seen = ctx.health.stripe_seen_at
    if ctx.health.stripe_fault:
        return Light("Stripe", when.age(now - seen) if seen else "fault", good=False)
    if ctx.health.catching_up:
        return Light("Stripe", f"catching up {ctx.health.catching_up}")
    if not seen:
        return Light("Stripe")
    silent = now - seen
    return Light("Stripe", when.age(silent) if silent > patience(ctx) else "", good=silent <= patience(ctx))
