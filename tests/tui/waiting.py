"""Waiting for the screen without sleeping blindly."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

from textual.pilot import Pilot

from tests.tui.grid import screen_text

PATIENCE_SECONDS = 30.0


async def until(pilot: Pilot[Any], condition: Callable[[], object], what: str = "") -> None:
    """Let the app work until the condition holds; fail after a patience that no healthy run needs."""
    deadline = time.monotonic() + PATIENCE_SECONDS
    while not condition():
        assert time.monotonic() < deadline, f"never happened: {what or condition}\n{screen_text(pilot.app)}"
        await pilot.pause(0.01)


async def settled(pilot: Pilot[Any]) -> None:
    """No read is under way and nothing is left to paint."""
    await until(pilot, lambda: not busy(pilot), "the workers came to rest")
    await pilot.pause()
    await until(pilot, lambda: not busy(pilot), "the workers came to rest")
    await pilot.pause()


def busy(pilot: Pilot[Any]) -> bool:
    return any(worker.is_running and worker.group not in ("feed", "deed") for worker in pilot.app.workers)
