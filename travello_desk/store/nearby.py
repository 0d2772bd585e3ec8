"""What may have been meant when nothing is found: a word spelled a little otherwise, or one word less. Reads only."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Final

from travello_desk.store.filters import Query
from travello_desk.store.search import CAP, by_words
from travello_desk.store.tx import Tx

MOST: Final = 2
"""So many are offered; whoever meant something else types on."""
SHORTEST, LONGEST = 4, 16
"""Letters of a word that is worth a guess."""
MOST_WORDS: Final = 4


def nearby(tx: Tx, words: str) -> dict[str, int]:
    """Other searches and what each finds: the word that is nowhere spelled otherwise, then one word less."""
    typed = words.split()
    found: dict[str, int] = {}
    if len(typed) > MOST_WORDS:
        return found
    for place, word in enumerate(typed):
        if not by_words(tx, Query(words=word), 1):
            found |= first_found(tx, (joined_with(typed, place, other) for other in spellings(word)))
    if len(typed) > 1:
        found |= first_found(tx, (joined_with(typed, place) for place in reversed(range(len(typed)))))
    return dict(list(found.items())[:MOST])


def joined_with(words: list[str], place: int, *others: str) -> str:
    """The words with others, or none, at this place."""
    return " ".join((*words[:place], *others, *words[place + 1 :]))


def first_found(tx: Tx, texts: Iterable[str]) -> dict[str, int]:
    """The first of them that finds something, and how much."""
    for text in texts:
        if count := len(by_words(tx, Query(words=text), CAP)):
            return {text: count}
    return {}


def spellings(word: str) -> Iterator[str]:
    """Two letters changed about, one too many, one too few, and the beginnings: `sdira`, `khann`, `muhamad`."""
    if not (word.isalpha() and SHORTEST <= len(word) <= LONGEST):
        return
    for at in range(len(word) - 1):
        yield word[:at] + word[at + 1] + word[at] + word[at + 2 :]
    for at in reversed(range(len(word))):
        yield word[:at] + word[at + 1 :]
    for length in range(len(word) - 2, SHORTEST - 2, -1):
        yield word[:length]
