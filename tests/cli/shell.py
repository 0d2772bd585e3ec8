"""A command as a shell runs it, against the store and the sandbox of a test's desk."""

from __future__ import annotations

import asyncio
import json
import os
import subprocess
import sys
from dataclasses import dataclass
from typing import Any

from tests.desk import Desk
from tests.tree import ROOT


@dataclass(frozen=True)
class Shell:
    """The desk's own settings, in another process."""

    desk: Desk

    async def run(self, *words: str) -> subprocess.CompletedProcess[str]:
        kept = {name: os.environ[name] for name in ("PATH", "HOME", "LANG") if name in os.environ}
        sandbox = self.desk.sandbox
        environ = {
            **kept,
            "PYTHONPATH": str(ROOT),
            "HOTEL_TIMEZONE": "Asia/Karachi",
            "DATABASE_URL": f"sqlite:///{self.desk.folder / 'travello.db'}",
            "STRIPE_SECRET_KEY": sandbox.access.secret_key,
            "STRIPE_API_BASE": sandbox.base_url,
        }
        return await asyncio.to_thread(
            subprocess.run,
            [sys.executable, "-m", "travello_desk", *words],
            cwd=self.desk.folder,
            env=environ,
            capture_output=True,
            text=True,
            timeout=120,
            check=False,
        )

    async def told(self, *words: str, code: int = 0) -> Any:
        """What the command prints with `--json`."""
        done = await self.run(*words, "--json")
        assert done.returncode == code, (done.stdout, done.stderr)
        return json.loads(done.stdout if done.stdout else done.stderr)
