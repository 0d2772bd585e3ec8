"""Bytes of a CSV file to records with the line each one starts on. Pure; streams; never raises on any content.

A quotation mark that is opened and never closed would swallow the rest of the file: such a line is given up alone and
reading goes on with the next one, so that one bad row costs one row.
"""

from __future__ import annotations

import csv
from collections import deque
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

# A record may hold line breaks inside quotation marks, but a booking's notes are not a book.
MAX_RECORD_LINES = 50
MAX_LINE_BYTES = 64 * 1024
BOM = b"\xef\xbb\xbf"


# What csv.Error says, in the words of somebody with a spreadsheet.
_SENTENCES = {
    "expected after": "text follows a closing quotation mark",
    "new-line character": "a lone carriage return stands in it: save the file with Windows or Unix line ends",
    "field larger": "a field is too long",
}


@dataclass(frozen=True, slots=True)
class Record:
    """The fields of one record and the physical lines it stands on, counted from 1."""

    line: int
    last_line: int
    fields: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Rejected:
    """A line that did not go in, and the reason as a sentence for the person who made the file."""

    line: int
    reason: str


class _Unreadable(Exception):
    """A record that cannot be taken; its text is the reason."""


class _Lines:
    """Lines with their number, of which some can be given back."""

    def __init__(self, source: Iterable[bytes]) -> None:
        self._fresh = iter(source)
        self._returned: deque[bytes] = deque()
        self._number = 0

    def take(self) -> bytes | None:
        line = self._returned.popleft() if self._returned else next(self._fresh, None)
        if line is not None:
            self._number += 1
            if self._number == 1:
                line = line.removeprefix(BOM)
        return line

    def give_back(self, lines: list[bytes]) -> None:
        self._returned.extendleft(reversed(lines))
        self._number -= len(lines)

    @property
    def number(self) -> int:
        """Of the line taken last."""
        return self._number


def read_records(source: Iterable[bytes]) -> Iterator[Record | Rejected]:
    """Records in the order of the file, all as wide as the first. `source` yields lines as a binary file does.

    Blank lines are passed over. A refused record costs its first line only; the lines after it are read afresh, since
    a quotation mark in the wrong place may have drawn whole rows into it.
    """
    lines = _Lines(source)
    width: int | None = None
    while (first := lines.take()) is not None:
        if not first.strip():
            continue
        start = lines.number
        taken = [first]
        try:
            fields = _read_one(taken, lines, width)
        except (_Unreadable, csv.Error) as error:
            lines.give_back(taken[1:])
            yield Rejected(start, _sentence(error))
            continue
        width = len(fields)
        yield Record(start, lines.number, fields)


def _read_one(taken: list[bytes], lines: _Lines, width: int | None) -> tuple[str, ...]:
    """One record; the lines it needed beyond the first are added to `taken`."""

    def text() -> Iterator[str]:
        yield _text(taken[0])
        while (line := lines.take()) is not None:
            taken.append(line)
            if len(taken) > MAX_RECORD_LINES:
                raise _Unreadable(f"a quotation mark stays open for more than {MAX_RECORD_LINES} lines")
            yield _text(line)
        raise _Unreadable("a quotation mark is opened and never closed")

    fields = tuple(next(csv.reader(text(), strict=True)))
    if width is not None and len(fields) != width:
        raise _Unreadable(f"has {len(fields)} fields where the first line names {width}")
    if any("\udc80" <= character <= "\udcff" for field in fields if not field.isascii() for character in field):
        raise _Unreadable("is not UTF-8 text: save the file as CSV UTF-8")
    return fields


def _text(line: bytes) -> str:
    """Bytes that are not UTF-8 become lone surrogates, to be told apart once the record is whole."""
    if len(line) > MAX_LINE_BYTES:
        raise _Unreadable(f"is longer than {MAX_LINE_BYTES // 1024} KiB")
    return line.decode("utf-8", "surrogateescape")


def _sentence(error: Exception) -> str:
    said = str(error)
    return next((ours for theirs, ours in _SENTENCES.items() if theirs in said), said)
