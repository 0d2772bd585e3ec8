"""Logging: JSON lines into a rotating file, secrets masked, never a word onto the screen (DESIGN)."""

from __future__ import annotations

import json
import logging
import logging.handlers
import re
from pathlib import Path

MEGABYTE = 1024 * 1024
SECRETS = re.compile(
    r"\b(?:sk|rk|pk)_(?:test|live)_\w+|\bwhsec_\w+|\bBearer\s+\S+|\beyJ[\w-]+\.[\w-]+\.[\w-]*|(?<=/p/)[0-9A-Za-z]{12}\b"
)
ADDRESSES = re.compile(r"[\w.+-]+@[\w-]+\.[\w.-]+")


def masked(text: str) -> str:
    """The text without keys, tokens, guest codes and mail addresses."""
    return ADDRESSES.sub("…@…", SECRETS.sub("…", text))


class JsonLines(logging.Formatter):
    """One JSON object a line."""

    def format(self, record: logging.LogRecord) -> str:
        line = {
            "at": self.formatTime(record, "%Y-%m-%dT%H:%M:%S%z"),
            "level": record.levelname,
            "from": record.name,
            "text": masked(record.getMessage()),
        }
        if record.exc_info:
            line["trace"] = masked(self.formatException(record.exc_info))
        return json.dumps(line, ensure_ascii=False)


class QuietFile(logging.handlers.RotatingFileHandler):
    """A full log disk must not tear the screen nor stop the desk: what cannot be written is dropped."""

    def handleError(self, record: logging.LogRecord) -> None:  # noqa: N802 - the library's name
        return


def log_to(path: Path) -> None:
    """Send all logging, and Python's warnings, to the file. A folder that cannot be written leaves logging off."""
    root = logging.getLogger()
    for handler in list(root.handlers):
        root.removeHandler(handler)
    root.addHandler(handler_for(path))
    root.setLevel(logging.INFO)
    logging.captureWarnings(True)


def handler_for(path: Path) -> logging.Handler:
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.touch(mode=0o600, exist_ok=True)
        handler = QuietFile(path, maxBytes=5 * MEGABYTE, backupCount=3, encoding="utf-8")
    except OSError:
        return logging.NullHandler()
    handler.setFormatter(JsonLines())
    return handler
