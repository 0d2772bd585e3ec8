"""One ending for every order, every duplication and every split between webhooks and look-ups (PAYMENTS 1.7)."""

from __future__ import annotations

from itertools import permutations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.payments.orders import along, check_ending, every_order
from tests.payments.stories import STORIES, Story

BY_NAME = {story.name: story for story in STORIES}
stories = pytest.mark.parametrize("story", STORIES, ids=list(BY_NAME))


@stories
def test_in_the_order_of_time(story: Story) -> None:
    books = [story.book]
    for report in story.reports:
        books.append(books[-1].told(report.seen))
    along(story, books)


@stories
def test_every_order(story: Story) -> None:
    every_order(story)


@pytest.mark.parametrize("story", [s for s in STORIES if len(s.reports) <= 5], ids=lambda s: s.name)
def test_every_order_one_by_one(story: Story) -> None:
    """The same without the short cut of `every_order`, where it is small enough to be read as what it is."""
    for order in permutations(story.reports):
        book = story.book
        for report in order:
            book = book.told(report.seen)
        check_ending(story, book)


@given(st.data())
def test_any_order_with_duplicates_and_splits(data: st.DataObject) -> None:
    """Each report comes once or more, as an event, as a look-up made at that moment, or both."""
    story = data.draw(st.sampled_from(STORIES), label="story")
    again = data.draw(st.lists(st.sampled_from(range(len(story.reports))), max_size=6)) if story.reports else []
    order = data.draw(st.permutations([*range(len(story.reports)), *again]), label="order")
    books = [story.book]
    for index in order:
        report = story.reports[index]
        asked = data.draw(st.booleans(), label=f"{report.label} by look-up")
        books.append(books[-1].told(report.looked_up if asked else report.seen))
    along(story, books)


@stories
def test_a_second_hearing_changes_nothing(story: Story) -> None:
    """B2: duplicates are no-ops on the whole state, not only on the ending."""
    book = story.book
    for report in story.reports:
        book = book.told(report.seen)
    for report in story.reports:
        assert book.told(report.seen) == book


def test_the_stories_are_the_ones_asked_for() -> None:
    """PAYMENTS 1.7 names them; every event type the listener applies occurs in one of them."""
    from travello_desk.payments.events import EVENT_TYPES

    told = {report.label for story in STORIES for report in story.reports if report.event}
    assert told >= set(EVENT_TYPES) - {"charge.refund.updated"}
    assert len(STORIES) >= 30
