"""Words of the six views: labels, what an empty one says, the totals. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from travello_desk.money import describe_minor
from travello_desk.store.browse import Totals
from travello_desk.store.filters import Query
from travello_desk.store.search import CAP, Found
from travello_desk.tui.badges import clean
from travello_desk.tui.bars import LISTED
from travello_desk.tui.widgets.offers import Offer


@dataclass(frozen=True, slots=True)
class ViewWords:
    """One view as people read it. `summary` follows the number of bookings."""

    id: str
    key: str
    label: str
    short: str
    summary: str
    empty: str


NO_BOOKINGS: Final = "No bookings yet. n makes one, travello-desk import FILE.csv brings them in."
VIEW_WORDS: Final = (
    ViewWords("arriving", "1", "Arriving", "Arriving", "arriving today", "Nobody arrives today. 6 shows all bookings."),
    ViewWords("unpaid", "2", "Unpaid", "Unpaid", "unpaid", "Nobody owes anything."),
    ViewWords("links", "3", "Links out", "Links", "links out", "No links are out. l on an unpaid booking makes one."),
    ViewWords("problems", "4", "Problems", "Problems", "with problems", "Nothing waits for you."),
    ViewWords("in_house", "5", "In house", "House", "in house", "Nobody is in house. 6 shows all bookings."),
    ViewWords(
        "all",
        "6",
        "All",
        "All",
        "bookings",
        "No bookings yet. n makes one, travello-desk import FILE.csv brings them in.",
    ),
)
MOST_TYPED: Final = 32
ALL: Final = "All bookings were searched, not only this view."
PARTLY: Final = "No word begins so in any booking. The middle of words was compared in the newest only: keep typing."
BY_KEY: Final = {words.key: words for words in VIEW_WORDS}
BY_ID: Final = {words.id: words for words in VIEW_WORDS}


def view_summary(words: ViewWords, total: int | None, totals: Totals | None) -> list[str]:
    """`12 arriving today`, ` · 5 unpaid`, ` · Rs. 152,450 to collect`, ` · 1 cancelled`"""
    cancelled = totals.cancelled if totals else 0
    parts = [f"{total - cancelled:,} {words.summary}" if total is not None else words.summary]
    if totals is not None and totals.unpaid:
        if words.id != "unpaid":
            parts.append(f"{totals.unpaid:,} unpaid")
        sums = " + ".join(describe_minor(minor, currency) for currency, minor in totals.due)
        parts.append(f"{sums} to collect")
    if cancelled:
        parts.append(f"{cancelled:,} cancelled")
    return [parts[0], *(f"{LISTED}{part}" for part in parts[1:])]


def found_summary(found: Found, query: Query, typed: str) -> str:
    """`2,000+ found for khan, keep typing`: of an answer that came late nobody must think it belongs to the box."""
    count = f"{len(found.ids):,}+" if found.capped else f"{len(found.ids):,}"
    text = f"{count} found{' inside words' if found.inside else ''} for {brief(typed)}"
    if found.capped:
        text += ", keep typing"
    elif found.partly:
        text += " in the newest, keep typing for older ones"
    if query.unread:
        text += f" · not understood: {' '.join(query.unread)}"
    return text


def misread(query: Query, parts: list[str]) -> list[str]:
    """The line of a view above which nothing but a filter stands that was not understood: the list is not narrowed."""
    if not query.unread:
        return parts
    return [f"Not understood: {brief(' '.join(query.unread))}", f"{LISTED}{parts[0]}", *parts[1:]]


def brief(typed: str) -> str:
    """What was typed, so short that the rest of the line has room."""
    words = " ".join(clean(typed).split())
    return words if len(words) <= MOST_TYPED else f"{words[:MOST_TYPED]}…"


def nothing_found(text: str, query: Query, found: Found) -> str:
    """That nothing matches, in any view."""
    lines = [f"Nothing matches {text.strip()}", PARTLY if found.partly else ALL]
    if query.unread:
        lines.append(f"Not understood: {' '.join(query.unread)}")
    return "\n".join(lines)


def offers_for(query: Query, dropped: Mapping[str, int]) -> list[Offer]:
    """What to do instead: search with fewer filters where that finds something, make the booking, or go back."""
    offers = [
        Offer("search", f"Search for  {shorter}  ({count:,}{'+' if count >= CAP else ''} found)", shorter)
        for shorter, count in dropped.items()
    ]
    if any(char.isalpha() for char in query.words):
        offers.append(Offer("new", f"Make a booking for  {query.words}", query.words))
    return [*offers, Offer("clear", "Clear the search (Esc)")]


def picked_summary(count: int) -> str:
    return f"{count:,} opened last · Esc goes back to the view"


def row_words(index: int, total: int | None, marked: int) -> str:
    """`row 1 of 12`, with the number of marked rows."""
    place = f"row {index + 1:,} of {total:,}" if total else ("row …" if total is None else "")
    return f"{marked} marked · {place}" if marked else place
