"""When the desk itself fails: the story to the log without anybody's data, three lines to the terminal."""

from __future__ import annotations

import logging
import sys
import traceback
from pathlib import Path

from rich.text import Text

log = logging.getLogger(__name__)


def write_crash(log_file: Path) -> Path:
    """Log where the current exception came from: files, lines, its type. Not its text, not its variables."""
    kind, _, trace = sys.exc_info()
    name = kind.__name__ if kind else "unknown"
    places = [f"{Path(frame.filename).name}:{frame.lineno} {frame.name}" for frame in traceback.extract_tb(trace)]
    log.critical("the desk stopped: %s at %s", name, " < ".join(reversed(places)) or "no place")
    return log_file


def crash_words(log_file: Path) -> Text:
    """Three lines: what happened, what it means for money, where to look."""
    return Text(
        "travello-desk has stopped because of a fault of its own.\n"
        "Nothing is lost: what was under way is found out and finished at the next start.\n"
        f"Please send the end of {log_file} to whoever looks after this desk."
    )
