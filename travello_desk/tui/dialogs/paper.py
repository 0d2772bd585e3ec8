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
    folder = data_dir / FOLDER
    name = f"payment-{safe_name(reference)}"
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        return f"not saved: {error.strerror}"
    app.deliver_binary(io.BytesIO(as_png(url)), save_directory=folder, save_filename=f"{name}.png")
    app.deliver_binary(io.BytesIO(as_svg(url)), save_directory=folder, save_filename=f"{name}.svg")
    return f"saved {folder.name}/{name}.png and .svg"


def safe_name(reference: str) -> str:
    """A reference as part of a file name, whatever stands in it."""
    return re.sub(r"[^A-Za-z0-9_-]+", "_", reference)[:60] or "booking"
