"""Blank intents, charges, refunds and disputes, as ``shapes`` builds sessions. Builds dicts; decides nothing."""

from __future__ import annotations

from travello_desk.sandbox.cards import Card
from travello_desk.sandbox.shapes import NO_ADDRESS
from travello_desk.sandbox.world import Thing, World


def payment_intent(world: World, session: Thing, data: Thing) -> Thing:
    """The intent a session makes when its guest first tries to pay."""
    id_ = world.ids.new("payment_intent")
    return {
        "id": id_,
        "object": "payment_intent",
        "amount": session["amount_total"],
        "amount_capturable": 0,
        "amount_details": {"tip": {}},
        "amount_received": 0,
        "application": None,
        "application_fee_amount": None,
        "automatic_payment_methods": None,
        "canceled_at": None,
        "cancellation_reason": None,
        "capture_method": data.get("capture_method", "automatic_async"),
        "client_secret": f"{id_}_secret_{world.ids.token(25)}",
        "confirmation_method": "automatic",
        "created": world.clock.seconds(),
        "currency": session["currency"],
        "customer": None,
        "customer_account": None,
        "description": data.get("description"),
        "last_payment_error": None,
        "latest_charge": None,
        "livemode": world.livemode,
        "metadata": dict(data.get("metadata", {})),
        "next_action": None,
        "on_behalf_of": None,
        "payment_method": None,
        "payment_method_configuration_details": None,
        "payment_method_options": {"card": {"request_three_d_secure": "automatic"}},
        "payment_method_types": list(session["payment_method_types"]),
        "processing": None,
        "receipt_email": data.get("receipt_email"),
        "review": None,
        "setup_future_usage": None,
        "shipping": None,
        "source": None,
        "statement_descriptor": data.get("statement_descriptor"),
        "statement_descriptor_suffix": data.get("statement_descriptor_suffix"),
        "status": "requires_payment_method",
        "transfer_data": None,
        "transfer_group": data.get("transfer_group"),
    }


def charge(world: World, intent: Thing, details: Thing, email: str | None, name: str | None) -> Thing:
    """A charge on this intent, before it is known how it went."""
    return {
        "id": world.ids.new("charge"),
        "object": "charge",
        "amount": intent["amount"],
        "amount_captured": 0,
        "amount_refunded": 0,
        "application": None,
        "application_fee": None,
        "application_fee_amount": None,
        "balance_transaction": None,
        "billing_details": {
            "address": dict(NO_ADDRESS),
            "email": email,
            "name": name,
            "phone": None,
            "tax_id": None,
        },
        "calculated_statement_descriptor": _descriptor(world, intent),
        "captured": False,
        "created": world.clock.seconds(),
        "currency": intent["currency"],
        "customer": None,
        "description": intent["description"],
        "disputed": False,
        "failure_balance_transaction": None,
        "failure_code": None,
        "failure_message": None,
        "fraud_details": {},
        "livemode": world.livemode,
        "metadata": dict(intent["metadata"]),
        "on_behalf_of": None,
        "outcome": None,
        "paid": False,
        "payment_intent": intent["id"],
        "payment_method": world.ids.new("payment_method"),
        "payment_method_details": details,
        "radar_options": {},
        "receipt_email": intent["receipt_email"],
        "receipt_number": None,
        "receipt_url": None,
        "refunded": False,
        "review": None,
        "shipping": None,
        "source": None,
        "source_transfer": None,
        "statement_descriptor": intent["statement_descriptor"],
        "statement_descriptor_suffix": intent["statement_descriptor_suffix"],
        "status": "pending",
        "transfer_data": None,
        "transfer_group": intent["transfer_group"],
    }  # fmt: skip


def _descriptor(world: World, intent: Thing) -> str:
    prefix = "".join(c for c in world.merchant_name.upper() if c.isascii() and (c.isalnum() or c == " "))[:22]
    suffix = intent["statement_descriptor_suffix"]
    return f"{prefix[:10]}* {suffix}"[:22] if suffix else prefix


