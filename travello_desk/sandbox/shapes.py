"""Blank sessions and accounts as API version 2026-10-28.endive writes them. Builds dicts; decides nothing."""

from __future__ import annotations

from typing import Any

from travello_desk.sandbox.world import Thing, World

NO_ADDRESS = {
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
    fragment = f"fidnandhYHdWcXxpYCc%2FJ2FgY2RwaXEnKSdkdWxOYHwnPyd1blpxYHZx{world.ids.noise(180)}%2FJWA3JXgl"
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
    return _customer(email, name) | {"address": dict(NO_ADDRESS), "tax_ids": []}


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
