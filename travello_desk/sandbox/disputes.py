"""Disputes and inquiries: opened by the cardholder's bank, answered, closed. No money leaves but on paper."""

from __future__ import annotations

from travello_desk.sandbox import payment_shapes
from travello_desk.sandbox.events import changed, emit
from travello_desk.sandbox.world import Thing, World

OPEN = frozenset({"needs_response", "under_review", "warning_needs_response", "warning_under_review"})

#: What closing turns an open dispute into: (won by the merchant, lost).
_CLOSED = {
    "needs_response": ("won", "lost"),
    "under_review": ("won", "lost"),
    "warning_needs_response": ("warning_closed", "lost"),
    "warning_under_review": ("warning_closed", "lost"),
}


def open_dispute(
    world: World,
    charge: Thing,
    *,
    reason: str = "fraudulent",
    status: str = "needs_response",
    amount: int | None = None,
) -> Thing:
    """The bank complains about a paid charge: the whole of it unless ``amount`` (minor units) says less."""
    if not charge["paid"]:
        raise ValueError(f"{charge['id']} is not paid, nobody can dispute it")
    if status not in _CLOSED:
        raise ValueError(f"a dispute opens as one of {', '.join(_CLOSED)}")
    dispute = payment_shapes.dispute(world, charge, reason, status, charge["amount"] if amount is None else amount)
    world.books.disputes[dispute["id"]] = dispute
    world.books.disputes_of.setdefault(charge["id"], []).append(dispute)
    charge["disputed"] = True
    emit(world, "charge.dispute.created", dispute)
    if not status.startswith("warning_"):
        _book(world, dispute, -dispute["amount"], "charge.dispute.funds_withdrawn")
    return dispute


def answer_dispute(world: World, dispute: Thing) -> Thing:
    """The merchant's evidence is in: the bank looks at it."""
    _must_be_open(dispute)
    status = "warning_under_review" if dispute["status"].startswith("warning_") else "under_review"
    evidence = dispute["evidence_details"] | {"has_evidence": True, "submission_count": 1}
    changed(world, "charge.dispute.updated", dispute, {"status": status, "evidence_details": evidence})
    return dispute


def close_dispute(world: World, dispute: Thing, *, won: bool) -> Thing:
    """The bank decides; when the merchant wins, the money comes back."""
    _must_be_open(dispute)
    inquiry = dispute["status"].startswith("warning_")
    status = _CLOSED[dispute["status"]][0 if won else 1]
    changes = {"status": status, "is_charge_refundable": inquiry and won}
    changed(world, "charge.dispute.closed", dispute, changes)
    if won and not inquiry:
        _book(world, dispute, dispute["amount"], "charge.dispute.funds_reinstated")
    return dispute


def open_dispute_of(world: World, charge_id: str) -> Thing | None:
    """The dispute that is under way on this charge, if any."""
    disputes = world.books.disputes_of.get(charge_id, ())
    return next((dispute for dispute in disputes if dispute["status"] in OPEN), None)


def _must_be_open(dispute: Thing) -> None:
    if dispute["status"] not in OPEN:
        raise ValueError(f"{dispute['id']} is closed ({dispute['status']})")


def _book(world: World, dispute: Thing, amount: int, type_: str) -> None:
    """One balance transaction; a chargeback costs the account a fee that is not simulated."""
    transaction = {
        "id": world.ids.new("transaction"),
        "object": "balance_transaction",
        "amount": amount,
        "created": world.clock.seconds(),
        "currency": dispute["currency"],
        "fee": 0,
        "net": amount,
        "source": dispute["id"],
        "type": "adjustment",
    }
    dispute["balance_transactions"].append(transaction)
    dispute["balance_transaction"] = transaction["id"]
    emit(world, type_, dispute)
