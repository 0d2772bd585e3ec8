"""Stripe's objects as they are, and as nobody expects them: nothing raises, what cannot be read is "not told"."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.payments import stripe_objects as stripe
from tests.payments.scene import Scene
from travello_desk.payments.facts import AttemptFacts
from travello_desk.payments.observe import (
    Observation,
    card_of,
    keys_of,
    number,
    observe_charge,
    observe_dispute,
    observe_intent,
    observe_refund,
    observe_session,
    text,
)

AT = 1_795_500_500
OBSERVERS = [observe_session, observe_intent, observe_charge, observe_refund, observe_dispute]


def attempt(seen: Observation) -> AttemptFacts:
    assert seen.attempt is not None
    return seen.attempt


def session(**more: Any) -> dict[str, Any]:
    return stripe.session(1, 1_000_000, "pkr", AT - 60, stripe.marks("pay_1")) | more


def test_an_open_session() -> None:
    facts = attempt(observe_session(session(), AT))
    assert facts == AttemptFacts(
        create="CREATED",
        session_status="open",
        session_payment_status="unpaid",
        session_id="cs_test_1",
        session_url=session()["url"],
        expires_at=session()["expires_at"],
    )


@pytest.mark.parametrize(
    ("status", "payment_status", "expected", "received"),
    [
        ("open", "unpaid", "open", (0, "")),
        ("expired", "unpaid", "open", (0, "")),
        ("complete", "unpaid", "complete_unpaid", (0, "")),
        ("complete", "paid", "paid", (1_000_000, "PKR")),
        ("complete", "no_payment_required", "paid", (0, "PKR")),
        ("open", "no_payment_required", "open", (0, "")),
        ("complete", "a_new_word", "complete_unpaid", (0, "")),
    ],
)
def test_what_a_session_proves(status: str, payment_status: str, expected: str, received: tuple[int, str]) -> None:
    facts = attempt(observe_session(session(status=status, payment_status=payment_status), AT))
    assert (facts.attempt, facts.received) == (expected, received)
    assert facts.paid_at == (AT if expected == "paid" else 0)


def test_the_currency_is_the_objects_own() -> None:
    """PAYMENTS 2.6: lower-case on the API, upper-case inside."""
    facts = attempt(observe_session(session(status="complete", payment_status="paid", currency="jpy"), AT))
    assert facts.received == (1_000_000, "JPY")


def test_what_the_guest_saw() -> None:
    """B21."""
    details = {"presentment_amount": 3310, "presentment_currency": "eur"}
    assert attempt(observe_session(session(presentment_details=details), AT)).presentment == (3310, "EUR")


def test_a_look_up_with_everything_inside() -> None:
    scene = Scene()
    scene.link()
    scene.pay()
    seen = scene.look_up(scene.sessions[1])
    facts = attempt(seen)
    assert (facts.attempt, facts.card, facts.payment_intent_id, facts.charge_id) == (
        "paid",
        "Visa 4242",
        "pi_1",
        "ch_1",
    )
    assert facts.paid_at == scene.charges[1]["created"]
    assert seen.keys.object_ids == ("cs_test_1", "pi_1", "ch_1")


@pytest.mark.parametrize("end", ["requires_payment_method", "canceled"])
def test_a_bank_payment_that_came_to_nothing_is_seen_without_its_event(end: str) -> None:
    scene = Scene()
    scene.link()
    scene.pay_by_bank()
    scene.intents[1]["status"] = end
    facts = attempt(scene.look_up(scene.sessions[1]))
    assert (facts.attempt, [f.code for f in facts.failures]) == ("async_failed", ["async"])


def test_a_bank_payment_in_between_stays_on_its_way() -> None:
    scene = Scene()
    scene.link()
    scene.pay_by_bank()
    assert attempt(scene.look_up(scene.sessions[1])).attempt == "complete_unpaid"


def test_a_declined_intent_and_the_charge_that_was_declined() -> None:
    scene = Scene()
    scene.link()
    scene.decline()
    seen = observe_intent(scene.intents[1], AT)
    facts = attempt(seen)
    (failure,) = facts.failures
    assert (facts.attempt, failure.code, failure.source) == ("card_failed", "insufficient_funds", "ch_1a")
    assert facts.charge_id == ""


def test_failures_without_a_charge_are_told_apart_by_their_code() -> None:
    """A 3-D Secure that was not passed has no charge."""
    first = {"code": "payment_intent_authentication_failure", "message": "not passed"}
    second = {"code": "card_declined", "decline_code": "generic_decline", "message": "no"}
    intent = stripe.intent(1, session(), AT)
    facts = [attempt(observe_intent(intent | {"last_payment_error": error}, AT)) for error in (first, second)]
    assert len(facts[0].merge(facts[1]).failures) == 2


def test_an_authorisation_is_not_money() -> None:
    scene = Scene()
    scene.link()
    scene.pay()
    held = scene.charges[1] | {"captured": False, "amount_captured": 0}
    assert attempt(observe_charge(held, AT)).attempt == "open"
    pending = scene.charges[1] | {"status": "pending"}
    assert attempt(observe_charge(pending, AT)).attempt == "open"
    assert attempt(observe_charge(scene.charges[1], AT)).received == (1_000_000, "PKR")
    assert attempt(observe_charge(scene.charges[1] | {"amount_captured": 500}, AT)).received == (500, "PKR")
    for facts in (attempt(observe_charge(held, AT)), attempt(observe_charge(pending, AT))):
        assert (facts.charge_id, facts.paid_at, facts.card, facts.received) == ("", 0, "", (0, ""))
        assert facts.payment_intent_id == "pi_1"


def test_when_it_was_paid_is_the_charges_instant_else_that_of_the_report() -> None:
    scene = Scene()
    scene.link()
    scene.pay()
    assert attempt(observe_intent(scene.intents[1], AT)).paid_at == AT
    assert attempt(observe_intent(scene.expanded(scene.intents[1]), AT)).paid_at == scene.charges[1]["created"]
    assert attempt(observe_charge(scene.charges[1], AT)).paid_at == scene.charges[1]["created"]
    unpaid = attempt(observe_intent(stripe.intent(1, session(), AT), AT))
    assert (unpaid.paid_at, unpaid.received) == (0, (0, ""))


@pytest.mark.parametrize(
    ("details", "expected"),
    [
        ({"card": {"brand": "visa", "last4": "4242"}, "type": "card"}, "Visa 4242"),
        ({"card": {"brand": "american_express", "last4": "0005"}, "type": "card"}, "American Express 0005"),
        ({"type": "sepa_debit"}, "sepa debit"),
        ({}, ""),
    ],
)
def test_the_card(details: dict[str, Any], expected: str) -> None:
    assert card_of(details) == expected


def test_a_refund_of_ours_and_what_it_was_meant_to_be() -> None:
    scene = Scene()
    scene.link()
    scene.pay()
    scene.refund("re_1", 1190, uid="rf_1")
    document = scene.refunds["re_1"]
    document["metadata"]["booking_minor"] = "333333"
    seen = observe_refund(document, AT)
    assert seen.refund is not None
    assert (seen.refund.uid, seen.refund.stripe_refund_id, seen.refund.booking_minor) == ("rf_1", "re_1", 333_333)
    assert (seen.refund.created_at, seen.refund.seen) == (document["created"], AT)
    assert seen.keys.object_ids == ("pi_1", "ch_1")


def test_a_dispute_and_its_deadline() -> None:
    scene = Scene()
    scene.link()
    scene.pay()
    scene.dispute()
    seen = observe_dispute(scene.disputes["dp_1"], AT)
    assert seen.dispute is not None
    assert seen.dispute.evidence_due_at == scene.disputes["dp_1"]["evidence_details"]["due_by"]
    assert (seen.dispute.currency, seen.keys.charge_id) == ("PKR", "ch_1")


# Marks


def test_the_keys_in_the_order_in_which_they_are_tried() -> None:
    keys = keys_of(session(payment_intent="pi_9"))
    assert (keys.payment_uid, keys.install, keys.booking_id) == ("pay_1", stripe.INSTALL, 15)
    assert (keys.client_reference_id, keys.marked) == ("pay_1", True)
    assert keys.object_ids == ("cs_test_1", "pi_9")


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("15", 15),
        ("0", 0),
        ("-1", 0),
        ("1.5", 0),
        ("abc", 0),
        ("٣", 0),
        ("", 0),
        (15, 0),
        (None, 0),
        ("9" * 15, 10**15 - 1),
        ("9" * 16, 0),
    ],
)
def test_a_booking_id_in_metadata_is_digits_or_nothing(value: object, expected: int) -> None:
    assert keys_of({"object": "charge", "metadata": {"booking_id": value}}).booking_id == expected


# Strange values


@pytest.mark.parametrize("value", [True, 1.5, -1, "5", None, [], {}, 2**53, 10**30])
def test_a_number_is_a_whole_one_of_sane_size(value: object) -> None:
    assert number({"n": value}, "n") == 0


def test_a_text_can_be_stored() -> None:
    """JSON can spell NUL and half a surrogate pair; no database takes them."""
    assert text({"t": json.loads('"a\\u0000b\\ud800c"')}, "t") == "ab?c"
    assert text({"t": "a\0b"}, "t") == "ab"
    assert text({"t": "Müller – عائشة"}, "t") == "Müller – عائشة"
    assert text({"t": {"id": "pi_1", "object": "payment_intent"}}, "t") == "pi_1"
    assert text({"t": 5}, "t") == text({}, "t") == ""


JUNK = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=2) | st.dictionaries(st.text(max_size=5), inner, max_size=2),
    max_leaves=4,
)
FIELDS = sorted(
    {
        *stripe.session(1, 1, "pkr", 1, {}),
        *stripe.intent(1, stripe.session(1, 1, "pkr", 1, {}), 1),
        *stripe.charge("ch", {"id": "pi", "amount": 1, "currency": "pkr"}, 1, {}),
        *stripe.refund("re", {"id": "ch", "currency": "pkr", "payment_intent": "pi"}, 1, 1, {}),
        *stripe.dispute("dp", {"id": "ch", "amount": 1, "currency": "pkr", "payment_intent": "pi"}, "lost", 1),
    }
)


@given(st.dictionaries(st.sampled_from(FIELDS), JUNK, max_size=8), st.sampled_from(OBSERVERS))
def test_no_object_makes_an_observer_raise(source: dict[str, Any], observer: Any) -> None:
    seen = observer(source, AT)
    hash(seen)
    assert seen.keys.booking_id >= 0
