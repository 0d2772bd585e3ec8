"""What is pressed, and what must then stand on the screen: asked of the store, so that a wrong answer is not fast."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path

from benchmarks.terminal import Shown
from travello_desk.store.browse import ViewSource, rows_of, view_source
from travello_desk.store.database import connect
from travello_desk.store.filters import read
from travello_desk.store.search import search
from travello_desk.store.tx import Tx
from travello_desk.tui.screens.view_words import VIEW_WORDS, found_summary

SEARCHES = {
    "name": ("khan", "ayesha", "müller", "o'brien"),
    "two words": ("ayesha khan", "wei popescu"),
    "reference": ("td-0000815", "TD-0000042"),
    "phone": ("+92300123", "923004567"),
    "mail": ("sana.malik", "zoë.li"),
    "middle of a word": ("hmood", "shar", "owalsk"),
    "filters": ("due:>20000", "in:today status:failed", "in:today khan", "room:312 due:", "in:tomorrow"),
}
PAGES, LINES, VIEW_ROUNDS = 40, 40, 3
CLEAR, PAGE_DOWN, PAGE_UP, DOWN, END, HOME = "\x15", "\x1b[6~", "\x1b[5~", "\x1b[B", "\x1b[F", "\x1b[H"
PLACE = re.compile(r"row ([\d,]+) of ([\d,]+)")


@dataclass(frozen=True, slots=True)
class Step:
    """Keys, what their answer looks like, and the group they are counted in. `counted` False: only to get there."""

    group: str
    keys: str
    shown: Shown
    counted: bool = True


@dataclass(slots=True)
class Book:
    """The store as the benchmark reads it."""

    tx: Tx
    day_on: date

    @classmethod
    def open(cls, path: Path, day_on: date) -> Book:
        return cls(Tx(connect(path, read_only=True), 0), day_on)

    def reference(self, source: ViewSource, index: int, total: int | None) -> str:
        rows = source.window(self.tx, index, 1, total)
        return rows[0].reference if rows else ""


def line_with(lines: Sequence[str], text: str) -> int:
    return next((number for number, line in enumerate(lines) if text in line), -1)


def first_row(lines: Sequence[str]) -> str:
    title = line_with(lines, "STATUS ")
    return lines[title + 1] if 0 <= title < len(lines) - 1 else ""


def whole(lines: Sequence[str]) -> bool:
    """No row is still on its way."""
    return not any(line.startswith(" … ") for line in lines)


def place(lines: Sequence[str]) -> tuple[int, int] | None:
    """The cursor's row, counted from 0, and how many there are, as the status line says."""
    found = PLACE.search("\n".join(lines))
    return (int(found[1].replace(",", "")) - 1, int(found[2].replace(",", ""))) if found else None


def listed(reference: str, *words: str) -> Shown:
    """This booking is the first row, and these words are somewhere."""

    def shown(lines: Sequence[str]) -> bool:
        text = "\n".join(lines)
        return reference in first_row(lines) and all(word in text for word in words) and whole(lines)

    return shown


def nothing(*words: str) -> Shown:
    return lambda lines: all(word in "\n".join(lines) for word in words)


def search_step(book: Book, group: str, key: str, text: str) -> Step:
    query = read(text, book.day_on)
    found = search(book.tx, query, text)
    summary = found_summary(len(found.ids), found.capped, found.inside, query)
    rows = rows_of(book.tx, found.ids[:1])
    shown = listed(rows[0].reference, text, summary) if rows else nothing(text, "0 found")
    return Step(group, key, shown)


def searches(book: Book, back: Shown) -> Iterator[Step]:
    """Every text typed key by key, the last letter taken back once, then cleared. `back` is the view again."""
    yield Step("to the box", "/", lambda lines: True, counted=False)
    for kind, texts in SEARCHES.items():
        for text in texts:
            typed = [(text[end - 1], text[:end]) for end in range(1, len(text) + 1)]
            for key, now in (*typed, ("\x7f", text[:-1])):
                step = search_step(book, f"search: {kind}", key, now)
                # The view stands while a filter is half typed (`in:`): that is no search yet.
                yield replace(step, shown=back) if read(now, book.day_on).empty else step
            yield Step("search: cleared", CLEAR, back)


def moved(book: Book, source: ViewSource, lines: Sequence[str]) -> Shown:
    """The cursor is on another row than now, and that row is on the screen."""
    before = place(lines)

    def shown(now: Sequence[str]) -> bool:
        found = place(now)
        if found is None or found == before or not whole(now):
            return False
        reference = book.reference(source, found[0], found[1])
        return any(reference in line for line in now[: line_with(now, "row ")])

    return shown


def view_steps(book: Book) -> Iterator[Step]:
    for _ in range(VIEW_ROUNDS):
        for words in VIEW_WORDS:
            first = book.reference(view_source(words.id, book.day_on), 0, None)
            shown = listed(first, words.summary) if first else nothing(words.empty.split(".")[0])
            yield Step("view", words.key, shown)
