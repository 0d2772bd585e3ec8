"""Events: the envelope, the table of types, and what an event proves beyond its object."""

from __future__ import annotations

from typing import Any

import pytest

from tests.payments import stripe_objects as stripe
from tests.payments.scene import Scene
from travello_desk.payments.events import (
    EVENT_TYPES,
    EventShapeError,
    StripeEvent,
    document_of,
    observe_event,
    read_event,
)
from travello_desk.payments.facts import AttemptFacts
from travello_desk.payments.observe import Observation

AT = 1_795_500_500


def event(kind: str = "checkout.session.completed", **more: Any) -> dict[str, Any]:
    source = stripe.session(1, 1_000_000, "pkr", AT, stripe.marks("pay_1"))
    return stripe.event(1, kind, source, AT) | more


def test_the_types_are_the_ones_of_the_interface() -> None:
    assert sorted(EVENT_TYPES) == sorted(
        """checkout.session.completed checkout.session.async_payment_succeeded checkout.session.async_payment_failed
        checkout.session.expired payment_intent.succeeded payment_intent.payment_failed charge.refunded
        refund.created refund.updated refund.failed charge.refund.updated charge.dispute.created
        charge.dispute.updated charge.dispute.closed""".split()
    )


def test_a_good_envelope() -> None:
    read = read_event(event())
    assert (read.id, read.type, read.created, read.livemode) == ("evt_1", "checkout.session.completed", AT, False)
    assert (read.api_version, read.object_id) == (stripe.API_VERSION, "cs_test_1")
    assert read_event(document_of(read)) == read


def test_the_edges_of_the_envelope_are_inside() -> None:
    read = read_event(event(id="e" * 255, type="t" * 255, created=0))
    assert (len(read.id), len(read.type), read.created) == (255, 255, 0)
    assert len(read_event(event(id="e", type="t")).type) == 1


@pytest.mark.parametrize("document", [None, [], "evt", 5, True, {}, {"object": "charge"}, [event()]])
def test_what_is_no_event_at_all(document: object) -> None:
    """A19."""
    with pytest.raises(EventShapeError):
        read_event(document)


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("object", "v2.core.event"),
        ("object", None),
        ("id", ""),
        ("id", None),
        ("id", 5),
        ("id", "e" * 256),
        ("type", ""),
        ("type", None),
        ("created", True),
        ("created", "1"),
        ("created", -1),
        ("created", 1.5),
        ("created", 2**53),
        ("livemode", None),
        ("livemode", 1),
        ("data", None),
        ("data", {}),
        ("data", {"object": None}),
        ("data", {"object": []}),
        ("data", {"object": {}}),
        ("data", []),
    ],
)
def test_a_broken_envelope_is_refused_with_a_reason(field: str, value: object) -> None:
    with pytest.raises(EventShapeError, match=r"event|body"):
        read_event(event(**{field: value}))


@pytest.mark.parametrize("kind", ["customer.created", "invoice.paid", "checkout.session.exploded", "x"])
def test_unknown_types_give_nothing(kind: str) -> None:
    """A31."""
    assert observe_event(read_event(event(kind))) is None


def test_a_type_with_another_object_gives_nothing() -> None:
    assert observe_event(read_event(event("payment_intent.succeeded"))) is None
    nameless = event()
    nameless["data"]["object"]["id"] = None
    assert observe_event(read_event(nameless)) is None


def observed(kind: str, source: dict[str, Any]) -> Observation:
    seen = observe_event(StripeEvent("evt_1", kind, AT, False, stripe.API_VERSION, source))
    assert seen is not None
    return seen


def attempt(kind: str, source: dict[str, Any]) -> AttemptFacts:
    facts = observed(kind, source).attempt
    assert facts is not None
    return facts


def test_an_event_proves_what_an_old_snapshot_inside_does_not_say() -> None:
    """The object may have been rendered before the change: the name of the event says which fact it proves."""
    stale = stripe.session(1, 1_000_000, "pkr", AT, {})
    settled = attempt("checkout.session.async_payment_succeeded", stale)
    assert (settled.attempt, settled.received) == ("paid", (1_000_000, "PKR"))
    assert attempt("checkout.session.async_payment_failed", stale).attempt == "async_failed"
    assert attempt("checkout.session.expired", stale).session_status == "expired"
    assert attempt("payment_intent.payment_failed", stripe.intent(1, stale, AT)).attempt == "card_failed"


def test_a_name_alone_never_makes_money() -> None:
    """PAYMENTS 1.3: `completed` of an unpaid session is settling, `payment_intent.succeeded` needs the status."""
    unpaid = stripe.session(1, 1_000_000, "pkr", AT, {}) | {"status": "complete"}
    assert attempt("checkout.session.completed", unpaid).attempt == "complete_unpaid"
    assert attempt("payment_intent.succeeded", stripe.intent(1, unpaid, AT)).attempt == "open"


def test_a_failed_event_never_beats_the_money_in_its_own_object() -> None:
    scene = Scene()
    scene.link()
    scene.pay()
    assert attempt("payment_intent.payment_failed", scene.intents[1]).attempt == "paid"
    assert attempt("checkout.session.async_payment_failed", scene.sessions[1]).attempt == "paid"


@pytest.mark.parametrize("kind", ["refund.created", "refund.updated", "charge.refund.updated"])
def test_refund_events_say_what_the_refund_says(kind: str) -> None:
    scene = Scene()
    scene.link()
    scene.pay()
    scene.refund("re_1", 500, status="pending")
    refund = observed(kind, scene.refunds["re_1"]).refund
    assert refund is not None
    assert (refund.status, refund.amount_minor, refund.seen) == ("pending", 500, AT)


def test_refund_failed_is_a_failure_whatever_the_snapshot_says() -> None:
    scene = Scene()
    scene.link()
    scene.pay()
    scene.refund("re_1", 500)
    refund = observed("refund.failed", scene.refunds["re_1"]).refund
    assert refund is not None
    assert refund.status == "failed"
