"""How Stripe's news reach this desk: by webhook, by polling, or not at all since when. Pure: health and time in.

Silence is no blindness: at night nothing happens. Blind is who could not have heard: for two rounds of polling no poll
came through and no event was delivered, or, without polling, nobody listens or every delivery is refused.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from travello_desk.operations.health import OTHER_DESK, STARTING, Health

SILENT_SECONDS: Final = 60
CLOCK_SECONDS: Final = 300
"""How often Stripe is asked for its time: without polling the only thing that shows that it answers."""

WEBHOOK: Final = "webhook"
POLLING: Final = "polling"
BLIND: Final = "blind"


@dataclass(frozen=True, slots=True)
class Hearing:
    """`by` webhook, polling or blind; `at` is when something was last heard (for blind: since when), 0 for never."""

    by: str
    at: int = 0


def patience_seconds(poll_seconds: float) -> float:
    """So long may nothing be heard of Stripe: two rounds of polling, a minute at least."""
    return max(SILENT_SECONDS, 2 * (poll_seconds or CLOCK_SECONDS))


def hearing(health: Health, now: float, poll_seconds: float) -> Hearing:
    """How news come in. `poll_seconds` 0: polling is off."""
    heard = max(health.last_event_at, health.last_poll_at)
    known_from = max(heard, health.started_at)
    listening = is_listening(health)
    if poll_seconds and known_from and now - known_from > patience_seconds(poll_seconds):
        return Hearing(BLIND, heard or known_from)
    if not poll_seconds and not listening and health.listener != STARTING:
        return Hearing(BLIND, heard or known_from)
    delivered = health.last_event_at and health.last_event_at >= health.polled_news_at
    return Hearing(WEBHOOK if listening and (delivered or not poll_seconds) else POLLING, heard)


def is_listening(health: Health) -> bool:
    """Whether a delivery of Stripe's could arrive and be believed, here or at another desk on this store."""
    if health.listener == OTHER_DESK:
        return True
    up = bool(health.listener) and health.listener != STARTING and not health.listener_fault
    return up and not health.secret_mismatch and not health.webhook_secret_missing
