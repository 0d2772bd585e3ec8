"""Finding bookings: words by full-text index, filters by column, the middle of words by trigrams. Reads only.

No input makes it fail (UX 3.4): what is typed is reduced to the index's own alphabet before it becomes a query.
Measured at a million rows: a JOIN onto the index costs up to 1.3 s, so ids always come from a sub-query.
"""

from __future__ import annotations

import re
import sqlite3
import unicodedata
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import date
from typing import Final

from playhouse.fts_parser import parse

from travello_desk.money import THREE_DECIMAL, ZERO_DECIMAL
from travello_desk.store.browse import LINK_BADGES, VIEWS
from travello_desk.store.filters import Amount, Days, Query, storable
from travello_desk.store.tx import Tx

CAP: Final = 2_000
"""So many are listed, newest first; who finds more should type on."""
TRIGRAM: Final = 3
CANDIDATES: Final = 10_000
"""So many rows are compared letter by letter before the search for the middle of a word gives up."""
PART: Final = 2_500
NO_ID_ABOVE: Final = 2**62
SEARCHED: Final = ("reference", "guest_name", "guest_email", "guest_phone", "room")


@dataclass(frozen=True, slots=True)
class Condition:
    """A piece of WHERE. `few`: an index finds its rows, and they are few, so that sorting them by id is cheap.

    The others are written `+column`: with them the table is walked from its newest row until enough is found, which
    an index on a column with three values would only slow down (measured 427 ms against 3).
    """

    sql: str
    params: tuple[object, ...] = ()
    few: bool = False
    wide: bool = False
    """They have an index but need not be few: not to be collected beforehand."""


@dataclass(frozen=True, slots=True)
class Found:
    """Ids: the exact reference first, then who is here or arrives today, then newest first. `capped`: there are more,
    and only the newest stand here. `inside`: found within words. `partly`: within the words of the newest only, older
    ones were not compared."""

    ids: tuple[int, ...]
    capped: bool = False
    inside: bool = False
    partly: bool = False


NOTHING: Final = Found(())


def search(tx: Tx, query: Query, typed: str = "", cap: int = CAP, today_on: date | None = None) -> Found:
    """All bookings that match, at most `cap`. `typed` is the whole text, for a reference with spaces around it."""
    if query.empty:
        return NOTHING
    exact = exact_reference(tx, typed)
    ids = by_words(tx, query, cap + 1)
    inside = partly = False
    if not ids and exact is None and not query.columns:
        ids, partly = by_number(tx, query, cap + 1)
    if not ids and exact is None and not query.columns:
        ids, gave_up = by_middle(tx, query, cap + 1)
        inside, partly = bool(ids), partly or gave_up
    if today_on is not None and 1 < len(ids) <= cap:
        ids = here_first(tx, ids, today_on)
    if exact is not None:
        ids = [exact, *(booking_id for booking_id in ids if booking_id != exact)]
    return Found(tuple(ids[:cap]), len(ids) > cap, inside, partly)


def exact_reference(tx: Tx, typed: str) -> int | None:
    """The booking whose reference this is: pasted or scanned, in either case."""
    reference = storable(typed).strip()
    if not reference or len(reference) > 64:
        return None
    spellings = tuple(dict.fromkeys((reference, reference.upper(), reference.lower())))
    marks = ",".join("?" * len(spellings))
    booking_id: int | None = tx.value(f"SELECT id FROM bookings WHERE reference IN ({marks})", spellings)
    return booking_id


HERE: Final = "+check_in <= ? AND +check_out >= ? AND +status <> 'CANCELLED'"


def here_first(tx: Tx, ids: list[int], today_on: date) -> list[int]:
    """Whoever stands at the desk is in house or arrives today, whenever the booking was made."""
    marks, today = ",".join("?" * len(ids)), today_on.isoformat()
    sql = f"SELECT id FROM bookings WHERE id IN ({marks}) AND {HERE}"
    here = {row[0] for row in tx.all(sql, (*ids, today, today))}
    return [i for i in ids if i in here] + [i for i in ids if i not in here]


