"""Stripe's objects (plain dicts) -> observations: facts and the ids that say whose facts they are. Pure.

Everything that reads an object of Stripe's reads it here: webhooks, polled events and direct look-ups alike. Nothing
raises on a strange value: what cannot be read is "not told". Source: PAYMENTS 1.2, 1.3, 2.6.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from travello_desk.payments.facts import BANK_FAILED, AttemptFacts, DisputeFacts, Failure, RefundFacts
from travello_desk.values import value

Json = Mapping[str, Any]
APP = "travello-desk"


@value(frozen=True, slots=True)
class Keys:
    """The ids on an object, in the order in which they are tried (PAYMENTS 1.2)."""

    payment_uid: str = ""
    install: str = ""
    app: str = ""
    session_id: str = ""
    payment_intent_id: str = ""
    charge_id: str = ""
    client_reference_id: str = ""
    booking_id: int = 0
    refund_uid: str = ""

    @property
    def object_ids(self) -> tuple[str, ...]:
        """Stripe ids that lead to a payment, strongest first."""
        return tuple(filter(None, (self.session_id, self.payment_intent_id, self.charge_id)))

    @property
    def marked(self) -> bool:
        """Whether the object says that it is this program's."""
        return self.app == APP


@value(frozen=True, slots=True)
class Observation:
    """One report about one object: whose it is, and what it adds."""

    keys: Keys
    attempt: AttemptFacts | None = None
    refund: RefundFacts | None = None
    dispute: DisputeFacts | None = None


def text(source: Json, name: str) -> str:
    """A string field, or the id of an expanded object, or empty."""
    value = source.get(name)
    if type(value) is not str:  # asked first: whether something is a Mapping takes ten times as long to find out
        if value is None:
            return ""
        value = value.get("id") if isinstance(value, Mapping) else value
        if not isinstance(value, str):
            return ""
    return value if value.isascii() and "\0" not in value else storable(value)


def storable(value: str) -> str:
    """Without what no database takes: NUL and lone surrogates, which JSON can spell."""
    return value.replace("\0", "").encode("utf-8", "replace").decode("utf-8")


def number(source: Json, name: str) -> int:
    """A non-negative integer field, or 0. Booleans and floats are not integers.

    Above 2**53 it is not an amount or an instant of Stripe's, and sums of such would not fit into a column.
    """
    value = source.get(name)
    if isinstance(value, bool) or not isinstance(value, int):
        return 0
    return value if 0 <= value < 2**53 else 0


def child(source: Json, name: str) -> Json:
    value = source.get(name)
    return value if type(value) is dict or isinstance(value, Mapping) else {}  # the first question costs a tenth


def currency_of(source: Json) -> str:
    return text(source, "currency").upper()[:3]


def digits(value: str) -> int:
    """A number in metadata, which holds only strings; 0 when it is anything else."""
    return int(value) if value.isascii() and value.isdigit() and len(value) < 16 else 0


def keys_of(source: Json) -> Keys:
    """The marks we set on create (PAYMENTS 1.2) plus Stripe's own ids."""
    metadata = child(source, "metadata")
    kind = text(source, "object")
    own = text(source, "id")
    return Keys(
        payment_uid=text(metadata, "payment_uid"),
        install=text(metadata, "install"),
        app=text(metadata, "app"),
        session_id=own if kind == "checkout.session" else "",
        payment_intent_id=own if kind == "payment_intent" else text(source, "payment_intent"),
        charge_id=own if kind == "charge" else text(source, "charge") or text(source, "latest_charge"),
        client_reference_id=text(source, "client_reference_id"),
        booking_id=digits(text(metadata, "booking_id")),
        refund_uid=text(metadata, "refund_uid"),
    )


def observe_session(session: Json, at: int) -> Observation:
    """A Checkout Session, with its PaymentIntent when that was expanded."""
    keys = keys_of(session)
    status, paid_status = text(session, "status"), text(session, "payment_status")
    complete = status == "complete"
    paid = paid_status == "paid" or (complete and paid_status == "no_payment_required")
    presentment = child(session, "presentment_details")
    facts = AttemptFacts(
        create="CREATED",
        session_status=status,
        session_payment_status=paid_status,
        attempt="paid" if paid else "complete_unpaid" if complete else "open",
        received=received_of(session, paid_status) if paid else (0, ""),
        session_id=keys.session_id,
        payment_intent_id=keys.payment_intent_id,
        session_url=text(session, "url"),
        expires_at=number(session, "expires_at"),
        paid_at=at if paid else 0,
        presentment=presentment_of(presentment),
    )
    intent = session.get("payment_intent")
    if isinstance(intent, Mapping):
        inner = observe_intent(intent, at).attempt or AttemptFacts()
        if complete and not paid and text(intent, "status") in ("requires_payment_method", "canceled"):
            inner = inner.merge(bank_failure(keys.session_id, at))
        facts = facts.merge(inner)
        keys = replace(keys, charge_id=facts.charge_id)
    return Observation(keys, attempt=facts)


