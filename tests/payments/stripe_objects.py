"""Stripe's objects and events as API version 2026-10-28.endive writes them, small: the fields the heart reads and the
ones around them that it must not trip over."""

from __future__ import annotations

from copy import deepcopy
from typing import Any

Object = dict[str, Any]
API_VERSION = "2026-10-28.endive"
INSTALL = "inst_lahore"


def marks(payment_uid: str, booking_id: int = 15) -> dict[str, str]:
    """The metadata the desk sets on create (PAYMENTS 1.2)."""
    return {
        "app": "travello-desk",
        "install": INSTALL,
        "booking_id": str(booking_id),
        "payment_uid": payment_uid,
    }


def session(number: int, amount: int, currency: str, created: int, metadata: dict[str, str]) -> Object:
    """A fresh Checkout Session: open, unpaid, no PaymentIntent yet."""
    return {
        "id": f"cs_test_{number}",
        "object": "checkout.session",
        "adaptive_pricing": {"enabled": False},
        "amount_subtotal": amount,
        "amount_total": amount,
        "client_reference_id": metadata.get("payment_uid"),
        "created": created,
        "currency": currency,
        "customer_details": {"email": "ayesha@example.com", "name": None},
        "expires_at": created + 86400,
        "livemode": False,
        "metadata": dict(metadata),
        "mode": "payment",
        "payment_intent": None,
        "payment_method_types": ["card"],
        "payment_status": "unpaid",
        "presentment_details": None,
        "status": "open",
        "ui_mode": "hosted_page",
        "url": f"https://checkout.stripe.com/c/pay/cs_test_{number}#fidkdWxOYHwnPyd1blpxYHZxWj",
    }


def intent(number: int, of: Object, created: int) -> Object:
    """The PaymentIntent that Checkout makes when the guest presses Pay."""
    return {
        "id": f"pi_{number}",
        "object": "payment_intent",
        "amount": of["amount_total"],
        "amount_received": 0,
        "canceled_at": None,
        "created": created,
        "currency": of["currency"],
        "last_payment_error": None,
        "latest_charge": None,
        "livemode": False,
        "metadata": dict(of["metadata"]),
        "payment_method_types": ["card"],
        "status": "requires_payment_method",
    }


def charge(charge_id: str, of: Object, created: int, metadata: dict[str, str]) -> Object:
    """A charge that went through by card."""
    return {
        "id": charge_id,
        "object": "charge",
        "amount": of["amount"],
        "amount_captured": of["amount"],
        "amount_refunded": 0,
        "captured": True,
        "created": created,
        "currency": of["currency"],
        "disputed": False,
        "livemode": False,
        "metadata": dict(metadata),
        "paid": True,
        "payment_intent": of["id"],
        "payment_method_details": {"card": {"brand": "visa", "last4": "4242"}, "type": "card"},
        "refunded": False,
        "status": "succeeded",
    }


def declined(
    charge_id: str, code: str = "insufficient_funds", message: str = "Your card has insufficient funds."
) -> Object:
    """A `last_payment_error` by card."""
    return {
        "charge": charge_id,
        "code": "card_declined",
        "decline_code": code,
        "message": message,
        "payment_method": {"id": "pm_1", "object": "payment_method", "type": "card"},
        "type": "card_error",
    }


def refund(refund_id: str, of: Object, amount: int, created: int, metadata: dict[str, str]) -> Object:
    return {
        "id": refund_id,
        "object": "refund",
        "amount": amount,
        "balance_transaction": "txn_1",
        "charge": of["id"],
        "created": created,
        "currency": of["currency"],
        "failure_reason": None,
        "metadata": dict(metadata),
        "payment_intent": of["payment_intent"],
        "pending_reason": None,
        "reason": "requested_by_customer",
        "status": "pending",
    }


def dispute(dispute_id: str, of: Object, status: str, created: int) -> Object:
    return {
        "id": dispute_id,
        "object": "dispute",
        "amount": of["amount"],
        "charge": of["id"],
        "created": created,
        "currency": of["currency"],
        "evidence_details": {"due_by": created + 9 * 86400, "has_evidence": False, "submission_count": 0},
        "livemode": False,
        "metadata": {},
        "payment_intent": of["payment_intent"],
        "reason": "fraudulent",
        "status": status,
    }


def event(number: int, kind: str, source: Object, created: int) -> Object:
    """The webhook document: a snapshot of the object as it was at that moment."""
    return {
        "id": f"evt_{number}",
        "object": "event",
        "api_version": API_VERSION,
        "created": created,
        "data": {"object": deepcopy(source)},
        "livemode": False,
        "pending_webhooks": 1,
        "request": {"id": None, "idempotency_key": None},
        "type": kind,
    }
