"""Starting a worker: from the function, not its coroutine, so that one cancelled before it began leaves no trace.

A fault in one is told and logged, and the desk goes on: the listener lives in the same loop (PAYMENTS E14).
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Coroutine
from functools import partial
from typing import Any

from textual.dom import DOMNode

from travello_desk.tui.crash import story_of

log = logging.getLogger(__name__)


def start(
    node: DOMNode,
    work: Callable[[], Coroutine[Any, Any, None]],
    group: str,
    *,
    exclusive: bool = True,
    vital: bool = False,
) -> None:
    """Run `work` beside the screen; with `exclusive` an earlier one of the same group is given up.

    Without a `vital` one there is no desk: its fault is the end, told in the three lines of a crash.
    """
    guarded = work if vital else partial(survived, node, work)
    node.run_worker(guarded, group=group, exclusive=exclusive)  # type: ignore[arg-type]


async def survived(node: DOMNode, work: Callable[[], Coroutine[Any, Any, None]]) -> None:
    """The work; whatever it raises is told by the app and ends nothing."""
    try:
        await work()
    except Exception as fault:  # noqa: BLE001 - a worker's edge: one failed read must not stop the listener
        log.error("a worker of the desk failed: %s", story_of(fault))
        tell = getattr(node.app, "worker_failed", None)
        if tell is not None:
            tell(fault)
