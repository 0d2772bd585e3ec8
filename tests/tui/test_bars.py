"""The one-line bars: what they say, what goes first when the line is short, that names are never markup."""

from __future__ import annotations

from dataclasses import replace

import pytest
from rich.cells import cell_len
from textual.app import App
from textual.content import Content

from travello_desk.tui.badges import Glyphs
from travello_desk.tui.bars import (
    CLICK,
    HeaderState,
    KeyHint,
    Light,
    Part,
    Tab,
    count_text,
    header,
    key_name,
    keys,
    tabs,
    two_ends,
)
from travello_desk.tui.widgets.bar import Bar

SIGNS = Glyphs()
STATE = HeaderState(
    "Serena Lahore", Light("listener", "4 s"), Light("Stripe"), "TEST", "Ayesha", "clerk", "14:32"
)  # fmt: skip


@pytest.mark.parametrize("width", range(60, 140, 7))
@pytest.mark.parametrize("mode", ["TEST", "LIVE", "SANDBOX", "NONE"])
def test_mode_user_and_clock_are_always_in_the_header(width: int, mode: str) -> None:
    text = header(replace(STATE, mode=mode), width, SIGNS).plain
    assert cell_len(text) <= width
    for word in ({"NONE": "NO STRIPE"}.get(mode, mode), "Ayesha", "14:32", "Serena"):
        assert word in text


@pytest.mark.parametrize("width", range(60, 140, 7))
def test_trouble_is_never_dropped(width: int) -> None:
    state = replace(STATE, listener=Light("listener", "off", good=False), business_day="24 Nov Tue")
    text = header(state, width, SIGNS).plain
    assert "▲ listener off" in text
    assert "day 24 Nov Tue" in text


def test_a_hotel_s_name_is_not_markup() -> None:
    text = header(replace(STATE, hotel="[red]Grand[/red]\x1b[2J"), 120, SIGNS).plain
    assert "[red]Grand[/red]?[2J" in text


def test_counts() -> None:
    tab = Tab("1", "All", "All")
    assert count_text(tab, brief=False) == "…"
    assert count_text(replace(tab, count=1_204_233), brief=False) == "1,204,233"
    assert count_text(replace(tab, count=1_204_233), brief=True) == "1.2M"
    assert count_text(replace(tab, count=65_010), brief=True) == "65k"
    assert count_text(replace(tab, count=1001, capped=True), brief=False) == "1,000+"
    assert count_text(replace(tab, count=1001, capped=True), brief=True) == "1k+"


def test_views_fit_into_eighty_columns_whatever_they_hold() -> None:
    labels = (("Arriving", "Arriving"), ("Unpaid", "Unpaid"), ("Links out", "Links"), ("Problems", "Problems"))
    labels += (("In house", "House"), ("All", "All"))
    items = [Tab(str(number), label, short, 1001, capped=True) for number, (label, short) in enumerate(labels, start=1)]
    items[-1] = replace(items[-1], count=12_345_678, capped=False)
    items[3] = replace(items[3], alarm=True)
    text = tabs(items, "1", 80, SIGNS)
    assert cell_len(text.plain) <= 80
    assert "6 All 12.3M" in text.plain


def test_a_click_on_a_view_runs_its_action() -> None:
    content = tabs([Tab("1", "Arriving", "A", 3), Tab("2", "Unpaid", "U", 4)], "1", 80, SIGNS)
    metas = [span.style.meta for span in content.spans if not isinstance(span.style, str) and span.style.meta]
    assert {CLICK: "view_1"} in metas
    assert {CLICK: "view_2"} in metas


def test_keys_are_cut_whole() -> None:
    items = [KeyHint("l", "Link", "link"), KeyHint("m", "Mark paid", "mark_paid"), KeyHint("r", "Refund", "refund")]
    assert keys(items, 80, SIGNS).plain == "l Link  m Mark paid  r Refund"
    assert keys(items, 27, SIGNS).plain == "l Link m Mark paid r Refund"
    assert keys(items, 20, SIGNS).plain == "l Link m Mark paid"
    items.insert(2, KeyHint("?", "Keys", "help"))
    assert keys(items, 20, SIGNS).plain == "l Link ? Keys"


def test_the_key_that_tells_the_keys_is_in_every_footer() -> None:
    items = [KeyHint("l", "Link", "link"), KeyHint("m", "Mark paid", "mark_paid"), KeyHint("?", "Keys", "help")]
    assert keys(items, 24, SIGNS).plain == "l Link ? Keys"
    assert keys(items, 8, SIGNS).plain == "? Keys"
    assert keys(items, 3, SIGNS).plain == ""


@pytest.mark.parametrize(
    ("key", "name"), [("ctrl+p", "^p"), ("f9", "F9"), ("slash", "/"), ("question_mark", "?"), ("X", "X"), ("left", "←")]
)
def test_names_of_keys(key: str, name: str) -> None:
    assert key_name(key) == name


def test_the_right_end_is_never_cut() -> None:
    assert two_ends([Part("left side")], "row 1", 30, SIGNS).plain == "left side" + " " * 16 + "row 1"
    assert two_ends([Part("a very long left side")], "row 1", 20, SIGNS).plain == "a very long …  row 1"


def test_what_is_listed_is_there_as_a_whole_or_not_at_all() -> None:
    """Of `3 cancelled` no `3 cancel…` is left, and of a sum no smaller one."""
    left = [Part("12 arriving today"), Part(" · 9 unpaid"), Part(" · Rs. 214,150 to collect"), Part(" · 3 cancelled")]
    assert two_ends(left, "row 1", 80, SIGNS).plain.startswith(
        "12 arriving today · 9 unpaid · Rs. 214,150 to collect · 3"
    )
    assert (
        two_ends(left, "row 1", 70, SIGNS).plain.removesuffix("row 1").rstrip()
        == "12 arriving today · 9 unpaid · Rs. 214,150 to collect"
    )
    assert two_ends(left, "row 1", 30, SIGNS).plain.split("  ")[0] == "12 arriving today"


def test_an_alarm_is_told_by_a_sign_and_not_only_by_a_colour() -> None:
    views = [Tab("4", "Problems", "Problems", 2, alarm=True), Tab("6", "All", "All", 15)]
    assert tabs(views, "6", 80, SIGNS).plain == " 4 Problems 2!   6 All 15 "
    views[0] = replace(views[0], count=0)
    assert "!" not in tabs(views, "6", 80, SIGNS).plain


def test_ascii_bars_keep_their_width() -> None:
    plain, ascii_only = header(STATE, 100, SIGNS).plain, header(STATE, 100, Glyphs(ascii=True)).plain
    assert ascii_only.isascii()
    assert len(ascii_only) == len(plain)


async def test_the_same_facts_are_not_put_into_words_again() -> None:
    asked: list[str] = []

    def words(text: str, width: int) -> Content:
        asked.append(text)
        return Content(text[:width])

    async with App[None]().run_test() as pilot:
        bar = Bar(id="status")
        await pilot.app.mount(bar)
        for text, width in (("row 1", 80), ("row 1", 80), ("row 2", 80), ("row 2", 3), ("row 1", 80)):
            bar.tell(words, text, width)
            assert str(bar.render()) == text[:width]
        assert asked == ["row 1", "row 2", "row 2", "row 1"]
