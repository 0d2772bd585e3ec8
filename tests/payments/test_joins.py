"""Facts only grow: every merge is commutative, associative and idempotent, with ties and half-known refunds."""

from __future__ import annotations

from dataclasses import replace
from itertools import permutations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.payments.samples import payment
from travello_desk.payments import facts as heart
from travello_desk.payments.facts import AttemptFacts, DisputeFacts, Failure, Payment, RefundFacts, earliest, higher

SMALL = st.integers(0, 3)
AMOUNTS = st.sampled_from([0, 1, 3571, 1_000_000])
WORDS = st.sampled_from(["", "a", "b"])
CURRENCY = st.sampled_from(["", "PKR", "USD"])
FAILURES = st.builds(Failure, SMALL, WORDS, WORDS, WORDS)


def among(table: dict[str, int] | object, *more: str) -> st.SearchStrategy[str]:
    assert isinstance(table, dict)
    return st.sampled_from([*table, *more])


ATTEMPTS = st.builds(
    AttemptFacts,
    create=among(heart.CREATE_RANK),
    session_status=among(heart.SESSION_RANK, "frozen"),
    session_payment_status=among(heart.PAYMENT_STATUS_RANK, "odd"),
    attempt=among(heart.ATTEMPT_RANK),
    received=st.tuples(AMOUNTS, CURRENCY),
    charge_refunded_minor=AMOUNTS,
    session_id=WORDS,
    payment_intent_id=WORDS,
    charge_id=WORDS,
    session_url=WORDS,
    expires_at=SMALL,
    paid_at=SMALL,
    card=WORDS,
    presentment=st.tuples(SMALL, CURRENCY),
    failures=st.frozensets(FAILURES, max_size=3).map(lambda found: heart.merge_failures(found, frozenset())),
)
REFUNDS = st.builds(
    RefundFacts,
    stripe_refund_id=WORDS,
    uid=WORDS,
    amount_minor=AMOUNTS,
    currency=CURRENCY,
    status=among(heart.REFUND_RANK, "invented_later"),
    failure_reason=WORDS,
    pending_reason=WORDS,
    reason=WORDS,
    seen=SMALL,
    created_at=SMALL,
    booking_minor=SMALL,
)
DISPUTES = st.builds(
    DisputeFacts,
    st.just("dp_1"),
    among(heart.DISPUTE_RANK, "invented_later"),
    SMALL,
    CURRENCY,
    WORDS,
    SMALL,
    SMALL,
    SMALL,
)
ANY = st.sampled_from([ATTEMPTS, REFUNDS, DISPUTES])


@given(ANY.flatmap(lambda kind: st.tuples(kind, kind, kind)))
def test_merge_is_a_join(three: tuple[AttemptFacts, AttemptFacts, AttemptFacts]) -> None:
    a, b, c = three
    assert a.merge(b) == b.merge(a)
    assert a.merge(b).merge(c) == a.merge(b.merge(c))
    assert a.merge(a) == a
    assert a.merge(b).merge(b) == a.merge(b)


@given(SMALL, SMALL, SMALL)
def test_earliest_is_a_join_with_zero_for_unknown(a: int, b: int, c: int) -> None:
    assert earliest(a, b) == earliest(b, a)
    assert earliest(earliest(a, b), c) == earliest(a, earliest(b, c))
    assert earliest(0, a) == a
    assert earliest(3, 5) == 3


@given(ATTEMPTS, REFUNDS)
def test_nothing_that_was_told_is_lost_by_hearing_nothing(attempt: AttemptFacts, refund: RefundFacts) -> None:
    known = replace(
        attempt, session_status=attempt.session_status.replace("frozen", "open"), session_payment_status="paid"
    )
    assert AttemptFacts().merge(known) == known
    assert RefundFacts().merge(refund) == refund


@given(DISPUTES)
def test_the_first_word_of_an_inquiry_loses_nothing_of_a_dispute(dispute: DisputeFacts) -> None:
    known = replace(dispute, status="won")
    assert DisputeFacts("dp_1", "warning_needs_response").merge(known) == known


# PAYMENTS 1.3, written out again and not taken from the code: lowest first, one rung a word.
LADDERS = {
    "CREATE_RANK": "CREATING REFUSED CREATED",
    "SESSION_RANK": "open expired complete",
    "PAYMENT_STATUS_RANK": "unpaid no_payment_required paid",
    "ATTEMPT_RANK": "open card_failed complete_unpaid async_failed paid",
    "REFUND_RANK": "SENDING REFUSED requires_action|pending|invented_later succeeded failed|canceled",
    "DISPUTE_RANK": "warning_needs_response warning_under_review needs_response under_review "
    "won|lost|warning_closed|prevented",
}


def rungs(name: str) -> list[tuple[str, str]]:
    """Every lower and higher word of one ladder."""
    ladder = [rung.split("|") for rung in LADDERS[name].split()]
    return [
        (low, high)
        for place, lower in enumerate(ladder)
        for higher_rung in ladder[place + 1 :]
        for low in lower
        for high in higher_rung
    ]


@pytest.mark.parametrize("name", ["CREATE_RANK", "SESSION_RANK", "PAYMENT_STATUS_RANK", "ATTEMPT_RANK"])
def test_the_higher_rung_wins(name: str) -> None:
    for low, high in rungs(name):
        assert higher(getattr(heart, name), low, high) == higher(getattr(heart, name), high, low) == high


