"""The status endpoint against the Django peer: requests a second at 1,000 and at 1,000,000 bookings.

The question is the one a hotel's web page asks: a bearer token and a booking. Bookings are asked for at random, so that
at a million the page cache is of as little help to us as to the peer.
"""

from __future__ import annotations

import argparse
import http.client
import json
import time
from collections.abc import Sequence
from contextlib import ExitStack
from dataclasses import asdict
from typing import Any

import jwt

from benchmarks import load, ours, peer, processes, report, stores
from benchmarks.webhooks import JWT_SECRET, WEBHOOK_SECRET, latency_row, rate_row

SIZES = (1_000, 1_000_000)
TOKEN_SECONDS = 3_600
WARM_UP = 500
COMPARED = 20
# What both must say of a booking that pays online, word for word.
SHARED = ("booking_id", "payment_status", "payment_required", "stripe_session_id", "amount", "currency")

Loads = list[load.Load]


def token() -> str:
    claims = {"user_id": 1, "is_staff": True, "exp": int(time.time()) + TOKEN_SECONDS}
    return jwt.encode(claims, JWT_SECRET, algorithm="HS256")


def ask(port: int, booking_id: int, bearer: str) -> dict[str, Any]:
    connection = http.client.HTTPConnection(processes.HOST, port)
    try:
        headers = {"Authorization": f"Bearer {bearer}"}
        connection.request("GET", f"/api/payments/booking/{booking_id}/status/", headers=headers)
        answer: dict[str, Any] = json.loads(connection.getresponse().read())
        return answer
    finally:
        connection.close()


def differences(one: dict[str, Any], other: dict[str, Any]) -> list[str]:
    return [f"{name}: {one.get(name)!r} and {other.get(name)!r}" for name in SHARED if one.get(name) != other.get(name)]


def compare(bookings: Sequence[int], our_port: int, peer_port: int, bearer: str) -> None:
    """Raises unless both answer alike: a faster wrong answer is no answer."""
    for booking_id in bookings:
        found = differences(ask(our_port, booking_id, bearer), ask(peer_port, booking_id, bearer))
        if found:
            raise RuntimeError(f"booking {booking_id} is not the same booking: {'; '.join(found)}")


def job(port: int, count: int, size: int, bearer: str) -> dict[str, object]:
    return {
        "host": processes.HOST,
        "port": port,
        "connections": load.CONNECTIONS,
        "bookings": size,
        "token": bearer,
        "count": count,
    }


def measure(size: int, options: argparse.Namespace) -> tuple[Loads, Loads]:
    """Our rounds and the peer's at one size, interleaved."""
    bearer = token()
    mine: Loads = []
    theirs: Loads = []
    with ExitStack() as stack:
        pair = stack.enter_context(stores.fresh(size))
        logs = pair.peers.parent / "gunicorn.log"
        them = stack.enter_context(peer.running(pair.peers, WEBHOOK_SECRET, JWT_SECRET, logs, options.workers))
        we = stack.enter_context(ours.running(pair.ours, WEBHOOK_SECRET, JWT_SECRET, options.how))
        online = [target.booking_id for target in ours.targets(pair.ours)[:COMPARED]]
        compare(online, we.port, them.port, bearer)
        for port in (them.port, we.port):
            load.run_in_own_process(job(port, WARM_UP, size, bearer))
        for _ in range(options.rounds):
            with processes.resting(we.process):
                theirs.append(load.run_in_own_process(job(them.port, options.peer_requests, size, bearer)))
            with processes.resting(them.process):
                mine.append(load.run_in_own_process(job(we.port, options.requests, size, bearer)))
    return mine, theirs


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--sizes", type=int, nargs="+", default=list(SIZES))
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--requests", type=int, default=10_000, help="requests a round for us")
    parser.add_argument("--peer-requests", type=int, default=2_000, help="requests a round for the peer")
    parser.add_argument("--how", choices=sorted(ours.COMMANDS), default="desk")
    parser.add_argument("--workers", choices=sorted(peer.WORKER_CLASSES), default="sync")
    options = parser.parse_args()
    rows, details = [], {}
    for size in options.sizes:
        mine, theirs = measure(size, options)
        rows.append(rate_row(f"status, {size:,} bookings", mine, theirs))
        rows.append(latency_row(f"status, {size:,} bookings, p99", mine, theirs, "p99_ms"))
        details[str(size)] = {"ours": [asdict(each) for each in mine], "peer": [asdict(each) for each in theirs]}
    report.publish("status", ["status", "ours", "Django peer", "ratio"], rows, details)


if __name__ == "__main__":
    main()