def by_words(tx: Tx, query: Query, limit: int) -> list[int]:
    """Ids whose words begin as typed and whose columns pass the filters, newest first."""
    conditions = list(filter_conditions(query))
    match = match_text(query)
    if match != NO_WORDS:
        return with_words(tx, match, conditions, limit)
    if query.searches:
        return []
    where, params = joined(conditions)
    order = "+id" if any(condition.few for condition in conditions) else "id"
    return ids_of(tx, f"SELECT id FROM bookings WHERE {where} ORDER BY {order} DESC LIMIT ?", (*params, limit))


def with_words(tx: Tx, match: str, conditions: list[Condition], limit: int) -> list[int]:
    """Walk the index from its newest row and ask the filters about each one, until enough is found.

    The other way round, everything that matches would be collected and sorted first: 150 ms for one letter.
    """
    where, params = joined(conditions)
    if any(condition.few and not condition.wide for condition in conditions):
        passes = f" AND +rowid IN (SELECT id FROM bookings WHERE {where})"
    elif conditions:
        passes = f" AND EXISTS (SELECT 1 FROM bookings WHERE id = bookings_fts.rowid AND {where})"
    else:
        passes = ""
    sql = f"SELECT rowid FROM bookings_fts WHERE bookings_fts MATCH ?{passes} ORDER BY rowid DESC LIMIT ?"
    return ids_of(tx, sql, (match, *params, limit))


def joined(conditions: list[Condition]) -> tuple[str, list[object]]:
    """All of them, with their parameters in order."""
    where = " AND ".join(condition.sql for condition in conditions)
    return where, [value for condition in conditions for value in condition.params]


def ids_of(tx: Tx, sql: str, params: tuple[object, ...]) -> list[int]:
    """Run a search. What the index's tokenizer splits although we did not is a phrase it cannot look up: nothing."""
    try:
        return [row[0] for row in tx.all(sql, params)]
    except sqlite3.OperationalError as error:
        if "phrase" in str(error) or "fts5" in str(error):
            return []
        raise


NO_WORDS: Final = '""'


def match_text(query: Query) -> str:
    """The full-text query: every word a prefix, all of them wanted; `-word`, OR and brackets as in a web search."""
    parts = [starred(query.words)]
    for column, text in query.columns:
        parts.extend(f"{column}:{word}*" for word in tokens(text))
    parts.extend(f"room:{word}" for word in tokens(query.room))  # the column has no index, its words have
    return str(parse(" ".join(part for part in parts if part), SEARCHED))


def starred(words: str) -> str:
    """The words in the index's alphabet, each with `*`. Brackets and OR stay, all else that is no letter goes."""
    pieces = []
    for word in words.replace("(", " ( ").replace(")", " ) ").split():
        if word in ("(", ")", "OR"):
            pieces.append(word)
            continue
        minus = "-" if word.startswith("-") and pieces else ""
        pieces.extend(f"{minus}{token}*" for token in tokens(word.lstrip("-")))
    return " ".join(pieces)


def tokens(text: str) -> list[str]:
    """Words as `unicode61` with `-` cuts them: letters, digits and hyphens."""
    kept = "".join(char if is_token_char(char) else " " for char in unicodedata.normalize("NFC", text))
    return [token for token in kept.split() if token.strip("-")]


def is_token_char(char: str) -> bool:
    return char == "-" or unicodedata.category(char)[0] in "LN"


def filter_conditions(query: Query) -> Iterator[Condition]:
    """The filters as conditions on bookings."""
    if query.arriving:
        yield arriving_condition(query.arriving)
    if query.leaving:
        first, last = query.leaving.first_on or date.min, query.leaving.last_on or date.max
        yield Condition(LEAVING, (first.isoformat(), last.isoformat()), True)
    if query.status:
        yield Condition("+status = ?", (query.status,))
    if query.paid is not None:
        yield Condition("+status = ?", ("PAID" if query.paid else "PENDING",))
    if query.problems:
        yield Condition("attention > 0", (), True)
    if query.badges:
        yield badge_condition(query.badges)
    if query.method:
        yield Condition("method = ?", (query.method,))
    if query.room:
        yield Condition("room = ? COLLATE NOCASE", (query.room,))
    if query.due:
        yield Condition("+status = 'PENDING'")
        yield from (due_condition(amount) for amount in query.due)


