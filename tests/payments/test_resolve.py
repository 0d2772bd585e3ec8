"""Whose facts are these: the order of PAYMENTS 1.2, question by question, and what is picked up later."""

from __future__ import annotations

from dataclasses import replace

import pytest

from tests.payments.book import BOOKING_ID, Book, Row
from tests.payments.samples import ASKED, PAID, ledger, payment, refund
from tests.payments.scene import Scene
from tests.payments.stripe_objects import INSTALL
from travello_desk.payments.facts import AttemptFacts, DisputeFacts, Payment
from travello_desk.payments.observe import Keys, Observation
from travello_desk.payments.resolve import Outcome, gather, is_foreign, links_of, resolve

NOTHING = AttemptFacts()
MONEY = Observation(Keys(), attempt=PAID)
ROWS = tuple(
    Row(f"pay_{n}", payment(AttemptFacts(session_id=f"cs_{n}", payment_intent_id=f"pi_{n}", charge_id=f"ch_{n}"), n))
    for n in range(1, 7)
)
BOOK = Book(ledger(), ROWS)
OURS = Keys(install=INSTALL, app="travello-desk")


def found(keys: Keys, attempt: AttemptFacts | None = NOTHING) -> str:
    """`known:pay_1`, or the outcome's word."""
    answer = resolve(Observation(keys, attempt=attempt), INSTALL, BOOK)
    return f"known:{answer.payment.uid}" if answer.payment else answer.outcome.value


# One key for each question, each leading to another payment: the first that is asked wins.
QUESTIONS = [
    ("payment_uid", "pay_1"),
    ("session_id", "cs_2"),
    ("payment_intent_id", "pi_3"),
    ("charge_id", "ch_4"),
    ("client_reference_id", "pay_5"),
]


@pytest.mark.parametrize("first", range(len(QUESTIONS)))
def test_the_first_hit_wins(first: int) -> None:
    """But for a session, which is a payment of its own whatever mark stands on it."""
    asked = [question for question in QUESTIONS[first:] if first or question[0] != "session_id"]
    keys = replace(OURS, booking_id=BOOKING_ID, **dict(asked))  # type: ignore[arg-type]
    assert found(keys) == f"known:pay_{first + 1}"


def test_another_session_under_one_mark_is_a_payment_of_its_own() -> None:
    keys = replace(OURS, booking_id=BOOKING_ID, payment_uid="pay_1")
    assert found(replace(keys, session_id="cs_2")) == "known:pay_2"
    assert found(replace(keys, session_id="cs_new")) == "adopt"
    assert found(replace(keys, session_id="cs_new", payment_intent_id="pi_1")) == "known:pay_1"


@pytest.mark.parametrize("first", range(len(QUESTIONS)))
def test_a_key_that_leads_nowhere_lets_the_next_one_speak(first: int) -> None:
    """But a mark of ours leads to no payment of another session."""
    nowhere = {name: f"{name}_unknown" for name, _ in QUESTIONS[:first] if first < 4 or name != "session_id"}
    asked = [question for question in QUESTIONS[first:] if first or question[0] != "session_id"]
    keys = replace(OURS, booking_id=BOOKING_ID, **(nowhere | dict(asked)))  # type: ignore[arg-type]
    assert found(keys) == f"known:pay_{first + 1}"


@pytest.mark.parametrize(
    ("keys", "attempt", "expected"),
    [
        (replace(OURS, booking_id=BOOKING_ID), NOTHING, "adopt"),
        (Keys(booking_id=BOOKING_ID), NOTHING, "adopt"),
        (Keys(app="travello-desk", booking_id=BOOKING_ID), PAID, "adopt"),
        (replace(OURS, booking_id=99), PAID, "orphan"),
        (replace(OURS, booking_id=99), NOTHING, "ignore"),
        (Keys(app="travello-desk"), PAID, "orphan"),
        (Keys(booking_id=99), PAID, "ignore"),
        (Keys(session_id="cs_other"), PAID, "ignore"),
        (Keys(), PAID, "ignore"),
        (Keys(install="inst_karachi", app="travello-desk", booking_id=BOOKING_ID), PAID, "ignore"),
        (Keys(install="inst_karachi", payment_uid="pay_1", booking_id=BOOKING_ID), PAID, "ignore"),
        (Keys(install="inst_karachi", client_reference_id="pay_1"), PAID, "ignore"),
        (Keys(install="inst_karachi", payment_intent_id="pi_3"), PAID, "known:pay_3"),
        (Keys(payment_uid="pay_1"), PAID, "ignore"),
    ],
)
def test_marks(keys: Keys, attempt: AttemptFacts, expected: str) -> None:
    """B22 to B27. A foreign mark voids our own words, never an id that Stripe gave out once."""
    assert found(keys, attempt) == expected


def test_adoption_names_the_booking() -> None:
    answer = resolve(Observation(replace(OURS, booking_id=BOOKING_ID), attempt=PAID), INSTALL, BOOK)
    assert (answer.outcome, answer.booking_id) == (Outcome.ADOPT, BOOKING_ID)


