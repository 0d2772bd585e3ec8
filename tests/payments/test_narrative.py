"""The lines of the timeline: word for word where INTERFACE.md fixes them, and each thing told once."""

from __future__ import annotations

from dataclasses import replace

import pytest

from tests.payments import samples
from tests.payments.book import Book
from tests.payments.samples import PAID, PRICE, dispute, ledger, mark, payment, refund, view
from tests.payments.scene import Report
from tests.payments.stories import STORIES
from travello_desk.payments.facts import Failure, Payment
from travello_desk.payments.narrative import Cause, Line, alert_sentence, narrate
from travello_desk.payments.projection import Alert, BookingView, project

BY_NAME = {story.name: story for story in STORIES}
COMPLETED = Cause("checkout.session.completed", "webhook")
INTENT = Cause("payment_intent.succeeded", "webhook")


def lines_of(name: str, order: list[str] | None = None) -> list[str]:
    """What the timeline says after a story, its reports in the order of time or by the labels given."""
    story = BY_NAME[name]
    reports = list(story.reports)
    if order is not None:
        reports = [next(r for r in reports if r.label == label) for label in order]
    return [line.text for line in told(story.book, reports)]


def told(book: Book, reports: list[Report]) -> list[Line]:
    lines: list[Line] = []
    for report in reports:
        after = book.told(report.seen)
        source = "webhook" if report.event else "reply"
        lines.extend(narrate(book.view, after.view, Cause(report.label if report.event else "", source)))
        book = after
    return lines


PAID_BY_WEBHOOK = "Booking marked as PAID by webhook"
PAID_BY_INTENT = "Payment confirmed via payment_intent event"
REFUNDED = "Payment refunded for booking"
NO_FUNDS = "Payment failed: Your card has insufficient funds."


@pytest.mark.parametrize(
    ("story", "expected"),
    [
        ("link_is_out", []),
        ("stripe_refuses_the_link", ["Stripe refused to make the payment link"]),
        ("link_expires", ["Payment link expired"]),
        ("happy", [PAID_BY_INTENT]),
        ("only_the_intent_arrives", [PAID_BY_INTENT]),
        ("declined", [NO_FUNDS]),
        ("declined_then_paid", [NO_FUNDS, PAID_BY_INTENT]),
        ("declined_twice_then_expired", [NO_FUNDS, NO_FUNDS, "Payment link expired"]),
        ("bank_payment_settles", ["Bank payment is on its way, not settled", PAID_BY_INTENT]),
        (
            "bank_payment_fails",
            [
                "Bank payment is on its way, not settled",
                "Payment failed: The bank account has insufficient funds.",
                "Payment failed: the bank payment failed",
            ],
        ),
        ("partial_refund_in_the_dashboard", [PAID_BY_INTENT, "Rs. 2,000 of Rs. 10,000 refunded"]),
        ("partial_refunds_reach_the_whole", [PAID_BY_INTENT, "Rs. 2,000 of Rs. 10,000 refunded", REFUNDED]),
        ("refund_told_by_the_charge_alone", [PAID_BY_INTENT, REFUNDED]),
        (
            "desk_refund_waits_then_settles",
            [PAID_BY_INTENT, REFUNDED, "Refund of Rs. 10,000 on its way", "Refund of Rs. 10,000 went through"],
        ),
        ("refund_is_being_sent", [PAID_BY_INTENT]),
        ("stripe_refuses_the_refund", [PAID_BY_INTENT, "Stripe refused the refund of Rs. 10,000"]),
        (
            "refund_fails_later",
            [PAID_BY_INTENT, REFUNDED, "Refund of Rs. 10,000 FAILED (lost_or_stolen_card)"],
        ),
        ("cancelled_then_paid", ["Payment link expired", "Online payment received"]),
        ("wrong_amount", ["Online payment received"]),
        ("paid_at_the_desk_then_online", ["Online payment received"]),
        ("two_sessions_both_paid", [PAID_BY_INTENT, "Online payment received"]),
        (
            "dispute_lost",
            [PAID_BY_INTENT, "Dispute over Rs. 10,000: needs response", "Dispute over Rs. 10,000: lost"],
        ),
        (
            "inquiry",
            [
                PAID_BY_INTENT,
                "Dispute over Rs. 10,000: inquiry needs response",
                "Dispute over Rs. 10,000: inquiry under review",
            ],
        ),
    ],
)
def test_a_story_as_the_timeline_tells_it(story: str, expected: list[str]) -> None:
    found = lines_of(story)
    assert found == expected


