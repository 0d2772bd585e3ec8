"""What a guest's attempt to pay does to the books, by card or bank debit. No HTTP."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial

from travello_desk.sandbox import payment_shapes, shapes
from travello_desk.sandbox.cards import Card, Decline, find
from travello_desk.sandbox.disputes import open_dispute
from travello_desk.sandbox.events import emit
from travello_desk.sandbox.world import Thing, World


@dataclass(frozen=True, slots=True)
class Buyer:
    """Who pays, as typed on the page, and the price they saw if Stripe converted it (PAYMENTS B21)."""

    email: str | None = None  # None: the session's own, else guest@example.com
    name: str | None = "Test Guest"
    presentment: tuple[str, int] | None = None  # currency, minor units


@dataclass(frozen=True, slots=True)
class Attempt:
    """How it went: paid now, settling later, or refused with the sentence the guest reads."""

    outcome: str  # "paid", "settling", "declined"
    message: str | None
    session: Thing

    @property
    def paid(self) -> bool:
        """True when the money is there."""
        return self.outcome == "paid"


class NotPayableError(Exception):
    """The session is no longer open; ``status`` says which way it ended."""

    def __init__(self, status: str) -> None:
        super().__init__(f"the session is {status}")
        self.status = status


def pay_by_card(world: World, session: Thing, number: str, buyer: Buyer) -> Attempt:
    """Try a card. NotACardError when the number is none; a declined card leaves the session open."""
    card = find(number)
    _begin(world, session, "card")
    if session["amount_total"] == 0:
        return _complete_without_payment(world, session, buyer)
    intent = _intent_of(world, session)
    charge = _new_charge(world, session, payment_shapes.card_details(world, card), buyer)
    if card.decline is not None:
        _mark_failed(world, intent, charge, card.decline)
        return Attempt("declined", card.decline.message, session)
    if card.trait:
        world.books.traits[charge["id"]] = card.trait
    _mark_paid(world, intent, charge, buyer)
    _complete(session, buyer, "paid")
    for type_, thing in (
        ("charge.succeeded", charge),
        ("payment_intent.succeeded", intent),
        ("checkout.session.completed", session),
    ):
        emit(world, type_, thing)
    _plan_dispute(world, charge, card)
    return Attempt("paid", None, session)


def pay_by_bank_debit(world: World, session: Thing, buyer: Buyer, settles: bool | None) -> Attempt:
    """Complete the session unpaid. ``settles``: by itself, well (True) or badly (False); None waits."""
    _begin(world, session, "us_bank_account")
    intent = _intent_of(world, session)
    charge = _new_charge(world, session, payment_shapes.bank_details(world), buyer)
    charge["outcome"] = payment_shapes.outcome("approved_by_network", None, "Payment complete.", "authorized")
    _present(buyer, intent, charge, session)
    intent.update({"status": "processing", "latest_charge": charge["id"], "payment_method": charge["payment_method"]})
    _complete(session, buyer, "unpaid")
    for type_, thing in (
        ("payment_intent.processing", intent),
        ("charge.pending", charge),
        ("checkout.session.completed", session),
    ):
        emit(world, type_, thing)
    if settles is not None:
        delay = world.behaviour.settle_delay_seconds
        world.schedule.after(delay, partial(settle, world, intent, ok=settles, again=True))
    return Attempt("settling", None, session)


def settle(world: World, intent: Thing, *, ok: bool, again: bool = False) -> Thing:
    """The bank debit arrives or bounces. ``again``: silently nothing when it settled already."""
    if intent["status"] != "processing":
        if again:
            return intent
        raise ValueError(f"{intent['id']} is {intent['status']}, there is nothing to settle")
    books = world.books
    charge = books.charges[intent["latest_charge"]]
    session = books.sessions[books.session_of_intent[intent["id"]]]
    if ok:
        _mark_paid(world, intent, charge, Buyer())
        session["payment_status"] = "paid"
        emit(world, "charge.succeeded", charge)
        emit(world, "payment_intent.succeeded", intent)
        emit(world, "checkout.session.async_payment_succeeded", session)
    else:
        message = "The customer's bank account could not be debited: insufficient funds."
        _mark_failed(world, intent, charge, Decline("insufficient_funds", None, message))
        emit(world, "checkout.session.async_payment_failed", session)
    return intent


def _begin(world: World, session: Thing, method: str) -> None:
    world.schedule.run_due()
    if session["status"] != "open":
        raise NotPayableError(session["status"])
    if method not in session["payment_method_types"]:
        raise ValueError(f"this session does not offer {method}")


def _intent_of(world: World, session: Thing) -> Thing:
    """The session's intent; made at the first attempt, reused after a decline."""
    books = world.books
    if session["payment_intent"] is not None:
        return books.payment_intents[session["payment_intent"]]
    intent = payment_shapes.payment_intent(world, session, books.intent_data[session["id"]])
    books.payment_intents[intent["id"]] = intent
    books.session_of_intent[intent["id"]] = session["id"]
    session["payment_intent"] = intent["id"]
    emit(world, "payment_intent.created", intent)
    return intent


