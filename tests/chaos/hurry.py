"""In every second simulation one event is many: the second writer takes what it can, and dies with its house."""

from __future__ import annotations

import os

NAME = "CHAOS_HURRY"


def of(seed: int) -> dict[str, str]:
    """What the processes of this seed find in their environment."""
    return {NAME: "1"} if seed % 2 else {}


def obey() -> None:
    """In a process, before it becomes what it is to be."""
    if NAME in os.environ:
        from travello_desk.operations import ingest_worker

        ingest_worker.MANY = 1  # type: ignore[misc]
