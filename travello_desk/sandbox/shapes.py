"""Blank Stripe objects as API version 2026-10-28.endive writes them. Builds dicts; decides nothing."""

from __future__ import annotations

from typing import Any

from travello_desk.sandbox.world import Thing, World

_NO_ADDRESS = {
    "city": None,
    "country": None,
    "line1": None,
    "line2": None,
    "postal_code": None,
    "state": None,
}


def checkout_session(world: World, params: Thing, line_items: list[Thing], expires_at: int) -> Thing:
    """An open session for these line items."""
    total = sum(item["amount_total"] for item in line_items)
    id_ = world.ids.new("session")
    email = params.get("customer_email")
    return {
        "id": id_,
        "object": "checkout.session",
        "adaptive_pricing": {"enabled": params.get("adaptive_pricing", {}).get("enabled", True)},
        "after_expiration": None,
        "allow_promotion_codes": None,
        "allowed_payment_method_types": params.get("allowed_payment_method_types"),
        "amount_subtotal": total,
        "amount_total": total,
        "automatic_tax": {"enabled": False, "liability": None, "provider": None, "status": None},
        "billing_address_collection": params.get("billing_address_collection"),
        "branding_settings": params.get("branding_settings"),
        "cancel_url": params.get("cancel_url"),
        "client_reference_id": params.get("client_reference_id"),
        "client_secret": None,
        "collected_information": None,
        "consent": None,
        "consent_collection": None,
        "created": world.clock.seconds(),
        "currency": line_items[0]["currency"],
        "custom_fields": [],
        "custom_text": {
            name: params.get("custom_text", {}).get(name)
            for name in ("after_submit", "shipping_address", "submit", "terms_of_service_acceptance")
        },
        "customer": None,
        "customer_account": None,
        "customer_creation": params.get("customer_creation", "if_required"),
        "customer_details": _customer(email) if email else None,
        "customer_email": email,
        "discounts": [],
        "excluded_payment_method_types": params.get("excluded_payment_method_types"),
        "expires_at": expires_at,
        "integration_identifier": None,
        "invoice": None,
        "invoice_creation": None,
        "livemode": world.livemode,
        "locale": params.get("locale"),
        "metadata": params.get("metadata", {}),
        "mode": "payment",
        "origin_context": params.get("origin_context"),
        "payment_intent": None,
        "payment_link": None,
        "payment_method_collection": params.get("payment_method_collection", "if_required"),
        "payment_method_configuration_details": None,
        "payment_method_options": {"card": {"request_three_d_secure": "automatic"}},
        "payment_method_types": ["card"],
        "payment_status": "unpaid",
        "permissions": None,
        "phone_number_collection": params.get("phone_number_collection", {"enabled": False}),
        "recovered_from": None,
        "saved_payment_method_options": None,
        "setup_intent": None,
        "shipping_address_collection": None,
        "shipping_cost": None,
        "shipping_options": [],
        "status": "open",
        "submit_type": params.get("submit_type"),
        "subscription": None,
        "success_url": params["success_url"],
        "total_details": {"amount_discount": 0, "amount_shipping": 0, "amount_tax": 0},
        "ui_mode": "hosted_page",
        "url": _page_url(world, id_),
        "wallet_options": None,
    }


def _page_url(world: World, id_: str) -> str:
    """Stripe's fragment is long and full of per-cent signs; cut short, the page is lost (PAYMENTS D46)."""
    fragment = f"fidnandhYHdWcXxpYCc%2FJ2FgY2RwaXEnKSdkdWxOYHwnPyd1blpxYHZx{world.ids.token(180)}%2FJWA3JXgl"
    return f"{world.public_url}/c/pay/{id_}#{fragment}"


def _customer(email: str | None, name: str | None = None) -> Thing:
    return {
        "address": None,
        "business_name": None,
        "email": email,
        "individual_name": None,
        "name": name,
        "phone": None,
        "tax_exempt": "none",
        "tax_ids": None,
    }


def customer_details(email: str | None, name: str | None) -> Thing:
    """What the guest typed on the payment page."""
    return _customer(email, name) | {"address": dict(_NO_ADDRESS), "tax_ids": []}


def line_item(world: World, sent: Thing) -> Thing:
    """One line of a session, with the inline price Stripe makes of ``price_data``."""
    price, quantity = sent["price_data"], sent["quantity"]
    total = price["unit_amount"] * quantity
    return {
        "id": world.ids.new("line_item"),
        "object": "item",
        "adjustable_quantity": None,
        "amount_discount": 0,
        "amount_subtotal": total,
        "amount_tax": 0,
        "amount_total": total,
        "currency": price["currency"],
        "description": price["product_data"]["name"],
        "metadata": sent.get("metadata", {}),
        "price": _price(world, price),
        "quantity": quantity,
    }


def _price(world: World, price: Thing) -> Thing:
    return {
        "id": world.ids.new("price"),
        "object": "price",
        "active": False,
        "billing_scheme": "per_unit",
        "created": world.clock.seconds(),
        "currency": price["currency"],
        "custom_unit_amount": None,
        "livemode": world.livemode,
        "lookup_key": None,
        "metadata": {},
        "nickname": None,
        "product": world.ids.new("product"),
        "recurring": None,
        "tax_behavior": price.get("tax_behavior", "unspecified"),
        "tiers_mode": None,
        "transform_quantity": None,
        "type": "one_time",
        "unit_amount": price["unit_amount"],
        "unit_amount_decimal": str(price["unit_amount"]),
    }


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
            "address": dict(_NO_ADDRESS),
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


def account(world: World, settlement: str) -> dict[str, Any]:
    """``GET /v1/account``."""
    return {
        "id": world.account_id,
        "object": "account",
        "business_profile": {"mcc": "7011", "name": world.merchant_name, "support_email": None, "url": None},
        "business_type": "company",
        "capabilities": {"card_payments": "active", "transfers": "active"},
        "charges_enabled": True,
        "controller": {"type": "account"},
        "country": world.country,
        "created": 1_700_000_000,
        "default_currency": settlement,
        "details_submitted": True,
        "email": "owner@example.com",
        "metadata": {},
        "payouts_enabled": True,
        "settings": {"dashboard": {"display_name": world.merchant_name, "timezone": "Etc/UTC"}},
        "type": "standard",
    }
