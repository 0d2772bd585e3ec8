"""Which parameters each endpoint takes: read off stripe-python 16.1.0's typed params. Data only."""

from __future__ import annotations

from collections.abc import Mapping

from travello_desk.sandbox.params import (
    Array,
    Boolean,
    Choice,
    Currency,
    Email,
    Hash,
    Integer,
    Metadata,
    NotSimulated,
    Range,
    Rule,
    Text,
    Url,
)

Fields = Mapping[str, Rule]

_EXPAND: Fields = {"expand": Array(item=Text())}
_PAGE: Fields = {
    "limit": Integer(least=1, most=100),
    "starting_after": Text(),
    "ending_before": Text(),
    **_EXPAND,
}

#: ``payment_method_types`` is absent on purpose: refused since 2026-09-30.endive (PAYMENTS 4.8).
_NOT_SIMULATED = (
    "after_expiration",
    "allow_promotion_codes",
    "automatic_tax",
    "consent_collection",
    "currency",
    "custom_fields",
    "customer",
    "customer_account",
    "customer_update",
    "discounts",
    "integration_identifier",
    "invoice_creation",
    "managed_payments",
    "name_collection",
    "optional_items",
    "payment_method_configuration",
    "payment_method_data",
    "payment_method_options",
    "permissions",
    "redirect_on_completion",
    "return_url",
    "saved_payment_method_options",
    "setup_intent_data",
    "shipping_address_collection",
    "shipping_options",
    "subscription_data",
    "tax_id_collection",
    "wallet_options",
)

_LOCALE_WORDS = (
    "auto bg cs da de el en en-GB es es-419 et fi fil fr fr-CA hr hu id it ja ko lt lv ms mt nb nl pl pt "
    "pt-BR ro ru sk sl sv th tr vi zh zh-HK zh-TW"
)
_LOCALES = tuple(_LOCALE_WORDS.split())

_PRODUCT: Fields = {
    "name": Text(required=True),
    "description": Text(longest=40000),
    "images": Array(item=Url(), most=8),
    "metadata": Metadata(),
    "tax_code": Text(),
    "unit_label": Text(),
}
_PRICE: Fields = {
    "currency": Currency(required=True),
    "product": NotSimulated(),
    "product_data": Hash(fields=_PRODUCT, required=True),
    "recurring": NotSimulated(),
    "tax_behavior": Choice(options=("exclusive", "inclusive", "unspecified")),
    "unit_amount": Integer(least=0, required=True),
    "unit_amount_decimal": NotSimulated(),
}
_LINE_ITEM: Fields = {
    "adjustable_quantity": NotSimulated(),
    "metadata": Metadata(),
    "price": NotSimulated(),
    "price_data": Hash(fields=_PRICE, required=True),
    "quantity": Integer(least=1, most=999_999, required=True),
    "tax_rates": NotSimulated(),
}
_INTENT_DATA: Fields = {
    "capture_method": Choice(options=("automatic", "automatic_async")),
    "description": Text(longest=1000),
    "metadata": Metadata(),
    "receipt_email": Email(),
    "setup_future_usage": NotSimulated(),
    "shipping": NotSimulated(),
    "statement_descriptor": Text(longest=22),
    "statement_descriptor_suffix": Text(longest=22),
    "transfer_group": Text(),
}
_CUSTOM_TEXT: Fields = {
    name: Hash(fields={"message": Text(longest=1200, required=True)})
    for name in ("after_submit", "shipping_address", "submit", "terms_of_service_acceptance")
}
_BRANDING: Fields = {
    "background_color": Text(),
    "border_style": Choice(options=("pill", "rectangular", "rounded")),
    "button_color": Text(),
    "display_name": Text(),
    "font_family": Text(),
}

SESSION_CREATE: Fields = {
    "adaptive_pricing": Hash(fields={"enabled": Boolean()}),
    "allowed_payment_method_types": Array(item=Text()),
    "billing_address_collection": Choice(options=("auto", "required")),
    "branding_settings": Hash(fields=_BRANDING),
    "cancel_url": Url(),
    "client_reference_id": Text(longest=200),
    "custom_text": Hash(fields=_CUSTOM_TEXT),
    "customer_creation": Choice(options=("always", "if_required")),
    "customer_email": Email(),
    "excluded_payment_method_types": Array(item=Text()),
    "expires_at": Integer(),
    "line_items": Array(item=Hash(fields=_LINE_ITEM), required=True),
    "locale": Choice(options=_LOCALES),
    "metadata": Metadata(),
    "mode": Choice(options=("payment", "setup", "subscription"), required=True),
    "origin_context": Choice(options=("mobile_app", "web")),
    "payment_intent_data": Hash(fields=_INTENT_DATA),
    "payment_method_collection": Choice(options=("always", "if_required")),
    "phone_number_collection": Hash(fields={"enabled": Boolean(required=True)}),
    "submit_type": Choice(options=("auto", "book", "donate", "pay", "subscribe")),
    "success_url": Url(required=True),
    "ui_mode": Choice(options=("elements", "embedded_page", "form", "hosted_page")),
    **{name: NotSimulated() for name in _NOT_SIMULATED},
    **_EXPAND,
}

SESSION_LIST: Fields = {
    "created": Range(),
    "customer": Text(),
    "customer_account": Text(),
    "customer_details": Hash(fields={"email": Text(required=True)}),
    "payment_intent": Text(),
    "payment_link": Text(),
    "status": Choice(options=("complete", "expired", "open")),
    "subscription": Text(),
    **_PAGE,
}

REFUND_CREATE: Fields = {
    "amount": Integer(least=1),
    "charge": Text(),
    "currency": NotSimulated(),
    "customer": NotSimulated(),
    "instructions_email": Email(),
    "metadata": Metadata(),
    "origin": NotSimulated(),
    "payment_intent": Text(),
    "reason": Choice(options=("duplicate", "fraudulent", "requested_by_customer")),
    "refund_application_fee": NotSimulated(),
    "reverse_transfer": NotSimulated(),
    **_EXPAND,
}

REFUND_LIST: Fields = {"charge": Text(), "created": Range(), "payment_intent": Text(), **_PAGE}
DISPUTE_LIST: Fields = REFUND_LIST
EVENT_LIST: Fields = {
    "created": Range(),
    "delivery_success": Boolean(),
    "type": Text(),
    "types": Array(item=Text(), most=20),
    **_PAGE,
}
ONE: Fields = _EXPAND
PAGE: Fields = _PAGE
