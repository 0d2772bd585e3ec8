"""A Stripe event (plain dict) -> observations. Pure; a table from event type to what its object adds.

The event's name never writes a status: it only says which object to read and, where the object alone is ambiguous,
which fact it proves (PAYMENTS 1.5). Unknown types give nothing (A31).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any, Final, TypeGuard

from travello_desk.payments.facts import AttemptFacts
from travello_desk.payments.observe import (
    Json,
    Observation,
    bank_failure,
    child,
    observe_charge,
    observe_dispute,
    observe_intent,
    observe_refund,
    observe_session,
    text,
)
from travello_desk.values import value


class EventShapeError(ValueError):
    """Signed, but not a Stripe event: answered with 400 and nothing stored."""


@value(frozen=True, slots=True)
class StripeEvent:
    """The envelope of a snapshot event, checked for shape."""

    id: str
    type: str
    created: int
    livemode: bool
    api_version: str
    object: Json

    @property
    def object_id(self) -> str:
        return text(self.object, "id")


def read_event(document: object) -> StripeEvent:
    """Check the envelope (PAYMENTS 1.1 step 1). Raises EventShapeError with the reason."""
    if not isinstance(document, Mapping):
        raise EventShapeError("the body is not a JSON object")
    if document.get("object") != "event":
        raise EventShapeError("the body is not an event")
    event_id, kind, created = document.get("id"), document.get("type"), document.get("created")
    if not is_name(event_id):
        raise EventShapeError("the event has no id")
    if not is_name(kind):
        raise EventShapeError("the event has no type")
    if isinstance(created, bool) or not isinstance(created, int) or not 0 <= created < 2**53:
        raise EventShapeError("the event has no time")
    if not isinstance(document.get("livemode"), bool):
        raise EventShapeError("the event does not say whether it is live")
    target = child(child(document, "data"), "object")
    if not target:
        raise EventShapeError("the event carries no object")
    return StripeEvent(event_id, kind, created, document["livemode"], text(document, "api_version"), target)


def is_name(value: object) -> TypeGuard[str]:
    """Whether it could be an id or a type of Stripe's: short, and in letters every database takes."""
    return isinstance(value, str) and 0 < len(value) <= 255 and value.isascii() and "\0" not in value


def session_completed(source: Json, at: int) -> Observation:
    return observe_session(source, at)


def session_settled(source: Json, at: int) -> Observation:
    """async_payment_succeeded: paid, whatever an old snapshot inside may say."""
    seen = observe_session({**source, "status": "complete", "payment_status": "paid"}, at)
    return seen


def session_async_failed(source: Json, at: int) -> Observation:
    seen = observe_session(source, at)
    failed = bank_failure(text(source, "id"), at)
    return replace(seen, attempt=(seen.attempt or AttemptFacts()).merge(failed))


def session_expired(source: Json, at: int) -> Observation:
    seen = observe_session(source, at)
    return replace(seen, attempt=(seen.attempt or AttemptFacts()).merge(AttemptFacts(session_status="expired")))


def intent_failed(source: Json, at: int) -> Observation:
    """payment_failed raises to card_failed only, even when the snapshot carries no error."""
    seen = observe_intent(source, at)
    return replace(seen, attempt=(seen.attempt or AttemptFacts()).merge(AttemptFacts(attempt="card_failed")))


def refund_failed(source: Json, at: int) -> Observation:
    return observe_refund({**source, "status": "failed"}, at)


Observer = Callable[[Json, int], Observation]

# The events of INTERFACE.md section 1 and what each one's object must be.
OBSERVERS: Final[Mapping[str, tuple[str, Observer]]] = {
    "checkout.session.completed": ("checkout.session", session_completed),
    "checkout.session.async_payment_succeeded": ("checkout.session", session_settled),
    "checkout.session.async_payment_failed": ("checkout.session", session_async_failed),
    "checkout.session.expired": ("checkout.session", session_expired),
    "payment_intent.succeeded": ("payment_intent", observe_intent),
    "payment_intent.payment_failed": ("payment_intent", intent_failed),
    "charge.refunded": ("charge", observe_charge),
    "refund.created": ("refund", observe_refund),
    "refund.updated": ("refund", observe_refund),
    "refund.failed": ("refund", refund_failed),
    "charge.refund.updated": ("refund", observe_refund),
    "charge.dispute.created": ("dispute", observe_dispute),
    "charge.dispute.updated": ("dispute", observe_dispute),
    "charge.dispute.closed": ("dispute", observe_dispute),
}
EVENT_TYPES: Final = tuple(OBSERVERS)


def observe_event(event: StripeEvent) -> Observation | None:
    """What the event adds, or None when its type or its object is not one of ours."""
    kind, observer = OBSERVERS.get(event.type, ("", None))
    if observer is None or event.object.get("object") != kind or not event.object_id:
        return None
    return observer(event.object, event.created)


def document_of(event: StripeEvent) -> dict[str, Any]:
    """The event as plain JSON again, for tests and replays."""
    return {
        "id": event.id,
        "object": "event",
        "type": event.type,
        "created": event.created,
        "livemode": event.livemode,
        "api_version": event.api_version,
        "data": {"object": dict(event.object)},
    }


def question_of(event: StripeEvent) -> str:
    """The PaymentIntent to look at if nothing else tells of its refunds, or empty."""
    return text(event.object, "payment_intent") if event.type == "charge.refunded" else ""