def test_completed_first_is_the_webhooks_line_and_the_intent_adds_none() -> None:
    """B5, B6: one PAID entry; the other event is a confirmation."""
    order = ["reply: link 1", "checkout.session.completed", "payment_intent.succeeded"]
    assert lines_of("happy", order) == [PAID_BY_WEBHOOK]


def test_refund_before_completed_tells_both_without_a_flash_of_paid() -> None:
    """B12."""
    order = ["reply: link 1", "charge.refunded", "checkout.session.completed", "payment_intent.succeeded"]
    assert lines_of("refund_told_by_the_charge_alone", order) == ["Online payment received", REFUNDED]


def test_a_late_failure_is_listed_and_changes_nothing() -> None:
    """B8."""
    order = ["reply: link 1", "checkout.session.completed", "payment_intent.payment_failed"]
    assert lines_of("declined_then_paid", order) == [PAID_BY_WEBHOOK, NO_FUNDS]


@pytest.mark.parametrize("story", STORIES, ids=list(BY_NAME))
def test_nothing_is_told_twice(story: object) -> None:
    """B2: every report a second time adds no line, and no line of money stands twice for one payment."""
    known = BY_NAME[story.name]  # type: ignore[attr-defined]
    once = told(known.book, list(known.reports))
    twice = told(known.book, [report for report in known.reports for _ in range(2)])
    again = told(known.book, [*known.reports, *known.reports])
    assert once == twice == again
    for fixed in (PAID_BY_WEBHOOK, PAID_BY_INTENT):
        assert [line.text for line in once].count(fixed) <= len(known.book.rows or [None])


def test_a_refund_that_the_charge_told_of_is_not_told_again_by_its_row() -> None:
    """C16: charge.refunded and refund.created are one refund, in either order."""
    forwards = ["reply: link 1", "payment_intent.succeeded", "charge.refunded", "refund.created"]
    backwards = [*forwards[:2], "refund.created", "charge.refunded"]
    once = [PAID_BY_INTENT, "Rs. 2,000 of Rs. 10,000 refunded"]
    assert lines_of("partial_refund_in_the_dashboard", forwards) == once
    assert lines_of("partial_refund_in_the_dashboard", backwards) == once


def step(before: Payment, after: Payment, cause: Cause = COMPLETED, **booking: object) -> list[Line]:
    return narrate(project(ledger(before, **booking)), project(ledger(after, **booking)), cause)


@pytest.mark.parametrize(
    ("cause", "text"),
    [
        (COMPLETED, PAID_BY_WEBHOOK),
        (INTENT, PAID_BY_INTENT),
        (Cause("payment_intent.succeeded", "polling"), PAID_BY_INTENT),
        (Cause("checkout.session.completed", "polling"), "Booking marked as PAID by polling"),
        (Cause("", "look-up"), "Booking marked as PAID by look-up"),
    ],
)
def test_who_told_that_it_is_paid(cause: Cause, text: str) -> None:
    assert [line.text for line in step(payment(samples.OPEN), payment(PAID), cause)] == [text]


def test_the_money_stands_beside_the_line() -> None:
    """B21: the guest saw another currency; the hotel got its own."""
    facts = replace(PAID, card="Visa 4242", presentment=(3310, "EUR"))
    (line,) = step(payment(samples.OPEN), payment(facts))
    assert line == Line("paid", PAID_BY_WEBHOOK, "Rs. 10,000 · Visa 4242 · guest saw €33.10")


def test_a_refund_without_a_currency_has_its_payments() -> None:
    (line,) = step(payment(), payment(refunds=(replace(refund(200_000, "pending", uid="u"), currency=""),)))
    assert line.text == "Refund of Rs. 2,000 on its way"


