"""Hotel days as text: ISO dates, strictly. Pure."""

from __future__ import annotations

import re
from datetime import date

_ISO = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", re.ASCII)


def parse_day(text: str) -> date:
    """YYYY-MM-DD and nothing else; ValueError otherwise.

    `date.fromisoformat` alone also takes 20261120 and week dates, which a clerk can misread.
    """
    if _ISO.fullmatch(text):
        try:
            return date.fromisoformat(text)
        except ValueError:
            pass  # 30 February: the same sentence
    raise ValueError(f"{text[:40]!r} is not a date like 2026-11-20")
