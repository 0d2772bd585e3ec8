"""When a desk is blind, and when it is only quiet."""

from __future__ import annotations

import pytest

from travello_desk.operations.health import OTHER_DESK, STARTING, Health
from travello_desk.operations.hearing import BLIND, POLLING, WEBHOOK, Hearing, hearing

START = 1_000_000
HERE = "127.0.0.1:8000"
HOUR = 3600


def health(listener: str = HERE, **more: int) -> Health:
    made = Health(started_at=START, listener=listener)
    for name, value in more.items():
        setattr(made, name, value)
    return made


def at(seconds: int) -> int:
    return START + seconds


@pytest.mark.parametrize(
    ("known", "after", "expected"),
    [
        # Polls come through: whatever the hour, it is not blind.
        (health(last_poll_at=at(8 * HOUR)), 8 * HOUR + 30, Hearing(POLLING, at(8 * HOUR))),
        (health(last_poll_at=at(50), last_event_at=at(40)), 60, Hearing(WEBHOOK, at(50))),
        (health(last_poll_at=at(50), last_event_at=at(40), polled_news_at=at(45)), 60, Hearing(POLLING, at(50))),
        (health("", last_poll_at=at(50), last_event_at=at(40)), 60, Hearing(POLLING, at(50))),
        (health(OTHER_DESK, last_poll_at=at(50), last_event_at=at(40)), 60, Hearing(WEBHOOK, at(50))),
        # Polls fail, but events are delivered.
        (health(last_poll_at=at(50), last_event_at=at(HOUR)), HOUR + 59, Hearing(WEBHOOK, at(HOUR))),
        # Neither.
        (health(last_poll_at=at(50), last_event_at=at(HOUR)), HOUR + 61, Hearing(BLIND, at(HOUR))),
        (health(OTHER_DESK, last_poll_at=at(50)), HOUR, Hearing(BLIND, at(50))),
        # Just started: nothing was heard yet, and two rounds of polling may pass.
        (health(STARTING), 5, Hearing(POLLING, 0)),
        (health(), 60, Hearing(POLLING, 0)),
        (health(), 61, Hearing(BLIND, START)),
        # What the store remembers of yesterday does not make a desk blind that starts this morning.
        (health(last_poll_at=at(-15 * HOUR)), 10, Hearing(POLLING, at(-15 * HOUR))),
        (health(last_poll_at=at(-15 * HOUR)), 100, Hearing(BLIND, at(-15 * HOUR))),
    ],
)
def test_with_polling(known: Health, after: int, expected: Hearing) -> None:
    assert hearing(known, at(after), 30) == expected


@pytest.mark.parametrize(
    ("known", "expected"),
    [
        (health(last_event_at=at(40)), Hearing(WEBHOOK, at(40))),
        (health(), Hearing(WEBHOOK, 0)),
        (health(OTHER_DESK), Hearing(WEBHOOK, 0)),
        (health("", last_event_at=at(40)), Hearing(BLIND, at(40))),
        (health("", last_event_at=0), Hearing(BLIND, START)),
        (health(last_event_at=at(40), refused_in_row=3), Hearing(BLIND, at(40))),
        (health(webhook_secret_missing=True), Hearing(BLIND, START)),
    ],
)
def test_without_polling_only_who_could_not_hear_is_blind(known: Health, expected: Hearing) -> None:
    assert hearing(known, at(12 * HOUR), 0) == expected


@pytest.mark.parametrize(("poll_seconds", "patience"), [(5, 60), (30, 60), (300, 600)])
def test_two_rounds_may_pass_and_a_minute_at_least(poll_seconds: int, patience: int) -> None:
    known = health(last_poll_at=at(0))
    assert hearing(known, at(patience), poll_seconds).by == POLLING
    assert hearing(known, at(patience + 1), poll_seconds).by == BLIND
