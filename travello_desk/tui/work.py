"""Starting a worker: from the function, not its coroutine, so that one cancelled before it began leaves no trace."""

from __future__ import annotations

from collections.abc import Callable, Coroutine
from typing import Any

from textual.dom import DOMNode


def start(node: DOMNode, work: Callable[[], Coroutine[Any, Any, None]], group: str, *, exclusive: bool = True) -> None:
    """Run `work` beside the screen; with `exclusive` an earlier one of the same group is given up."""
    node.run_worker(work, group=group, exclusive=exclusive)  # type: ignore[arg-type]
