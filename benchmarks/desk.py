"""The desk on a thousand and on a million bookings, through a terminal: start, keys, memory.

Beside it, started in turn with it: a bare Textual app that imports aiohttp and stripe, and the same bookings in
Textual's DataTable. Every answer is compared with the store's before its time counts.
"""

from __future__ import annotations

import argparse
import sqlite3
import sys
from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryDirectory

from benchmarks import desk_steps, ours, processes, report, stats, stores
from benchmarks.desk_steps import DOWN, END, HOME, PAGE_DOWN, PAGE_UP, Book, Step
from benchmarks.stats import Spread
from benchmarks.terminal import Size, Terminal
from travello_desk.store.browse import view_source

SMALL, LARGE = 1_000, 1_000_000
JWT_SECRET = "benchmark-secret-of-more-than-32-bytes"
WEBHOOK_SECRET = "whsec_benchmark"
CALM_SECONDS = 1.5
Times = dict[str, list[float]]


@dataclass(frozen=True, slots=True)
class Program:
    """One of the programs that are compared. `rows` is how many bookings it shows."""

    name: str
    rows: int
    database: Path | None
    words: tuple[str, ...]


@dataclass(slots=True)
class Measured:
    """What was seen of a program: starts and keys in milliseconds, memory in MB."""

    starts_ms: list[float] = field(default_factory=list)
    keys_ms: Times = field(default_factory=dict)
    idle_mb: float = 0.0
    used_mb: float = 0.0


def today() -> str:
    return datetime.now(UTC).date().isoformat()


def environment(database: Path) -> dict[str, str]:
    env = ours.environment(database, WEBHOOK_SECRET, JWT_SECRET, processes.free_port())
    return {**env, "HOTEL_TIMEZONE": "UTC", "BUSINESS_DAY_CHANGE_HOUR": "0"}


@contextmanager
def started(program: Program, size: Size) -> Iterator[Terminal]:
    env = environment(program.database) if program.database else {"PYTHONPATH": str(ours.ROOT)}
    with TemporaryDirectory() as folder:
        terminal = Terminal([sys.executable, "-m", *program.words], env, Path(folder), size)
        try:
            yield terminal
        finally:
            terminal.close()


def first_rows(program: Program) -> Callable[[Sequence[str]], bool]:
    """The list's title with a booking below it; for the bare app its one line."""
    if program.database is None:
        return lambda lines: desk_steps.line_with(lines, "STATUS ready") >= 0
    return lambda lines: "TD-" in desk_steps.first_row(lines)


def measure_start(program: Program, size: Size) -> float:
    with started(program, size) as terminal:
        return (terminal.wait(first_rows(program)) - terminal.started_at) * 1000


