"""What a refund may take and how the booking stands afterwards: the preview is what then happens."""

from __future__ import annotations

from dataclasses import replace

import pytest

from travello_desk.payments.facts import Asked, AttemptFacts, DeskEntry, Ledger, Payment, RefundFacts
from travello_desk.payments.projection import project
from travello_desk.store.ledger import with_payment
from travello_desk.tui.dialogs import refund_plan as plan

PAID = AttemptFacts(
    create="CREATED",
    session_status="complete",
    session_payment_status="paid",
    attempt="paid",
    received=(2_400_000, "PKR"),
    session_id="cs_1",
    payment_intent_id="pi_1",
    card="Visa 4242",
    paid_at=100,
)


def online(seq: int = 1, **more: object) -> Payment:
    return Payment(seq, Asked(2_400_000, "PKR", 2_400_000, "PKR"), PAID, **more)  # type: ignore[arg-type]


def in_dollars(*refunds: RefundFacts) -> Payment:
    """Rs. 24,000 charged as $85.71."""
    facts = replace(PAID, received=(8_571, "USD"))
    return Payment(1, Asked(8_571, "USD", 2_400_000, "PKR"), facts, refunds)


def booking(*payments: Payment, desk: tuple[DeskEntry, ...] = (), **more: object) -> Ledger:
    return Ledger(2_400_000, "PKR", "ONLINE", payments=payments, desk=desk, **more)  # type: ignore[arg-type]


def refunded(minor: int, currency: str = "PKR", status: str = "succeeded", **more: object) -> RefundFacts:
    return RefundFacts(f"re_{minor}", f"u{minor}", minor, currency, status, **more)  # type: ignore[arg-type]


def source_of(ledger: Ledger) -> plan.Source:
    return plan.sources(ledger, project(ledger))[0]


def words_after(ledger: Ledger, minor: int) -> str:
    view = project(ledger)
    then = plan.after(ledger, source_of(ledger), minor)
    return plan.status_words(view, then.view, then.view.badge)


def test_a_part_leaves_the_room_booked() -> None:
    ledger = booking(online(refunds=(refunded(1_230_000 // 10),)))
    source = source_of(ledger)
    assert (source.paid_minor, source.refunded_minor, source.most_minor) == (2_400_000, 123_000, 2_277_000)
    then = plan.after(ledger, source, 100_000)
    assert (then.refunded_minor, then.kept_minor, then.leaves_minor) == (223_000, 2_177_000, 100_000)
    assert words_after(ledger, 100_000) == "stays PART REF, the room stays booked"


def test_the_first_part_changes_the_badge() -> None:
    assert words_after(booking(online()), 100_000) == "becomes PART REF, the room stays booked"


def test_everything_brings_the_booking_back_to_pending() -> None:
    ledger = booking(online())
    then = plan.after(ledger, source_of(ledger), 2_400_000)
    assert (then.view.status, then.kept_minor) == ("PENDING", 0)
    assert words_after(ledger, 2_400_000) == "booking goes back to PENDING and can be paid again"


def test_a_duplicate_given_back_leaves_the_booking_paid() -> None:
    first, second = online(1), replace(online(2), facts=replace(PAID, paid_at=200, payment_intent_id="pi_2"))
    ledger = booking(first, second)
    source = source_of(ledger)
    assert source.key == 2
    assert plan.after(ledger, source, 2_400_000).view.status == "PAID"


def test_a_cancelled_booking_stays_cancelled() -> None:
    assert words_after(booking(online(), cancelled=True), 2_400_000) == "the booking stays cancelled"


def test_dollars_are_counted_in_the_bookings_currency_at_the_stored_rate() -> None:
    ledger = booking(in_dollars())
    source = source_of(ledger)
    assert source.foreign
    assert (source.currency, source.most_minor) == ("PKR", 2_400_000)
    then = plan.after(ledger, source, 1_200_000)
    assert (then.leaves_minor, then.leaves_currency) == (4_286, "USD")
    assert (then.refunded_minor, then.kept_minor) == (1_200_000, 1_200_000)


def test_the_last_dollar_refund_takes_the_rounding_with_it() -> None:
    ledger = booking(in_dollars(refunded(2_857, "USD", booking_minor=800_000)))
    source = source_of(ledger)
    assert source.most_minor == 1_600_000
    assert plan.own_minor(source, 1_600_000) == 8_571 - 2_857
    assert plan.after(ledger, source, 1_600_000).kept_minor == 0


def test_money_in_a_currency_nobody_asked_for_is_given_back_in_its_own() -> None:
    strange = Payment(1, Asked(2_400_000, "PKR", 2_400_000, "PKR"), replace(PAID, received=(7_000, "EUR")))
    source = source_of(booking(strange))
    assert (source.currency, source.most_minor, source.foreign) == ("EUR", 7_000, False)


def test_money_of_the_desk_comes_from_the_drawer() -> None:
    mark = DeskEntry(1, "mark", 2_400_000, "Ali", "cash", 100)
    out = DeskEntry(2, "payout", 400_000, "Ali", "cash", 200)
    ledger = booking(desk=(mark, out))
    source = source_of(ledger)
    assert (source.key, source.paid_minor, source.refunded_minor, source.most_minor) == (
        0,
        2_400_000,
        400_000,
        2_000_000,
    )
    then = plan.after(ledger, source, 2_000_000)
    assert (then.view.status, then.refunded_minor, then.kept_minor) == ("PENDING", 2_400_000, 0)


def test_pay_outs_before_an_undo_are_history() -> None:
    entries = (
        DeskEntry(1, "mark", 2_400_000, "Ali", "cash", 100),
        DeskEntry(2, "payout", 400_000, "Ali", "cash", 200),
        DeskEntry(3, "undo", 2_000_000, "Ali", "cash", 300),
        DeskEntry(4, "mark", 2_400_000, "Ali", "cash", 400),
    )
    assert source_of(booking(desk=entries)).refunded_minor == 0


def test_both_kinds_of_money_are_offered() -> None:
    ledger = booking(online(), desk=(DeskEntry(1, "mark", 2_400_000, "Ali", "cash", 100),))
    assert [source.key for source in plan.sources(ledger, project(ledger))] == [1, 0]


@pytest.mark.parametrize(
    ("ledger", "said"),
    [
        (booking(), "There is nothing to refund yet"),
        (booking(online(refunds=(refunded(2_400_000),))), "Everything has been refunded already"),
    ],
)
def test_why_there_is_nothing_to_give_back(ledger: Ledger, said: str) -> None:
    assert plan.sources(ledger, project(ledger)) == []
    assert plan.nothing_words(project(ledger)) == said


def test_a_refund_without_an_answer_is_called_not_known() -> None:
    sending = RefundFacts("", "u1", 50_000, "PKR", "SENDING")
    view = project(booking(online(refunds=(sending,))))
    assert plan.sending_words(view).startswith("A refund of Rs. 500 has left for Stripe and its outcome is not known")
    assert plan.sending_words(project(booking(online()))) == ""


@pytest.mark.parametrize("minor", [1, 99_999, 1_200_000, 2_399_999, 2_400_000])
def test_the_preview_is_what_happens(minor: int) -> None:
    """The same refund, once as a preview and once as Stripe tells of it."""
    ledger = booking(online())
    then = plan.after(ledger, source_of(ledger), minor)
    real = project(with_payment(ledger, online().with_refund(refunded(minor, status="pending"))))
    assert (then.view.status, then.view.badge, then.view.balance_minor) == (real.status, real.badge, real.balance_minor)
    assert then.refunded_minor == real.payments[0].refunded_minor
