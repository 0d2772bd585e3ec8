"""The desk while payments pour in: a person holds PgDn, or types, and signed events arrive from another process.

Two loads: so many webhooks a second for a while, and 500 in one second. Afterwards the store is asked whether every
event is there and every booking paid. Keys are counted from the moment they are pressed to their painted answer.
"""

from __future__ import annotations

import argparse
import os
import random
import shutil
import sqlite3
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

from benchmarks import desk_steps, load, ours, processes, report, stats, stores
from benchmarks.desk_keys import JWT_SECRET, WEBHOOK_SECRET, warm
from benchmarks.desk_steps import PAGE_DOWN
from benchmarks.events import Target
from benchmarks.load import Load
from benchmarks.terminal import Size, Terminal

REPEATS_A_SECOND = 30
TYPED = ("khan", "ayesha khan", "td-0000", "sana.malik", "müller", "+92300123")
BURST, BURST_AROUND_SECONDS = 500, 3.0
WARM_UP, SEED = 200, 11
START_SECONDS = 2.0
"""The load generator's own start: keys are held before it sends and after."""


@dataclass(slots=True)
class Phase:
    """One load with one person at the keys."""

    name: str
    keys_ms: list[float]
    events: Load | None = None


@dataclass(slots=True)
class Hotel:
    """The desk that is measured, and what may still be paid in its store."""

    terminal: Terminal
    database: Path
    port: int
    waiting: list[Target]
    sent: list[Target]

    def send(self, count: int, per_second: float) -> dict[str, object]:
        """A job for the load generator: so many bookings that nobody has paid yet."""
        taken, self.waiting = self.waiting[:count], self.waiting[count:]
        self.sent += taken
        return {
            "host": processes.HOST,
            "port": self.port,
            "targets": [asdict(target) for target in taken],
            "secret": WEBHOOK_SECRET,
            "run": f"u{int(time.time())}",
            "created_at": int(time.time()),
            "per_second": per_second,
        }


@contextmanager
def opened(database: Path, size: Size) -> Iterator[Hotel]:
    """The desk on its list of all bookings, with its listener."""
    port = processes.free_port()
    env = ours.environment(database, WEBHOOK_SECRET, JWT_SECRET, port)
    env |= {"HOTEL_TIMEZONE": "UTC", "BUSINESS_DAY_CHANGE_HOUR": "0"}
    targets = ours.targets(database)
    random.Random(SEED).shuffle(targets)
    terminal = Terminal([sys.executable, "-m", "benchmarks.screens.desk"], env, database.parent, size)
    try:
        terminal.wait(lambda lines: "TD-" in desk_steps.first_row(lines))
        terminal.settle(2.0, 5.0)
        terminal.press("6")
        terminal.wait(lambda lines: (desk_steps.place(lines) or (0, 0))[1] > len(targets))
        yield Hotel(terminal, database, port, targets, [])
    finally:
        terminal.close()


def hold_page_down(hotel: Hotel, seconds: float) -> list[float]:
    """PgDn held for so long: of each repeat how long it took until its row was reached on the screen."""
    terminal = hotel.terminal
    page = len(terminal.lines) - (desk_steps.line_with(terminal.lines, "STATUS ") + 1) - 2
    first = (desk_steps.place(terminal.lines) or (0, 0))[0]
    presses = [number / REPEATS_A_SECOND for number in range(int(seconds * REPEATS_A_SECOND))]
    screens = terminal.hold([(at, PAGE_DOWN) for at in presses], seconds + 1.0)
    reached = [
        (at, found[0]) for at, lines in screens if (found := desk_steps.place(lines)) and desk_steps.whole(lines)
    ]
    took = []
    for number, at in enumerate(presses):
        wanted = first + (number + 1) * page
        took.append((next((seen for seen, row in reached if row >= wanted), seconds + 1.0) - at) * 1000)
    return took


