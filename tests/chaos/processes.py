"""The simulation's side of the processes it starts: born in the nursery (or by exec), killed, stopped, waited for."""

from __future__ import annotations

import asyncio
import contextlib
import json
import os
import signal
import subprocess
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from tests.tree import ROOT


@dataclass(slots=True)
class Process:
    """One process by its pid. `ended` is set when the kernel says that it is dead, however it died."""

    name: str
    pid: int
    output: Path
    exit_file: Path
    popen: subprocess.Popen[bytes] | None = None
    ended: asyncio.Event = field(default_factory=asyncio.Event)

    def watch(self) -> None:
        try:
            handle = os.pidfd_open(self.pid)
        except ProcessLookupError:
            self.ended.set()
            return
        loop = asyncio.get_running_loop()

        def over() -> None:
            loop.remove_reader(handle)
            os.close(handle)
            if self.popen is not None and self.popen.wait() >= 0:  # negative: killed by a signal
                self.exit_file.write_text(str(self.popen.returncode))
            self.ended.set()

        loop.add_reader(handle, over)

    @property
    def alive(self) -> bool:
        return not self.ended.is_set()

    def signal(self, number: signal.Signals) -> None:
        if self.alive:
            with contextlib.suppress(ProcessLookupError):
                os.kill(self.pid, number)

    def kill(self) -> None:
        """`kill -9`: nothing is finished, nothing is said."""
        self.signal(signal.SIGKILL)

    async def wait(self, seconds: float = 60.0) -> int | None:
        """Wait for the end; the exit code, or None when it was killed. TimeoutError when it goes on living."""
        async with asyncio.timeout(seconds):
            await self.ended.wait()
        return int(self.exit_file.read_text()) if self.exit_file.exists() else None

    def said(self) -> str:
        """What it printed."""
        return self.output.read_text(errors="replace") if self.output.exists() else ""


class Nursery:
    """Makes processes: by fork from one warm process, or with `exec=True` each from nothing, as a user would."""

    def __init__(self, *, exec_: bool = False) -> None:
        self._exec = exec_
        self._helper: asyncio.subprocess.Process | None = None
        self._lock = asyncio.Lock()
        self._count = 0

    async def __aenter__(self) -> Nursery:
        if not self._exec:
            self._helper = await asyncio.create_subprocess_exec(
                sys.executable,
                "-m",
                "tests.chaos.nursery",
                cwd=ROOT,
                stdin=asyncio.subprocess.PIPE,
                stdout=asyncio.subprocess.PIPE,
            )
        return self

    async def __aexit__(self, *exc: object) -> None:
        if self._helper is not None and self._helper.stdin is not None:
            self._helper.stdin.close()
            await self._helper.wait()

    async def start(
        self, name: str, module: str, argv: Sequence[str], *, folder: Path, env: Mapping[str, str], clock: Path
    ) -> Process:
        """A new process that runs `python -m module *argv` with that environment, in that folder."""
        self._count += 1
        output, exit_file = folder / f"{name}-{self._count}.out", folder / f"{name}-{self._count}.exit"
        order = {
            "module": module,
            "argv": list(argv),
            "cwd": str(folder),
            "env": dict(env),
            "clock": str(clock),
            "output": str(output),
            "exit_file": str(exit_file),
        }
        popen = self._execute(order) if self._exec else None
        pid = popen.pid if popen is not None else await self._fork(order)
        process = Process(name, pid, output, exit_file, popen)
        process.watch()
        return process

    async def _fork(self, order: Mapping[str, object]) -> int:
        assert self._helper is not None
        assert self._helper.stdin is not None
        assert self._helper.stdout is not None
        async with self._lock:
            self._helper.stdin.write(json.dumps(order).encode() + b"\n")
            return int(await self._helper.stdout.readline())

    def _execute(self, order: dict[str, Any]) -> subprocess.Popen[bytes]:
        command = [sys.executable, "-m", "tests.chaos.launch", order["clock"], order["module"], *order["argv"]]
        env = {**order["env"], "PYTHONPATH": str(ROOT)}
        with open(order["output"], "ab") as file:
            return subprocess.Popen(
                command, cwd=order["cwd"], env=env, stdin=subprocess.DEVNULL, stdout=file, stderr=file
            )