def test_the_hotels_own_currency_is_not_told_twice() -> None:
    facts = replace(PAID, presentment=(PRICE, "PKR"))
    (line,) = step(payment(samples.OPEN), payment(facts))
    assert line.detail == "Rs. 10,000"


def test_one_refund_being_sent_among_others_is_still_ours() -> None:
    known = (refund(100, name="re_0"), refund(200_000, "SENDING", "", "u"))
    by_charge = replace(PAID, charge_refunded_minor=200_100)
    (line,) = step(payment(refunds=known), payment(by_charge, refunds=known))
    assert line.detail == ""


def test_a_failure_keeps_its_code_and_a_bank_failure_says_what_to_do() -> None:
    """B10, B16."""
    known = replace(samples.OPEN, failures=frozenset({Failure(1, "expired_card", "Your card has expired.", "ch_1")}))
    assert step(payment(samples.OPEN), payment(known)) == [
        Line("failed", "Payment failed: Your card has expired.", "expired_card")
    ]
    bank = replace(samples.SETTLING, failures=frozenset({Failure(1, "async", "the bank payment failed", "cs_1")}))
    (line,) = step(payment(samples.SETTLING), payment(bank))
    assert line.detail == "send a new link"


@pytest.mark.parametrize(
    ("was", "now", "expected"),
    [
        ((), refund(200_000), ("refunded", "Rs. 2,000 of Rs. 10,000 refunded", "refunded outside the desk")),
        ((), refund(200_000, uid="u"), ("refunded", "Rs. 2,000 of Rs. 10,000 refunded", "")),
        (
            (refund(200_000, "SENDING", "", "u"),),
            refund(200_000, uid="u"),
            ("refunded", "Rs. 2,000 of Rs. 10,000 refunded", ""),
        ),
        (
            (),
            refund(200_000, "pending"),
            ("refund_waits", "Refund of Rs. 2,000 on its way", "refunded outside the desk"),
        ),
        (
            (),
            refund(200_000, "pending", uid="u", pending_reason="insufficient_funds"),
            ("refund_waits", "Refund of Rs. 2,000 waits for Stripe balance", ""),
        ),
        (
            (),
            refund(200_000, "requires_action", uid="u"),
            ("refund_waits", "Refund of Rs. 2,000: guest must act, Stripe e-mailed them", ""),
        ),
        (
            (refund(200_000, "pending", uid="u"),),
            refund(200_000, uid="u"),
            ("refund_settled", "Refund of Rs. 2,000 went through", ""),
        ),
        (
            (refund(200_000),),
            refund(200_000, "failed", failure_reason="lost_or_stolen_card"),
            ("refund_failed", "Refund of Rs. 2,000 FAILED (lost_or_stolen_card)", "the money is back with the hotel"),
        ),
        (
            (refund(200_000, "requires_action"),),
            refund(200_000, "canceled"),
            ("refund_failed", "Refund of Rs. 2,000 FAILED (canceled)", "the money is back with the hotel"),
        ),
        (
            (refund(200_000, "SENDING", "", "u"),),
            refund(200_000, "REFUSED", "", "u", failure_reason="charge_already_refunded"),
            ("refund_refused", "Stripe refused the refund of Rs. 2,000", "charge_already_refunded"),
        ),
    ],
)
def test_refund_lines(was: tuple[object, ...], now: object, expected: tuple[str, str, str]) -> None:
    found = step(payment(refunds=was), payment(refunds=(now,)))
    assert [(line.kind, line.text, line.detail) for line in found] == [expected]


def test_our_own_refund_told_by_the_charge_first_was_not_made_outside() -> None:
    """C15: charge.refunded comes before the API's reply."""
    sending = payment(refunds=(refund(200_000, "SENDING", "", "u"),))
    by_charge = replace(sending, facts=replace(PAID, charge_refunded_minor=200_000))
    answered = replace(by_charge, refunds=(refund(200_000, uid="u"),))
    assert [(line.text, line.detail) for line in step(sending, by_charge)] == [("Rs. 2,000 of Rs. 10,000 refunded", "")]
    assert step(by_charge, answered) == []