def pages(rows: int) -> int:
    """So many pages that the end is not reached: there a key changes nothing."""
    return min(desk_steps.PAGES, rows // 60)


def take(terminal: Terminal, step: Step, times: Times) -> None:
    pressed_at = terminal.press(step.keys)
    if not step.counted:  # may change nothing on the screen
        return terminal.settle(0.3, 2.0)
    took = (terminal.wait(step.shown) - pressed_at) * 1000
    times[step.group].append(took)


def navigate(terminal: Terminal, book: Book, rows: int, times: Times) -> None:
    """Through the view of all bookings, from its top to its end and back."""
    source = view_source("all", book.day_on)
    keys = (("PgDn", PAGE_DOWN, pages(rows)), ("Down", DOWN, desk_steps.LINES), ("End", END, 1))
    back = (("PgUp", PAGE_UP, pages(rows) // 4), ("Home", HOME, 1))
    for name, key, count in (*keys, *back, keys[2], back[1]):
        for _ in range(count):
            take(terminal, Step(name, key, desk_steps.moved(book, source, terminal.lines)), times)


def forget(database: Path) -> None:
    """The desk remembers each clerk's sorting: a run before this one would change what is on the screen."""
    with closing(sqlite3.connect(database, timeout=30)) as connection, connection:
        connection.execute("DELETE FROM settings WHERE name LIKE 'desk:%'")


def use_desk(program: Program, book: Book, size: Size) -> Measured:
    """Everything a clerk presses who looks for bookings, once through."""
    done, times = Measured(), defaultdict(list)
    if program.database:
        forget(program.database)
    with started(program, size) as terminal:
        terminal.wait(first_rows(program))
        terminal.settle(CALM_SECONDS, CALM_SECONDS)
        done.idle_mb = terminal.resident_mb
        for step in desk_steps.view_steps(book):
            take(terminal, step, times)
        navigate(terminal, book, program.rows, times)
        for step in desk_steps.searches(book, lambda lines: f"of {program.rows:,}" in "\n".join(lines)):
            take(terminal, step, times)
        done.used_mb = terminal.resident_mb
    done.keys_ms = dict(times)
    return done


def use_table(program: Program, book: Book, size: Size) -> Measured:
    """The same for DataTable: what it can do of it, so many searches that a run ends."""
    done, times = Measured(), defaultdict(list)
    with started(program, size) as terminal:
        terminal.wait(first_rows(program))
        done.idle_mb = terminal.resident_mb
        source = view_source("all", book.day_on)
        for name, key, count in (("PgDn", PAGE_DOWN, pages(program.rows)), ("Down", DOWN, desk_steps.LINES)):
            for _ in range(count):
                take(terminal, Step(name, key, desk_steps.moved(book, source, terminal.lines)), times)
        terminal.press("/")
        terminal.settle(0.3, 2.0)
        for end in range(1, 5):
            take(terminal, desk_steps.search_step(book, "search: name", "khan"[end - 1], "khan"[:end]), times)
        for _ in range(3):
            terminal.press("\x7f")
        rows = f"of {program.rows:,}"
        terminal.settle(1.0, 60)
        take(terminal, Step("search: cleared", "\x7f", lambda lines: rows in "\n".join(lines)), times)
        done.used_mb = terminal.resident_mb
    done.keys_ms = dict(times)
    return done


def searching(times: Times) -> Times:
    """All that was typed into the search box, together."""
    together = [took for group, taken in times.items() if group.startswith("search:") for took in taken]
    return {"search, every key": together} if together else {}


def key_row(name: str, taken: Sequence[float]) -> list[str]:
    ordered = sorted(taken)
    shown = [f"{stats.percentile(ordered, percent):.0f} ms" for percent in (50, 95, 100)]
    return [name, str(len(ordered)), *shown]


def start_row(name: str, done: Measured, bare: Measured) -> list[str]:
    ratio = stats.ratios(done.starts_ms, bare.starts_ms).text(2, "x")
    return [
        name,
        stats.spread(done.starts_ms).text(0, " ms"),
        ratio,
        f"{done.idle_mb:.0f} MB",
        f"{done.used_mb:.0f} MB",
    ]


def programs(folder: Path | None, table_rows: int) -> dict[str, Program]:
    """All that is compared, by name; the bare app first."""
    small, large = ((folder / f"{count}.db") if folder else stores.kept_ours(count) for count in (SMALL, LARGE))
    desk, table = ("benchmarks.screens.desk",), "benchmarks.screens.table"
    found = (
        Program("bare app", 0, None, ("benchmarks.screens.bare",)),
        Program(f"desk, {SMALL:,}", SMALL, small, desk),
        Program(f"desk, {LARGE:,}", LARGE, large, desk),
        Program(f"DataTable, {SMALL:,}", SMALL, small, (table, str(small), str(SMALL), today())),
        Program(f"DataTable, {table_rows:,}", table_rows, large, (table, str(large), str(table_rows), today())),
    )
    return {program.name: program for program in found}


def measure(compared: dict[str, Program], rounds: int, size: Size, parts: set[str]) -> dict[str, Measured]:
    measured = {name: Measured() for name in compared}
    for program in compared.values():
        if program.database and "keys" in parts:
            book = Book.open(program.database, datetime.now(UTC).date())
            use = use_desk if program.name.startswith("desk") else use_table
            measured[program.name] = use(program, book, size)
    for _ in range(rounds if "start" in parts else 0):
        for name, program in compared.items():
            measured[name].starts_ms.append(measure_start(program, size))
    return measured


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--size", type=Size.parse, default=Size(120, 34), help="of the terminal, for example 80x24")
    parser.add_argument("--rounds", type=int, default=7, help="starts of each program")
    parser.add_argument("--table-rows", type=int, default=20_000, help="DataTable is not asked for a million")
    parser.add_argument("--stores", type=Path, help="a folder with 1000.db and 1000000.db made before by make_store")
    parser.add_argument("--only", choices=("start", "keys"), help="a part of the run")
    parser.add_argument("--programs", default="", help="some names, split by `; `, for example `desk, 1,000; bare app`")
    options = parser.parse_args()
    parts = {options.only} if options.only else {"start", "keys"}
    compared = {
        n: p
        for n, p in programs(options.stores, options.table_rows).items()
        if not options.programs or n in options.programs.split("; ")
    }
    measured = measure(compared, options.rounds, options.size, parts)
    publish(measured, str(options.size))


def publish(measured: dict[str, Measured], size: str) -> None:
    details = {"size": size, "measured": {name: asdict(done) for name, done in measured.items()}}
    rows = [
        key_row(f"{name}: {group}", taken)
        for name, done in measured.items()
        for group, taken in {**done.keys_ms, **searching(done.keys_ms)}.items()
    ]
    if rows:
        print(stats.markdown_table(["key", "pressed", "median", "p95", "slowest"], rows), end="\n\n")
    bare = measured.get("bare app")
    if bare is None or not bare.starts_ms:
        for name, done in measured.items():
            print(f"{name}: {done.idle_mb:.0f} MB after start, {done.used_mb:.0f} MB after use")
        return
    header = [f"start at {size}", "first rows", "over the bare app", "memory", "after use"]
    report.publish("desk", header, [start_row(name, done, bare) for name, done in measured.items()], details)
    large, small = measured.get(f"desk, {LARGE:,}"), measured.get(f"desk, {SMALL:,}")
    if large and small:
        print(f"a million over a thousand: {ratio(large, small).text(2, 'x')}")


def ratio(one: Measured, other: Measured) -> Spread:
    return stats.ratios(one.starts_ms, other.starts_ms)


if __name__ == "__main__":
    main()
