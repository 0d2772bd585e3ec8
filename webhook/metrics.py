"""The numbers of `/metrics` as Prometheus' text. Every one is cheap to tell, whatever the size of the store."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Final

from webhook.common import Common

TEXT_FORMAT: Final = "text/plain; version=0.0.4; charset=utf-8"

# Name -> what it is. Names that end in _total only rise.
HELP: Final = {
    "up": "1 while the listener answers",
    "uptime_seconds": "since the house was opened",
    "events_stored_total": "Stripe's events ever stored",
    "events_dead": "events that could not be applied",
    "events_refused_today": "deliveries refused since midnight",
    "events_refused_in_row": "deliveries with a wrong secret since the last good one",
    "last_event_timestamp_seconds": "when an event was stored last",
    "last_poll_timestamp_seconds": "when Stripe was polled last",
    "store_backlog": "writes that wait for their transaction",
    "attention_open": "problems that wait for a person",
    "intentions_unfinished": "calls to Stripe without an answer yet",
    "mails_waiting": "mails that have not left",
    "status_requests_waiting": "status requests that are held open",
    "clock_offset_seconds": "Stripe's clock less this computer's",
    "lease_holder": "1 where the background work runs",
}


def exposition(common: Common, counted: Mapping[str, int]) -> str:
    """The whole page. `counted` is what store.inbox.counters found."""
    values = from_store(counted) | from_memory(common)
    values["last_event_timestamp_seconds"] = max(counted["last_event_at"], common.ctx.health.last_event_at)
    return "".join(line for name, text in HELP.items() for line in exposed(name, text, values[name]))


def from_store(counted: Mapping[str, int]) -> dict[str, float]:
    return {
        "events_stored_total": counted["events"],
        "events_dead": counted["dead"],
        "attention_open": counted["attention"],
        "intentions_unfinished": counted["unfinished"],
        "mails_waiting": counted["mails"],
    }


def from_memory(common: Common) -> dict[str, float]:
    ctx, health = common.ctx, common.ctx.health
    return {
        "up": 1,
        "uptime_seconds": int(ctx.clock()) - health.started_at if health.started_at else 0,
        "events_refused_today": health.refused_today,
        "events_refused_in_row": health.refused_in_row,
        "last_poll_timestamp_seconds": health.last_poll_at,
        "store_backlog": ctx.store.backlog,
        "status_requests_waiting": common.watching.count,
        "clock_offset_seconds": ctx.clock_offset_seconds,
        "lease_holder": int(health.lease_holder),
    }


def exposed(name: str, text: str, value: float) -> Iterator[str]:
    full = f"travello_{name}"
    yield f"# HELP {full} {text}\n"
    yield f"# TYPE {full} {'counter' if name.endswith('_total') else 'gauge'}\n"
    yield f"{full} {value}\n"