@pytest.mark.parametrize(
    ("seen", "expected"),
    [
        (Observation(Keys(payment_intent_id="pi_x"), refund=refund(5)), "loose"),
        (Observation(Keys(charge_id="ch_x"), refund=refund(5)), "loose"),
        (Observation(Keys(charge_id="ch_x"), dispute=DisputeFacts("dp_1")), "loose"),
        (Observation(Keys(charge_id="ch_x"), attempt=replace(PAID, charge_refunded_minor=5)), "loose"),
        (Observation(Keys(charge_id="ch_x"), attempt=PAID), "ignore"),
        (Observation(Keys(), refund=refund(5)), "ignore"),
        (Observation(replace(OURS, charge_id="ch_x"), refund=refund(5)), "loose"),
        (Observation(Keys(install="inst_karachi", charge_id="ch_x"), refund=refund(5)), "ignore"),
        (Observation(Keys(charge_id="ch_4"), refund=refund(5)), "known"),
    ],
)
def test_refunds_and_disputes_wait_for_their_charge(seen: Observation, expected: str) -> None:
    """PAYMENTS 1.2: B12, C28."""
    assert resolve(seen, INSTALL, BOOK).outcome.value == expected


def test_a_refunded_charge_with_our_marks_is_adopted_like_any_money() -> None:
    keys = replace(OURS, charge_id="ch_x", booking_id=BOOKING_ID)
    assert found(keys, replace(PAID, charge_refunded_minor=5)) == "adopt"


def test_foreign_is_a_mark_that_is_not_ours() -> None:
    assert is_foreign(Keys(install="inst_karachi"), INSTALL)
    assert not is_foreign(Keys(), INSTALL)
    assert not is_foreign(OURS, INSTALL)


def test_links() -> None:
    assert links_of(ROWS[0].payment.facts) == ("cs_1", "pi_1", "ch_1")
    assert links_of(AttemptFacts(charge_id="ch_1")) == ("ch_1",)


def test_gathering_follows_what_each_loose_fact_teaches() -> None:
    """The session knows the intent, a refund under the intent knows the charge, a dispute knows only the charge."""
    kept = {
        "pi_1": [Observation(Keys(payment_intent_id="pi_1", charge_id="ch_1"), refund=refund(5))],
        "ch_1": [Observation(Keys(charge_id="ch_1"), dispute=DisputeFacts("dp_1", "lost"))],
    }

    def loose_under(stripe_ids: tuple[str, ...]) -> list[Observation]:
        return [seen for stripe_id in stripe_ids for seen in kept.get(stripe_id, [])]

    grown = gather(payment(AttemptFacts(payment_intent_id="pi_1")), loose_under)
    assert [r.stripe_refund_id for r in grown.refunds] == ["re_1"]
    assert [d.dispute_id for d in grown.disputes] == ["dp_1"]
    assert grown.facts.charge_id == "ch_1"


def test_the_chain_holds_in_every_order() -> None:
    """The same three facts as events: whoever comes first waits."""
    from itertools import permutations

    session = Observation(
        Keys(session_id="cs_1", payment_intent_id="pi_1"),
        attempt=replace(PAID, session_id="cs_1", payment_intent_id="pi_1"),
    )
    back = Observation(Keys(payment_intent_id="pi_1", charge_id="ch_1"), refund=refund(5))
    lost = Observation(Keys(charge_id="ch_1"), dispute=DisputeFacts("dp_1", "lost"))
    start = Book(ledger(), (Row("pay_1", payment(AttemptFacts(session_id="cs_1"), asked=ASKED)),))
    ends = set()
    for order in permutations((session, back, lost)):
        book = start
        for seen in order:
            book = book.told(seen)
        ends.add(book)
    assert len(ends) == 1
    assert not ends.pop().loose


def test_a_dispute_teaches_its_charge_too() -> None:
    """A refund that names only the charge waits until a dispute tells whose charge that is."""
    lost = Observation(Keys(payment_intent_id="pi_1", charge_id="ch_9"), dispute=DisputeFacts("dp_1", "lost"))
    back = Observation(Keys(charge_id="ch_9"), refund=refund(5))
    start = Book(ledger(), (Row("pay_1", payment(AttemptFacts(payment_intent_id="pi_1"))),))
    for order in ((lost, back), (back, lost)):
        book = start
        for seen in order:
            book = book.told(seen)
        known = book.rows[0].payment
        assert (known.facts.charge_id, len(known.refunds), book.loose) == ("ch_9", 1, frozenset())


def test_a_declined_charge_is_not_the_payments_charge() -> None:
    """An intent names its latest charge, which may have failed: only money and its returns make the link."""
    scene = Scene()
    scene.link()
    scene.decline()
    book = Book(ledger(), (Row("pay_1", payment(AttemptFacts())),))
    for report in scene.reports:
        book = book.told(report.seen)
    assert book.rows[0].payment.facts.charge_id == ""


def test_money_a_second_time_under_one_mark_is_money_of_its_own() -> None:
    """Two sessions of one uid that were both paid: whatever leads to the first, the second is counted beside it."""
    first = Observation(replace(OURS, payment_uid="pay_1", payment_intent_id="pi_a", booking_id=BOOKING_ID), PAID)
    second = replace(first, keys=replace(first.keys, payment_intent_id="pi_b", client_reference_id="pay_1"))
    book = Book(ledger(), (Row("pay_1", Payment(1, ASKED, AttemptFacts(create="CREATED"))),))
    for order in ((first, second), (second, first), (first, second, first, second)):
        told = book
        for seen in order:
            told = told.told(replace(seen, attempt=replace(PAID, payment_intent_id=seen.keys.payment_intent_id)))
        assert sorted(row.paid_by for row in told.rows) == ["pi_a", "pi_b"]
        assert told.view.status == "PAID"
        assert [alert.kind for alert in told.view.alerts] == ["paid_twice"]
