"""The refusals, row by row: which rule speaks, in which words, and which one speaks first."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from tests.payments import samples
from tests.payments.samples import (
    PAID,
    PRICE,
    USD_ASKED,
    USD_PAID,
    dispute,
    ledger,
    mark,
    payment,
    refund,
)
from travello_desk.payments import rules
from travello_desk.payments.facts import AttemptFacts, Ledger, Payment
from travello_desk.payments.projection import PaymentView, project
from travello_desk.payments.rules import Refusal

PAID_ONLINE = ledger(payment())
PAID_AT_DESK = ledger(method="ARRIVAL", desk=(mark(),))
CANCELLED = ledger(cancelled=True)
SETTLING = ledger(payment(samples.SETTLING))
IN_REVIEW = ledger(payment(replace(PAID, received=(500, "PKR"))))
UNPAID = ledger()
ARRIVAL = ledger(method="ARRIVAL")


def code(refusal: Refusal | None) -> str:
    return refusal.code if refusal else ""


@pytest.mark.parametrize(
    ("booking", "text"),
    [
        (UNPAID, ""),
        (ledger(payment(samples.OPEN)), ""),
        (ledger(payment(samples.FAILED_OPEN)), ""),
        (ledger(payment(samples.EXPIRED)), ""),
        (ledger(payment(samples.BANK_FAILED)), ""),
        (ledger(payment(refunds=(refund(PRICE),))), ""),
        (ledger(payment(replace(PAID, received=(500, "PKR")), refunds=(refund(500),))), ""),
        (ARRIVAL, "Payment method must be ONLINE"),
        (PAID_AT_DESK, "Payment method must be ONLINE"),
        (PAID_ONLINE, "Payment already processed"),
        (CANCELLED, "Booking is cancelled"),
        (SETTLING, "Payment is still settling"),
        (IN_REVIEW, "Money has arrived that staff must look at before a new link is made"),
        (ledger(amount_minor=19_999), "Amount is below the online minimum of Rs. 200"),
        (ledger(amount_minor=100_000_000), "Amount is above the online maximum of Rs. 999,999.99"),
    ],
)
def test_checkout(booking: Ledger, text: str) -> None:
    """D2, D6 to D8, D23, D24; the texts of INTERFACE.md word for word, all 400."""
    refusal = rules.checkout_refusal(booking, project(booking))
    assert (refusal.text if refusal else "") == text
    assert refusal is None or refusal.http_status == 400


def test_the_texts_and_statuses_of_the_interface() -> None:
    assert (rules.NOT_FOUND.text, rules.NOT_FOUND.http_status) == ("Booking not found", 404)
    assert (rules.NOT_AUTHORIZED.text, rules.NOT_AUTHORIZED.http_status) == ("User not authorized", 403)


def test_refused_carries_its_refusal() -> None:
    error = rules.Refused(rules.IS_CANCELLED)
    assert error.refusal is rules.IS_CANCELLED
    assert str(error) == "Booking is cancelled"


@pytest.mark.parametrize(
    ("booking", "text"),
    [
        (ARRIVAL, ""),
        (ledger(payment(replace(PAID, received=(500, "PKR"))), method="ARRIVAL"), ""),
        (PAID_AT_DESK, "already paid by Ali"),
        (ledger(payment(), method="ARRIVAL"), "already paid online"),
        (CANCELLED, "Booking is cancelled"),
        (UNPAID, "Not for ONLINE bookings: switch it to pay on arrival first"),
        (ledger(payment(samples.SETTLING), method="ARRIVAL"), "Payment is still settling"),
    ],
)
def test_mark_paid(booking: Ledger, text: str) -> None:
    """D33 to D35."""
    refusal = rules.mark_paid_refusal(booking, project(booking))
    assert (refusal.text if refusal else "") == text


def test_a_second_mark_says_when_the_first_was_made() -> None:
    """D34: "already paid by Ali 14:02"; the clock of the hotel is the front end's."""
    refusal = rules.mark_paid_refusal(PAID_AT_DESK, project(PAID_AT_DESK))
    assert refusal is not None
    assert refusal.at == 50
    online = ledger(payment(), method="ARRIVAL")
    by_card = rules.mark_paid_refusal(online, project(online))
    assert by_card is not None
    assert by_card.at == 0


def test_undo_needs_a_mark() -> None:
    assert code(rules.undo_paid_refusal(project(PAID_AT_DESK))) == ""
    assert code(rules.undo_paid_refusal(project(PAID_ONLINE))) == "nothing_to_undo"


@pytest.mark.parametrize(
    ("amount_minor", "expected"), [(1, ""), (PRICE, ""), (PRICE + 1, "too_much"), (0, "bad_amount"), (-5, "bad_amount")]
)
def test_payout(amount_minor: int, expected: str) -> None:
    assert code(rules.payout_refusal(project(PAID_AT_DESK), amount_minor, "PKR")) == expected
    assert code(rules.payout_refusal(project(PAID_ONLINE), amount_minor, "PKR")) == "nothing_paid"


