"""Things that leave the screen as files: the QR symbol as PNG and SVG, into the data folder or the browser."""

from __future__ import annotations

import io
import re
from pathlib import Path
from typing import Any

from textual.app import App

from travello_desk.tui.qr import as_png, as_svg

FOLDER = "qr"


def save_symbol(app: App[Any], data_dir: Path, reference: str, url: str) -> str:
    """Save both pictures; where they are, or why not."""
    name = f"payment-{safe_name(reference)}"
    pictures = {f"{name}.png": as_png(url), f"{name}.svg": as_svg(url)}
    if app.is_web:
        for file, content in pictures.items():
            app.deliver_binary(io.BytesIO(content), save_filename=file)
        return f"{name}.png and .svg are downloads now"
    folder = data_dir / FOLDER
    try:
        folder.mkdir(parents=True, exist_ok=True)
        for file, content in pictures.items():
            # Not `deliver_binary`: in a terminal, Textual 8.2.8 opens the file as text and writes nothing.
            (folder / file).write_bytes(content)
    except OSError as error:
        return f"not saved: {error.strerror}"
    return f"saved {folder.name}/{name}.png and .svg"


def safe_name(reference: str) -> str:
    """A reference as part of a file name, whatever stands in it."""
    return re.sub(r"[^A-Za-z0-9_-]+", "_", reference)[:60] or "booking"
