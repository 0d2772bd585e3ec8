"""Work that nobody presses a key for: done by whichever instance holds the lease, and taken over within a minute."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import secrets
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from functools import partial

from travello_desk.operations.context import Context
from travello_desk.operations.poll import polled_at
from travello_desk.operations.resume import resume
from travello_desk.store import leases
from travello_desk.store.database import keep_setting
from travello_desk.store.errors import StoreError
from travello_desk.store.tx import Tx

LEASE = "background"
RENEW_SECONDS = 15.0
# While the store cannot be written it is tried this often, with something that needs room.
PROBE_SECONDS = 2.0
PROBE_BYTES = 8192
RESUME_SECONDS = 60
# An intention younger than this may still be under way in the process that made it.
RESUME_AGE_SECONDS = 30
log = logging.getLogger(__name__)


@dataclass(slots=True)
class Job:
    """Something to do every so often while the lease is held. `every_seconds` 0: never.

    `everywhere`: in every instance, lease or not, because what it learns is kept in memory.
    """

    name: str
    every_seconds: float
    run: Callable[[], Awaitable[object]]
    due_at: float = 0.0
    first_seconds: float = 0.0
    """So long after the start it is done for the first time."""
    everywhere: bool = False


class Background:
    """The lease and its jobs, in one task. A job that fails is logged and tried at its next time."""

    def __init__(self, ctx: Context, jobs: list[Job] | None = None) -> None:
        self.ctx = ctx
        self.holder = secrets.token_hex(8)
        self.jobs = [Job("resume", RESUME_SECONDS, self._resume), *(jobs or [])]
        self._task: asyncio.Task[None] | None = None
        self._wake = asyncio.Event()
        self._renewed_at = 0.0
        """When the lease was last asked for (unix seconds), or 0: ask at once."""

    def start(self) -> None:
        now = asyncio.get_running_loop().time()
        for job in self.jobs:
            job.due_at = now + job.first_seconds if job.first_seconds else job.due_at
        self._task = asyncio.create_task(self._run(), name="background")

    def nudge(self, name: str) -> None:
        """Do this job as soon as possible: new mail waits, a link must be switched off."""
        for job in self.jobs:
            if job.name == name:
                job.due_at = 0.0
        self._wake.set()

    async def close(self) -> None:
        """Stop and give the lease back, so that another desk takes over at once."""
        if self._task is None:
            return
        self._task.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await self._task
        self._task = None
        if self.ctx.health.lease_holder:
            with contextlib.suppress(StoreError):
                await self.ctx.store.write(lambda tx: leases.release(tx, LEASE, self.holder))

    async def _run(self) -> None:
        await self._start_up()
        while True:
            if self._fresh_seconds() <= 0:
                await self._renew()
            await self._run_due()
            await self._sleep()

    async def _start_up(self) -> None:
        """What a crash left open is finished first, whatever its age; it is safe beside another instance."""
        try:
            done = await resume(self.ctx)
        except StoreError as error:
            log.warning("resuming at start failed: %s", error)
            return
        self.ctx.health.caught_up = done.sentence

    def _fresh_seconds(self) -> float:
        """How long the lease need not be asked for: it lasts three times as long, so not for every mail that waits. A
        clock that was set back knows nothing of its age."""
        age = self.ctx.clock() - self._renewed_at
        return RENEW_SECONDS - age if age >= 0 and not self.ctx.health.store_fault else 0.0

    async def _renew(self) -> None:
        health = self.ctx.health
        self._renewed_at = self.ctx.clock()
        try:
            health.lease_holder = await self.ctx.store.write(partial(self._hold, probe=bool(health.store_fault)))
            if not health.lease_holder:
                health.polled_elsewhere(await self.ctx.store.read(polled_at))
        except StoreError:
            health.lease_holder, self._renewed_at = False, 0.0

    def _hold(self, tx: Tx, probe: bool) -> bool:
        """Renew the lease; after a fault also find out whether there is room to write again."""
        if probe:
            keep_setting(tx, "probe", "x" * PROBE_BYTES)
            tx.execute("DELETE FROM settings WHERE name = 'probe'")
        return leases.hold(tx, LEASE, self.holder)

    def _mine(self) -> list[Job]:
        """The jobs that this instance does now."""
        held = self.ctx.health.lease_holder
        return [job for job in self.jobs if job.every_seconds > 0 and (held or job.everywhere)]

    async def _run_due(self) -> None:
        now = asyncio.get_running_loop().time()
        for job in self._mine():
            if job.due_at > now:
                continue
            job.due_at = now + job.every_seconds
            try:
                await job.run()
            except Exception:  # one job's bug must not stop the others nor the lease
                log.exception("background job %s failed", job.name)

    async def _sleep(self) -> None:
        now = asyncio.get_running_loop().time()
        longest = PROBE_SECONDS if self.ctx.health.store_fault else self._fresh_seconds()
        next_due = min((job.due_at for job in self._mine()), default=now + longest)
        self._wake.clear()
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(self._wake.wait(), max(0.05, min(longest, next_due - now)))

    async def _resume(self) -> None:
        done = await resume(self.ctx, older_than_seconds=RESUME_AGE_SECONDS)
        if done.sentence:
            self.ctx.health.caught_up = done.sentence
