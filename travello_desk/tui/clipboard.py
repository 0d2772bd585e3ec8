"""Copying out of the desk: Textual's OSC 52 and pyperclip both, because each works where the other does not.

OSC 52 gives no answer, so that the sentence promises nothing (UX 2.9).
"""

from __future__ import annotations

import asyncio
import logging
from typing import Any

from textual.app import App

log = logging.getLogger(__name__)
PATIENCE_SECONDS = 2.0


async def copy_text(app: App[Any], text: str) -> str:
    """Put text on the clipboard, by every way there is; what to tell the clerk."""
    app.copy_to_clipboard(text)
    if app.is_headless:
        return "✓ copied, if your terminal allows"
    try:
        async with asyncio.timeout(PATIENCE_SECONDS):
            done = await asyncio.to_thread(copy_by_system, text)
    except TimeoutError:
        done = False
    return "✓ copied" if done else "✓ copied, if your terminal allows"


def copy_by_system(text: str) -> bool:
    """By the system's own clipboard program; False where there is none. Blocks."""
    import pyperclip

    try:
        pyperclip.copy(text)
    except (pyperclip.PyperclipException, OSError) as error:
        log.debug("no clipboard of the system: %s", type(error).__name__)
        return False
    return True
