"""The timeline and Stripe's events through all days, newest first, narrowed by who, what and words. Reads only.

The desk's logs hold one day in memory (activity.py); this walks back row by row until enough is found, so that a word
of last year costs a walk and never the memory of a year. A day is found by halving, as the logs find it.
"""

from __future__ import annotations

import heapq
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice
from typing import Final

from travello_desk.store.activity import TROUBLE, Arrived, Deed, first_at
from travello_desk.store.tx import Row, Tx

FOREVER: Final = 2**62


@dataclass(frozen=True, slots=True)
class Span:
    """Instants of [since_at, until_at), unix seconds; of one booking, when it is named."""

    since_at: int = 0
    until_at: int = FOREVER
    booking_id: int | None = None

    def has(self, at: int) -> bool:
        return self.since_at <= at < self.until_at


@dataclass(frozen=True, slots=True)
class Words:
    """Every word must stand in a row, in either case; `actor` in who did it."""

    text: str = ""
    actor: str = ""

    def fit(self, actor: str, *parts: str) -> bool:
        told = " ".join((actor, *parts)).casefold()
        return self.actor.casefold() in actor.casefold() and all(w in told for w in self.text.casefold().split())


def deeds(tx: Tx, span: Span, words: Words, *, before_id: int = FOREVER, limit: int = 50) -> list[Deed]:
    """Entries of the timeline below `before_id`, newest first."""
    found = (
        row
        for row in each_deed(tx, span, before_id)
        if words.fit(row.actor, row.reference, row.kind, row.text, row.detail)
    )
    return list(islice(found, limit))


def each_deed(tx: Tx, span: Span, before_id: int) -> Iterator[Deed]:
    of_one, params = of_booking("t", span)
    rows = tx.each(
        "SELECT t.id, t.at, t.booking_id, COALESCE(b.reference, ''), t.actor, t.kind, t.text, t.detail"
        " FROM timeline t LEFT JOIN bookings b ON b.id = t.booking_id"
        f" WHERE t.id >= ? AND t.id < ? AND t.id < ?{of_one} ORDER BY t.id DESC",
        (*ids_of(tx, "timeline", "at", span), before_id, *params),
    )
    for row in rows:
        yield Deed(*row)


def ids_of(tx: Tx, table: str, column: str, span: Span) -> tuple[int, int]:
    """The first id of the span and the first one after it."""
    return first_at(tx, table, column, span.since_at), first_at(tx, table, column, span.until_at)


def of_booking(table: str, span: Span) -> tuple[str, tuple[int, ...]]:
    return ("", ()) if span.booking_id is None else (f" AND {table}.booking_id = ?", (span.booking_id,))


def arrivals(tx: Tx, span: Span, words: Words, *, trouble: bool = False, limit: int = 50) -> list[Arrived]:
    """What came from Stripe, what was refused and what a fault of ours left out, newest first."""
    sources = [each_event(tx, span)]
    if span.booking_id is None:
        sources += [each_refused(tx), each_dead(tx)]
    found = (
        row
        for row in heapq.merge(*sources, key=lambda row: (-row.at, -row.id))
        if span.has(row.at)
        and (row.trouble or not trouble)
        and words.fit(row.source, row.type, row.event_id, row.reference, row.outcome)
    )
    return list(islice(found, limit))


EVENTS: Final = (
    "SELECT i.id, i.received_at, i.type, i.event_id, i.booking_id, COALESCE(b.reference, ''), i.outcome, i.tries,"
    " i.source FROM inbox i LEFT JOIN bookings b ON b.id = i.booking_id WHERE "
)


def each_event(tx: Tx, span: Span) -> Iterator[Arrived]:
    of_one, params = of_booking("i", span)
    ids = ids_of(tx, "inbox", "received_at", span)
    for row in tx.each(f"{EVENTS}i.id >= ? AND i.id < ?{of_one} ORDER BY i.id DESC", (*ids, *params)):
        yield arrived(row)


def arrived(row: Row) -> Arrived:
    return Arrived(*(*row, row[6] in TROUBLE))


def each_refused(tx: Tx) -> Iterator[Arrived]:
    for row_id, at, reason, remote in tx.each("SELECT id, at, reason, remote FROM rejections ORDER BY id DESC"):
        yield Arrived(-2 * row_id, at, f"({reason} from {remote})", "", None, "", "refused 400", 0, "webhook", True)


def each_dead(tx: Tx) -> Iterator[Arrived]:
    rows = tx.each("SELECT id, at, event_id, error, failures FROM dead_letters ORDER BY at DESC, id DESC")
    for row_id, at, event_id, error, failures in rows:
        yield Arrived(
            -2 * row_id - 1, at, f"({error})", event_id, None, "", "not applied", failures, "webhook", trouble=True
        )


def arrival_of(tx: Tx, event_id: str) -> Arrived | None:
    """One event by Stripe's own id, from the inbox or from what could not be applied."""
    row = tx.one(f"{EVENTS}i.event_id = ?", (event_id,))
    return arrived(row) if row else next((one for one in each_dead(tx) if one.event_id == event_id), None)
