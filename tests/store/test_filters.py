"""Filters typed as words: what each means, and that nothing typed is ever refused."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from travello_desk.store.filters import BADGES, MAX_QUERY, Amount, Days, Query, read, read_day

TODAY = date(2026, 11, 24)  # a Tuesday


def test_words_stay_words() -> None:
    query = read("ayesha  khan 305", TODAY)
    assert query == Query(words="ayesha khan 305")
    assert query.searches
    assert not query.empty


def test_nothing_typed_is_an_empty_query() -> None:
    assert read("   ", TODAY).empty


def test_filters_and_words_mix() -> None:
    query = read("khan due:>20000 IN:today", TODAY)
    assert query.words == "khan"
    assert query.due == (Amount(">", 20_000_000),)
    assert query.arriving == Days(TODAY, TODAY)
    assert query.used == ("due:>20000", "IN:today")


@pytest.mark.parametrize(
    ("typed", "amounts"),
    [
        ("due:>20000", (Amount(">", 20_000_000),)),
        ("due:>=1,200.5", (Amount(">=", 1_200_500),)),
        ("due:<0.125", (Amount("<", 125),)),
        ("due:500", (Amount("=", 500_000),)),
        ("due:500-900", (Amount(">=", 500_000), Amount("<=", 900_000))),
        ("due:500..900", (Amount(">=", 500_000), Amount("<=", 900_000))),
        ("due:", (Amount(">", 0),)),
    ],
)
def test_balances(typed: str, amounts: tuple[Amount, ...]) -> None:
    assert read(typed, TODAY).due == amounts


@pytest.mark.parametrize("typed", ["due:lots", "due:>", "due:1e9", "due:٣", "due:,", "due:9999999999999999"])
def test_a_balance_that_cannot_be_read_is_reported(typed: str) -> None:
    query = read(f"khan {typed}", TODAY)
    assert query.unread == (typed,)
    assert query.due == ()
    assert query.words == "khan"


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("today", TODAY),
        ("tomorrow", date(2026, 11, 25)),
        ("yesterday", date(2026, 11, 23)),
        ("tue", TODAY),
        ("monday", date(2026, 11, 30)),
        ("24nov", TODAY),
        ("1jan", date(2027, 1, 1)),
        ("30.oct", date(2026, 10, 30)),
        ("29feb", None),
        ("2026-12-01", date(2026, 12, 1)),
        ("2026-02-30", None),
        ("soon", None),
        ("", None),
    ],
)
def test_days_as_people_type_them(text: str, day: date | None) -> None:
    assert read_day(text, TODAY) == day


def test_ranges_of_days() -> None:
    one = timedelta(days=1)
    assert read("in:>today", TODAY).arriving == Days(TODAY + one, None)
    assert read("out:<today", TODAY).leaving == Days(None, TODAY - one)
    assert read("in:today..sun", TODAY).arriving == Days(TODAY, date(2026, 11, 29))
    assert read("in:today..never", TODAY).unread == ("in:today..never",)
    assert read("in:>9999-12-31", TODAY).unread == ("in:>9999-12-31",)


def test_statuses_and_badges() -> None:
    assert read("status:failed", TODAY).badges == ("FAILED",)
    assert read("status:failed is:expired", TODAY).badges == ("FAILED", "EXPIRED")
    assert read("status:paid", TODAY).status == "PAID"
    assert read("status:no-show", TODAY).status == "CANCELLED"
    assert read("status:odd", TODAY).unread == ("status:odd",)


def test_every_badge_word_is_one_the_screen_knows() -> None:
    from travello_desk.tui.badges import BADGES as SHOWN

    assert {badge for badges in BADGES.values() for badge in badges} <= set(SHOWN)


def test_flags_and_columns() -> None:
    query = read("paid: problems: room:312 method:online email:khan", TODAY)
    assert (query.paid, query.problems, query.room, query.method) == (True, True, "312", "ONLINE")
    assert query.columns == (("guest_email", "khan"),)
    assert read("unpaid:", TODAY).paid is False
    assert read("paid:no", TODAY).paid is False


def test_an_unknown_key_is_a_word() -> None:
    assert read("colour:red 10:30", TODAY).words == "colour:red 10:30"


def test_only_the_beginning_of_a_page_is_read() -> None:
    assert len(read("x" * 10_000, TODAY).words) == MAX_QUERY


@given(st.text())
def test_anything_can_be_typed(text: str) -> None:
    read(text, TODAY)


@given(st.sampled_from(["due", "in", "out", "status", "room", "paid", "name"]), st.text(max_size=30))
def test_any_value_can_be_typed(key: str, value: str) -> None:
    read(f"{key}:{value}", TODAY)