def bank_failure(session_id: str, at: int) -> AttemptFacts:
    """A delayed payment that came to nothing; told by an event of its own, or seen on the intent (B16)."""
    told = frozenset({Failure(at, BANK_FAILED, "the bank payment failed", session_id)})
    return AttemptFacts(create="CREATED", attempt="async_failed", failures=told)


def received_of(session: Json, paid_status: str) -> tuple[int, str]:
    """What came in: `no_payment_required` brings nothing, whatever the total says (B17)."""
    return number(session, "amount_total") if paid_status == "paid" else 0, currency_of(session)


def presentment_of(details: Json) -> tuple[int, str]:
    """What the guest saw when Stripe converted for display (B21)."""
    return number(details, "presentment_amount"), text(details, "presentment_currency").upper()


def observe_intent(intent: Json, at: int) -> Observation:
    """A PaymentIntent: paid when it says `succeeded`, a failed attempt when it carries an error."""
    keys = keys_of(intent)
    paid = text(intent, "status") == "succeeded"
    error = child(intent, "last_payment_error")
    charge = child(intent, "latest_charge")
    facts = AttemptFacts(
        create="CREATED",
        attempt="paid" if paid else "card_failed" if error else "open",
        received=(number(intent, "amount_received"), currency_of(intent)) if paid else (0, ""),
        payment_intent_id=keys.payment_intent_id,
        charge_id=keys.charge_id if paid else "",
        paid_at=(number(charge, "created") or at) if paid else 0,
        failures=frozenset({failure_of(error, at, text(intent, "id"))}) if error and not paid else frozenset(),
    )
    if charge:
        facts = facts.merge(observe_charge(charge, at).attempt or AttemptFacts())
    return Observation(keys, attempt=facts)


def failure_of(error: Json, at: int, intent_id: str) -> Failure:
    """One declined attempt, named by its charge; without a charge (a failed 3-D Secure) by intent and code."""
    code = text(error, "decline_code") or text(error, "code")
    source = text(error, "charge") or f"{intent_id}:{code}"
    return Failure(at, code, text(error, "message") or "the payment failed", source)


def observe_charge(charge: Json, at: int) -> Observation:
    """A charge: how much of it was given back, and which card it was."""
    keys = keys_of(charge)
    paid = charge.get("paid") is True and charge.get("captured") is not False and text(charge, "status") == "succeeded"
    facts = AttemptFacts(
        create="CREATED",
        attempt="paid" if paid else "open",
        received=(number(charge, "amount_captured") or number(charge, "amount"), currency_of(charge))
        if paid
        else (0, ""),
        charge_refunded_minor=number(charge, "amount_refunded"),
        payment_intent_id=keys.payment_intent_id,
        charge_id=keys.charge_id if paid else "",
        paid_at=number(charge, "created") if paid else 0,
        card=card_of(child(charge, "payment_method_details")) if paid else "",
    )
    return Observation(keys, attempt=facts)


def card_of(details: Json) -> str:
    """`Visa 4242` of a card, else the method's name."""
    card = child(details, "card")
    if card:
        return f"{text(card, 'brand').replace('_', ' ').title()} {text(card, 'last4')}".strip()
    return text(details, "type").replace("_", " ")


def observe_refund(refund: Json, at: int) -> Observation:
    """A refund, ours (metadata.refund_uid) or made elsewhere. It belongs to its PaymentIntent or charge."""
    facts = RefundFacts(
        stripe_refund_id=text(refund, "id"),
        uid=text(child(refund, "metadata"), "refund_uid"),
        amount_minor=number(refund, "amount"),
        currency=currency_of(refund),
        status=text(refund, "status") or "pending",
        failure_reason=text(refund, "failure_reason"),
        pending_reason=text(refund, "pending_reason"),
        reason=text(refund, "reason"),
        seen=at,
        created_at=number(refund, "created"),
        booking_minor=digits(text(child(refund, "metadata"), "booking_minor")),
    )
    return Observation(keys_of(refund), refund=facts)


def observe_dispute(dispute: Json, at: int) -> Observation:
    facts = DisputeFacts(
        dispute_id=text(dispute, "id"),
        status=text(dispute, "status") or "needs_response",
        amount_minor=number(dispute, "amount"),
        currency=currency_of(dispute),
        reason=text(dispute, "reason"),
        evidence_due_at=number(child(dispute, "evidence_details"), "due_by"),
        created_at=number(dispute, "created"),
        seen=at,
    )
    return Observation(keys_of(dispute), dispute=facts)
