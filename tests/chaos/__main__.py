"""`python -m tests.chaos`: live seeds, and say which command repeats one that failed.

A seed decides the whole story; which process is how far at what moment is the machine's. A seed that failed once in
many runs is repeated with `--times`.
"""

from __future__ import annotations

import argparse
import asyncio
import sys
from collections import Counter
from collections.abc import AsyncIterator, Iterable

from tests.chaos.processes import Nursery
from tests.chaos.simulation import Verdict, simulate

AT_ONCE = 3


def main() -> None:
    """Exit code 1 when any seed failed."""
    parser = argparse.ArgumentParser(prog="python -m tests.chaos", description=__doc__)
    parser.add_argument("--seed", type=int, help="live this one seed and tell its diary")
    parser.add_argument("--seeds", type=int, default=100, help="how many seeds")
    parser.add_argument("--first", type=int, default=1, help="the first of them")
    parser.add_argument("--times", type=int, default=1, help="live each that often")
    parser.add_argument("--at-once", type=int, default=AT_ONCE, help="how many at the same time")
    parser.add_argument("--exec", action="store_true", help="start every process from nothing, not by fork")
    parser.add_argument("--keep", action="store_true", help="leave the folders behind")
    told = parser.parse_args()
    seeds = [told.seed] if told.seed is not None else range(told.first, told.first + told.seeds)
    again = [seed for seed in seeds for _ in range(told.times)]
    failed = asyncio.run(live(again, told, diary=told.seed is not None))
    print(f"{len(again)} lives, {failed} failed")
    sys.exit(1 if failed else 0)


async def live(seeds: Iterable[int], told: argparse.Namespace, *, diary: bool) -> int:
    failed, counts = 0, Counter[str]()
    async for verdict in verdicts(seeds, told.at_once, exec_=told.exec, keep=told.keep):
        failed += bool(verdict.complaints)
        counts += verdict.counts
        if diary or verdict.complaints:
            print("\n".join(line[:300] for line in verdict.diary))
        report(verdict)
    print(", ".join(f"{count} {what}" for what, count in counts.items()))
    return failed


def report(verdict: Verdict) -> None:
    print(f"seed {verdict.seed}: {'FAILED' if verdict.complaints else 'ok'} in {verdict.seconds:.1f} s", flush=True)
    for complaint in verdict.complaints:
        print(f"    {complaint}")
    if verdict.complaints:
        print(f"    repeat: {verdict.command}", flush=True)


async def verdicts(
    seeds: Iterable[int], at_once: int = AT_ONCE, *, exec_: bool = False, keep: bool = False
) -> AsyncIterator[Verdict]:
    """Live the seeds, some at the same time; each verdict as it is reached."""
    turnstile = asyncio.Semaphore(at_once)

    async def one(seed: int) -> Verdict:
        async with turnstile:
            return await simulate(seed, nursery, keep=keep)

    async with Nursery(exec_=exec_) as nursery:
        for done in asyncio.as_completed([one(seed) for seed in seeds]):
            yield await done


if __name__ == "__main__":
    main()
