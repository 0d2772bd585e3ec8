"""When the desk itself fails: the story to the log without anybody's data, three lines to the terminal."""

from __future__ import annotations

import logging
import traceback
from pathlib import Path

from rich.text import Text

log = logging.getLogger(__name__)


def story_of(error: BaseException) -> str:
    """Where an exception came from: its type, files and lines, innermost first. Not its text, not its variables.

    An exception in a worker comes wrapped; the one that tells something is inside.
    """
    inner = getattr(error, "error", None)
    root = inner if isinstance(inner, BaseException) else error
    frames = traceback.extract_tb(root.__traceback__)
    places = [f"{Path(frame.filename).name}:{frame.lineno} {frame.name}" for frame in frames]
    return f"{type(root).__name__} at {' < '.join(reversed(places)) or 'no place'}"


def write_crash(log_file: Path, error: BaseException) -> Path:
    """Log the end of the desk; where to read it."""
    log.critical("the desk stopped: %s", story_of(error))
    return log_file


def crash_words(log_file: Path) -> Text:
    """Three lines: what happened, what it means for money, where to look."""
    return Text(
        "travello-desk has stopped because of a fault of its own.\n"
        "Nothing is lost: what was under way is found out and finished at the next start.\n"
        f"Please send the end of {log_file} to whoever looks after this desk."
    )
