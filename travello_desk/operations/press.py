"""Where sheets are drawn: a process beside the house, started by the first sheet, put away when none has come for long.

Shaping a page takes a tenth of a second of the processor, and the library 50 MB: within this process every key and
every webhook would wait for it. A process that dies loses nothing: the sheet is drawn again by another.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import queue
import subprocess
import threading
from concurrent.futures import Future
from typing import Final

from travello_desk.operations import beside
from travello_desk.operations import sheet as sheets
from travello_desk.operations.sheet import Sheet
from travello_desk.payments.rules import Refusal, Refused

log = logging.getLogger(__name__)
DRAW_SECONDS: Final = 40.0
"""One sheet, the start of the process included, on the slowest of days."""
TRIES: Final = 2
IDLE_SECONDS: Final = 30.0
NOT_DRAWN: Final = Refusal("not_drawn", "The receipt could not be drawn as a PDF: try again", 503)


class NotDrawn(Refused):
    """The next try may succeed: whatever waits for this sheet must not be given up."""

    def __init__(self) -> None:
        super().__init__(NOT_DRAWN)


Job = tuple[bytes, Future[bytes]]


class Press:
    """One process at a time, and one thread that talks to it. Usable from any loop."""

    def __init__(self, idle_seconds: float = IDLE_SECONDS) -> None:
        self._idle_seconds = idle_seconds
        self._jobs: queue.SimpleQueue[Job | Future[None]] = queue.SimpleQueue()
        self._lock = threading.Lock()
        self._thread: threading.Thread | None = None
        self.process: subprocess.Popen[bytes] | None = None

    async def draw(self, sheet: Sheet) -> bytes:
        """The PDF. Raises NotDrawn."""
        done: Future[bytes] = Future()
        self._jobs.put((sheet.packed(), done))
        self._start_thread()
        return await asyncio.wrap_future(done)

    async def put_away(self) -> None:
        """End the process, if there is one, after the sheets that wait, or leave it to its end with this one. The next
        sheet starts another."""
        if self._thread is not None:
            done: Future[None] = Future()
            self._jobs.put(done)
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(asyncio.wrap_future(done), beside.END_SECONDS)

    def _start_thread(self) -> None:
        with self._lock:
            if self._thread is None:
                self._thread = threading.Thread(target=self._run, name="press", daemon=True)
                self._thread.start()

    # In the press's thread

    def _run(self) -> None:
        while True:
            try:
                job = self._jobs.get(timeout=self._idle_seconds if self.process else None)
            except queue.Empty:
                self._end()
                continue
            if isinstance(job, Future):
                self._end()
                if job.set_running_or_notify_cancel():
                    job.set_result(None)
            elif job[1].set_running_or_notify_cancel():
                self._print(*job)

    def _print(self, packed: bytes, done: Future[bytes]) -> None:
        for _ in range(TRIES):
            answer = self._ask(packed)
            if answer is None:
                log.warning("the process that draws receipts has ended (%s)", self._end())
            elif answer.startswith(sheets.DRAWN):
                done.set_result(answer[1:])
                return
            else:
                log.error("a receipt could not be drawn: %s", answer[1:].decode())
                break
        done.set_exception(NotDrawn())

    def _ask(self, packed: bytes) -> bytes | None:
        """The process's answer; None when it has died, or was ended because it took too long."""
        try:
            process = self.process = self.process or beside.start(sheets.__name__)
        except OSError as error:
            log.error("no process can be started: %s", error.strerror)
            return None
        assert process.stdin is not None
        assert process.stdout is not None
        guard = threading.Timer(DRAW_SECONDS, process.kill)
        guard.daemon = True
        guard.start()
        try:
            beside.send(process.stdin, packed)
            return beside.receive(process.stdout)
        except OSError:
            return None
        finally:
            guard.cancel()

    def _end(self) -> int | None:
        """End the process, if there is one; its exit code."""
        process, self.process = self.process, None
        return beside.end(process) if process is not None else None


PRESS: Final = Press()
"""The house's one."""
