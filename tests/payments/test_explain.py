"""Explain this payment: the facts and the timeline, once each, in the order of time."""

from __future__ import annotations

from dataclasses import dataclass, replace

import pytest

from tests.payments import samples
from tests.payments.samples import PAID, dispute, payment, refund, view
from tests.payments.stories import STORIES
from travello_desk.payments.explain import Step, explain, in_one_line
from travello_desk.payments.facts import Failure, Payment
from travello_desk.payments.views import PaymentView


@dataclass(frozen=True)
class Row:
    """A timeline row as the store hands it out."""

    at: int
    actor: str
    kind: str
    text: str = ""
    detail: str = ""


MINUTE = 60
NOON = 1_795_500_000 // 86_400 * 86_400 + 12 * 3600
LINK = Row(NOON + 118 * MINUTE, "Ayesha", "link", "Payment link made", "Rs. 10,000")
DECLINED = Failure(NOON + 122 * MINUTE, "insufficient_funds", "Your card has insufficient funds.", "ch_1a")
FACTS = replace(PAID, paid_at=NOON + 125 * MINUTE, card="Visa 4242", failures=frozenset({DECLINED}))
RETURNED = refund(200_000, created_at=NOON + 260 * MINUTE, uid="u")


def clock(at: int) -> str:
    return f"{at % 86_400 // 3600:02}:{at % 3600 // 60:02}"


def one(known: Payment) -> PaymentView:
    return view(known).payments[0]


def test_a_payment_in_one_line() -> None:
    told = in_one_line(one(payment(FACTS, refunds=(RETURNED,))), [LINK], clock)
    assert told == (
        "Link made by Ayesha 13:58; card declined for insufficient funds 14:02; "
        "paid Rs. 10,000 with Visa 4242 14:05; Rs. 2,000 refunded 16:20"
    )


def test_a_payment_as_a_list() -> None:
    told = explain(one(payment(FACTS, refunds=(RETURNED,))), [LINK])
    assert told == [
        (LINK.at, "Link made by Ayesha"),
        (DECLINED.at, "Card declined for insufficient funds"),
        (FACTS.paid_at, "Paid Rs. 10,000 with Visa 4242"),
        (RETURNED.created_at, "Rs. 2,000 refunded"),
    ]


def sentences(known: Payment, *rows: Row) -> list[str]:
    return [sentence for _, sentence in explain(one(known), rows)]


def test_what_stripe_told_is_told_once_from_the_facts() -> None:
    """The timeline has the same things under its own instant: when the desk heard of them."""
    heard = NOON + 200 * MINUTE
    rows = [
        Row(heard, "Stripe", "paid", "Booking marked as PAID by webhook"),
        Row(heard, "Stripe", "failed", "Payment failed: Your card has insufficient funds."),
        Row(heard, "Stripe", "refunded", "Payment refunded for booking"),
        Row(heard, "Stripe", "dispute", "Dispute over Rs. 10,000: lost"),
        Row(heard, "Ali", "created", "Booking made"),
    ]
    assert sentences(payment(FACTS), *rows) == sentences(payment(FACTS))


@pytest.mark.parametrize(
    ("row", "sentence"),
    [
        (Row(1, "Ayesha", "link"), "Link made by Ayesha"),
        (Row(1, "guest", "link"), "Link made"),
        (Row(1, "Stripe", "settling"), "Bank payment on its way, not settled"),
        (Row(1, "Ali", "price", "Price changed from Rs. 5 to Rs. 6"), "Price changed from Rs. 5 to Rs. 6 by Ali"),
        (Row(1, "Ali", "refund_asked", "Refund of Rs. 50 asked for"), "Refund of Rs. 50 asked for by Ali"),
        (Row(1, "Ali", "switched", "Payment method is ARRIVAL now"), "Payment method is ARRIVAL now by Ali"),
        (Row(1, "Ali", "undid_paid", "Undid mark paid"), "Mark at the desk undone by Ali"),
        (Row(1, "Ali", "cancelled", "Booking cancelled"), "Booking cancelled by Ali"),
        (Row(1, "Ali", "no_show", "No-show"), "No-show noted by Ali"),
        (Row(1, "Ali", "reopened", "Booking re-opened"), "Booking re-opened by Ali"),
    ],
)
def test_who_did_what(row: Row, sentence: str) -> None:
    assert sentences(payment(samples.OPEN), row) == [sentence]


def test_an_unknown_decline_is_told_in_stripes_words() -> None:
    odd = Failure(1, "moon_phase", "The moon is wrong.", "ch_1")
    assert sentences(payment(replace(samples.FAILED_OPEN, failures=frozenset({odd})))) == [
        "Payment failed: The moon is wrong."
    ]


