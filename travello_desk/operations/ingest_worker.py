"""Hands events to the second writer (operations/ingest_process.py) while many come at once; one or two never start it.

Its answer means what ours means: durable. What it cannot answer for comes back as None and is done here, on the road
that knows every failure: a second writer that dies, hangs or meets a full disk loses nothing and tells nothing.
"""

from __future__ import annotations

import asyncio
import logging
import socket
import subprocess
import time
from collections.abc import Sequence
from typing import Any, Final, NamedTuple

from travello_desk import quick_json
from travello_desk.operations import beside, ingest_process
from travello_desk.operations.context import Context
from travello_desk.store.contract import Store
from travello_desk.store.errors import StoreUnavailable
from travello_desk.store.second_writer import sync_after

log = logging.getLogger(__name__)
MANY: Final = 20
"""Events within a second. Stripe tells of one payment in three or four."""
IDLE_SECONDS: Final = 60.0
"""Without a second of many events: the process is put away."""
REST_SECONDS: Final = 60.0
"""After it has failed, before another is started."""
MOST_WAITING: Final = 1_000
ANSWER_SECONDS: Final = 10.0
LOOK_SECONDS: Final = 1.0
FIRST_SECONDS: Final = 0.002
"""How long events wait for a transaction of the desk's own, before they look again."""


class Waiting(NamedTuple):
    """Somebody who waits for an answer, since when (monotonic seconds)."""

    answer: asyncio.Future[Taken | None]
    since: float


class Taken(NamedTuple):
    """An event that is durable: its outcome, and the PaymentIntent to ask Stripe about (operations/follow_up.py)."""

    outcome: str
    question: str


class Line(asyncio.Protocol):
    """The socket to one process. Events of one turn of the loop travel together."""

    def __init__(self, store: Store, process: subprocess.Popen[bytes]) -> None:
        self.process = process
        self.ready = False
        self.waiting: dict[int, Waiting] = {}
        self._ended: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._store = store
        self._number = 0
        self._leaving: list[bytes] = []
        self._buffer = bytearray()
        self._transport: Any = None

    async def lost(self, seconds: float) -> bool:
        """Wait so long for the line's end; whether it has come."""
        await asyncio.wait([self._ended], timeout=seconds)
        return self._ended.done()

    def waited_seconds(self) -> float:
        """How long the oldest event waits for its answer."""
        oldest = next(iter(self.waiting.values()), None)
        return time.monotonic() - oldest.since if oldest is not None else 0.0

    async def take(self, body: bytes, now: int) -> Taken | None:
        loop = asyncio.get_running_loop()
        self._number += 1
        answer: asyncio.Future[Taken | None] = loop.create_future()
        self.waiting[self._number] = Waiting(answer, time.monotonic())
        if not self._leaving:
            loop.call_soon(self._leave)
        self._leaving.append(beside.packed(ingest_process.HEAD.pack(self._number, now) + body))
        return await answer

    def _leave(self) -> None:
        """The desk's own transactions come first: while one is at work or waits, nothing is sent that could keep the
        store from it."""
        if self._store.writing and not self._ended.done():
            asyncio.get_running_loop().call_later(FIRST_SECONDS, self._leave)
            return
        messages, self._leaving = b"".join(self._leaving), []
        self._transport.write(messages)

    def close(self) -> None:
        """End the process's input, and so the process."""
        self.ready = False
        self._transport.close()

    # What asyncio calls

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = transport

    def data_received(self, data: bytes) -> None:
        self._buffer += data
        for message in beside.take_whole(self._buffer):
            self._told(ingest_process.Answers(*quick_json.loads(message)))

    def _told(self, answers: ingest_process.Answers) -> None:
        self.ready = True
        if answers.changed:
            self._store.committed_beside(set(answers.changed))
        for number, outcome, question in answers.done:
            self._answer(number, Taken(outcome, question))
        for number in answers.refused:
            self._answer(number, None)
        self._not_kept(answers.unsure)

    def _not_kept(self, numbers: Sequence[int]) -> None:
        """The disk has not said that it has them: whoever waits is told, and so is every screen."""
        if numbers:
            error = StoreUnavailable("the store could not write: the disk failed to keep what it was given")
            self._store.faults.felt([error])
        for number in numbers:
            self._answer(number, error)

    def _answer(self, number: int, taken: Taken | StoreUnavailable | None) -> None:
        waiting = self.waiting.pop(number, None)
        if waiting is None or waiting.answer.done():
            return
        if isinstance(taken, StoreUnavailable):
            waiting.answer.set_exception(taken)
        else:
            waiting.answer.set_result(taken)

    def connection_lost(self, error: Exception | None) -> None:
        self.ready = False
        if not self._ended.done():
            self._ended.set_result(None)

    async def let_go(self) -> None:
        """Whoever still waits is told None. What the process may have committed is made durable first: it counts as
        known."""
        file = self._store.file
        try:
            if file is not None:
                await asyncio.to_thread(sync_after, file)
        except OSError as error:
            log.error("what the second writer left cannot be made durable: %s", error.strerror)
            self._not_kept(list(self.waiting))
        for number in list(self.waiting):
            self._answer(number, None)