@pytest.mark.parametrize(
    ("booking", "method", "expected"),
    [
        (UNPAID, "ARRIVAL", ""),
        (ARRIVAL, "ONLINE", ""),
        (UNPAID, "ONLINE", "same_method"),
        (UNPAID, "CASH", "bad_method"),
        (PAID_ONLINE, "ARRIVAL", "already_paid"),
        (CANCELLED, "ARRIVAL", "cancelled"),
        (SETTLING, "ARRIVAL", "settling"),
    ],
)
def test_switch_method(booking: Ledger, method: str, expected: str) -> None:
    assert code(rules.switch_refusal(booking, project(booking), method)) == expected


@pytest.mark.parametrize(
    ("booking", "expected"),
    [
        (UNPAID, ""),
        (ledger(payment(samples.OPEN)), ""),
        (ledger(payment(refunds=(refund(PRICE),))), ""),
        (PAID_ONLINE, "paid_price"),
        (PAID_AT_DESK, "paid_price"),
        (IN_REVIEW, "paid_price"),
        (CANCELLED, "cancelled"),
        (SETTLING, "settling"),
    ],
)
def test_edit_amount(booking: Ledger, expected: str) -> None:
    assert code(rules.edit_amount_refusal(project(booking))) == expected


def test_cancel_only_once() -> None:
    assert code(rules.cancel_refusal(project(PAID_ONLINE))) == ""
    assert code(rules.cancel_refusal(project(CANCELLED))) == "cancelled"


def test_accept_needs_money_in_review() -> None:
    assert code(rules.accept_refusal(only(IN_REVIEW))) == ""
    assert code(rules.accept_refusal(only(PAID_ONLINE))) == "no_review"
    assert code(rules.accept_refusal(None)) == "no_review"
    given_back = ledger(payment(replace(PAID, received=(500, "PKR")), refunds=(refund(500),)))
    assert code(rules.accept_refusal(only(given_back))) == "nothing_paid"


# Refunds


def only(booking: Ledger) -> PaymentView:
    return project(booking).payments[0]


@pytest.mark.parametrize(
    ("known", "amount_minor", "text"),
    [
        (payment(), PRICE, ""),
        (payment(), 1, ""),
        (payment(), 0, "The refund must be more than nothing"),
        (payment(), -1, "The refund must be more than nothing"),
        (payment(), PRICE + 1, "At most Rs. 10,000 is left to refund"),
        (payment(refunds=(refund(200_000),)), 900_000, "At most Rs. 8,000 is left to refund"),
        (payment(refunds=(refund(200_000, "pending"),)), 900_000, "At most Rs. 8,000 is left to refund"),
        (payment(refunds=(refund(200_000, "failed"),)), 900_000, ""),
        (payment(refunds=(refund(PRICE),)), 1, "Everything has been refunded already"),
        (payment(refunds=(refund(PRICE, "SENDING", "", "u"),)), 1, "A refund of this payment is already being sent"),
        (payment(refunds=(refund(5, "SENDING", "", "u"),)), 1, "A refund of this payment is already being sent"),
        (payment(samples.OPEN), 1, "There is nothing to refund yet"),
        (payment(samples.SETTLING), 1, "There is nothing to refund yet"),
        (payment(disputes=(dispute("needs_response"),)), 1, "A dispute is open: the bank decides"),
        (payment(disputes=(dispute("warning_needs_response"),)), 1, ""),
        (payment(disputes=(dispute("won"),)), 1, ""),
        (payment(disputes=(dispute("lost"),)), 1, "The dispute was lost: the guest has the money back already"),
        (payment(disputes=(dispute("lost", 400_000),)), 700_000, "At most Rs. 6,000 is left to refund"),
    ],
)
def test_refund(known: Payment, amount_minor: int, text: str) -> None:
    """C2, C7, C10, C23, C27, C31."""
    refusal = rules.refund_refusal(only(ledger(known)), amount_minor)
    assert (refusal.text if refusal else "") == text


def test_no_payment_is_nothing_to_refund() -> None:
    assert code(rules.refund_refusal(None, 5)) == "nothing_paid"


def test_a_refund_moves_in_the_steps_of_its_currency() -> None:
    """PAYMENTS 2.1: UGX and ISK by hundreds; what is left may always go, as Stripe has it."""
    facts = replace(PAID, received=(50_050, "UGX"))
    known = only(ledger(payment(facts)))
    assert rules.refund_refusal(known, 100) is None
    assert code(rules.refund_refusal(known, 150)) == "bad_amount"
    assert rules.refund_refusal(known, 50_050) is None


def test_an_unknown_currency_is_still_refused_in_words() -> None:
    known = only(ledger(payment(replace(PAID, received=(500, "XXX")))))
    refusal = rules.refund_refusal(known, 501)
    assert refusal is not None
    assert refusal.text == "At most 500 minor units of XXX is left to refund"


def target(*payments: Payment) -> int:
    found = rules.refund_target(project(ledger(*payments)))
    return found.payment.seq if found else 0


