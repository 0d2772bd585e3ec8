"""Logging: JSON lines into a rotating file, secrets masked, never a word onto the screen (DESIGN)."""

from __future__ import annotations

import errno
import json
import logging
import logging.handlers
import os
import re
from collections.abc import Iterable
from io import TextIOWrapper
from pathlib import Path

MEGABYTE = 1024 * 1024
# Keys and tokens by their form. `cs_` is a token too: the status endpoint takes it for a guest's proof.
SECRETS = re.compile(
    r"\b(?:sk|rk|pk|cs)_(?:test|live)_\w+|\bwhsec_[\w+/=-]+|\bBearer\s+\S+|\beyJ[\w-]+\.[\w-]+\.[\w-]*"
    r"|(?<=/p/)[^/\s\"'?]+|(?<=\bguest=)[^&\s\"']+|(?<=://)[^/\s:@]+:[^/\s@]+(?=@)"
)
ADDRESSES = re.compile(r"[\w.+-]+@[\w-]+\.[\w.-]+")
LEAST_HIDDEN = 8
NO_ROOM = frozenset({errno.ENOSPC, errno.EDQUOT})


def masked(text: str, hidden: Iterable[str] = ()) -> str:
    """The text without keys, tokens, guest codes and mail addresses, and without these very words."""
    text = ADDRESSES.sub("…@…", SECRETS.sub("…", text))
    for word in hidden:
        text = text.replace(word, "…")
    return text


class JsonLines(logging.Formatter):
    """One JSON object a line. `hidden` are secrets of this house that no form gives away, like a mail password."""

    def __init__(self, hidden: Iterable[str] = ()) -> None:
        super().__init__()
        self._hidden = tuple(word for word in hidden if len(word) >= LEAST_HIDDEN)

    def format(self, record: logging.LogRecord) -> str:
        line = {
            "at": self.formatTime(record, "%Y-%m-%dT%H:%M:%S%z"),
            "level": record.levelname,
            "from": record.name,
            "text": masked(record.getMessage(), self._hidden),
        }
        if record.exc_info:
            line["trace"] = masked(self.formatException(record.exc_info), self._hidden)
        return json.dumps(line, ensure_ascii=False)


class QuietFile(logging.handlers.RotatingFileHandler):
    """A full log disk must not tear the screen nor stop the desk: what cannot be written is dropped.

    Every file is our own user's alone, those that rotation makes too.
    """

    def handleError(self, record: logging.LogRecord) -> None:  # noqa: N802 - the library's name
        return

    def _open(self) -> TextIOWrapper:
        return open(self.baseFilename, "a", encoding=self.encoding, errors=self.errors, opener=private)


def private(path: str, flags: int) -> int:
    return os.open(path, flags, 0o600)


def log_to(path: Path, hidden: Iterable[str] = ()) -> None:
    """Send all logging, and Python's warnings, to the file. Raises OSError when no file can be there."""
    made = handler_for(path, hidden)
    root = logging.getLogger()
    for handler in list(root.handlers):
        root.removeHandler(handler)
    root.addHandler(made)
    root.setLevel(logging.INFO)
    logging.captureWarnings(True)


def handler_for(path: Path, hidden: Iterable[str] = ()) -> logging.Handler:
    """On a full disk the file is opened with the first line that finds room. Raises OSError for all else."""
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        handler = file_at(path)
    except OSError as error:
        if error.errno not in NO_ROOM:
            raise
        handler = file_at(path, delay=True)
    handler.setFormatter(JsonLines(hidden))
    return handler


def file_at(path: Path, *, delay: bool = False) -> QuietFile:
    return QuietFile(path, maxBytes=5 * MEGABYTE, backupCount=3, encoding="utf-8", delay=delay)