@pytest.mark.parametrize("code", ["lost_card", "stolen_card"])
def test_the_desk_is_not_told_of_theft(code: str) -> None:
    """Stripe's advice: a guest must not be told, and the desk speaks with the guest."""
    facts = replace(samples.FAILED_OPEN, failures=frozenset({Failure(1, code, "Your card was declined.", "ch_1")}))
    assert sentences(payment(facts)) == ["Card declined by the bank, without a reason"]


def test_an_expired_link_ends_when_the_timeline_says_so_else_at_its_time() -> None:
    expired = payment(replace(samples.EXPIRED, expires_at=500))
    assert explain(one(expired)) == [(500, "Link expired")]
    assert explain(one(expired), [Row(300, "Stripe", "expired")]) == [(300, "Link expired")]


def test_money_that_was_seen_or_asked_otherwise() -> None:
    seen = replace(PAID, presentment=(3310, "EUR"))
    assert sentences(payment(seen)) == ["Paid Rs. 10,000, the guest saw €33.10"]
    assert sentences(payment(replace(PAID, received=(500, "PKR")))) == ["Paid Rs. 5, asked were Rs. 10,000"]


@pytest.mark.parametrize(
    ("known", "expected"),
    [
        (refund(5000), ["Rs. 50 refunded outside the desk"]),
        (refund(5000, uid="u"), ["Rs. 50 refunded"]),
        (refund(5000, "pending", uid="u"), ["Refund of Rs. 50 is on its way"]),
        (refund(5000, "invented_later", uid="u"), ["Refund of Rs. 50 is on its way"]),
        (
            refund(5000, "requires_action", uid="u"),
            ["Refund of Rs. 50 waits for the guest, Stripe e-mailed them"],
        ),
        (refund(5000, "REFUSED", "", "u"), ["Stripe refused the refund of Rs. 50"]),
        (
            refund(5000, "SENDING", "", "u"),
            ["Refund of Rs. 50 is being sent, not known yet whether it was made"],
        ),
        (
            refund(5000, "failed", uid="u", seen=900, failure_reason="lost_or_stolen_card"),
            ["Rs. 50 refunded", "Refund of Rs. 50 failed (lost or stolen card), the money is back with the hotel"],
        ),
    ],
)
def test_refunds(known: object, expected: list[str]) -> None:
    known = replace(known, created_at=800)  # type: ignore[type-var]
    assert sentences(payment(refunds=(known,)))[1:] == expected


def test_what_only_the_charge_tells_of_comes_last_without_an_instant() -> None:
    facts = replace(PAID, charge_refunded_minor=300_000)
    told = explain(one(payment(facts, refunds=(refund(200_000, created_at=800),))))
    assert told[-2:] == [(800, "Rs. 2,000 refunded outside the desk"), (0, "Rs. 1,000 refunded outside the desk")]
    assert in_one_line(one(payment(facts)), [], clock).endswith("; Rs. 3,000 refunded outside the desk")


def test_a_refund_without_a_currency_has_its_payments() -> None:
    assert sentences(payment(refunds=(replace(refund(5000), currency=""),)))[-1] == "Rs. 50 refunded outside the desk"


def test_disputes_open_and_close() -> None:
    lost = replace(dispute("lost"), created_at=700, seen=900)
    assert explain(one(payment(disputes=(lost,))))[1:] == [
        (700, "Dispute over Rs. 10,000 opened (fraudulent)"),
        (900, "Dispute lost"),
    ]
    closed = replace(dispute("warning_closed"), created_at=700, seen=900)
    assert [s for _, s in explain(one(payment(disputes=(closed,))))][1:] == [
        "Inquiry over Rs. 10,000 opened (fraudulent)",
        "Inquiry closed",
    ]


def test_nothing_happened_yet() -> None:
    assert explain(one(payment(samples.CREATING))) == []
    assert in_one_line(one(payment(samples.CREATING)), [], clock) == ""


@pytest.mark.parametrize("story", STORIES, ids=lambda story: story.name)
def test_every_story_can_be_explained(story: object) -> None:
    """In the order of time, each thing once, and the money that came in is always among it."""
    book = story.book  # type: ignore[attr-defined]
    for report in story.reports:  # type: ignore[attr-defined]
        book = book.told(report.seen)
    for each in book.view.payments:
        steps: list[Step] = explain(each)
        known = [at for at, _ in steps if at]
        assert known == sorted(known)
        assert len(set(steps)) == len(steps)
        assert any(s.startswith("Paid ") for _, s in steps) == each.payment.facts.paid
