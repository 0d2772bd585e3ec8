"""The order proof that staff can ask for: it holds for every story, and it can fail."""

from __future__ import annotations

from dataclasses import replace
from math import factorial

import pytest

from tests.payments.stories import STORIES, Story
from tests.payments.test_mutations import turned
from travello_desk.operations.order_proof import SAMPLES, draw
from travello_desk.payments import facts
from travello_desk.payments.proof import MOST_EXACT, Proof, Report, prove

BY_NAME = {story.name: story for story in STORIES}


def proof_of(story: Story, *, twice: int = 1) -> Proof:
    reports = [Report(f"{report.label} #{number}", report.seen) for number, report in enumerate(story.reports)]
    return prove(story.book, reports * twice, draw(len(reports) * twice, story.name))


@pytest.mark.parametrize("story", [s for s in STORIES if len(s.reports) <= 7], ids=lambda story: story.name)
def test_every_order_of_every_story_has_one_end(story: Story) -> None:
    proof = proof_of(story)
    assert proof.holds
    assert proof.exact
    assert proof.orders == proof.tried == factorial(len(story.reports))
    assert proof.sentence.endswith("one and the same end")


@pytest.mark.parametrize("story", [s for s in STORIES if len(s.reports) > 4], ids=lambda story: story.name)
def test_many_events_are_proved_by_a_sample_and_it_says_so(story: Story) -> None:
    proof = proof_of(story, twice=-(-(MOST_EXACT + 1) // len(story.reports)))
    assert proof.holds
    assert not proof.exact
    assert proof.tried == SAMPLES
    assert "400 of" in proof.sentence
    assert "drawn by a seed" in proof.sentence


def the_last_wins(_rank: object, left: str, right: str) -> str:
    return right or left


def keep_the_last(_self: object, other: object) -> object:
    return other


@pytest.mark.parametrize("name", ["declined_then_paid", "expired_then_paid", "happy"])
def test_believing_the_last_report_shows_the_two_orders_that_differ(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(facts, "higher", the_last_wins)
    two_ends(proof_of(BY_NAME[name]))


@pytest.mark.parametrize("name", ["refund_fails_later", "desk_refund_waits_then_settles"])
def test_believing_the_last_refund_shows_the_two_orders_that_differ(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(facts.RefundFacts, "merge", keep_the_last)
    two_ends(proof_of(BY_NAME[name]))


def two_ends(proof: Proof) -> None:
    assert not proof.holds
    assert proof.sentence.endswith("TWO DIFFERENT ENDS")
    first, second = proof.endings
    assert set(first.order) == set(second.order), "both were told of the same events"
    assert first.order != second.order
    assert first.lines != second.lines


def test_a_report_that_counts_twice_when_heard_twice_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    """Only the duplicate shows it: every order of single reports ends in the same place."""
    merge = facts.AttemptFacts.merge

    def adding(self: facts.AttemptFacts, other: facts.AttemptFacts) -> facts.AttemptFacts:
        total = (self.received[0] + other.received[0], max(self.received[1], other.received[1]))
        return replace(merge(self, other), received=total)

    monkeypatch.setattr(facts.AttemptFacts, "merge", adding)
    proof = proof_of(BY_NAME["happy"])
    two_ends(proof)
    assert max(len(each.order) for each in proof.endings) > proof.events


# Story, table, and the two rungs that are turned. A turned rank is an order still, and every road ends in the same
# place: the wrong one, which is not what the store says.
TURNED = [
    ("declined_then_paid", "ATTEMPT_RANK", 1, 4),
    ("link_expires", "SESSION_RANK", 1, 2),
    ("refund_fails_later", "REFUND_RANK", 3, 4),
    ("dispute_lost", "DISPUTE_RANK", 2, 4),
]


@pytest.mark.parametrize(("name", "table", "low", "high"), TURNED)
def test_a_turned_rank_ends_elsewhere_than_the_store(
    name: str, table: str, low: int, high: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    story = BY_NAME[name]
    reports = [Report(report.label, report.seen) for report in story.reports]
    stored = story.book
    for report in reports:
        stored = stored.told(report.seen)
    assert prove(story.book, reports, stored=stored).holds
    monkeypatch.setattr(facts, table, turned(getattr(facts, table), low, high))
    proof = prove(story.book, reports, stored=stored)
    assert proof.one_end
    assert not proof.agrees
    assert not proof.holds
    assert "THE STORE SAYS ANOTHER" in proof.sentence
    assert proof.endings[0].lines != proof.stored


def test_the_store_may_know_more_than_the_events() -> None:
    """What Stripe answered directly is no event."""
    story = BY_NAME["happy"]
    reports = [Report(report.label, report.seen) for report in story.reports]
    stored = story.book
    for report in reports:
        stored = stored.told(report.seen)
    proof = prove(story.book, reports[:1], stored=stored)
    assert proof.holds
    assert proof.sentence.endswith("the store also knows what Stripe was asked")
    assert not prove(story.book, reports, stored=story.book).holds, "it may not know less"


def test_nothing_told_is_one_order_of_nothing() -> None:
    proof = prove(STORIES[0].book, [])
    assert (proof.events, proof.orders, proof.holds) == (0, 1, True)