def test_a_refund_without_a_choice_means_the_odd_money_first() -> None:
    early, late = replace(PAID, paid_at=1), replace(PAID, paid_at=2)
    odd = replace(PAID, received=(7, "PKR"))
    assert target() == 0
    assert target(payment(samples.OPEN)) == 0
    assert target(payment(refunds=(refund(PRICE),))) == 0
    assert target(payment(early, 1), payment(late, 2)) == 2
    assert target(payment(late, 1), payment(early, 2)) == 1
    assert target(payment(odd, 1), payment(late, 2)) == 1
    assert target(payment(refunds=(refund(PRICE),)), payment(late, 2)) == 2


# Shares of a payment in another currency (PAYMENTS 2.5 point 8)


def give(known: Payment, name: str, booking_minor: int) -> Payment:
    """One refund meant in the booking's currency, as the desk sends it and Stripe answers; less than a cent is none."""
    amount_minor = rules.refund_share(view_of(known), booking_minor)
    new = replace(refund(amount_minor, name=name, uid=name), currency="USD", booking_minor=booking_minor)
    return known.with_refund(new) if amount_minor else known


def view_of(known: Payment) -> PaymentView:
    booking = Ledger(known.asked.booking_amount_minor, "PKR", "ONLINE", payments=(known,))
    return project(booking).payments[0]


def test_thirds_of_a_dollar_payment() -> None:
    known = payment(USD_PAID, asked=USD_ASKED)
    for name, part in (("r1", 333_333), ("r2", 333_333), ("r3", 333_334)):
        known = give(known, name, part)
    assert [r.amount_minor for r in known.refunds] == [1190, 1191, 1190]
    assert project(ledger(known)).payment_status == "REFUNDED"


def test_the_same_currency_is_not_converted() -> None:
    assert rules.refund_share(view_of(payment()), 12_345) == 12_345


def test_less_than_a_cent_is_no_refund() -> None:
    known = view_of(payment(USD_PAID, asked=USD_ASKED))
    assert rules.refund_share(known, 139) == 0
    assert rules.refund_share(known, 141) == 1


def test_the_smallest_rest_can_go() -> None:
    known = payment(refunds=(refund(PRICE - 1),))
    assert rules.refund_refusal(only(ledger(known)), 1) is None
    assert target(known) == 1
    assert code(rules.payout_refusal(project(ledger(method="ARRIVAL", desk=(mark(1),))), 1, "PKR")) == ""
    in_review = only(ledger(payment(replace(PAID, received=(1, "PKR")))))
    assert rules.accept_refusal(in_review) is None
    assert code(rules.checkout_refusal(UNPAID, project(ledger(in_review.payment)))) == "review"
    assert code(rules.edit_amount_refusal(project(ledger(in_review.payment)))) == "paid_price"


def test_a_cent_in_another_currency_has_its_share() -> None:
    asked = replace(USD_ASKED, amount_minor=1, booking_amount_minor=1)
    known = payment(replace(PAID, received=(1, "USD")), asked=asked)
    assert rules.refund_share(view_of(known), 1) == 1


def test_money_without_a_rate_has_no_share() -> None:
    known = payment(replace(PAID, received=(500, "INR")))
    assert rules.refund_share(view_of(known), 12_345) == 0


def test_a_failed_refund_gives_its_share_back() -> None:
    known = give(payment(USD_PAID, asked=USD_ASKED), "r1", PRICE)
    assert view_of(known).refundable_minor == 0
    known = known.with_refund(refund(3571, "failed", "r1", "r1", failure_reason="expired_or_canceled_card"))
    assert rules.refund_share(view_of(known), PRICE) == 3571


def test_what_was_refunded_in_the_dashboard_is_taken_at_the_snapshots_rate() -> None:
    known = payment(USD_PAID, asked=USD_ASKED).with_refund(replace(refund(1000), currency="USD"))
    assert rules.refund_share(view_of(known), PRICE) == 2571
    assert rules.refund_share(view_of(known), 100_000) == 357


@given(
    st.integers(50, 99_999_999),
    st.integers(20_000, 99_999_999),
    st.lists(st.integers(1, 99_999_999), min_size=1, max_size=4),
)
def test_partial_refunds_of_a_dollar_payment_sum_to_the_whole(usd: int, pkr: int, parts: list[int]) -> None:
    """However it is cut, the last refund takes what is left, to the cent, and none takes more than is left."""
    assume(pkr >= usd)
    asked = replace(USD_ASKED, amount_minor=usd, booking_amount_minor=pkr)
    known = payment(AttemptFacts(attempt="paid", received=(usd, "USD"), create="CREATED"), asked=asked)
    for index, part in enumerate(parts):
        left = view_of(known).net_in_booking_currency
        assert left == pkr - sum(r.booking_minor for r in known.refunds) or view_of(known).net_minor == left == 0
        known = give(known, f"r{index}", min(part, left))
    known = give(known, "last", view_of(known).net_in_booking_currency)
    assert sum(r.amount_minor for r in known.refunds) == usd
    assert view_of(known).status == "REFUNDED"