FEW_DAYS: Final = 31
# Who leaves on these days: from arrival day to arrival day within the index, as browse.IN_HOUSE does.
LEAVING: Final = """id IN (
    WITH RECURSIVE arrivals (day) AS (
        SELECT MIN(check_in) FROM bookings
        UNION ALL
        SELECT (SELECT MIN(check_in) FROM bookings WHERE check_in > day) FROM arrivals WHERE day IS NOT NULL
    )
    SELECT b.id FROM arrivals CROSS JOIN bookings b
    WHERE b.check_in = arrivals.day AND b.check_out >= ? AND b.check_out <= ?)"""


def arriving_condition(days: Days) -> Condition:
    first, last = days.first_on or date.min, days.last_on or date.max
    few = (last - first).days < FEW_DAYS
    column = "check_in" if few else "+check_in"
    return Condition(f"{column} >= ? AND {column} <= ?", (first.isoformat(), last.isoformat()), few)


COMMON_BADGES: Final = ("DUE", "LINK OUT", "PAID", "ON ARRIVAL", "CANCEL")
RARE: Final = " AND ".join(f"badge <> '{badge}'" for badge in COMMON_BADGES)


def badge_condition(badges: tuple[str, ...]) -> Condition:
    """Rare badges and those of open links have an index each; its own words must stand in the query."""
    among = f"badge IN ({','.join('?' * len(badges))})"
    if not set(badges) & set(COMMON_BADGES):
        return Condition(f"{RARE} AND {among}", badges, few=True)
    if set(badges) <= set(LINK_BADGES):
        return Condition(f"{VIEWS['links'].where} AND +{among}", badges, few=True, wide=True)
    return Condition(f"+{among}", badges)


def quoted(codes: Iterable[str]) -> str:
    return ", ".join(f"'{code}'" for code in sorted(codes))


# A balance in thousandths of its major unit, whatever the currency's digits.
MILLI: Final = (
    f"balance_minor * CASE WHEN currency IN ({quoted(ZERO_DECIMAL)}) THEN 1000"
    f" WHEN currency IN ({quoted(THREE_DECIMAL)}) THEN 1 ELSE 10 END"
)
OPERATORS: Final = frozenset({"<", "<=", "=", ">=", ">"})


def due_condition(amount: Amount) -> Condition:
    if amount.op not in OPERATORS:
        raise ValueError(amount.op)
    return Condition(f"{MILLI} {amount.op} ?", (amount.milli,))


def by_middle(tx: Tx, query: Query, limit: int) -> tuple[list[int], bool]:
    """Ids that contain every word somewhere in the searched columns, newest first, and whether it gave up before the
    oldest.

    The trigram index knows no positions (detail=none keeps it small): it proposes, the letters themselves decide.
    """
    words = [word.casefold() for word in query.words.split()]
    if not words or min(map(len, words)) < TRIGRAM:
        return [], False
    conditions = list(filter_conditions(query))
    found: list[int] = []
    proposals = Proposals(tx, grams_text(words))
    for proposed in proposals:
        found.extend(confirmed(tx, proposed, conditions, words))
        if len(found) >= limit:
            break
    return found[:limit], proposals.gave_up


def grams_text(words: list[str]) -> str:
    """What the trigram index is asked: every three letters of the words."""
    grams = dict.fromkeys(gram for word in words for gram in trigrams(word))
    return " AND ".join('"' + gram.replace('"', '""') + '"' for gram in grams)


NUMBER: Final = re.compile(r"[\d+()./ -]+", re.ASCII)
FEWEST_DIGITS, LAST_DIGITS = 7, 4
"""Of a telephone number: so many make one, and so many at its end everybody writes without a blank."""


