"""One program after the other in a terminal, and every key a clerk presses in it: milliseconds, and memory."""

from __future__ import annotations

import sqlite3
import sys
from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryDirectory

from benchmarks import desk_steps, ours, processes, stats
from benchmarks.desk_steps import DOWN, END, HOME, PAGE_DOWN, PAGE_UP, Book, Step
from benchmarks.terminal import Size, Terminal
from travello_desk.store import browse
from travello_desk.store.browse import view_source

JWT_SECRET = "benchmark-secret-of-more-than-32-bytes"
WEBHOOK_SECRET = "whsec_benchmark"
CALM_SECONDS = 1.5
NARROW = 100
BARE, FLOOR = "bare app", "floor app"
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
    """The list's title with a booking below it; for the apps without a list their one line."""
    if program.database is None:
        return desk_steps.contains("STATUS ready")
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


def open_details(terminal: Terminal, book: Book, times: Times) -> None:
    """Where there is room the pane follows the cursor; on a narrow screen Enter opens the booking and Esc leaves it."""
    source, narrow = view_source("all", book.day_on), len(terminal.lines[0]) < NARROW
    for _ in range(desk_steps.OPENED):
        shown = desk_steps.opened(book, source, terminal.lines)
        if narrow:
            terminal.press(DOWN)
            terminal.settle(0.3, 2.0)
            take(terminal, Step("detail opened", desk_steps.ENTER, shown), times)
            terminal.press(desk_steps.ESCAPE)
            terminal.settle(0.5, 2.0)
        else:
            take(terminal, Step("Down until the pane shows it", DOWN, shown), times)


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
        for step in desk_steps.sort_steps(book) if program.rows > browse.SMALL else ():  # a small view has more orders
            take(terminal, step, times)
        open_details(terminal, book, times)
        for step in desk_steps.searches(book, desk_steps.contains(f"of {program.rows:,}")):
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
            group = f"{desk_steps.LETTER}name"
            take(terminal, desk_steps.search_step(book, group, "khan"[end - 1], "khan"[:end]), times)
        shown = desk_steps.contains(f"of {program.rows:,}")
        take(terminal, Step(desk_steps.CLEARED, desk_steps.CLEAR, shown), times)
        done.used_mb = terminal.resident_mb
    done.keys_ms = dict(times)
    return done


def use_floor(program: Program, size: Size) -> Measured:
    done, times = Measured(), defaultdict(list)
    with started(program, size) as terminal:
        terminal.wait(first_rows(program))
        terminal.settle(0.5, 2.0)
        for step in desk_steps.floor_steps():
            take(terminal, step, times)
        done.used_mb = terminal.resident_mb
    done.keys_ms = dict(times)
    return done


def warm(database: Path) -> None:
    """Have the system hold the file in memory, as after a day of work: no disk is measured."""
    with database.open("rb") as file:
        while file.read(1 << 24):
            pass


def use(program: Program, size: Size) -> Measured:
    """Every key in the program it belongs to."""
    if program.database is None:
        return use_floor(program, size)
    warm(program.database)
    book = Book.open(program.database, datetime.now(UTC).date())
    return use_desk(program, book, size) if program.name.startswith("desk") else use_table(program, book, size)


# What is printed


def letters(times: Times) -> list[float]:
    """Every letter typed into the search box, whatever was searched for."""
    return [took for group, taken in times.items() if group.startswith(desk_steps.LETTER) for took in taken]


def key_row(name: str, taken: Sequence[float]) -> list[str]:
    ordered = sorted(taken)
    shown = [f"{stats.percentile(ordered, percent):.0f} ms" for percent in (50, 95, 100)]
    return [name, str(len(ordered)), *shown]


def key_rows(measured: dict[str, Measured]) -> list[list[str]]:
    return [
        key_row(f"{name}: {group}", taken)
        for name, done in measured.items()
        for group, taken in {**done.keys_ms, "every letter": letters(done.keys_ms)}.items()
        if taken
    ]


def over(ours_ms: Sequence[float], theirs_ms: Sequence[float], percent: float) -> str:
    """Their time over ours at a percentile."""
    return f"{stats.percentile(sorted(theirs_ms), percent) / stats.percentile(sorted(ours_ms), percent):.1f}x"


def against(desk: Measured, table: Measured) -> list[list[str]]:
    """DataTable's time over the desk's, for each kind of key that both know."""
    pairs = [(name, desk.keys_ms[name], taken) for name, taken in table.keys_ms.items() if name in desk.keys_ms]
    return [[name, over(mine, theirs, 50), over(mine, theirs, 95)] for name, mine, theirs in pairs]


def publish_keys(measured: dict[str, Measured], desk_name: str) -> None:
    print(stats.markdown_table(["key", "pressed", "median", "p95", "slowest"], key_rows(measured)), end="\n\n")
    desk = measured.get(desk_name)
    for name, done in measured.items():
        if name.startswith("DataTable") and done.keys_ms and desk and desk.keys_ms:
            print(stats.markdown_table([f"{name} over {desk_name}", "median", "p95"], against(desk, done)), end="\n\n")
    floor = measured.get(FLOOR)
    if floor and floor.keys_ms and desk and desk.keys_ms:
        ratio = over(letters(floor.keys_ms), letters(desk.keys_ms), 95)
        print(f"p95 of a letter, {desk_name} over the floor app: {ratio}\n")
    for name, done in measured.items():
        if done.used_mb:
            print(f"{name}: {done.idle_mb:.0f} MB after start, {done.used_mb:.0f} MB after all keys (VmRSS)")
