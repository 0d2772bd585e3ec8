"""Signed Stripe events for the load: bodies of the real size and layout, made from what a store asked."""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Sequence
from dataclasses import dataclass

WEBHOOK_PATH = "/api/payments/webhook/"
API_VERSION = "2026-10-28.endive"

# Stripe sends its bodies indented by two, like these. Words between @ are filled in.
COMPLETED = """{
  "id": "@EVENT@",
  "object": "event",
  "api_version": "@API@",
  "created": @CREATED@,
  "data": {
    "object": {
      "id": "@SESSION@",
      "object": "checkout.session",
      "adaptive_pricing": {
        "enabled": false
      },
      "after_expiration": null,
      "allow_promotion_codes": null,
      "amount_subtotal": @AMOUNT@,
      "amount_total": @AMOUNT@,
      "automatic_tax": {
        "enabled": false,
        "liability": null,
        "provider": null,
        "status": null
      },
      "billing_address_collection": null,
      "cancel_url": "http://127.0.0.1:8000/payment-cancel?guest=7ZK3M9Q2X4TB",
      "client_reference_id": "@UID@",
      "client_secret": null,
      "collected_information": null,
      "consent": null,
      "consent_collection": null,
      "created": @CREATED@,
      "currency": "@CURRENCY@",
      "custom_fields": [],
      "custom_text": {
        "after_submit": null,
        "shipping_address": null,
        "submit": null,
        "terms_of_service_acceptance": null
      },
      "customer": null,
      "customer_creation": "if_required",
      "customer_details": {
        "address": {
          "city": null,
          "country": "PK",
          "line1": null,
          "line2": null,
          "postal_code": null,
          "state": null
        },
        "email": "guest@example.com",
        "name": "Ayesha Khan",
        "phone": null,
        "tax_exempt": "none",
        "tax_ids": []
      },
      "customer_email": "guest@example.com",
      "discounts": [],
      "expires_at": @EXPIRES@,
      "invoice": null,
      "invoice_creation": {
        "enabled": false,
        "invoice_data": {
          "account_tax_ids": null,
          "custom_fields": null,
          "description": null,
          "footer": null,
          "issuer": null,
          "metadata": {},
          "rendering_options": null
        }
      },
      "livemode": false,
      "locale": null,
      "metadata": @METADATA@,
      "mode": "payment",
      "payment_intent": "@INTENT@",
      "payment_link": null,
      "payment_method_collection": "if_required",
      "payment_method_options": {
        "card": {
          "request_three_d_secure": "automatic"
        }
      },
      "payment_method_types": [
        "card"
      ],
      "payment_status": "paid",
      "permissions": null,
      "phone_number_collection": {
        "enabled": false
      },
      "recovered_from": null,
      "saved_payment_method_options": null,
      "setup_intent": null,
      "shipping_address_collection": null,
      "shipping_cost": null,
      "shipping_options": [],
      "status": "complete",
      "submit_type": null,
      "subscription": null,
      "success_url": "http://127.0.0.1:8000/payment-success?session_id={CHECKOUT_SESSION_ID}",
      "total_details": {
        "amount_discount": 0,
        "amount_shipping": 0,
        "amount_tax": 0
      },
      "ui_mode": "hosted_page",
      "url": null,
      "wallet_options": null
    }
  },
  "livemode": false,
  "pending_webhooks": 1,
  "request": {
    "id": null,
    "idempotency_key": null
  },
  "type": "checkout.session.completed"
}"""

