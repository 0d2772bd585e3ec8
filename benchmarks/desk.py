"""The desk on a thousand and on a million bookings, through a terminal: start, keys, memory.

Beside it, started in turn with it: a bare Textual app that imports aiohttp and stripe, one that only repeats what is
typed, and the same bookings in Textual's DataTable. Every answer is compared with the store's before its time counts.
"""

from __future__ import annotations

import argparse
from dataclasses import asdict
from pathlib import Path

from benchmarks import report, stats, stores
from benchmarks.desk_keys import BARE, FLOOR, Measured, Program, measure_start, publish_keys, today, use
from benchmarks.stats import Spread
from benchmarks.terminal import Size

SMALL, LARGE = 1_000, 1_000_000


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
    """All that is compared, by name; the apps without a store first."""
    small, large = ((folder / f"{count}.db") if folder else stores.kept_ours(count) for count in (SMALL, LARGE))
    desk, table = ("benchmarks.screens.desk",), "benchmarks.screens.table"
    found = (
        Program(BARE, 0, None, ("benchmarks.screens.bare",)),
        Program(FLOOR, 0, None, ("benchmarks.screens.floor",)),
        Program(f"desk, {SMALL:,}", SMALL, small, desk),
        Program(f"desk, {LARGE:,}", LARGE, large, desk),
        Program(f"DataTable, {SMALL:,}", SMALL, small, (table, str(small), str(SMALL), today())),
        Program(f"DataTable, {table_rows:,}", table_rows, large, (table, str(large), str(table_rows), today())),
    )
    return {program.name: program for program in found}


def measure(compared: dict[str, Program], rounds: int, size: Size, parts: set[str]) -> dict[str, Measured]:
    measured = {name: Measured() for name in compared}
    for name, program in compared.items():
        if name != BARE and "keys" in parts:
            measured[name] = use(program, size)
    for _ in range(rounds if "start" in parts else 0):
        for name, program in compared.items():
            if name != FLOOR:
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
    if any(done.keys_ms for done in measured.values()):
        publish_keys(measured, f"desk, {LARGE:,}")
    bare = measured.get(BARE)
    if bare is None or not bare.starts_ms:
        return
    header = [f"start at {size}", "first rows", "over the bare app", "memory", "after use"]
    rows = [start_row(name, done, bare) for name, done in measured.items() if done.starts_ms]
    report.publish("desk", header, rows, details)
    large, small = measured.get(f"desk, {LARGE:,}"), measured.get(f"desk, {SMALL:,}")
    if large and small:
        print(f"a million over a thousand: {ratio(large, small).text(2, 'x')}")


def ratio(one: Measured, other: Measured) -> Spread:
    return stats.ratios(one.starts_ms, other.starts_ms)


if __name__ == "__main__":
    main()