def refund(world: World, charge_: Thing, amount: int, params: Thing) -> Thing:
    """A refund of a charge, before its status is known."""
    return {
        "id": world.ids.new("refund"),
        "object": "refund",
        "amount": amount,
        "balance_transaction": world.ids.new("transaction"),
        "charge": charge_["id"],
        "created": world.clock.seconds(),
        "currency": charge_["currency"],
        "destination_details": None,
        "failure_balance_transaction": None,
        "failure_reason": None,
        "metadata": params.get("metadata", {}),
        "payment_intent": charge_["payment_intent"],
        "pending_reason": None,
        "reason": params.get("reason"),
        "receipt_number": None,
        "source_transfer_reversal": None,
        "status": "pending",
        "transfer_reversal": None,
    }


def dispute(world: World, charge_: Thing, reason: str, status: str, amount: int) -> Thing:
    """A cardholder's complaint, with a week and a half to answer."""
    card = charge_["payment_method_details"].get("card") or {}
    inquiry = status.startswith("warning_")
    return {
        "id": world.ids.new("dispute"),
        "object": "dispute",
        "amount": amount,
        "balance_transaction": None,
        "balance_transactions": [],
        "charge": charge_["id"],
        "created": world.clock.seconds(),
        "currency": charge_["currency"],
        "enhanced_eligibility_types": [],
        "evidence": {},
        "evidence_details": {
            "due_by": world.clock.seconds() + 9 * 24 * 3600,
            "enhanced_eligibility": {},
            "has_evidence": False,
            "past_due": False,
            "submission_count": 0,
        },
        "intended_submission_method": None,
        "is_charge_refundable": inquiry,
        "livemode": world.livemode,
        "metadata": {},
        "network_reason_code": "10.4" if reason == "fraudulent" else "13.1",
        "payment_intent": charge_["payment_intent"],
        "payment_method_details": {
            "card": {
                "brand": card.get("brand", "visa"),
                "case_type": "inquiry" if inquiry else "chargeback",
                "network_reason_code": "10.4" if reason == "fraudulent" else "13.1",
            },
            "type": "card",
        },
        "reason": reason,
        "status": status,
    }


def outcome(network: str, reason: str | None, said: str, type_: str) -> Thing:
    return {
        "advice_code": None,
        "network_advice_code": None,
        "network_decline_code": None,
        "network_status": network,
        "reason": reason,
        "risk_level": "normal",
        "risk_score": 12,
        "seller_message": said,
        "type": type_,
    }


def payment_method(charge: Thing) -> Thing:
    details = charge["payment_method_details"]
    kind = details["type"]
    return {
        "id": charge["payment_method"],
        "object": "payment_method",
        "billing_details": charge["billing_details"],
        kind: details[kind],
        "created": charge["created"],
        "livemode": charge["livemode"],
        "type": kind,
    }


def card_details(world: World, card: Card) -> Thing:
    return {
        "card": {
            "authorization_code": world.ids.digits(6) if card.decline is None else None,
            "brand": card.brand,
            "checks": {"address_line1_check": None, "address_postal_code_check": None, "cvc_check": "pass"},
            "country": "US",
            "exp_month": 12,
            "exp_year": 2034,
            "fingerprint": f"sandbox{card.number[-9:]}",
            "funding": "credit",
            "installments": None,
            "last4": card.number[-4:],
            "mandate": None,
            "network": card.brand,
            "three_d_secure": None,
            "wallet": None,
        },
        "type": "card",
    }


def bank_details(world: World) -> Thing:
    return {
        "type": "us_bank_account",
        "us_bank_account": {
            "account_holder_type": "individual",
            "account_type": "checking",
            "bank_name": "SANDBOX BANK",
            "fingerprint": f"sandbox{world.ids.digits(6)}",
            "last4": "6789",
            "routing_number": "110000000",
        },
    }
