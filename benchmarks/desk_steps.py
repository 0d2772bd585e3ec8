"""What is pressed, and what must then stand on the screen: asked of the store, so that a wrong answer is not fast.

An answer is known by its own words: what a search found says for which text, so that the answer to the letter before
does not pass for this one's.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from benchmarks.screens import floor_words
from benchmarks.terminal import Shown
from travello_desk.store.browse import ViewSource, rows_of, view_source
from travello_desk.store.database import connect
from travello_desk.store.filters import read
from travello_desk.store.search import search
from travello_desk.store.tx import Tx
from travello_desk.tui.screens.view_words import VIEW_WORDS, brief, found_summary

SEARCHES = {
    "name": ("khan", "ayesha", "müller", "o'brien"),
    "two words": ("ayesha khan", "wei popescu"),
    "reference": ("td-0000815", "TD-0000042"),
    "phone": ("+92300123", "923004567"),
    "mail": ("sana.malik", "zoë.li"),
    "middle of a word": ("hmood", "shar", "owalsk"),
    "filters": ("due:>20000", "in:today status:failed", "in:today khan", "room:312 due:", "in:tomorrow"),
}
PAGES, LINES, OPENED, SORTED, VIEW_ROUNDS = 40, 40, 10, 6, 3
CLEAR, BACKSPACE, ENTER, ESCAPE = "\x15", "\x7f", "\r", "\x1b"
PAGE_DOWN, PAGE_UP, DOWN, END, HOME = "\x1b[6~", "\x1b[5~", "\x1b[B", "\x1b[F", "\x1b[H"
PLACE = re.compile(r"row ([\d,]+) of ([\d,]+)")
LETTER, CLEARED = "letter: ", "search cleared"


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


def contains(text: str) -> Shown:
    return lambda lines: line_with(lines, text) >= 0


def whole(lines: Sequence[str]) -> bool:
    """No row is still on its way."""
    return not any(line.startswith(" … ") for line in lines)


def place(lines: Sequence[str]) -> tuple[int, int] | None:
    """The cursor's row, counted from 0, and how many there are, as the status line says."""
    found = PLACE.search("\n".join(lines))
    return (int(found[1].replace(",", "")) - 1, int(found[2].replace(",", ""))) if found else None


def says(lines: Sequence[str], words: re.Pattern[str]) -> bool:
    """Whether a line begins so: the status line does, the list's rows do not."""
    return any(words.match(line) for line in lines)


def listed(reference: str, words: re.Pattern[str]) -> Shown:
    """This booking is the first row, and the status line says these words."""
    return lambda lines: reference in first_row(lines) and says(lines, words) and whole(lines)


def exactly(summary: str) -> re.Pattern[str]:
    """The left end of the status line: these words and no other after them."""
    return re.compile(rf" ?{re.escape(summary)}(?:  |\s*$)")


ANSWER = re.compile(r" ?[\d,]+\+? found")


def answer_to(typed: str) -> Shown:
    """Any answer to this text, whatever it found: while bookings change nobody can say what it must be."""
    words = re.compile(rf" ?[\d,]+\+? found(?: inside words)? for {re.escape(brief(typed))}(?:, |  |\s*$)")
    return lambda lines: says(lines, words)


def search_step(book: Book, group: str, key: str, text: str) -> Step:
    """The first row, how many, and for which text."""
    query = read(text, book.day_on)
    found = search(book.tx, query, text, today_on=book.day_on)
    words = exactly(found_summary(found, query, text))
    rows = rows_of(book.tx, found.ids[:1])
    return Step(group, key, listed(rows[0].reference if rows else "", words))


def searches(book: Book, back: Shown) -> Iterator[Step]:
    """Every text typed key by key, the last letter taken back once, then cleared. `back` is the view again."""
    yield Step("to the box", "/", lambda lines: True, counted=False)
    for kind, texts in SEARCHES.items():
        for text in texts:
            typed = [(text[end - 1], text[:end]) for end in range(1, len(text) + 1)]
            before = ""
            for key, now in (*typed, (BACKSPACE, text[:-1])):
                yield typed_step(book, f"{LETTER}{kind}", key, before, now, back)
                before = now
            yield Step(CLEARED, CLEAR, back)


def typed_step(book: Book, group: str, key: str, before: str, now: str, back: Shown) -> Step:
    was, query = read(before, book.day_on), read(now, book.day_on)
    if before.split() == now.split() or (was.empty and query.empty):
        return Step(group, key, back, counted=False)  # a blank, or a filter half typed: nothing changes
    if query.empty:  # the view stands while a filter is half typed (`in:`)
        return Step(CLEARED, key, back)
    return search_step(book, group, key, now)


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
    """Every view; whether its number is counted already does not matter, its first row does."""
    for _ in range(VIEW_ROUNDS):
        for words in VIEW_WORDS:
            first = book.reference(view_source(words.id, book.day_on), 0, None)
            summary = re.compile(rf" ?(?:[\d,]+ )?{re.escape(words.summary)}\b")
            shown = listed(first, summary) if first else contains(words.empty.split(".")[0])
            yield Step("view switched", words.key, shown)


def sort_steps(book: Book) -> Iterator[Step]:
    """The two orders a large view has, in turn."""
    for number in range(SORTED):
        source = view_source("all", book.day_on, ("arrival", "arrival_last")[number % 2])
        yield Step("sorted", "o", listed(book.reference(source, 0, None), re.compile(".*row 1 of")))


def opened(book: Book, source: ViewSource, lines: Sequence[str]) -> Shown:
    """The booking under the cursor: in the pane beside the list, or alone on a narrow screen."""
    found = place(lines)
    reference = book.reference(source, found[0] + 1, found[1]) if found else ""

    def shown(now: Sequence[str]) -> bool:
        text = "\n".join(now)
        return text.count(reference) > 1 or (reference in text and place(now) is None)

    return shown


def floor_steps() -> Iterator[Step]:
    """The same letters, for the app that only repeats them."""
    for texts in SEARCHES.values():
        for text in texts:
            for end in range(1, len(text) + 1):
                yield Step(f"{LETTER}any", text[end - 1], contains(floor_words(text[:end])))
            yield Step(CLEARED, CLEAR, contains(floor_words("")))
