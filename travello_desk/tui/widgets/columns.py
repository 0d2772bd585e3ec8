"""Columns of a list: which of them fit, how wide they are, what stands in a cell. Pure."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Generic, TypeVar

from rich.cells import cell_len, set_cell_size

T = TypeVar("T")
GAP = 1
NUMBER = re.compile(r"(?<!\S)[^\w\s]*(?:[A-Z]{2,3}\$?)?\d[\d,.]*$")
"""A number at the end of a text that goes on: what is left of a cut one reads as another. A reference is no number."""
DIGITS = tuple("0123456789,.")


@dataclass(frozen=True, slots=True)
class Tone:
    """How a cell looks beside its text: a theme variable, and whether ink and ground are swapped."""

    variable: str = ""
    bold: bool = False
    reverse: bool = False


@dataclass(frozen=True, slots=True)
class Column(Generic[T]):
    """One column. `drop` 0 never drops, of the others the lowest number drops first; `grow` takes what is left over."""

    id: str
    title: str
    width: int
    text: Callable[[T], str]
    tone: Callable[[T], Tone] | None = None
    right: bool = False
    drop: int = 0
    grow: bool = False


def fit(columns: Sequence[Column[T]], width: int) -> tuple[Column[T], ...]:
    """The columns that fit into `width` cells, the growing one widened. The last resort cuts at the right edge."""
    shown = list(columns)
    while needed(shown) > width:
        droppable = [column for column in shown if column.drop]
        if not droppable:
            break
        shown.remove(min(droppable, key=lambda column: column.drop))
    spare = max(0, width - needed(shown))
    return tuple(replace(column, width=column.width + spare) if column.grow else column for column in shown)


def needed(columns: Sequence[Column[T]]) -> int:
    return sum(column.width for column in columns) + GAP * max(0, len(columns) - 1)


def column_at(columns: Sequence[Column[T]], x: int) -> str:
    """The id of the column at a cell of the line, or empty between and beside them."""
    left = 0
    for column in columns:
        if left <= x < left + column.width + GAP:
            return column.id
        left += column.width + GAP
    return ""


def cell(text: str, width: int, *, right: bool = False, more: str = "…") -> str:
    """Exactly `width` cells of `text`, cut with `more` where it does not fit. Wide characters count twice."""
    length = cell_len(text)
    if length > width:
        kept = set_cell_size(text, max(0, width - cell_len(more)))
        if text[len(kept) : len(kept) + 1] in DIGITS and (number := NUMBER.search(kept)):
            kept = kept[: number.start()]
        return set_cell_size(kept + more, width)
    return " " * (width - length) + text if right else text + " " * (width - length)


def money_cell(text: str, width: int) -> str:
    """A sum, whole or not at all: first without its symbol, then `###`. A cut sum reads as another sum."""
    if cell_len(text) <= width:
        return cell(text, width, right=True)
    bare = re.sub(r"^(−?)\D+", r"\1", text)
    return cell(bare if cell_len(bare) <= width else "#" * width, width, right=True)
