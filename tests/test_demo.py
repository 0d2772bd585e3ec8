"""The demo as a program of its own: two at once, each with its own port, hotel and sandbox, and a clean end."""

from __future__ import annotations

import asyncio
import os
import signal
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import aiohttp
import pytest

from tests.tree import ROOT
from travello_desk.demo import demo_main, reserve_port
from travello_desk.settings import SettingsError


@asynccontextmanager
async def demo(folder: Path) -> AsyncIterator[asyncio.subprocess.Process]:
    """A demo without a screen, told to end when the test has."""
    kept = {name: os.environ[name] for name in ("PATH", "HOME", "LANG") if name in os.environ}
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "travello_desk", "demo", "--no-screen", "--folder", str(folder)),
        env={**kept, "PYTHONPATH": str(ROOT)},
        stdout=asyncio.subprocess.PIPE,
    )
    try:
        yield process
        process.send_signal(signal.SIGTERM)
        assert await process.wait() == 0
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()


async def addresses(process: asyncio.subprocess.Process) -> dict[str, str]:
    """What a demo says of itself, of desk and sandbox, once it is up."""
    assert process.stdout is not None
    said = [(await process.stdout.readline()).decode().split() for _ in range(2)]
    return {line[0]: line[1] for line in said}


async def test_two_demos_started_at_once_are_two_hotels(tmp_path: Path):
    async with demo(tmp_path / "1") as first, demo(tmp_path / "2") as second, aiohttp.ClientSession() as http:
        one, two = await asyncio.gather(addresses(first), addresses(second))
        assert len({one["desk"], two["desk"], one["sandbox"], two["sandbox"]}) == 4
        for told in (one, two):
            async with http.get(f"{told['desk']}/healthz") as answer:
                health = await answer.json()
                assert (answer.status, health["app"]) == (200, "travello-desk")


def test_a_reserved_port_is_nobody_elses():
    with reserve_port() as first, reserve_port() as second:
        assert first.getsockname() != second.getsockname()


def test_a_folder_with_an_earlier_demo_is_refused_in_one_sentence(tmp_path: Path):
    """Its links and payments are in a sandbox that ended with it."""
    (tmp_path / "travello.db").touch()
    with pytest.raises(SettingsError, match="new or empty"):
        demo_main({"folder": str(tmp_path), "no_screen": True})
    assert [path.name for path in tmp_path.iterdir()] == ["travello.db"]
