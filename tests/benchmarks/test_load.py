"""A job for the load generator becomes scattered, freshly signed requests."""

import time
from dataclasses import asdict
from typing import Any

from benchmarks import events, load

SECRET = "whsec_benchmark"


def webhook_job(count: int) -> dict[str, Any]:
    targets = [events.Target(n, f"uid{n:04d}", f"cs_{n:04d}", 100, "PKR", "app", "here") for n in range(count)]
    return {
        "host": "127.0.0.1",
        "port": 8000,
        "connections": 4,
        "targets": [asdict(target) for target in targets],
        "secret": SECRET,
        "run": "r1",
        "created_at": 1_800_000_000,
    }


def uids(requests: list[bytes]) -> list[bytes]:
    return [request.split(b'"payment_uid": "')[1][:7] for request in requests]


def test_one_request_for_each_target_in_scattered_order() -> None:
    order = uids(load.build(webhook_job(50)))
    assert len(set(order)) == 50
    assert order != sorted(order)


def test_a_repeated_job_is_the_same_events_in_the_same_order() -> None:
    bodies = [[r.split(b"\r\n\r\n", 1)[1] for r in load.build(webhook_job(20))] for _ in range(2)]
    assert bodies[0] == bodies[1]


def test_the_signature_is_made_now() -> None:
    [request] = load.build(webhook_job(1))
    signed_at = int(request.split(b"Stripe-Signature: t=")[1].split(b",")[0])
    assert 0 <= time.time() - signed_at < 60


def test_status_questions_are_spread_over_the_bookings() -> None:
    job = {"host": "h", "port": 1, "connections": 4, "bookings": 3, "token": "t.o.k", "count": 30}
    requests = load.build(job)
    assert len(requests) == 30
    assert len(set(requests)) == 3
    assert all(b"Authorization: Bearer t.o.k\r\n" in request for request in requests)