INTENT_SUCCEEDED = """{
  "id": "@EVENT@",
  "object": "event",
  "api_version": "@API@",
  "created": @CREATED@,
  "data": {
    "object": {
      "id": "@INTENT@",
      "object": "payment_intent",
      "amount": @AMOUNT@,
      "amount_capturable": 0,
      "amount_details": {
        "tip": {}
      },
      "amount_received": @AMOUNT@,
      "application": null,
      "application_fee_amount": null,
      "automatic_payment_methods": null,
      "canceled_at": null,
      "cancellation_reason": null,
      "capture_method": "automatic_async",
      "client_secret": "@INTENT@_secret_benchmark",
      "confirmation_method": "automatic",
      "created": @CREATED@,
      "currency": "@CURRENCY@",
      "customer": null,
      "description": null,
      "excluded_payment_method_types": null,
      "last_payment_error": null,
      "latest_charge": "@CHARGE@",
      "livemode": false,
      "metadata": @METADATA@,
      "next_action": null,
      "on_behalf_of": null,
      "payment_method": "pm_benchmarkCardVisa",
      "payment_method_configuration_details": null,
      "payment_method_options": {
        "card": {
          "installments": null,
          "mandate_options": null,
          "network": null,
          "request_three_d_secure": "automatic"
        }
      },
      "payment_method_types": [
        "card"
      ],
      "processing": null,
      "receipt_email": null,
      "review": null,
      "setup_future_usage": null,
      "shipping": null,
      "source": null,
      "statement_descriptor": null,
      "statement_descriptor_suffix": null,
      "status": "succeeded",
      "transfer_data": null,
      "transfer_group": null
    }
  },
  "livemode": false,
  "pending_webhooks": 1,
  "request": {
    "id": "req_benchmark",
    "idempotency_key": null
  },
  "type": "payment_intent.succeeded"
}"""

METADATA = """{
        "app": "@APP@",
        "booking_id": "@BOOKING@",
        "install": "@INSTALL@",
        "payment_uid": "@UID@"
      }"""

TEMPLATES = (COMPLETED.replace("@METADATA@", METADATA), INTENT_SUCCEEDED.replace("@METADATA@", METADATA))


@dataclass(frozen=True, slots=True)
class Target:
    """One open payment of a store: what was asked of Stripe, and for whom."""

    booking_id: int
    payment_uid: str
    session_id: str
    amount_minor: int
    currency: str
    app: str
    install: str


def event_body(target: Target, number: int, run: str, created_at: int) -> bytes:
    """One event for one payment, even numbers a completed session, odd ones a payment intent.

    The same run and number always give the same event id, so that a repeated run is a run of duplicates.
    """
    # Like Stripe's own, ids made at the moment of paying rise with time; the session's id was random and came before.
    moment = f"{run}{number:08d}"
    words = {
        "@EVENT@": f"evt_{moment}",
        "@API@": API_VERSION,
        "@CREATED@": str(created_at),
        "@EXPIRES@": str(created_at + 86_400),
        "@SESSION@": target.session_id,
        "@INTENT@": f"pi_{moment}",
        "@CHARGE@": f"ch_{moment}",
        "@AMOUNT@": str(target.amount_minor),
        "@CURRENCY@": target.currency.lower(),
        "@BOOKING@": str(target.booking_id),
        "@UID@": target.payment_uid,
        "@APP@": target.app,
        "@INSTALL@": target.install,
    }
    text = TEMPLATES[number % len(TEMPLATES)]
    for word, value in words.items():
        text = text.replace(word, value)
    return text.encode()


def signature(body: bytes, secret: str, signed_at: int) -> str:
    """Stripe's `Stripe-Signature` header over the exact bytes (scheme v1)."""
    digest = hmac.new(secret.encode(), f"{signed_at}.".encode() + body, hashlib.sha256)
    return f"t={signed_at},v1={digest.hexdigest()}"


def webhook_request(body: bytes, secret: str, signed_at: int, host: str) -> bytes:
    """The whole HTTP request as Stripe's sender would put it on the wire."""
    head = (
        f"POST {WEBHOOK_PATH} HTTP/1.1\r\n"
        f"Host: {host}\r\n"
        "User-Agent: Stripe/1.0 (+https://stripe.com/docs/webhooks)\r\n"
        "Accept: */*; q=0.5, application/xml\r\n"
        "Cache-Control: no-cache\r\n"
        "Content-Type: application/json; charset=utf-8\r\n"
        f"Stripe-Signature: {signature(body, secret, signed_at)}\r\n"
        f"Content-Length: {len(body)}\r\n\r\n"
    )
    return head.encode() + body


def webhook_requests(
    targets: Sequence[Target], secret: str, run: str, created_at: int, signed_at: int, host: str
) -> list[bytes]:
    """One signed request for each target, in the order given."""
    return [
        webhook_request(event_body(target, number, run, created_at), secret, signed_at, host)
        for number, target in enumerate(targets)
    ]


def status_request(booking_id: int, token: str, host: str) -> bytes:
    """One authorised question for a booking's status."""
    return (
        f"GET /api/payments/booking/{booking_id}/status/ HTTP/1.1\r\nHost: {host}\r\n"
        f"Accept: application/json\r\nAuthorization: Bearer {token}\r\n\r\n"
    ).encode()
