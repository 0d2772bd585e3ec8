"""JSON where every event passes: orjson reads and writes it in a fifth of the standard library's time."""

from __future__ import annotations

import json
from typing import Any

import orjson


def loads(text: str | bytes) -> Any:
    """As `json.loads`, and with its errors: what orjson refuses (NaN, lone surrogates, deep nests) is asked of it.

    Of whole numbers above 64 bits orjson makes floats; nothing that counts money or time takes either.
    """
    try:
        return orjson.loads(text)
    except orjson.JSONDecodeError:
        return json.loads(text)


def dumps(document: object) -> str:
    """Without blanks, letters as they are. Raises TypeError for what JSON has no word for."""
    return orjson.dumps(document).decode()
