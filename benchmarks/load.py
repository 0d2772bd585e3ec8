"""The load generator: a process of its own that reads a job, sends its requests, and prints what it saw.

`python -m benchmarks.load < job.json`, where the job has `host`, `port` and either `targets` with `secret`, `run` and
`created_at` (webhooks) or `token` and `count` (that many status requests for random ids up to `bookings`). They are
sent over `connections`, each as soon as the last answer came, or `per_second`, whether answers come or not.
"""

from __future__ import annotations

import json
import random
import subprocess
import sys
import time
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from benchmarks import client, events, paced, stats

CONNECTIONS = 32
ROOT = Path(__file__).parent.parent
SCATTER_SEED = 20261120


@dataclass(frozen=True, slots=True)
class Load:
    """What one run of the generator measured. Latencies are milliseconds."""

    requests: int
    seconds: float
    per_second: float
    p50_ms: float
    p95_ms: float
    p99_ms: float
    max_ms: float
    statuses: dict[str, int]
    bad_answers: list[str]


def build(job: dict[str, Any]) -> list[bytes]:
    """All requests of a job, made and signed before the clock starts (well within Stripe's 300 seconds)."""
    host = f"{job['host']}:{job['port']}"
    scatter = random.Random(SCATTER_SEED)
    if "targets" in job:
        targets = [events.Target(**row) for row in job["targets"]]
        scatter.shuffle(targets)  # guests do not pay in the order of the booking ids
        now = int(time.time())
        return events.webhook_requests(targets, job["secret"], job["run"], job["created_at"], now, host)
    bookings = (scatter.randint(1, job["bookings"]) for _ in range(job["count"]))
    return [events.status_request(booking, job["token"], host) for booking in bookings]


def measure(job: dict[str, Any]) -> Load:
    requests = build(job)
    address = (job["host"], job["port"])
    if rate := job.get("per_second"):
        outcome = paced.Paced(address, requests, rate).run()
    else:
        outcome = client.Client(address, requests, job["connections"]).run()
    milliseconds = sorted(seconds * 1000 for seconds in outcome.latencies)
    return Load(
        requests=len(requests),
        seconds=outcome.seconds,
        per_second=len(requests) / outcome.seconds,
        p50_ms=stats.percentile(milliseconds, 50),
        p95_ms=stats.percentile(milliseconds, 95),
        p99_ms=stats.percentile(milliseconds, 99),
        max_ms=milliseconds[-1],
        statuses={str(status): count for status, count in outcome.statuses.items()},
        bad_answers=outcome.bad_answers,
    )


def run_in_own_process(job: dict[str, Any]) -> Load:
    """Starts the generator with a job and waits for it. Raises when any answer was not 200."""
    return finish(begin(job))


def begin(job: dict[str, Any]) -> subprocess.Popen[str]:
    """The generator at work, for whoever has something else to do meanwhile; `finish` tells what it saw."""
    command = [sys.executable, "-m", "benchmarks.load"]
    process = subprocess.Popen(
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, cwd=ROOT
    )
    assert process.stdin is not None
    process.stdin.write(json.dumps(job))
    process.stdin.close()
    process.stdin = None
    return process


def finish(process: subprocess.Popen[str]) -> Load:
    """What it saw. Raises when any answer was not 200."""
    out, errors = process.communicate()
    if process.returncode != 0:
        raise RuntimeError(f"the load generator failed:\n{errors}")
    load = Load(**json.loads(out))
    if set(load.statuses) != {"200"}:
        raise RuntimeError(f"answers other than 200: {load.statuses}\n" + "\n".join(load.bad_answers))
    return load


def main() -> None:
    json.dump(asdict(measure(json.load(sys.stdin))), sys.stdout)


if __name__ == "__main__":
    main()
