"""Every language has every text with the same values, and no value can leave its place in the line."""

from __future__ import annotations

import re
from datetime import date
from string import Formatter

import pytest

from tests.tree import ROOT
from travello_desk.texts import DEFAULT, Ltr, choose, language, languages
from travello_desk.texts.language import END, FIRST_STRONG, LEFT_TO_RIGHT

OTHERS = [code for code in languages() if code != DEFAULT]


def fields(text: str) -> set[str]:
    return {name for _, name, _, _ in Formatter().parse(text) if name is not None}


def test_english_and_urdu_are_there() -> None:
    assert set(languages()) >= {"en", "ur"}
    assert [language(code).direction for code in ("en", "ur")] == ["ltr", "rtl"]


@pytest.mark.parametrize("code", OTHERS)
def test_every_file_has_the_same_keys(code: str) -> None:
    assert set(language(code).texts) == set(language(DEFAULT).texts)


@pytest.mark.parametrize("code", OTHERS)
def test_every_text_takes_the_same_values(code: str) -> None:
    ours, theirs = language(DEFAULT).texts, language(code).texts
    assert {key for key in ours if fields(ours[key]) != fields(theirs[key])} == set()


@pytest.mark.parametrize("code", languages())
def test_every_file_is_whole(code: str) -> None:
    speech = language(code)
    assert (len(speech.months), len(speech.weekdays)) == (12, 7)
    assert [key for key, text in speech.texts.items() if not text.strip()] == []
    assert "2026" in speech.day(date(2026, 11, 24))


@pytest.mark.parametrize("code", OTHERS)
def test_nothing_was_left_in_english(code: str) -> None:
    ours, theirs = language(DEFAULT).texts, language(code).texts
    assert [key for key in ours if re.search("[a-z]{3}", ours[key]) and ours[key] == theirs[key]] == [
        "language.direction"
    ][: int(language(code).direction == "ltr")]


def test_every_key_that_is_asked_for_exists() -> None:
    """Literal keys of templates and code; those that are put together are asked for by the pages' own tests."""
    known = set(language(DEFAULT).texts)
    files = [
        *(ROOT / "webhook").rglob("*.html"),
        *(ROOT / "travello_desk").rglob("*.html"),
        *(ROOT / "webhook" / "guest").glob("*.py"),
    ]
    asked = {
        key for file in files for key in re.findall(r"""\bt\(["']([a-z_.]+\.[a-z_]+)["']""", file.read_text("utf-8"))
    }
    assert asked
    assert asked - known == set()


def test_an_unknown_language_is_the_default() -> None:
    assert language("xx").code == choose("", "xx", "../en").code == DEFAULT
    assert choose("", "ur", "en").code == "ur"


def test_a_day_is_written_as_the_language_does() -> None:
    assert language("en").day(date(2026, 11, 24)) == "Tue 24 Nov 2026"
    assert language("ur").day(date(2026, 11, 24)) == "منگل، 24 نومبر 2026"


def test_values_are_isolated_where_directions_meet() -> None:
    english, urdu = language("en"), language("ur")
    assert english.text("stay.greeting", name="Ayesha") == "Dear Ayesha,"
    assert english.text("stay.greeting", name="عائشہ") == f"Dear {FIRST_STRONG}عائشہ{END},"
    assert f"{LEFT_TO_RIGHT}Rs. 5{END}" in urdu.text("button.pay", amount=Ltr("Rs. 5"))
    assert str(urdu.html("button.pay", amount=Ltr("Rs. 5"))).startswith('<bdi dir="ltr">Rs. 5</bdi>')
    assert str(english.html("receipt.for_booking", reference=Ltr("TRV-1"))).endswith('<bdi dir="ltr">TRV-1</bdi>')
    assert urdu.count("stay.nights", 3) == "3 راتیں"
    assert [english.count("stay.nights", number) for number in (1, 2)] == ["1 night", "2 nights"]


@pytest.mark.parametrize("name", ["<script>alert(1)</script>", '"><img src=x>', "{amount}", "{0.__class__}", "%s"])
def test_a_name_is_never_markup_nor_a_template(name: str) -> None:
    for code in languages():
        html = str(language(code).html("stay.greeting", name=name))
        assert "<script" not in html
        assert "<img" not in html
        assert name in language(code).text("stay.greeting", name=name)
