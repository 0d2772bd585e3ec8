"""A printed sheet as data, and its drawing with fpdf2. Drawn in a process of its own: `python -m` this module.

It imports next to nothing of the house, so that the process starts fast and stays small. Its input are sheets, its
output PDFs, each after its length; it ends with its input, and so with whoever started it.
"""

from __future__ import annotations

import json
import os
import re
import sys
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from importlib import resources
from typing import Any, Final

from travello_desk.money import MINUS
from travello_desk.operations import beside

LINE_MM: Final = 7.5
NICE: Final = 10
"""A page may wait for whoever is just served."""
# Marks that only tell a screen which way to read; the layout does it by itself.
_ISOLATES: Final = re.compile("[\u2066-\u2069]")
DRAWN, FAULT = b"=", b"!"

Cell = tuple[str, float]
"""Text and the width of its column in mm; 0 takes the rest of the line."""


@dataclass(slots=True)
class Sheet:
    """What stands on the paper, from its top. `code` is the language, `rtl` whether it reads from right to left."""

    title: str
    code: str
    rtl: bool
    steps: list[tuple[str, dict[str, Any]]] = field(default_factory=list)

    def line(self, text: str, *, size: float = 11, bold: bool = False, gap_mm: float = 0) -> None:
        """A line of its own, broken where it must be."""
        self.steps.append(("line", {"text": text, "size": size, "bold": bold, "gap_mm": gap_mm}))

    def row(self, cells: Sequence[Cell], *, bold: bool = False, sum_last: bool = False) -> None:
        """Cells beside each other. A sum stands at the far edge."""
        self.steps.append(("row", {"cells": list(cells), "bold": bold, "sum_last": sum_last}))

    def rule(self) -> None:
        """A thin line across the page."""
        self.steps.append(("rule", {}))

    def packed(self) -> bytes:
        return json.dumps(asdict(self)).encode()


def draw(packed: bytes) -> bytes:
    """The PDF of a packed sheet: one A4 page, or more when there are many lines."""
    sheet = Sheet(**json.loads(packed))
    paper = Paper(sheet.code, sheet.rtl)
    for kind, values in sheet.steps:
        getattr(paper, kind)(**values)
    return paper.finish(sheet.title)


class Paper:
    """Lines and rows on an A4 page, mirrored for languages that read from right to left.

    Our own fonts are embedded, so that a name in any of the common scripts prints the same on every machine.
    """

    def __init__(self, code: str, rtl: bool) -> None:
        from fpdf import FPDF

        self._rtl = rtl
        self._pdf: Any = FPDF(format="A4")
        self._pdf.set_margin(20)
        self._pdf.set_auto_page_break(auto=True, margin=20)
        fonts = resources.files("travello_desk.fonts")
        for family in ("NotoSans", "NotoNaskhArabic"):
            for style, weight in (("", "Regular"), ("B", "Bold")):
                with resources.as_file(fonts.joinpath(f"{family}-{weight}.ttf")) as path:
                    self._pdf.add_font(family, style, path)
        self._family, other = ("NotoNaskhArabic", "NotoSans") if rtl else ("NotoSans", "NotoNaskhArabic")
        self._pdf.set_fallback_fonts([other], exact_match=False)
        self._pdf.set_text_shaping(use_shaping_engine=True)
        self._pdf.set_lang(code)
        self._pdf.add_page()

    def line(self, text: str, size: float, bold: bool, gap_mm: float) -> None:
        self._font(size, bold=bold)
        self._pdf.multi_cell(0, size * 0.62, plain(text), align=self._start, new_x="LMARGIN", new_y="NEXT")
        self._pdf.ln(gap_mm)

    def row(self, cells: Sequence[Cell], bold: bool, sum_last: bool) -> None:
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


# The process


def answer(packed: bytes) -> bytes:
    """The PDF, or the kind of the fault: its text could name a guest."""
    try:
        return DRAWN + draw(packed)
    except Exception as fault:  # noqa: BLE001 - told to whoever asked; the next sheet may be better
        return FAULT + type(fault).__name__.encode()


def main() -> None:
    """Draw whatever comes. Only answers go to the standard output; what a library prints goes nowhere."""
    beside.live_with_parent()
    os.setpriority(os.PRIO_PROCESS, 0, max(NICE, os.getpriority(os.PRIO_PROCESS, 0)))
    out = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)
    while (packed := beside.receive(sys.stdin.buffer)) is not None:
        beside.send(out, answer(packed))


if __name__ == "__main__":
    main()