def _new_charge(world: World, session: Thing, details: Thing, buyer: Buyer) -> Thing:
    intent = world.books.payment_intents[session["payment_intent"]]
    charge = payment_shapes.charge(world, intent, details, _email(session, buyer), buyer.name)
    world.books.charges[charge["id"]] = charge
    return charge


def _mark_paid(world: World, intent: Thing, charge: Thing, buyer: Buyer) -> None:
    charge.update(
        {
            "amount_captured": charge["amount"],
            "balance_transaction": world.ids.new("transaction"),
            "captured": True,
            "outcome": payment_shapes.outcome("approved_by_network", None, "Payment complete.", "authorized"),
            "paid": True,
            "receipt_url": f"{world.public_url}/_sandbox/receipts/{charge['id']}",
            "status": "succeeded",
        }
    )
    _present(buyer, intent, charge)
    intent.update(
        {
            "amount_received": intent["amount"],
            "last_payment_error": None,
            "latest_charge": charge["id"],
            "payment_method": charge["payment_method"],
            "status": "succeeded",
        }
    )


def _mark_failed(world: World, intent: Thing, charge: Thing, decline: Decline) -> None:
    reason = decline.decline_code or decline.code
    said = "The bank did not return any further details with this decline."
    charge.update(
        {
            "failure_code": decline.code,
            "failure_message": decline.message,
            "outcome": payment_shapes.outcome("declined_by_network", reason, said, "issuer_declined"),
            "status": "failed",
        }
    )
    error = {"advice_code": "try_again_later", "charge": charge["id"], "code": decline.code}
    if decline.decline_code is not None:
        error["decline_code"] = decline.decline_code
    error["doc_url"] = "https://stripe.com/docs/error-codes/" + decline.code.replace("_", "-")
    error |= {"message": decline.message, "payment_method": payment_shapes.payment_method(charge), "type": "card_error"}
    intent.update(
        {
            "last_payment_error": error,
            "latest_charge": charge["id"],
            "payment_method": None,
            "status": "requires_payment_method",
        }
    )
    emit(world, "charge.failed", charge)
    emit(world, "payment_intent.payment_failed", intent)


def _email(session: Thing, buyer: Buyer) -> str:
    return buyer.email or session["customer_email"] or "guest@example.com"


def _complete(session: Thing, buyer: Buyer, payment_status: str) -> None:
    _present(buyer, session)
    session.update(
        {
            "customer_details": shapes.customer_details(_email(session, buyer), buyer.name),
            "payment_status": payment_status,
            "status": "complete",
            "url": None,
        }
    )


def _complete_without_payment(world: World, session: Thing, buyer: Buyer) -> Attempt:
    """An order of nought is complete without an intent (PAYMENTS B17)."""
    _complete(session, buyer, "no_payment_required")
    emit(world, "checkout.session.completed", session)
    return Attempt("paid", None, session)


def _present(buyer: Buyer, *things: Thing) -> None:
    if buyer.presentment is None:
        return
    currency, amount = buyer.presentment
    for thing in things:
        thing["presentment_details"] = {"presentment_amount": amount, "presentment_currency": currency}


def _plan_dispute(world: World, charge: Thing, card: Card) -> None:
    kinds = {"disputed": "needs_response", "inquiry": "warning_needs_response"}
    if card.trait in kinds:
        later = partial(open_dispute, world, charge, status=kinds[card.trait])
        world.schedule.after(world.behaviour.dispute_delay_seconds, later)