def test_the_higher_rung_of_a_refund_wins_however_late_the_lower_is_told() -> None:
    for low, high in rungs("REFUND_RANK"):
        early, late = RefundFacts(status=high, seen=1), RefundFacts(status=low, seen=9)
        assert early.merge(late).status == late.merge(early).status == high


def test_the_higher_rung_of_a_dispute_wins_however_late_the_lower_is_told() -> None:
    for low, high in rungs("DISPUTE_RANK"):
        early, late = DisputeFacts("dp_1", high, seen=1), DisputeFacts("dp_1", low, seen=9)
        assert early.merge(late).status == late.merge(early).status == high


def test_a_dispute_keeps_the_most_that_was_told() -> None:
    first = DisputeFacts("dp_1", "needs_response", 5, "PKR", "fraudulent", 77, 10, 20)
    empty = DisputeFacts("dp_1", "lost", seen=30)
    assert first.merge(empty) == DisputeFacts("dp_1", "lost", 5, "PKR", "fraudulent", 77, 10, 30)


def test_an_unknown_status_never_beats_a_known_one() -> None:
    assert higher(heart.SESSION_RANK, "complete", "invented") == "complete"
    assert higher(heart.SESSION_RANK, "invented", "open") == "open"


def test_the_time_of_a_status_is_not_lent_to_another() -> None:
    """A late local row (SENDING at 9) must not make an old `requires_action` newer than the `pending` of 4."""
    sending = RefundFacts(uid="u", status="SENDING", seen=9)
    waits = RefundFacts(uid="u", status="requires_action", seen=3)
    pending = RefundFacts(uid="u", status="pending", seen=4)
    for order in permutations((sending, waits, pending)):
        merged = order[0].merge(order[1]).merge(order[2])
        assert (merged.status, merged.seen) == ("pending", 4)


@pytest.mark.parametrize("negative", ["failed", "canceled"])
def test_a_negative_end_of_a_refund_is_final(negative: str) -> None:
    end = RefundFacts(stripe_refund_id="re_1", status=negative, seen=5)
    late = RefundFacts(stripe_refund_id="re_1", status="succeeded", seen=99)
    assert end.merge(late).status == late.merge(end).status == negative


# Refunds of one payment: matched by our uid, then by Stripe's id, across rows that nobody knew to be one (C15).

# Consistent worlds: a uid names at most one refund of Stripe's, and the reverse.
WORLD = [("u1", "r1"), ("u2", "r2"), ("", "r3"), ("u4", "")]


@st.composite
def reports_of_one_world(draw: st.DrawFn) -> list[RefundFacts]:
    reports = []
    for uid, stripe_id in draw(st.lists(st.sampled_from(WORLD), max_size=7)):
        shown = draw(st.sampled_from(["uid", "id", "both"]))
        report = replace(
            draw(REFUNDS),
            uid=uid if shown != "id" or not stripe_id else "",
            stripe_refund_id=stripe_id if shown != "uid" or not uid else "",
        )
        reports.append(report)
    return reports


def told(reports: list[RefundFacts] | tuple[RefundFacts, ...], known: Payment | None = None) -> Payment:
    known = known or payment()
    for report in reports:
        known = known.with_refund(report)
    return known


@given(reports_of_one_world(), st.randoms(use_true_random=False))
def test_refunds_end_the_same_in_every_order(reports: list[RefundFacts], random: object) -> None:
    shuffled = list(reports)
    random.shuffle(shuffled)  # type: ignore[attr-defined]
    assert told(shuffled) == told(reports)
    assert told(reports, told(reports)) == told(reports)


def test_a_report_with_both_names_joins_two_rows() -> None:
    by_uid = RefundFacts(uid="u", amount_minor=5)
    by_id = RefundFacts(stripe_refund_id="re_1", amount_minor=5, status="succeeded")
    both = RefundFacts(uid="u", stripe_refund_id="re_1", status="pending")
    for order in permutations((by_uid, by_id, both)):
        refunds = told(order).refunds
        assert refunds == (RefundFacts("re_1", "u", 5, status="succeeded"),)


def test_two_refunds_of_stripes_under_one_uid_are_two_refunds() -> None:
    """Money that went twice is never shown as having gone once; the second counts as made elsewhere."""
    first = RefundFacts("re_1", "u", 5, "PKR", "succeeded")
    second = RefundFacts("re_2", "u", 5, "PKR", "succeeded")
    for order in permutations((first, second, RefundFacts(uid="u", amount_minor=5), first, second)):
        refunds = told(order).refunds
        assert sorted(r.stripe_refund_id for r in refunds) == ["re_1", "re_2"]
        assert sum(r.amount_minor for r in refunds if r.counts) == 10
        assert sorted(r.uid for r in refunds) == ["", "u"]


def test_one_attempt_is_one_failure_however_often_it_is_told() -> None:
    event = Failure(10, "insufficient_funds", "no funds", "ch_1")
    look_up = Failure(99, "insufficient_funds", "no funds", "ch_1")
    other = Failure(20, "expired_card", "expired", "ch_2")
    for order in permutations((event, look_up, other)):
        merged: frozenset[Failure] = frozenset()
        for failure in order:
            merged = heart.merge_failures(merged, frozenset({failure}))
        assert merged == {event, other}
