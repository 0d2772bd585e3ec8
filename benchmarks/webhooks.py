"""Webhooks against the Django peer: new events, duplicates, latency, and our share of SQLite's own limit.

Rounds are interleaved (peer, ours, peer, ours, ...), ours with the bookings screen in a terminal of its own; while one
is measured the other stands still. Every answer must be 200, and after each round all that was paid must be PAID.
"""

from __future__ import annotations

import argparse
import random
import subprocess
import time
from collections.abc import Callable, Sequence
from contextlib import ExitStack
from dataclasses import asdict, dataclass, field
from pathlib import Path

from benchmarks import load, ours, peer, processes, raw_sqlite, report, stats, stores
from benchmarks.events import Target
from benchmarks.stats import Spread

WEBHOOK_SECRET = "whsec_benchmark"
JWT_SECRET = "benchmark-secret-of-more-than-32-bytes"
WARM_UP = 300
RAW_PER_COMMIT = 32
SHUFFLE_SEED = 7

Check = Callable[[Path, Sequence[Target], int], None]


@dataclass(slots=True)
class Side:
    """One of the two servers: what is left to be paid in its store, and what was measured."""

    port: int
    database: Path
    check: Check
    per_round: int
    waiting: list[Target]
    process: subprocess.Popen[bytes]
    sent: int = 0
    new: list[load.Load] = field(default_factory=list)
    again: list[load.Load] = field(default_factory=list)

    def take(self, count: int) -> list[Target]:
        if count > len(self.waiting):
            raise SystemExit("the store has too few open bookings for so many rounds: use a larger one")
        taken, self.waiting = self.waiting[:count], self.waiting[count:]
        self.sent += count
        return taken


def job(side: Side, part: Sequence[Target], run: str) -> dict[str, object]:
    return {
        "host": processes.HOST,
        "port": side.port,
        "connections": load.CONNECTIONS,
        "targets": [asdict(target) for target in part],
        "secret": WEBHOOK_SECRET,
        "run": run,
        "created_at": int(time.time()),
    }


def play(side: Side, run: str) -> None:
    """One round: new events, the same ones again, and a look into the store."""
    part = side.take(side.per_round)
    once = job(side, part, run)
    side.new.append(load.run_in_own_process(once))
    side.again.append(load.run_in_own_process(once))
    side.check(side.database, part, side.sent)


def warm_up(side: Side) -> None:
    load.run_in_own_process(job(side, side.take(WARM_UP), "w"))


def measure(options: argparse.Namespace, pair: stores.Pair) -> tuple[Side, Side]:
    targets = ours.targets(pair.ours)
    random.Random(SHUFFLE_SEED).shuffle(targets)
    logs = pair.peers.parent / "gunicorn.log"
    with ExitStack() as stack:
        them = stack.enter_context(peer.running(pair.peers, WEBHOOK_SECRET, JWT_SECRET, logs, options.workers))
        we = stack.enter_context(ours.running(pair.ours, WEBHOOK_SECRET, JWT_SECRET, options.how))
        theirs = Side(them.port, them.database, peer.check, options.peer_events, list(targets), them.process)
        mine = Side(we.port, we.database, ours.check, options.events, list(targets), we.process)
        warm_up(theirs)
        warm_up(mine)
        for number in range(options.rounds):
            with processes.resting(mine.process):
                play(theirs, f"p{number}")
            with processes.resting(theirs.process):
                play(mine, f"o{number}")
    return mine, theirs


def rates(loads: Sequence[load.Load]) -> list[float]:
    return [each.per_second for each in loads]


def latency(loads: Sequence[load.Load], name: str) -> Spread:
    return stats.spread(getattr(each, name) for each in loads)


def table_rows(mine: Side, theirs: Side, raw: Sequence[dict[int, float]]) -> list[list[str]]:
    share = stats.spread(100 * rate / statistics_of(raw) for rate in rates(mine.new))
    return [
        rate_row("new events", mine.new, theirs.new),
        rate_row("duplicates", mine.again, theirs.again),
        latency_row("new events, p50", mine.new, theirs.new, "p50_ms"),
        latency_row("new events, p99", mine.new, theirs.new, "p99_ms"),
        latency_row("new events, slowest", mine.new, theirs.new, "max_ms"),
        [f"share of SQLite's limit at {RAW_PER_COMMIT} a commit", share.text(0, " %"), "", ""],
    ]


def statistics_of(raw: Sequence[dict[int, float]]) -> float:
    return stats.spread(each[RAW_PER_COMMIT] for each in raw).median


def rate_row(name: str, mine: Sequence[load.Load], theirs: Sequence[load.Load]) -> list[str]:
    ratio = stats.ratios(rates(mine), rates(theirs))
    return [
        name,
        stats.spread(rates(mine)).text(0, "/s"),
        stats.spread(rates(theirs)).text(0, "/s"),
        ratio.text(1, "x"),
    ]


def latency_row(name: str, mine: Sequence[load.Load], theirs: Sequence[load.Load], field_name: str) -> list[str]:
    return [name, latency(mine, field_name).text(1, " ms"), latency(theirs, field_name).text(1, " ms"), ""]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--bookings", type=int, default=50_000)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--events", type=int, default=4_000, help="new events a round for us")
    parser.add_argument("--peer-events", type=int, default=600, help="new events a round for the peer")
    parser.add_argument("--how", choices=sorted(ours.COMMANDS), default="desk")
    parser.add_argument("--workers", choices=sorted(peer.WORKER_CLASSES), default="sync")
    options = parser.parse_args()
    with stores.fresh(options.bookings) as pair:
        raw = raw_sqlite.measure(pair.ours, options.rounds)
    with stores.fresh(options.bookings) as pair:
        mine, theirs = measure(options, pair)
    details = {
        "options": vars(options),
        "ours": {"new": [asdict(each) for each in mine.new], "duplicates": [asdict(each) for each in mine.again]},
        "peer": {"new": [asdict(each) for each in theirs.new], "duplicates": [asdict(each) for each in theirs.again]},
        "raw_events_per_second": raw,
    }
    report.publish("webhooks", ["webhooks", "ours", "Django peer", "ratio"], table_rows(mine, theirs, raw), details)
    for per_commit in raw_sqlite.BATCHES:
        limit = stats.spread(each[per_commit] for each in raw)
        print(f"SQLite alone, {per_commit} events a commit: {limit.text(0, '/s')}")


if __name__ == "__main__":
    main()
