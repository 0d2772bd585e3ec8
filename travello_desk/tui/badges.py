"""Status badges: glyph, word and colour, each enough on its own (UX 2.6). Pure, but for the look at the terminal."""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final


@dataclass(frozen=True, slots=True)
class Badge:
    """How a status looks. `tone` names a theme variable; `reverse` swaps ink and ground."""

    word: str
    glyph: str
    ascii: str
    tone: str
    reverse: bool = False


BADGES: Final = {
    badge.word: badge
    for badge in (
        Badge("DUE", "○", "o", "badge-due"),
        Badge("LINK OUT", "◔", ">", "badge-link"),
        Badge("EXPIRED", "◌", "-", "badge-due"),
        Badge("FAILED", "✕", "x", "badge-failed"),
        Badge("PAID", "●", "*", "badge-paid"),
        Badge("PART REF", "◑", "%", "badge-refund"),
        Badge("REFUNDED", "↩", "<", "badge-refund"),
        Badge("CHECKING", "?", "?", "badge-plain", reverse=True),
        Badge("SETTLING", "◕", "~", "badge-link"),
        Badge("REVIEW", "!", "!", "badge-failed", reverse=True),
        Badge("CANCEL", "–", ".", "badge-quiet"),
        Badge("NO-SHOW", "–", ".", "badge-quiet"),
        Badge("ON ARRIVAL", "▹", "$", "badge-plain"),
    )
}
WIDTH: Final = 12
"""Cells: glyph, blank, the longest word."""


def badge_of(word: str, no_show: bool = False) -> Badge:
    """The badge of a projected word; one that this table does not know is shown as it is, never dropped."""
    if word == "CANCEL" and no_show:
        return BADGES["NO-SHOW"]
    return BADGES.get(word) or Badge(word, "?", "?", "badge-plain")


# Signs of the screen that a terminal without Unicode shows in another way: one cell for one cell (tui/plain_signs.py
# does the same to everything that is painted).
ASCII: Final = str.maketrans(
    {
        "·": "-",
        "→": ">",
        "←": "<",
        "…": ".",
        "—": "-",
        "–": "-",
        "−": "-",
        "●": "*",
        "▲": "!",
        "▌": "|",
        "▏": "|",
        "✓": "+",
        "✕": "x",
        "▸": ">",
        "▶": ">",
        "↑": "^",
        "↓": "v",
        "’": "'",
        "€": "E",
        "£": "L",
        "¥": "Y",
        "₹": "R",
    }
)


@dataclass(frozen=True, slots=True)
class Glyphs:
    """The signs this terminal can show."""

    ascii: bool = False

    def sign(self, badge: Badge) -> str:
        return badge.ascii if self.ascii else badge.glyph

    def label(self, badge: Badge) -> str:
        """`◔ LINK OUT`"""
        return f"{self.sign(badge)} {badge.word}"

    def text(self, text: str) -> str:
        """A sentence of the screen in signs this terminal has."""
        return text.translate(ASCII) if self.ascii else text


def glyphs_for(environ: Mapping[str, str]) -> Glyphs:
    """ASCII on the Linux console and where the locale is not UTF-8; TRAVELLO_GLYPHS=ascii or unicode decides."""
    wanted = environ.get("TRAVELLO_GLYPHS", "").lower()
    if wanted in ("ascii", "unicode"):
        return Glyphs(ascii=wanted == "ascii")
    locale = environ.get("LC_ALL") or environ.get("LC_CTYPE") or environ.get("LANG") or ""
    utf8 = "utf-8" in locale.lower() or "utf8" in locale.lower() or not locale
    return Glyphs(ascii=environ.get("TERM") == "linux" or not utf8)


def clean(text: str) -> str:
    """Data on one line: no control character reaches the terminal, no direction override turns a name around."""
    if text.isprintable():
        return text
    return "".join(char if char.isprintable() else replacement(char) for char in text)


def replacement(char: str) -> str:
    """White space becomes a blank, invisible marks vanish, anything else shows that something was there."""
    if char.isspace():
        return " "
    return "" if unicodedata.category(char) == "Cf" else "?"
