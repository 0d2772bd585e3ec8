"""Quick JSON reads what the standard library reads, says what it says of rubbish, and writes what both read."""

from __future__ import annotations

import json
import math
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from travello_desk import quick_json
from travello_desk.payments.events import EventShapeError, read_event
from travello_desk.payments.observe import number

WORDS = st.text(st.characters(exclude_categories=["Cs"]))
NUMBERS = st.integers(-(2**63), 2**64 - 1) | st.floats(allow_nan=False, allow_infinity=False)
DOCUMENTS: st.SearchStrategy[Any] = st.recursive(
    st.none() | st.booleans() | NUMBERS | WORDS,
    lambda inner: st.lists(inner, max_size=5) | st.dictionaries(WORDS, inner, max_size=5),
    max_leaves=30,
)


def same(one: object, other: object) -> bool:
    """Equal, and of the same kinds: 1, 1.0 and True are three things."""
    return repr(one) == repr(other)


@given(DOCUMENTS, st.booleans(), st.sampled_from([None, 2]))
def test_it_reads_what_the_standard_library_reads(document: Any, ascii_only: bool, indent: int | None) -> None:
    text = json.dumps(document, ensure_ascii=ascii_only, indent=indent)
    assert same(quick_json.loads(text), json.loads(text))
    assert same(quick_json.loads(text.encode()), json.loads(text))


@given(DOCUMENTS)
def test_what_it_writes_is_read_by_both(document: Any) -> None:
    text = quick_json.dumps(document)
    assert same(json.loads(text), quick_json.loads(text))
    assert json.loads(text) == document


def said(loads: Callable[[str], object], text: str) -> object:
    """What came of it, or the sentence of its refusal."""
    try:
        return loads(text)
    except ValueError as error:
        return f"refused: {error}"


@given(st.text(max_size=20) | st.text(alphabet='{}[]",:01.eE-+ntfu\\ ', max_size=20))
def test_of_rubbish_it_says_the_same(text: str) -> None:
    expected, found = said(json.loads, text), said(quick_json.loads, text)
    assert same(found, expected) or (isinstance(expected, int) and abs(expected) >= 2**63)


@pytest.mark.parametrize(
    ("text", "expected"),
    [("NaN", math.nan), ("-Infinity", -math.inf), (r'"\ud800"', "\ud800"), ('{"a": 1, "a": 2}', {"a": 2})],
)
def test_what_orjson_refuses_is_read_all_the_same(text: str, expected: object) -> None:
    assert same(quick_json.loads(text), expected)


@pytest.mark.parametrize("deep", [1_000_000])
def test_a_deep_nest_is_refused_as_before(deep: int) -> None:
    with pytest.raises((RecursionError, ValueError)):
        quick_json.loads("[" * deep + "]" * deep)


@pytest.mark.parametrize("digits", ["18446744073709551616", "-9223372036854775809", "1" + "0" * 40])
def test_a_number_beyond_64_bits_is_no_amount_and_no_time(digits: str) -> None:
    """It is a float here and a whole number in the standard library, and counts as nothing in both."""
    for loads in (quick_json.loads, json.loads):
        assert number(loads(f'{{"amount": {digits}}}'), "amount") == 0
        event = loads(f'{{"object": "event", "id": "evt_1", "type": "a", "created": {digits}}}')
        with pytest.raises(EventShapeError, match="no time"):
            read_event(event)
