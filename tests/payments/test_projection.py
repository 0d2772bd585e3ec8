"""The tables of PAYMENTS 1.4, row by row, and what no row may ever lead to (1.5)."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.payments import samples
from tests.payments.orders import forbidden
from tests.payments.samples import (
    PAID,
    PRICE,
    USD_ASKED,
    dispute,
    kinds,
    mark,
    payment,
    refund,
    view,
)
from tests.payments.test_joins import ATTEMPTS, REFUNDS
from travello_desk.payments.facts import Asked, AttemptFacts, DeskEntry, Payment
from travello_desk.payments.projection import project

FULL, PART = refund(PRICE), refund(200_000)


@pytest.mark.parametrize(
    ("facts", "refunds", "status", "api"),
    [
        (PAID, (FULL,), "REFUNDED", "REFUNDED"),
        (PAID, (PART,), "SUCCEEDED", "SUCCEEDED"),
        (PAID, (), "SUCCEEDED", "SUCCEEDED"),
        (samples.BANK_FAILED, (), "FAILED", "FAILED"),
        (samples.SETTLING, (), "SETTLING", "PROCESSING"),
        (samples.EXPIRED, (), "EXPIRED", "NOT_INITIATED"),
        (replace(samples.FAILED_OPEN, session_status="expired"), (), "EXPIRED", "NOT_INITIATED"),
        (samples.FAILED_OPEN, (), "FAILED", "FAILED"),
        (replace(samples.FAILED_OPEN, session_status=""), (), "FAILED", "FAILED"),
        (samples.OPEN, (), "OPEN", "PROCESSING"),
        (samples.CREATING, (), "CREATING", "PROCESSING"),
        (AttemptFacts(create="CREATED"), (), "OPEN", "PROCESSING"),
        (samples.REFUSED, (), "REFUSED", "NOT_INITIATED"),
    ],
)
def test_payment_status(facts: AttemptFacts, refunds: tuple[object, ...], status: str, api: str) -> None:
    seen = view(payment(facts, refunds=refunds))
    assert (seen.payments[0].status, seen.payment_status) == (status, api)


@pytest.mark.parametrize(
    ("facts", "payable"),
    [
        (samples.OPEN, True),
        (samples.FAILED_OPEN, True),
        (samples.CREATING, True),
        (samples.EXPIRED, False),
        (samples.SETTLING, False),
        (samples.BANK_FAILED, False),
        (samples.REFUSED, False),
        (PAID, False),
    ],
)
def test_payable_is_what_a_guest_could_still_pay(facts: AttemptFacts, payable: bool) -> None:
    assert view(payment(facts)).payments[0].payable is payable


# Strongest first (PAYMENTS 1.4): every one must speak before every later one, whichever is newer.
STRENGTH = [
    ("SUCCEEDED", payment(PAID)),
    ("PROCESSING", payment(samples.SETTLING)),
    ("PROCESSING", payment(samples.OPEN)),
    ("FAILED", payment(samples.FAILED_OPEN)),
    ("REFUNDED", payment(PAID, refunds=(FULL,))),
    ("FAILED", payment(samples.BANK_FAILED)),
    ("NOT_INITIATED", payment(samples.EXPIRED)),
]


@pytest.mark.parametrize("strong", range(len(STRENGTH)))
def test_the_strongest_payment_speaks_for_the_booking(strong: int) -> None:
    word, speaks = STRENGTH[strong]
    for _, weak in STRENGTH[strong + 1 :]:
        assert view(speaks, replace(weak, seq=2)).payment_status == word
        assert view(speaks, replace(weak, seq=2)).badge == view(speaks).badge
        assert view(replace(weak, seq=1), replace(speaks, seq=2)).payment_status == word


def test_the_newest_speaks_among_equals() -> None:
    assert view(payment(samples.EXPIRED, 1), payment(samples.REFUSED, 2)).badge == "DUE"
    assert view(payment(samples.REFUSED, 1), payment(samples.EXPIRED, 2)).badge == "EXPIRED"


def test_no_payment_is_not_initiated_and_arrival_is_always_pay_on_arrival() -> None:
    assert view().payment_status == "NOT_INITIATED"
    for _, each in STRENGTH:
        assert view(each, method="ARRIVAL").payment_status == "PAY_ON_ARRIVAL"


@pytest.mark.parametrize(
    ("seen", "badge"),
    [
        (view(), "DUE"),
        (view(method="ARRIVAL"), "ON ARRIVAL"),
        (view(payment(samples.OPEN)), "LINK OUT"),
        (view(payment(samples.CREATING)), "CHECKING"),
        (view(payment(samples.REFUSED)), "DUE"),
        (view(payment(samples.EXPIRED)), "EXPIRED"),
        (view(payment(samples.EXPIRED), method="ARRIVAL"), "ON ARRIVAL"),
        (view(payment(samples.BANK_FAILED), method="ARRIVAL"), "ON ARRIVAL"),
        (view(payment(samples.FAILED_OPEN), method="ARRIVAL"), "FAILED"),
        (view(payment(samples.OPEN), method="ARRIVAL"), "LINK OUT"),
        (view(payment(samples.FAILED_OPEN)), "FAILED"),
        (view(payment(samples.SETTLING)), "SETTLING"),
        (view(payment()), "PAID"),
        (view(payment(refunds=(PART,))), "PART REF"),
        (view(payment(refunds=(FULL,))), "REFUNDED"),
        (view(payment(refunds=(refund(5, "SENDING", "", "u"),))), "CHECKING"),
        (view(payment(replace(PAID, received=(1, "PKR")))), "REVIEW"),
        (view(payment(), cancelled=True), "CANCEL"),
        (view(method="ARRIVAL", desk=(mark(),)), "PAID"),
    ],
)
def test_badge(seen: object, badge: str) -> None:
    """UX 2.6."""
    assert seen.badge == badge  # type: ignore[attr-defined]


# The booking (PAYMENTS 1.4)


def test_cancelled_is_first() -> None:
    seen = view(payment(), cancelled=True, desk=(mark(),))
    assert (seen.status, kinds(seen)) == ("CANCELLED", ["money_on_cancelled"])
    assert seen.alerts[0].amount_minor == 2 * PRICE
    assert kinds(view(payment(refunds=(FULL,)), cancelled=True)) == []


def test_money_without_a_rate_is_told_of_by_itself_on_a_cancelled_booking() -> None:
    seen = view(payment(replace(PAID, received=(500, "INR"))), cancelled=True)
    assert [(a.kind, a.subject, a.amount_minor, a.currency) for a in seen.alerts] == [
        ("money_on_cancelled", "1", 500, "INR")
    ]


def test_a_mark_at_the_desk_pays_and_its_undo_takes_it_back() -> None:
    paid = view(method="ARRIVAL", desk=(mark(),))
    undone = view(method="ARRIVAL", desk=(mark(), DeskEntry(2, "undo")))
    again = view(method="ARRIVAL", desk=(mark(), DeskEntry(2, "undo"), mark(seq=3)))
    assert [seen.status for seen in (paid, undone, again)] == ["PAID", "PENDING", "PAID"]
    assert [seen.balance_minor for seen in (paid, undone, again)] == [0, PRICE, 0]
    assert undone.desk_entry is None
    assert paid.desk_entry is not None


def test_desk_rows_are_read_in_their_own_order() -> None:
    assert view(method="ARRIVAL", desk=(DeskEntry(2, "undo"), mark(seq=1))).status == "PENDING"


def test_a_payout_leaves_the_booking_paid_until_all_is_paid_out() -> None:
    part = view(method="ARRIVAL", desk=(mark(), DeskEntry(2, "payout", 400_000)))
    whole = view(method="ARRIVAL", desk=(mark(), DeskEntry(2, "payout", 400_000), DeskEntry(3, "payout", 600_000)))
    assert (part.status, part.desk_minor) == ("PAID", 600_000)
    assert (whole.status, whole.desk_minor, whole.desk_entry) == ("PENDING", 0, None)


def test_too_much_in_review_leaves_nothing_due() -> None:
    seen = view(payment(replace(PAID, received=(2 * PRICE, "PKR"))))
    assert (seen.status, seen.balance_minor, seen.paid_minor) == ("PENDING", 0, 2 * PRICE)


def test_one_partly_refunded_payment_shows_beside_others() -> None:
    other = payment(replace(PAID, paid_at=200), 2, refunds=(refund(PRICE, name="re_2"),))
    assert view(payment(refunds=(PART,)), other).badge == "PART REF"


def test_the_smallest_money_is_money() -> None:
    """One paisa, one cent: every rule that asks "more than nothing" means it."""
    coin, ask = replace(PAID, received=(1, "PKR")), Asked(1, "PKR", 1, "PKR")
    paid = payment(coin, asked=ask)
    assert view(paid, amount_minor=1).status == "PAID"
    assert view(payment(coin, asked=ask, refunds=(refund(1),)), amount_minor=1).payment_status == "REFUNDED"
    assert kinds(view(paid, replace(paid, seq=2), amount_minor=1)) == ["paid_twice"]
    assert kinds(view(paid, amount_minor=1, cancelled=True)) == ["money_on_cancelled"]
    assert kinds(view(payment(coin))) == ["wrong_amount"]
    failed = payment(coin, asked=ask, refunds=(refund(1, "failed"),))
    assert kinds(view(failed, amount_minor=1)) == ["refund_failed"]
    cent = payment(replace(PAID, received=(1, "USD")), asked=Asked(1, "USD", 280, "PKR"))
    assert view(cent, amount_minor=280).paid_minor == 280
    desk = view(method="ARRIVAL", amount_minor=1, desk=(mark(1), DeskEntry(2, "payout", 1)))
    assert (desk.status, desk.desk_minor) == ("PENDING", 0)


def test_a_charge_that_was_asked_for_nothing_has_no_rate() -> None:
    odd = payment(replace(PAID, received=(5, "USD")), asked=Asked(0, "USD", PRICE, "PKR"))
    assert view(odd).paid_minor == 0


def test_payment_is_required_while_pending() -> None:
    assert view().payment_required
    assert not view(payment()).payment_required
    assert not view(cancelled=True).payment_required


def test_undoing_a_mark_keeps_what_was_paid_online() -> None:
    seen = view(payment(), method="ARRIVAL", desk=(mark(), DeskEntry(2, "undo")))
    assert (seen.status, seen.paid_minor) == ("PAID", PRICE)


def test_a_mark_over_nothing_due_is_a_mark() -> None:
    assert view(method="ARRIVAL", amount_minor=0, desk=(mark(0),)).status == "PAID"


@pytest.mark.parametrize(
    ("facts", "amount_minor", "review"),
    [
        (PAID, PRICE, ""),
        (replace(PAID, received=(PRICE - 1, "PKR")), PRICE, "amount"),
        (replace(PAID, received=(PRICE + 1, "PKR")), PRICE, "amount"),
        (replace(PAID, received=(PRICE, "INR")), PRICE, "currency"),
        (replace(PAID, received=(0, "PKR")), PRICE, "amount"),
        (PAID, PRICE + 1, "price"),
    ],
)
def test_money_not_as_asked_is_in_review_and_pays_nothing(facts: AttemptFacts, amount_minor: int, review: str) -> None:
    """B17 to B19: what was asked is the snapshot, and the price may not have moved."""
    seen = view(payment(facts), amount_minor=amount_minor)
    assert seen.payments[0].review == review
    assert seen.status == ("PENDING" if review else "PAID")
    assert kinds(seen) == (["wrong_amount"] if review else [])
    accepted = view(payment(facts, accepted=True), amount_minor=amount_minor)
    assert accepted.status == ("PAID" if facts.received[0] else "PENDING")


def test_money_in_review_that_was_given_back_needs_nobody() -> None:
    facts = replace(PAID, received=(500, "PKR"))
    assert kinds(view(payment(facts, refunds=(refund(500),)))) == []


def test_two_payments_of_one_booking_flag_the_later() -> None:
    first, second = payment(replace(PAID, paid_at=100), 2), payment(replace(PAID, paid_at=200), 1)
    seen = view(second, first)
    assert [(p.payment.seq, p.duplicate) for p in seen.payments] == [(1, True), (2, False)]
    assert kinds(seen) == ["paid_twice"]


def test_a_lost_dispute_over_one_of_two_payments_leaves_one() -> None:
    lost = payment(replace(PAID, paid_at=100), 1, disputes=(dispute("lost"),))
    seen = view(lost, payment(replace(PAID, paid_at=200), 2))
    assert kinds(seen) == ["dispute_lost"]
    assert seen.status == "PAID"


@pytest.mark.parametrize(
    ("desk_minor", "received", "alerts"),
    [
        (PRICE, (PRICE, "PKR"), ["paid_twice"]),
        (PRICE, (500, "PKR"), ["paid_twice"]),
        (PRICE - 500, (500, "PKR"), []),
        (PRICE, (500, "INR"), ["paid_twice"]),
    ],
)
def test_online_money_beside_desk_money(desk_minor: int, received: tuple[int, str], alerts: list[str]) -> None:
    """B31; the rest of a wrong amount collected at the desk is not twice."""
    seen = view(payment(replace(PAID, received=received)), method="ARRIVAL", desk=(mark(desk_minor),))
    assert (seen.status, kinds(seen)) == ("PAID", alerts)


def test_online_money_for_an_arrival_booking_pays_it_and_is_told_of() -> None:
    """B29."""
    seen = view(payment(), method="ARRIVAL")
    assert (seen.status, kinds(seen)) == ("PAID", ["online_for_arrival"])


@pytest.mark.parametrize(
    ("status", "overlay", "alerts", "left"),
    [
        ("needs_response", "DISPUTED", ["dispute"], PRICE),
        ("under_review", "DISPUTED", ["dispute"], PRICE),
        ("warning_needs_response", "INQUIRY", ["inquiry"], PRICE),
        ("warning_under_review", "INQUIRY", ["inquiry"], PRICE),
        ("won", "", [], PRICE),
        ("prevented", "", [], PRICE),
        ("warning_closed", "", [], PRICE),
        ("lost", "LOST", ["dispute_lost"], 0),
    ],
)
def test_disputes_are_overlays(status: str, overlay: str, alerts: list[str], left: int) -> None:
    """C24 to C27: the booking stays PAID; net shows the loss."""
    seen = view(payment(disputes=(dispute(status),)))
    assert (seen.status, seen.payment_status, seen.badge) == ("PAID", "SUCCEEDED", "PAID")
    assert (seen.payments[0].dispute, kinds(seen), seen.payments[0].refundable_minor) == (overlay, alerts, left)


def test_the_newest_word_of_a_refund_that_failed_is_an_alert_until_the_money_is_gone() -> None:
    """C13."""
    failed = refund(PRICE, "failed", failure_reason="lost_or_stolen_card")
    assert kinds(view(payment(refunds=(failed,)))) == ["refund_failed"]
    assert kinds(view(payment(refunds=(failed, refund(PRICE, name="re_2"))))) == []


# Forbidden for ever (PAYMENTS 1.5), for any facts at all

PAYMENTS = st.builds(
    Payment,
    st.integers(1, 2),
    st.sampled_from([samples.ASKED, USD_ASKED]),
    ATTEMPTS,
    st.lists(REFUNDS, max_size=2, unique_by=lambda r: r.stripe_refund_id).map(tuple),
)


@given(PAYMENTS, ATTEMPTS, st.booleans())
def test_no_report_takes_a_forbidden_transition(known: Payment, news: AttemptFacts, cancelled: bool) -> None:
    before = samples.ledger(known, cancelled=cancelled)
    after = samples.ledger(replace(known, facts=known.facts.merge(news)), cancelled=cancelled)
    assert forbidden(project(before), project(after)) == ""


@given(st.lists(PAYMENTS, max_size=2, unique_by=lambda p: p.seq), st.booleans(), st.sampled_from(["ONLINE", "ARRIVAL"]))
def test_every_ledger_has_a_view_whose_sums_agree(payments: list[Payment], cancelled: bool, method: str) -> None:
    seen = project(samples.ledger(*payments, cancelled=cancelled, method=method))
    assert seen.balance_minor >= 0
    assert seen.paid_minor >= 0
    for each in seen.payments:
        assert 0 <= each.refundable_minor <= each.kept_minor <= each.net_minor <= each.received_minor
        assert each.in_flight_minor >= each.sending_minor >= 0
    assert not (seen.status == "PAID" and seen.balance_minor)


def test_the_check_of_forbidden_transitions_can_fail() -> None:
    """The two things `forbidden` is for, done on purpose."""
    paid, opened = view(payment()), view(payment(samples.OPEN))
    assert forbidden(paid, opened) == "SUCCEEDED -> OPEN"
    assert forbidden(view(cancelled=True), view()) == "CANCELLED -> PENDING"
    in_review = view(payment(replace(PAID, received=(1, "PKR"))))
    assert forbidden(opened, replace(in_review, status="PAID")) == "PAID by money in review"
