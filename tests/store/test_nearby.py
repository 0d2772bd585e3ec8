"""What may have been meant when a search finds nothing."""

from __future__ import annotations

import pytest

from tests.store.test_browse import add
from travello_desk.store.contract import Store
from travello_desk.store.nearby import nearby, spellings


@pytest.mark.parametrize(
    ("typed", "offered"),
    [
        ("siddiqi", {"siddiq": 2}),
        ("sdira", {"sidra": 1}),
        ("sidra siddiqi", {"sidra siddiq": 1, "sidra": 1}),
        ("sidra müler", {"sidra": 1}),
        ("greta mueller", {"greta muller": 1, "greta": 1}),
        ("mulller", {"muller": 1}),
        ("bilal 999", {"bilal": 1}),
        ("qqqqqq", {}),
        ("0300 1234567", {}),
        ("(((", {}),
        ("one two three four five", {}),
    ],
)
async def test_what_is_offered(store: Store, typed: str, offered: dict[str, int]) -> None:
    await add(
        store,
        {"guest_name": "Bilal Siddiqui"},
        {"guest_name": "Sidra Siddiqui"},
        {"guest_name": "Greta Müller"},
    )
    assert store.read_now(lambda tx: nearby(tx, typed)) == offered


def test_guesses_are_few_and_short_words_are_not_guessed_at() -> None:
    assert list(spellings("ali")) == []
    assert list(spellings("a" * 17)) == []
    assert len(list(spellings("abcdefghijklmnop"))) < 50
