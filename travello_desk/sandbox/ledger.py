"""The sandbox's books as other programs reconcile them: every payment and refund, and the sums. Read only."""

from __future__ import annotations

from travello_desk.sandbox import refunds
from travello_desk.sandbox.world import Thing, World


def summary(world: World) -> Thing:
    """Payments, refunds and disputes in minor units, and per currency what came in, went back and is left."""
    payments = [_payment(world, intent) for intent in world.books.payment_intents.values()]
    return {
        "payments": payments,
        "refunds": [_refund(refund) for refund in world.books.refunds.values()],
        "disputes": [_dispute(dispute) for dispute in world.books.disputes.values()],
        "totals": _totals(world, payments),
        "counts": {
            "sessions": len(world.books.sessions),
            "charges": len(world.books.charges),
            "events": len(world.books.events),
        },
    }


def _payment(world: World, intent: Thing) -> Thing:
    session = world.books.sessions[world.books.session_of_intent[intent["id"]]]
    refunded = refunds.refunded_so_far(world, intent["latest_charge"]) if intent["latest_charge"] else 0
    return {
        "payment_intent": intent["id"],
        "session": session["id"],
        "session_status": session["status"],
        "payment_status": session["payment_status"],
        "charge": intent["latest_charge"],
        "status": intent["status"],
        "amount": intent["amount"],
        "received": intent["amount_received"],
        "refunded": refunded,
        "currency": intent["currency"],
        "client_reference_id": session["client_reference_id"],
        "metadata": intent["metadata"],
        "created": intent["created"],
    }


def _refund(refund: Thing) -> Thing:
    names = ("id", "charge", "payment_intent", "amount", "currency", "status", "failure_reason", "metadata", "created")
    return {name: refund[name] for name in names}


def _dispute(dispute: Thing) -> Thing:
    moved = sum(transaction["amount"] for transaction in dispute["balance_transactions"])
    names = ("id", "charge", "payment_intent", "amount", "currency", "status", "reason", "created")
    return {name: dispute[name] for name in names} | {"moved": moved}


def _totals(world: World, payments: list[Thing]) -> dict[str, dict[str, int]]:
    totals: dict[str, dict[str, int]] = {}
    for payment in payments:
        total = totals.setdefault(payment["currency"], {"received": 0, "refunded": 0, "disputed": 0, "net": 0})
        total["received"] += payment["received"]
        total["refunded"] += payment["refunded"]
    for dispute in map(_dispute, world.books.disputes.values()):
        totals[dispute["currency"]]["disputed"] -= dispute["moved"]
    for total in totals.values():
        total["net"] = total["received"] - total["refunded"] - total["disputed"]
    return totals
