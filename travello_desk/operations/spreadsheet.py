"""Lists as files for a spreadsheet: private, in ISO days and major units, with no cell that one would run."""

from __future__ import annotations

import csv
import io
import os
from collections.abc import Sequence
from pathlib import Path

from travello_desk.money import major_number
from travello_desk.store.bookings import Booking
from travello_desk.store.browse import BookingRow


def plain_cell(text: str) -> str:
    """A cell that no spreadsheet runs: a leading `=`, `@`, or a sign before a letter is text, not a formula."""
    first, second = text[:1], text[1:2]
    runs = first in ("=", "@", "\t", "\r") or (first in ("+", "-") and not (second.isdigit() or second in " (."))
    return f"'{text}" if runs and first else text


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


def bookings_csv(rows: Sequence[BookingRow | Booking]) -> str:
    """Bookings in ISO days and major units, for a spreadsheet."""
    file = io.StringIO()
    writer = csv.writer(file)
    writer.writerow(BOOKING_COLUMNS)
    for row in rows:
        sums = (major_number(minor, row.currency) for minor in (row.amount_minor, row.paid_minor, row.balance_minor))
        texts = (row.reference, row.badge, row.guest_name, row.room, row.check_in, row.check_out, row.method)
        writer.writerow([*map(plain_cell, texts), *sums, row.currency])
    return file.getvalue()
