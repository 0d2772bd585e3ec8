"""The sandbox's time: things happen when they are due, in order, and never twice."""

from __future__ import annotations

import pytest
import stripe

from tests.sandbox.conftest import NOW, FakeTime, params
from travello_desk.sandbox import Chaos, Sandbox
from travello_desk.sandbox.clock import Clock, Schedule
from travello_desk.sandbox.delivery import Target


def test_due_things_run_once_in_order_and_ties_as_planned(time: FakeTime) -> None:
    schedule, ran = Schedule(Clock(time)), []
    for name, seconds in (("late", 30), ("first", 10), ("second", 10), ("never", 99)):
        schedule.after(seconds, lambda name=name: ran.append(name))
    assert schedule.run_due() == 0
    time.seconds += 30
    assert schedule.run_due() == 3
    assert ran == ["first", "second", "late"]
    assert schedule.run_due() == 0
    assert schedule.next_due_at() == NOW + 99


def test_what_runs_may_plan_more(time: FakeTime) -> None:
    schedule, ran = Schedule(Clock(time)), []
    schedule.after(5, lambda: schedule.after(0, lambda: ran.append("more")))
    time.seconds += 5
    assert schedule.run_due() == 2
    assert ran == ["more"]


def test_time_never_runs_back(time: FakeTime) -> None:
    with pytest.raises(ValueError, match="backwards"):
        Clock(time).advance(-1)


async def test_advancing_stops_at_every_due_moment(client: stripe.StripeClient, sandbox: Sandbox) -> None:
    """A card whose refund fails after 5 s, seen from a clock pushed by a day: each event at its own time."""
    session = await client.v1.checkout.sessions.create_async(params())
    await sandbox.pay(session.id, card="4000000000005126")
    await sandbox.refund_from_dashboard(sandbox.books.sessions[session.id]["payment_intent"])
    other = await client.v1.checkout.sessions.create_async(params())
    sandbox.advance(2 * 86400)
    created = {event["type"]: event["created"] for event in sandbox.books.events.values()}
    assert created["refund.failed"] == NOW + 5
    assert created["checkout.session.expired"] == NOW + 86400
    assert sandbox.books.sessions[other.id]["status"] == "expired"
    assert sandbox.world.clock.now() == NOW + 2 * 86400


def test_chaos_is_the_same_for_the_same_seed_and_keeps_its_odds() -> None:
    def run(seed: int) -> list[list[float]]:
        chaos = Chaos(seed, drop=0.2, duplicate=0.3, delay_seconds=2.0)
        return [list(chaos({}, Target("we_1", "http://127.0.0.1:9", "whsec"))) for _ in range(1000)]

    first = run(1)
    assert first == run(1) != run(2)
    assert 150 < sum(delays == [] for delays in first) < 250
    assert 200 < sum(len(delays) == 2 for delays in first) < 290
    assert all(0 <= delay <= 2 for delays in first for delay in delays)
