"""The words of a mail: one text part, one HTML part, in one language. Values in, a Letter out."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any, Final

from travello_desk.texts import Language

KINDS: Final = ("link", "reminder", "receipt", "refund", "refund_failed")
TEMPLATES: Final = Path(__file__).parent / "templates"


@dataclass(frozen=True, slots=True)
class Letter:
    """What a guest reads."""

    subject: str
    text: str
    html: str


@dataclass(frozen=True, slots=True)
class Contents:
    """What a letter is made of. `kind` is one of KINDS; `values` fill its sentences; `rows` are label and value."""

    kind: str
    hotel: str
    contact: str
    name: str
    address: str
    values: dict[str, object]
    rows: list[tuple[str, object]] = field(default_factory=list)
    mode: str = ""
    """`test` or `sandbox` where no real money moves."""


@cache
def environment() -> Any:
    from jinja2 import Environment, FileSystemLoader, StrictUndefined, select_autoescape

    return Environment(
        loader=FileSystemLoader(TEMPLATES),
        autoescape=select_autoescape(["html"]),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )


def write(contents: Contents, speech: Language) -> Letter:
    """The letter in one language."""
    button = f"mail.{contents.kind}.button"
    values: dict[str, Any] = {
        "letter": contents,
        "speech": speech,
        "key": f"mail.{contents.kind}",
        "button": button if button in speech.texts else "mail.button",
    }
    return Letter(
        subject=one_line(speech.text(f"mail.{contents.kind}.subject", hotel=contents.hotel, **contents.values)),
        text=environment().get_template("letter.txt").render(t=speech.text, **values),
        html=environment().get_template("letter.html").render(t=speech.html, **values),
    )


def one_line(text: str) -> str:
    """A header's worth of text: no line breaks, no control characters, not endless.

    `=?` begins an encoded word of RFC 2047; Python's email package would decode what a guest has put into one and
    write its line breaks out.
    """
    shown = "".join(letter if letter.isprintable() or is_mark(letter) else " " for letter in text)
    return " ".join(shown.replace("=?", "= ?").split())[:200]


def is_mark(letter: str) -> bool:
    """Unicode's own marks for direction, which are invisible and harmless in a header."""
    return "\u2066" <= letter <= "\u2069"