def test_a_full_refund_is_the_fixed_line_with_the_sum_beside_it() -> None:
    """C1."""
    (line,) = step(payment(), payment(refunds=(refund(PRICE, uid="u"),)))
    assert line == Line("refunded", REFUNDED, "Rs. 10,000 of Rs. 10,000 refunded")


def test_strange_money_can_be_told_of() -> None:
    """Nothing that Stripe can sign makes the narrative raise: an unknown currency is shown as told."""
    strange = payment(replace(PAID, received=(500, "XYZ")), disputes=(replace(dispute("lost"), currency=""),))
    texts = [line.text for line in step(payment(samples.OPEN), strange)]
    assert texts == ["Online payment received", "Dispute over 1,000,000 minor units of an unnamed currency: lost"]


def test_undoing_a_mark_is_told_where_nothing_else_is() -> None:
    before = view(method="ARRIVAL", desk=(mark(),))
    assert [line.text for line in narrate(before, view(method="ARRIVAL"), Cause("", "desk"))] == [
        "Booking is PENDING again"
    ]


def test_nothing_changed_is_nothing_told() -> None:
    seen: BookingView = view(payment(), payment(samples.OPEN, 2))
    assert narrate(seen, seen, COMPLETED) == []


@pytest.mark.parametrize(
    ("alert", "sentence"),
    [
        (Alert("money_on_cancelled", "", PRICE, "PKR"), "Rs. 10,000 is on a cancelled booking: refund it?"),
        (Alert("paid_twice", "2", PRICE, "PKR", "online"), "Paid twice (online): Rs. 10,000 is too much"),
        (
            Alert("paid_twice", "2", PRICE, "PKR", "desk"),
            "Paid twice (at the desk and online): Rs. 10,000 is too much",
        ),
        (Alert("wrong_amount", "1", 10_000, "PKR", "amount"), "Paid Rs. 100, booking asks Rs. 10,000"),
        (Alert("wrong_amount", "1", 3571, "USD", "currency"), "Paid $35.71, booking asks Rs. 10,000"),
        (
            Alert("wrong_amount", "1", PRICE, "PKR", "price"),
            "Paid Rs. 10,000, but the price has changed to Rs. 10,000 since the link was made",
        ),
        (
            Alert("online_for_arrival", "1", PRICE, "PKR"),
            "Rs. 10,000 came online for a booking that pays at the hotel",
        ),
        (
            Alert("refund_failed", "re_1", 5000, "PKR", "lost_or_stolen_card"),
            "Refund of Rs. 50 FAILED (lost_or_stolen_card): the money is back with the hotel, "
            "pay the guest another way",
        ),
        (
            Alert("inquiry", "dp_1", 5000, "PKR", "fraudulent"),
            "Inquiry over Rs. 50 (fraudulent): refund now avoids a dispute",
        ),
        (
            Alert("clock", detail="this computer's clock is 10 min slow"),
            "This computer's clock is 10 min slow: webhooks may be refused, times may be wrong",
        ),
        (
            Alert("stuck_refund", "u1", 5000, "PKR", "no answer yet"),
            "Refund of Rs. 50: Stripe has not said whether it was made (no answer yet)",
        ),
        (Alert("dispute", "dp_1", 5000, "PKR", "fraudulent"), "Dispute over Rs. 50 (fraudulent): answer it in Stripe"),
        (Alert("dispute_lost", "dp_1", 5000, "PKR"), "Dispute lost: Rs. 50 and Stripe's fee are gone"),
        (
            Alert("orphan", "pi_1", 5000, "PKR", "Stripe pi_1"),
            "Rs. 50 was paid for a booking this desk does not have (Stripe pi_1)",
        ),
        (
            Alert("livemode", "LIVE", detail="LIVE"),
            "A LIVE event arrived on a desk of the other mode: nothing was applied",
        ),
        (Alert("something_new", "x", detail="why"), "something new why"),
    ],
)
def test_alert_sentences(alert: Alert, sentence: str) -> None:
    assert alert_sentence(alert, "Rs. 10,000") == sentence
