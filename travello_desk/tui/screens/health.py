"""The health line of the sign-in screen: store, listener, Stripe, problems. Pure; never by colour alone."""

from __future__ import annotations

from travello_desk.operations.context import Context
from travello_desk.tui.state import listener_light


def health_words(ctx: Context, problems: int) -> str:
    """`● store ok   ● webhook 4 s   ● Stripe TEST   3 problems waiting`"""
    health = ctx.health
    parts = [mark("store ok", health.store_fault, "store"), listener_words(ctx), stripe_words(ctx)]
    if problems:
        parts.append(f"{problems} problem{'' if problems == 1 else 's'} waiting")
    return "   ".join(parts)


def mark(good: str, fault: str, name: str) -> str:
    return f"▲ {name}: {fault}" if fault else f"● {good}"


def listener_words(ctx: Context) -> str:
    """The same as the header's light, and why."""
    light = listener_light(ctx, ctx.clock())
    why = f": {ctx.health.listener_fault}" if ctx.health.listener_fault else ""
    note = f" {light.note}" if light.note else ""
    return f"{'●' if light.good else '▲'} {light.label}{note}{why}"


def stripe_words(ctx: Context) -> str:
    if ctx.gateway is None:
        return "▲ Stripe: no key"
    return mark(f"Stripe {ctx.settings.mode}", ctx.health.stripe_fault, "Stripe")
