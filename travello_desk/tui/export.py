"""Writing what is on screen to a file: private, in the data folder, safe to open in a spreadsheet."""

from __future__ import annotations

import csv
import io
import os
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from travello_desk.money import major_number
from travello_desk.store.browse import BookingRow

if TYPE_CHECKING:
    from travello_desk.tui.app import DeskApp


def plain_cell(text: str) -> str:
    """A cell that no spreadsheet runs: a leading `=`, `@`, or a sign before a letter is text, not a formula."""
    first, second = text[:1], text[1:2]
    runs = first in ("=", "@", "\t", "\r") or (first in ("+", "-") and not (second.isdigit() or second in " (."))
    return f"'{text}" if runs and first else text


def save_text(desk: DeskApp, name: str, text: str) -> None:
    """Into `exports` of the data folder; a browser's desk gets a download. Tells where."""
    folder = desk.ctx.settings.data_dir / "exports"
    try:
        path = write_private(folder / name, text)
    except OSError as error:
        desk.notify(f"Not written: {error.strerror}", severity="error", markup=False)
        return
    desk.notify(f"Written to {path}", markup=False)


def write_private(path: Path, text: str) -> Path:
    """The file with mode 0600: guests' names are in it. An older one of the same name is replaced."""
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(handle, "w", encoding="utf-8", newline="") as file:
        file.write(text)
    return path


BOOKING_COLUMNS = (
    *("reference", "status", "guest", "room", "check_in", "check_out", "method"),
    *("amount", "paid", "balance", "currency"),
)


def bookings_csv(rows: Sequence[BookingRow]) -> str:
    """Bookings in ISO days and major units, for a spreadsheet."""
    file = io.StringIO()
    writer = csv.writer(file)
    writer.writerow(BOOKING_COLUMNS)
    for row in rows:
        sums = (major_number(minor, row.currency) for minor in (row.amount_minor, row.paid_minor, row.balance_minor))
        texts = (row.reference, row.badge, row.guest_name, row.room, row.check_in, row.check_out, row.method)
        writer.writerow([*map(plain_cell, texts), *sums, row.currency])
    return file.getvalue()