def by_number(tx: Tx, query: Query, limit: int) -> tuple[list[int], bool]:
    """Ids with the telephone number that was typed, newest first: `0300 5550714` is `+92 300 555 0714`; and whether it
    gave up.

    Numbers are kept as they were given, so blanks, brackets and the code of the country count on neither side.
    """
    if not NUMBER.fullmatch(query.words):
        return [], False
    typed = significant(query.words)
    if query.words.startswith("0") and typed:  # as it is typed: its groups, without the first zero
        groups = query.words.lstrip("0")
        if ids := by_words(tx, replace(query, words="", columns=(("guest_phone", groups),)), limit):
            return ids, False
    if len(typed) < FEWEST_DIGITS:
        return [], False
    conditions = list(filter_conditions(query))
    found: list[int] = []
    proposals = Proposals(tx, grams_text([typed[-LAST_DIGITS:]]))
    for proposed in proposals:
        marks = ",".join("?" * len(proposed))
        where, params = joined([Condition(f"id IN ({marks})", tuple(proposed)), *conditions])
        rows = tx.all(f"SELECT id, guest_phone FROM bookings WHERE {where}", tuple(params))
        same = {row[0] for row in rows if same_number(significant(row[1]), typed)}
        found.extend(i for i in proposed if i in same)
        if len(found) >= limit:
            break
    return found[:limit], proposals.gave_up


def significant(number: str) -> str:
    """Its digits without the zeros that stand for a country or a city."""
    return "".join(char for char in number if char.isdecimal() and char.isascii()).lstrip("0")


def same_number(one: str, other: str) -> bool:
    """The shorter one is the end of the longer, which has the country's code before it."""
    shorter, longer = sorted((one, other), key=len)
    return len(shorter) >= FEWEST_DIGITS and longer.endswith(shorter)


class Proposals:
    """Ids that have these letters, a part at a time: a frequent word is found whole in the newest part."""

    SQL = "SELECT rowid FROM bookings_trigram WHERE bookings_trigram MATCH ? AND rowid < ? ORDER BY rowid DESC LIMIT ?"

    def __init__(self, tx: Tx, match: str) -> None:
        self.gave_up = False
        """All that are compared were asked for, and there may be more."""
        self._tx, self._match = tx, match

    def __iter__(self) -> Iterator[list[int]]:
        before = NO_ID_ABOVE
        for _ in range(CANDIDATES // PART):
            ids = ids_of(self._tx, self.SQL, (self._match, before, PART))
            if ids:
                yield ids
            if len(ids) < PART:
                return
            before = ids[-1]
        self.gave_up = True


def confirmed(tx: Tx, proposed: list[int], conditions: list[Condition], words: list[str]) -> list[int]:
    """Those of the proposed that pass the filters and contain every word, in their order."""
    digits = [word for word in words if word.isdecimal() and word.isascii()]
    letters = [word for word in words if word not in digits]
    marks = ",".join("?" * len(proposed))
    named = Condition(f"id IN ({marks})", tuple(proposed))
    where, params = joined([named, *conditions, *map(contains_condition, digits)])
    if not letters:
        kept = {row[0] for row in tx.all(f"SELECT id FROM bookings WHERE {where}", tuple(params))}
        return [i for i in proposed if i in kept]
    rows = tx.all(f"SELECT id, {', '.join(SEARCHED)} FROM bookings WHERE {where}", tuple(params))
    texts = {row[0]: "\n".join(row[1:]).casefold() for row in rows}
    return [i for i in proposed if i in texts and all(word in texts[i] for word in letters)]


def contains_condition(digits: str) -> Condition:
    """The database can compare these itself: no small letters, no large ones, which SQLite knows of English only."""
    columns = " OR ".join(f"{column} LIKE ?" for column in SEARCHED)
    return Condition(f"({columns})", (f"%{digits}%",) * len(SEARCHED))


def trigrams(word: str) -> list[str]:
    return [word[start : start + TRIGRAM] for start in range(len(word) - TRIGRAM + 1)]
