"""A receipt as a PDF to save, mail and print. Needs the extra `[pdf]`; without it everything else works.

Our own fonts are embedded, so that a name in any of the common scripts prints the same on every machine.
"""

from __future__ import annotations

import asyncio
import importlib.util
import re
from datetime import datetime, tzinfo
from functools import cache
from importlib import resources
from pathlib import Path
from typing import Any, Final

from travello_desk.money import MINUS
from travello_desk.operations.context import Context
from travello_desk.operations.receipt import Receipt, charged_text, entry_text, receipt_of, stay_rows, sum_text, totals
from travello_desk.payments.rules import Refusal, Refused
from travello_desk.texts import Language, Ltr, language

LINE_MM: Final = 7.5
LABEL_MM: Final = 52.0
DATE_MM: Final = 42.0
SUM_MM: Final = 42.0
# Marks that only tell a screen which way to read; the layout below does it by itself.
_ISOLATES: Final = re.compile("[\u2066-\u2069]")
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
    """Draw in a thread: shaping a page takes a tenth of a second. Raises Refused when the extra is missing."""
    if not available():
        raise Refused(NOT_INSTALLED)
    return await asyncio.to_thread(draw, receipt, speech, zone)


def draw(receipt: Receipt, speech: Language, zone: tzinfo) -> bytes:
    """One A4 page, or more when there are many lines."""
    paper = Paper(speech)
    paper.line(receipt.hotel, size=18, bold=True)
    title = speech.text("receipt.for_booking", reference=Ltr(receipt.reference))
    paper.line(title, size=13, gap_mm=4)
    if receipt.test:
        paper.line(speech.text("receipt.test"), bold=True, gap_mm=3)
    for label, value in stay_rows(receipt, speech):
        paper.row([(label, LABEL_MM), (value, 0)])
    paper.rule()
    heads = ("receipt.date", "receipt.what", "receipt.sum")
    paper.columns(*(speech.text(head) for head in heads), bold=True)
    for entry in receipt.entries:
        day = speech.day(datetime.fromtimestamp(entry.at, zone).date()) if entry.at else ""
        paper.columns(day, entry_text(entry, speech), sum_text(entry.amount_minor, receipt.currency))
        if entry.charged:
            paper.columns("", charged_text(entry, speech), "")
    if not receipt.entries:
        paper.line(speech.text("receipt.nothing"))
    paper.rule()
    for label, minor in totals(receipt):
        paper.columns("", speech.text(label), sum_text(minor, receipt.currency), bold=label == totals(receipt)[-1][0])
    paper.rule()
    made = speech.day(datetime.fromtimestamp(receipt.made_at, zone).date())
    paper.line(speech.text("receipt.made", day=made), size=9)
    if receipt.contact:
        paper.line(receipt.contact, size=9)
    return paper.finish(title)


class Paper:
    """Lines and rows on an A4 page, mirrored for languages that read from right to left."""

    def __init__(self, speech: Language) -> None:
        from fpdf import FPDF

        self._rtl = speech.direction == "rtl"
        self._pdf: Any = FPDF(format="A4")
        self._pdf.set_margin(20)
        self._pdf.set_auto_page_break(auto=True, margin=20)
        fonts = resources.files("travello_desk.fonts")
        for family in ("NotoSans", "NotoNaskhArabic"):
            for style, weight in (("", "Regular"), ("B", "Bold")):
                with resources.as_file(fonts.joinpath(f"{family}-{weight}.ttf")) as path:
                    self._pdf.add_font(family, style, path)
        self._family, other = ("NotoNaskhArabic", "NotoSans") if self._rtl else ("NotoSans", "NotoNaskhArabic")
        self._pdf.set_fallback_fonts([other], exact_match=False)
        self._pdf.set_text_shaping(use_shaping_engine=True)
        self._pdf.set_lang(speech.code)
        self._pdf.add_page()

    def line(self, text: str, *, size: float = 11, bold: bool = False, gap_mm: float = 0) -> None:
        """A line of its own, broken where it must be."""
        self._font(size, bold=bold)
        self._pdf.multi_cell(0, size * 0.62, plain(text), align=self._start, new_x="LMARGIN", new_y="NEXT")
        self._pdf.ln(gap_mm)

    def columns(self, day: str, what: str, amount: str, *, bold: bool = False) -> None:
        """Date, matter, sum."""
        wide = self._pdf.epw - DATE_MM - SUM_MM
        self.row([(day, DATE_MM), (what, wide), (amount, SUM_MM)], bold=bold, sum_last=True)

    def row(self, cells: list[tuple[str, float]], *, bold: bool = False, sum_last: bool = False) -> None:
        """Cells beside each other; a width of 0 takes the rest. A sum stands at the far edge."""
        self._font(11, bold=bold)
        rest = self._pdf.epw - sum(width for _, width in cells)
        aligned = [self._start] * len(cells)
        if sum_last:
            aligned[-1] = self._end
        drawn = [(plain(text), width or rest, align) for (text, width), align in zip(cells, aligned, strict=True)]
        for text, width, align in reversed(drawn) if self._rtl else drawn:
            self._pdf.cell(width, LINE_MM, self._fit(text, width), align=align)
        self._pdf.ln(LINE_MM)

    def rule(self) -> None:
        """A thin line across the page."""
        y = self._pdf.get_y() + 2
        self._pdf.set_draw_color(150)
        self._pdf.line(self._pdf.l_margin, y, self._pdf.w - self._pdf.r_margin, y)
        self._pdf.ln(4)

    def finish(self, title: str) -> bytes:
        self._pdf.set_title(plain(title))
        return bytes(self._pdf.output())

    @property
    def _start(self) -> str:
        return "R" if self._rtl else "L"

    @property
    def _end(self) -> str:
        return "L" if self._rtl else "R"

    def _font(self, size: float, *, bold: bool) -> None:
        self._pdf.set_font(self._family, "B" if bold else "", size)

    def _fit(self, text: str, width: float) -> str:
        """The text, cut where its column ends."""
        while text and self._pdf.get_string_width(text) > width - 2:
            text = text[:-2].rstrip() + "…"
        return text


def plain(text: str) -> str:
    """Without the marks for screens, and with a dash for the minus that the fonts lack."""
    return _ISOLATES.sub("", text).replace(MINUS, "–")
