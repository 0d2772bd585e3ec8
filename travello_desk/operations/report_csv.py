"""The day's movements for a spreadsheet: one a line, amounts in major units, nothing that a spreadsheet would run."""

from __future__ import annotations

import csv
import io

from travello_desk.money import told_number
from travello_desk.operations.present import iso
from travello_desk.operations.report import Report

COLUMNS = ("at", "reference", "tender", "amount", "currency", "actor")


def movements_csv(found: Report) -> str:
    file = io.StringIO()
    writer = csv.writer(file)
    writer.writerow(COLUMNS)
    for item in found.movements:
        amount = told_number(item.amount_minor, item.currency)
        writer.writerow((iso(item.at), text(item.reference), item.how, amount, item.currency, text(item.actor)))
    return file.getvalue()


def text(value: str) -> str:
    """A cell that no spreadsheet runs."""
    return f"'{value}" if value[:1] in ("=", "@", "\t", "\r", "+", "-") else value