class IngestWorker:
    """The process and the line to it. Lives in the loop."""

    def __init__(self, ctx: Context) -> None:
        self._ctx = ctx
        self._second, self._count, self._many_at = 0, 0, 0.0
        self._starting: asyncio.Task[None] | None = None
        self._line: Line | None = None
        self._closed = False
        self.rest_until = 0.0

    @property
    def pid(self) -> int | None:
        """The process that takes events now, or None."""
        return self._line.process.pid if self._line is not None else None

    @property
    def ready(self) -> bool:
        return self._line is not None and self._line.ready

    @property
    def waiting(self) -> int:
        """Events it was given and has not answered for."""
        return len(self._line.waiting) if self._line is not None else 0

    async def take(self, body: bytes) -> Taken | None:
        """Store and apply one event in the second writer; None when it is to be done here. Raises StoreUnavailable."""
        self._heard()
        line, ctx = self._line, self._ctx
        if line is None or not line.ready or len(line.waiting) > MOST_WAITING or ctx.health.money_fault:
            return None
        return await line.take(body, int(ctx.clock()))

    def _heard(self) -> None:
        """Count the events of this second, and start the process when they are many."""
        now = time.monotonic()
        if int(now) != self._second:
            self._second, self._count = int(now), 0
        self._count += 1
        if self._count < MANY:
            return
        self._many_at = now
        idle = self._line is None and self._starting is None and not self._closed
        if idle and now >= self.rest_until and self._ctx.store.file:
            self._starting = asyncio.create_task(self._live())

    async def _live(self) -> None:
        """One process from its start to its end."""
        try:
            ours, theirs = socket.socketpair()
            try:
                process = await asyncio.to_thread(self._start, theirs)
            except OSError as error:
                ours.close()
                self._failed(f"cannot be started: {error.strerror}")
                return
            finally:
                theirs.close()
            await self._serve(ours, process)
        finally:
            self._starting = None

    def _failed(self, how: str) -> None:
        log.warning("the second writer %s", how)
        self.rest_until = time.monotonic() + REST_SECONDS

    async def _serve(self, sock: socket.socket, process: subprocess.Popen[bytes]) -> None:
        loop = asyncio.get_running_loop()
        _, line = await loop.create_connection(lambda: Line(self._ctx.store, process), sock=sock)
        self._line, self._many_at = line, time.monotonic()
        try:
            while not await line.lost(LOOK_SECONDS):
                if line.waited_seconds() > ANSWER_SECONDS:
                    log.warning("the second writer does not answer")
                    process.kill()
                elif not line.waiting and time.monotonic() - self._many_at > IDLE_SECONDS:
                    return
            if not self._closed:
                self._failed("has ended")
        finally:
            self._line = None
            line.close()
            await asyncio.to_thread(beside.end, process)
            await line.let_go()

    async def close(self) -> None:
        """End the process, if there is one; what it is still asked is answered here."""
        self._closed = True
        if self._line is not None:
            self._line.close()
        if self._starting is not None:
            await asyncio.wait([self._starting], timeout=2 * beside.END_SECONDS)

    def _start(self, stdin: socket.socket) -> subprocess.Popen[bytes]:
        mode = "live" if self._ctx.livemode else "test"
        path = str(self._ctx.store.file)
        name = ingest_process.__name__
        return beside.start(name, path, self._ctx.store.install, mode, stdin=stdin, stdout=subprocess.DEVNULL)
