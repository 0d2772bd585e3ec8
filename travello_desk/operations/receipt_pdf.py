"""A receipt as a PDF to save, mail and print. Needs the extra `[pdf]`; without it everything else works."""

from __future__ import annotations

import asyncio
import importlib.util
import re
from datetime import datetime, tzinfo
from functools import cache
from pathlib import Path
from typing import Final

from travello_desk.operations.context import Context
from travello_desk.operations.press import PRESS
from travello_desk.operations.receipt import Receipt, charged_text, entry_text, receipt_of, stay_rows, sum_text, totals
from travello_desk.operations.sheet import Sheet
from travello_desk.payments.rules import Refusal, Refused
from travello_desk.texts import Language, Ltr, language

LABEL_MM: Final = 52.0
DATE_MM: Final = 42.0
SUM_MM: Final = 42.0
NOT_INSTALLED: Final = Refusal("no_pdf", "PDF receipts need the package fpdf2: pip install 'travello-desk[pdf]'")


@cache
def available() -> bool:
    """Whether PDFs can be drawn here."""
    return all(importlib.util.find_spec(name) is not None for name in ("fpdf", "uharfbuzz"))


def file_name(receipt: Receipt) -> str:
    """`receipt-TRV-10482.pdf`: letters, digits and dashes only, whatever the reference is."""
    return f"receipt-{re.sub(r'[^A-Za-z0-9]+', '-', receipt.reference).strip('-') or 'booking'}.pdf"


async def save_pdf(ctx: Context, booking_id: int, target: Path, code: str = "en") -> Path:
    """Write the booking's receipt to a file, or into a folder under its own name; the file. Raises Refused, OSError."""
    receipt = await receipt_of(ctx, booking_id)
    body = await draw_beside(receipt, language(code), ctx.settings.hotel_timezone)
    return await asyncio.to_thread(write, body, target, file_name(receipt))


def write(body: bytes, target: Path, name: str) -> Path:
    path = target / name if target.is_dir() else target
    path.write_bytes(body)
    return path


async def draw_beside(receipt: Receipt, speech: Language, zone: tzinfo) -> bytes:
    """Draw in another process. Raises Refused: the extra is missing, or NotDrawn when a later try may succeed."""
    if not available():
        raise Refused(NOT_INSTALLED)
    return await PRESS.draw(sheet_of(receipt, speech, zone))


def sheet_of(receipt: Receipt, speech: Language, zone: tzinfo) -> Sheet:
    """What stands on the paper. Pure."""
    title = speech.text("receipt.for_booking", reference=Ltr(receipt.reference))
    sheet = Sheet(title, speech.code, speech.direction == "rtl")
    sheet.line(receipt.hotel, size=18, bold=True)
    sheet.line(title, size=13, gap_mm=4)
    if receipt.test:
        sheet.line(speech.text("receipt.test"), bold=True, gap_mm=3)
    for label, value in stay_rows(receipt, speech):
        sheet.row([(label, LABEL_MM), (value, 0)])
    sheet.rule()
    heads = ("receipt.date", "receipt.what", "receipt.sum")
    columns(sheet, *(speech.text(head) for head in heads), bold=True)
    for entry in receipt.entries:
        day = speech.day(datetime.fromtimestamp(entry.at, zone).date()) if entry.at else ""
        columns(sheet, day, entry_text(entry, speech), sum_text(entry.amount_minor, receipt.currency))
        if entry.charged:
            columns(sheet, "", charged_text(entry, speech), "")
    if not receipt.entries:
        sheet.line(speech.text("receipt.nothing"))
    sheet.rule()
    for label, minor in totals(receipt):
        last = label == totals(receipt)[-1][0]
        columns(sheet, "", speech.text(label), sum_text(minor, receipt.currency), bold=last)
    sheet.rule()
    made = speech.day(datetime.fromtimestamp(receipt.made_at, zone).date())
    sheet.line(speech.text("receipt.made", day=made), size=9)
    if receipt.contact:
        sheet.line(receipt.contact, size=9)
    return sheet


def columns(sheet: Sheet, day: str, what: str, amount: str, *, bold: bool = False) -> None:
    """Date, matter, sum."""
    sheet.row([(day, DATE_MM), (what, 0), (amount, SUM_MM)], bold=bold, sum_last=True)
