"""How much was given back, how much is left, and what that is in the booking's currency (PAYMENTS 1.3, 2.5)."""

from __future__ import annotations

from dataclasses import replace

import pytest

from tests.payments import samples
from tests.payments.samples import PAID, PRICE, USD_ASKED, USD_PAID, kinds, payment, refund, view
from travello_desk.payments.projection import project


@pytest.mark.parametrize(
    ("charge_says", "refunds", "back"),
    [
        (0, (), 0),
        (300, (), 300),
        (0, (refund(300),), 300),
        (300, (refund(300),), 300),
        (500, (refund(300),), 500),
        (200, (refund(300),), 300),
        (300, (refund(300, "failed"),), 0),
        (0, (refund(300, "failed"),), 0),
        (600, (refund(300, "failed"), refund(300, name="re_2")), 300),
        (300, (refund(300, "failed"), refund(300, name="re_2")), 300),
        (300, (refund(300, "canceled"), refund(100, "pending", "re_2")), 100),
        (300, (refund(300, "pending"),), 300),
        (300, (refund(300, "requires_action"),), 300),
        (0, (refund(300, "SENDING", "", "u"),), 0),
        (300, (refund(300, "SENDING", "", "u"),), 300),
        (300, (refund(300, "REFUSED", "", "u"),), 300),
    ],
)
def test_refunded_is_rows_plus_what_the_charge_says_beyond_them(
    charge_says: int, refunds: tuple[object, ...], back: int
) -> None:
    facts = replace(PAID, charge_refunded_minor=charge_says)
    assert view(payment(facts, refunds=refunds)).payments[0].refunded_minor == back


def test_a_refund_that_is_being_sent_stops_a_second_one_and_nothing_else() -> None:
    """PAYMENTS 1.4: it counts for the remainder at once, for the status only when Stripe has taken it on."""
    sent = view(payment(refunds=(refund(PRICE, "SENDING", "", "u"),)))
    taken = view(payment(refunds=(refund(PRICE, "pending", "re_1", "u"),)))
    assert (sent.status, sent.payment_status, sent.payments[0].refundable_minor) == ("PAID", "SUCCEEDED", 0)
    assert (taken.status, taken.payment_status, taken.payments[0].refundable_minor) == ("PENDING", "REFUNDED", 0)
    assert taken.payments[0].in_flight_minor == sent.payments[0].in_flight_minor == PRICE


def test_a_refund_that_is_known_does_not_hide_one_that_is_being_sent() -> None:
    sending = refund(200, "SENDING", "", "u")
    known = view(payment(replace(PAID, charge_refunded_minor=300), refunds=(refund(300), sending))).payments[0]
    assert (known.refunded_minor, known.sending_minor, known.refundable_minor) == (300, 200, PRICE - 500)


def test_the_charge_may_tell_of_a_refund_before_its_answer_comes() -> None:
    known = view(payment(replace(PAID, charge_refunded_minor=300), refunds=(refund(300, "SENDING", "", "u"),)))
    assert known.payments[0].refundable_minor == PRICE - 300


# USD fallback (PAYMENTS 2.5)


def test_a_payment_in_another_currency_pays_the_booking_at_the_snapshots_rate() -> None:
    seen = view(payment(USD_PAID, asked=USD_ASKED))
    assert (seen.status, seen.paid_minor, seen.balance_minor) == ("PAID", PRICE, 0)


def test_what_is_left_of_it_is_what_the_desk_meant() -> None:
    back = replace(refund(1190), currency="USD", booking_minor=333_333)
    seen = view(payment(USD_PAID, asked=USD_ASKED, refunds=(back,)))
    assert (seen.status, seen.paid_minor) == ("PAID", 666_667)
    assert view(payment(USD_PAID, asked=USD_ASKED, refunds=(replace(back, booking_minor=0),))).paid_minor == 666_760


def test_nothing_is_left_when_nothing_is_left_of_the_charge() -> None:
    """The desk meant Rs. 9,999 and the rest was a fraction of a cent."""
    back = replace(refund(3571), currency="USD", booking_minor=999_900)
    seen = view(payment(USD_PAID, asked=USD_ASKED, refunds=(back,)))
    assert (seen.status, seen.paid_minor, seen.balance_minor) == ("PENDING", 0, PRICE)


def test_a_booking_whose_currency_was_changed_takes_nothing_from_the_old_one() -> None:
    other = replace(samples.ledger(payment()), currency="AED")
    seen = project(other)
    assert (seen.status, seen.paid_minor, kinds(seen)) == ("PENDING", 0, ["wrong_amount"])
