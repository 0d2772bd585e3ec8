"""Refunds: Stripe's checks, the several ways one goes on after it is accepted, and failing late."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from travello_desk.sandbox import disputes, payment_shapes
from travello_desk.sandbox.currencies import shown
from travello_desk.sandbox.errors import ApiError, missing, no_such
from travello_desk.sandbox.events import changed, emit
from travello_desk.sandbox.world import BY_ITSELF, Cause, Thing, World

#: A refund in one of these counts no longer: its money is back with the merchant.
ENDED_BADLY = frozenset({"failed", "canceled"})


def create(world: World, params: Thing, cause: Cause) -> Thing:
    """Refund a charge, wholly or in part (minor units), or refuse as Stripe does (PAYMENTS 3C)."""
    charge = _charge_to_refund(world, params)
    amount = _amount(world, charge, params.get("amount"))
    refund = payment_shapes.refund(world, charge, amount, params)
    refund["status"], refund["pending_reason"] = _first_status(world, charge)
    if charge["payment_method_details"]["type"] == "card":
        refund["destination_details"] = _at_the_bank("pending", None)
    world.books.refunds[refund["id"]] = refund
    world.books.refunds_of.setdefault(charge["id"], []).append(refund)
    emit(world, "refund.created", refund, cause)
    refunded = charge["amount_refunded"] + amount
    changes = {"amount_refunded": refunded, "refunded": refunded >= charge["amount"]}
    changed(world, "charge.refunded", charge, changes, cause)
    _close_inquiry(world, charge)
    _plan(world, charge, refund)
    return refund


def _charge_to_refund(world: World, params: Thing) -> Thing:
    if "charge" in params and "payment_intent" in params:
        raise ApiError(
            "You may only specify one of these parameters: charge, payment_intent.",
            code="parameters_exclusive",
        )
    books = world.books
    charge_id = params.get("charge")
    if "payment_intent" in params:
        intent = books.payment_intents.get(params["payment_intent"])
        if intent is None:
            raise no_such("payment_intent", params["payment_intent"], "payment_intent")
        charge_id = intent["latest_charge"]
        if intent["status"] != "succeeded":
            message = "This PaymentIntent ({}) does not have a successful charge to refund."
            raise ApiError(message.format(intent["id"]), code="resource_missing", param="payment_intent")
    if charge_id is None:
        raise missing("payment_intent")
    charge = books.charges.get(charge_id)
    if charge is None:
        raise no_such("charge", charge_id, "charge")
    return charge


def refunded_so_far(world: World, charge_id: str) -> int:
    """Minor units of all refunds of this charge that did not end badly."""
    refunds = world.books.refunds_of.get(charge_id, ())
    return sum(refund["amount"] for refund in refunds if refund["status"] not in ENDED_BADLY)


def _amount(world: World, charge: Thing, asked: int | None) -> int:
    id_ = charge["id"]
    if not charge["paid"]:
        raise ApiError(f"This charge ({id_}) is not paid and cannot be refunded.", param="charge")
    dispute = disputes.open_dispute_of(world, id_)
    lost = any(dispute["status"] == "lost" for dispute in world.books.disputes_of.get(id_, ()))
    if lost or (dispute is not None and not dispute["status"].startswith("warning_")):
        raise ApiError(f"Charge {id_} has been charged back; cannot issue a refund.", code="charge_disputed")
    left: int = charge["amount"] - refunded_so_far(world, id_)
    if left <= 0:
        raise ApiError(f"Charge {id_} has already been refunded.", code="charge_already_refunded")
    amount = left if asked is None else asked
    if amount > left:
        currency = charge["currency"]
        raise ApiError(
            f"Refund amount ({shown(amount, currency)}) is greater than unrefunded amount on charge "
            f"({shown(left, currency)})",
            param="amount",
        )
    return amount


def _first_status(world: World, charge: Thing) -> tuple[str, str | None]:
    behaviour = world.behaviour
    if behaviour.insufficient_balance:
        return "pending", "insufficient_funds"
    if charge["payment_method_details"]["type"] != "card" or world.books.traits.get(charge["id"]) == "refund_pends":
        return "pending", "processing"
    reason = "processing" if behaviour.refund_status == "pending" else None
    return behaviour.refund_status, reason


def _plan(world: World, charge: Thing, refund: Thing) -> None:
    """What this refund does by itself later on."""
    behaviour, trait = world.behaviour, world.books.traits.get(charge["id"])
    if trait == "refund_fails":
        _later(world, refund, behaviour.refund_failure_delay_seconds, partial(fail, world, refund))
    elif trait == "refund_pends" or charge["payment_method_details"]["type"] != "card":
        _later(world, refund, behaviour.refund_settle_delay_seconds, partial(succeed, world, refund))
    elif refund["status"] == "succeeded":
        _later(world, refund, behaviour.refund_reference_delay_seconds, partial(_reference, world, refund))


def _later(world: World, refund: Thing, seconds: float, action: Callable[[], object]) -> None:
    def run() -> None:
        if refund["status"] not in ENDED_BADLY and refund["pending_reason"] != "insufficient_funds":
            action()

    world.schedule.after(seconds, run)


def _at_the_bank(status: str, reference: str | None) -> Thing:
    card = {"reference_status": status, "reference_type": "acquirer_reference_number", "type": "refund"}
    if reference is not None:
        card["reference"] = reference
    return {"card": card, "type": "card"}


def _reference(world: World, refund: Thing) -> None:
    _update(world, refund, {"destination_details": _at_the_bank("available", world.ids.digits(23))}, BY_ITSELF)


def succeed(world: World, refund: Thing) -> Thing:
    """A pending refund has reached the guest."""
    if refund["status"] in ("pending", "requires_action"):
        _update(world, refund, {"status": "succeeded", "pending_reason": None}, BY_ITSELF)
    return refund


def fail(world: World, refund: Thing, reason: str = "lost_or_stolen_card") -> Thing:
    """A refund comes back, even after it succeeded: the money is with the merchant again (PAYMENTS C13)."""
    if refund["status"] in ENDED_BADLY:
        raise ValueError(f"{refund['id']} has ended already ({refund['status']})")
    changes = {
        "status": "failed",
        "failure_reason": reason,
        "failure_balance_transaction": world.ids.new("transaction"),
        "pending_reason": None,
    }
    previous = {name: refund[name] for name in changes if refund[name] != changes[name]}
    refund.update(changes)
    _give_back(world, refund)
    for type_ in ("refund.failed", "refund.updated", "charge.refund.updated"):
        emit(world, type_, refund, BY_ITSELF, previous)
    return refund


def cancel(world: World, refund: Thing, cause: Cause) -> Thing:
    """Only a refund that waits for the guest can be called back."""
    if refund["status"] != "requires_action":
        message = f"A refund with status {refund['status']} cannot be canceled: only one that requires action can."
        raise ApiError(message, param="refund")
    changes = {"status": "canceled", "failure_reason": "merchant_request"}
    refund["failure_balance_transaction"] = world.ids.new("transaction")
    _give_back(world, refund)
    _update(world, refund, changes, cause)
    return refund


def release_balance(world: World) -> int:
    """Money has come in: refunds that waited for the balance go out. Returns how many."""
    world.behaviour.insufficient_balance = False
    waiting = [r for r in world.books.refunds.values() if r["pending_reason"] == "insufficient_funds"]
    for refund in waiting:
        succeed(world, refund)
    return len(waiting)


def _give_back(world: World, refund: Thing) -> None:
    if world.behaviour.failed_refund_lowers_charge:
        charge = world.books.charges[refund["charge"]]
        charge["amount_refunded"] -= refund["amount"]
        charge["refunded"] = charge["amount_refunded"] >= charge["amount"]


def _update(world: World, refund: Thing, changes: Thing, cause: Cause) -> None:
    previous = {name: refund[name] for name in changes if refund[name] != changes[name]}
    changed(world, "refund.updated", refund, changes, cause)
    emit(world, "charge.refund.updated", refund, cause, previous)


def _close_inquiry(world: World, charge: Thing) -> None:
    """A full refund ends an inquiry before it becomes a dispute (PAYMENTS C27)."""
    dispute = disputes.open_dispute_of(world, charge["id"])
    if charge["refunded"] and dispute is not None:
        disputes.close_dispute(world, dispute, won=True)
