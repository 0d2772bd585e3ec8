"""The screen as lines of text, from the public screenshot: what a person reads, without colours."""

from __future__ import annotations

import html
import re
from pathlib import Path
from typing import Any

from rich.cells import cell_len
from textual.app import App

CELL = 12.2
"""Units of the screenshot's picture per cell."""
TEXT = re.compile(r'<text class="[^"]*" x="([\d.]+)" y="([\d.]+)"[^>]*>(.*?)</text>', re.S)
SNAPSHOTS = Path(__file__).parent.parent / "snapshots"


def grid(app: App[Any]) -> list[str]:
    """The lines of the screen, without blanks at their ends."""
    svg = app.export_screenshot(simplify=True)
    height = app.size.height
    rows: dict[float, list[tuple[int, str]]] = {}
    body = svg[svg.index("<clipPath") :] if "<clipPath" in svg else svg
    for x, y, text in TEXT.findall(body):
        if "terminal-title" not in text:
            rows.setdefault(float(y), []).append((round(float(x) / CELL), html.unescape(text).replace("\xa0", " ")))
    lines = []
    for y in sorted(rows):
        line = ""
        for column, text in sorted(rows[y]):
            line += " " * (column - cell_len(line)) + text
        lines.append(line.rstrip())
    return lines[-height:]


def screen_text(app: App[Any]) -> str:
    return "\n".join(grid(app)) + "\n"
