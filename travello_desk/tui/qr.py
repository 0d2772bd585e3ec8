"""The payment link as a QR symbol: half blocks for the terminal, PNG and SVG for paper. Draws; knows no booking.

Fixed black on white, whatever the theme: phones read dark modules on a light ground. From a screenshot a quiet zone of
0 was not decoded, 1, 2 and 4 were (UX 2.9): 4 where there is room, never less than 2.
"""

from __future__ import annotations

import io
import re
from dataclasses import dataclass

import segno
from textual.content import Content
from textual.widgets import Static

QUIET_ZONES = (4, 3, 2)
# Light is drawn, dark is the ground: the quiet zone makes every line begin with a block, and pictures of the screen
# keep it (renderers of SVG drop blanks at the beginning).
HALF = "#ffffff on #000000"
# Whole cells are filled by their ground as well, so that no font leaves seams in them.
LIGHT, DARK = "#ffffff on #ffffff", "#000000 on #000000"
# Upper and lower module of one character cell, dark is 1.
BLOCKS = {(1, 1): " ", (0, 1): "▀", (1, 0): "▄", (0, 0): "█"}


@dataclass(frozen=True, slots=True)
class Symbol:
    """A QR symbol of level M: `modules` rows of 0 (light) and 1 (dark), without a quiet zone."""

    text: str
    modules: tuple[bytes, ...]

    @property
    def side(self) -> int:
        return len(self.modules)

    def size(self, quiet: int) -> tuple[int, int]:
        """Columns and lines in half blocks."""
        side = self.side + 2 * quiet
        return side, (side + 1) // 2

    def lines(self, quiet: int) -> list[str]:
        """The symbol with its quiet zone, two modules in each character."""
        side = self.side + 2 * quiet
        blank = bytes(side)
        rows = [blank] * quiet + [bytes(quiet) + row + bytes(quiet) for row in self.modules] + [blank] * (quiet + 1)
        return ["".join(BLOCKS[pair] for pair in zip(rows[y], rows[y + 1], strict=True)) for y in range(0, side, 2)]


def symbol(text: str) -> Symbol:
    """The symbol for a text; level M and never more, so that the address stays small on the screen."""
    code = segno.make(text, error="m", micro=False, boost_error=False)
    return Symbol(text, tuple(bytes(int(bool(module)) for module in row) for row in code.matrix))


def quiet_zone(drawn: Symbol, columns: int, lines: int) -> int | None:
    """The widest quiet zone for which the symbol fits, or None when it does not fit with 2."""
    for quiet in QUIET_ZONES:
        width, height = drawn.size(quiet)
        if width <= columns and height <= lines:
            return quiet
    return None


def as_png(text: str, scale: int = 10) -> bytes:
    """A picture of the symbol with its full quiet zone."""
    return saved(text, "png", scale)


def as_svg(text: str, scale: int = 10) -> bytes:
    return saved(text, "svg", scale)


def saved(text: str, kind: str, scale: int) -> bytes:
    out = io.BytesIO()
    segno.make(text, error="m", micro=False, boost_error=False).save(out, kind=kind, scale=scale, border=4)
    return out.getvalue()


def painted(lines: list[str]) -> Content:
    """The lines in their fixed colours."""
    styles = {"█": LIGHT, " ": DARK}
    runs = re.findall("█+| +|[▀▄]+|\n", "\n".join(lines))
    return Content.assemble(*((run, styles.get(run[0], HALF)) for run in runs))


class QrCode(Static):
    """The symbol on screen. `fit` chooses the quiet zone; nothing is shown until it fits."""

    DEFAULT_CSS = """
    QrCode { width: auto; height: auto; margin-right: 2; display: none; }
    """

    def fit(self, drawn: Symbol, columns: int, lines: int) -> bool:
        """Show the symbol in this room; False (and nothing shown) when there is too little."""
        quiet = quiet_zone(drawn, columns, lines)
        self.display = quiet is not None
        if quiet is not None:
            self.update(painted(drawn.lines(quiet)))
        return quiet is not None
