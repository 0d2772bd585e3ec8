"""Plain signs: what a terminal without Unicode is sent instead, whichever widget painted it, one cell for one cell.

A filter on painted lines, so that frames, scroll bars and guests' names are covered as well as our own sentences.
"""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache
from typing import Final

from rich.cells import cell_len
from rich.segment import Segment
from textual.color import Color
from textual.filter import LineFilter

from travello_desk.tui.badges import ASCII, BADGES

FRAMES: Final = str.maketrans(
    {
        **dict.fromkeys("─━═╌╍╴╶▔", "-"),
        **dict.fromkeys("│┃║▎▍▊▋▐▕", "|"),
        **dict.fromkeys("┌┐└┘╭╮╰╯┏┓┗┛╔╗╚╝├┤┬┴┼", "+"),
        **dict(zip("▁▂▃▄▅▆▇█▀", '_.-=+*%#"', strict=True)),
        "•": "*",
        "×": "x",
        "’": "'",
        "‘": "'",
        "“": '"',
        "”": '"',
    }
)
SIGNS: Final = {**FRAMES, **{ord(badge.glyph): badge.ascii for badge in BADGES.values()}, **ASCII}


class PlainSigns(LineFilter):
    """Lets nothing but ASCII through."""

    def apply(self, segments: list[Segment], background: Color) -> list[Segment]:
        return [
            segment if segment.text.isascii() else Segment(plain(segment.text), segment.style, segment.control)
            for segment in segments
        ]


# `LATIN SMALL LETTER O WITH STROKE`, `LATIN SMALL LETTER DOTLESS I`: letters that decompose into nothing.
LATIN: Final = re.compile(r"LATIN (SMALL|CAPITAL) (?:LETTER|LIGATURE) (?:[A-Z]{2,} )*?([A-Z]{1,2})\b")


@lru_cache(4096)
def plain(text: str) -> str:
    """The text in ASCII, as wide as it was."""
    return "".join(char if char.isascii() else plain_char(char) for char in text)


def plain_char(char: str) -> str:
    """`ü` is `u`, a sign is its twin, anything else a question mark for every cell it took."""
    width = cell_len(char)
    known = SIGNS.get(ord(char)) or letters(char) or "?" * width
    return known[:width].ljust(width)


def letters(char: str) -> str:
    """The Latin letters in a character, or nothing."""
    if found := "".join(part for part in unicodedata.normalize("NFKD", char) if part.isascii()):
        return found
    named = LATIN.match(unicodedata.name(char, ""))
    if named is None:
        return ""
    return named[2].lower() if named[1] == "SMALL" else named[2]