def type_searches(hotel: Hotel, seconds: float) -> list[float]:
    """Search after search, letter by letter, while bookings change: which text was answered, not which rows."""
    terminal, took, began_at = hotel.terminal, list[float](), time.perf_counter()
    terminal.press("/")
    terminal.settle(0.1, 0.3)
    while time.perf_counter() - began_at < seconds:
        for text in TYPED:
            for end in range(1, len(text) + 1):
                answered = desk_steps.answer_to(text[:end])
                pressed_at = terminal.press(text[end - 1])
                took.append((terminal.wait(answered) - pressed_at) * 1000)
            terminal.press(desk_steps.CLEAR)
            terminal.wait(lambda lines: not desk_steps.says(lines, desk_steps.ANSWER))
    terminal.press(desk_steps.ESCAPE)
    terminal.settle(0.3, 1.0)
    return took


def phases(hotel: Hotel, per_second: int, seconds: float) -> Iterator[Phase]:
    """Warmed up once; then without load, under it, and in a burst."""
    load.run_in_own_process(hotel.send(WARM_UP, per_second))
    yield Phase("PgDn held, no webhooks", hold_page_down(hotel, seconds))
    steady = int(per_second * (seconds + START_SECONDS))
    for name, person in (("PgDn held", hold_page_down), ("letters typed", type_searches)):
        work = load.begin(hotel.send(steady, per_second))
        time.sleep(START_SECONDS / 2)
        taken = person(hotel, seconds)
        yield Phase(f"{name}, {per_second} webhooks a second", taken, load.finish(work))
    work = load.begin(hotel.send(BURST, BURST))
    taken = hold_page_down(hotel, BURST_AROUND_SECONDS)
    yield Phase(f"PgDn held, {BURST} webhooks in one second", taken, load.finish(work))


def lost(database: Path, sent: Sequence[Target], before: int) -> tuple[int, int]:
    """Of the events sent so many are not stored, and so many of their bookings are not paid in full."""
    with closing(sqlite3.connect(database)) as connection:
        [(stored,)] = connection.execute("SELECT COUNT(*) FROM inbox WHERE outcome = 'applied'").fetchall()
        paid = "SELECT id FROM bookings WHERE status = 'PAID' AND balance_minor = 0"
        settled = {row[0] for row in connection.execute(paid)}
    return before + len(sent) - stored, len({target.booking_id for target in sent} - settled)


def row(phase: Phase) -> list[str]:
    ordered, events = sorted(phase.keys_ms), phase.events
    keys = [f"{stats.percentile(ordered, percent):.0f} ms" for percent in (50, 95, 100)]
    hooks = (
        [f"{events.p50_ms:.0f} ms", f"{events.p99_ms:.0f} ms", f"{events.max_ms:.0f} ms"] if events else ["", "", ""]
    )
    return [phase.name, str(len(ordered)), *keys, str(events.requests) if events else "", *hooks]


HEADER = ("load", "keys", "median", "p95", "slowest", "webhooks", "median", "p99", "slowest")


def run(source: Path, size: Size, per_second: int, seconds: float) -> None:
    with TemporaryDirectory(dir=source.parent) as folder:
        database = Path(shutil.copy(source, folder))
        os.sync()  # the copy is on the disk before anything is measured on it
        warm(database)
        with closing(sqlite3.connect(database)) as connection:
            before: int = connection.execute("SELECT COUNT(*) FROM inbox WHERE outcome = 'applied'").fetchone()[0]
        with opened(database, size) as hotel:
            done = list(phases(hotel, per_second, seconds))
            memory = hotel.terminal.resident_mb
        events, bookings = lost(database, hotel.sent, before)
    details = {"size": str(size), "phases": [asdict(phase) for phase in done], "lost": events, "unpaid": bookings}
    report.publish("under_load", HEADER, [row(phase) for phase in done], details)
    print(
        f"of {len(hotel.sent):,} events {events} lost, {bookings} bookings not paid; {memory:.0f} MB afterwards (VmRSS)"
    )
    if events or bookings:
        raise SystemExit(1)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--size", type=Size.parse, default=Size(120, 34), help="of the terminal")
    parser.add_argument("--bookings", type=int, default=1_000_000)
    parser.add_argument("--stores", type=Path, help="a folder with 1000000.db made before by make_store; it is copied")
    parser.add_argument("--per-second", type=int, default=200)
    parser.add_argument("--seconds", type=float, default=15.0, help="of each of the longer loads")
    options = parser.parse_args()
    name = f"{options.bookings}.db"
    source = options.stores / name if options.stores else stores.kept_ours(options.bookings)
    run(source, options.size, options.per_second, options.seconds)


if __name__ == "__main__":
    main()
