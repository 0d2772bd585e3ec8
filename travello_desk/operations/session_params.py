"""The exact parameters of a Checkout Session. Pure: what is made here is stored, and sent unchanged every time."""

from __future__ import annotations

from typing import Any

from travello_desk.payments.observe import APP
from travello_desk.settings.model import Settings
from travello_desk.store.bookings import Booking

TEMPLATE = "{CHECKOUT_SESSION_ID}"


def marks(install: str, booking_id: int, payment_uid: str) -> dict[str, str]:
    """Our marks on everything we make at Stripe (PAYMENTS 1.2)."""
    return {"app": APP, "install": install, "booking_id": str(booking_id), "payment_uid": payment_uid}


def session_params(
    booking: Booking, settings: Settings, install: str, uid: str, amount_minor: int, currency: str
) -> dict[str, Any]:
    """Parameters for `POST /v1/checkout/sessions`. No `payment_method_types` (refused since endive), no expires_at."""
    metadata = marks(install, booking.id, uid)
    title = f"{settings.hotel_name}: booking {booking.reference}"
    params: dict[str, Any] = {
        "mode": "payment",
        "line_items": [
            {
                "quantity": 1,
                "price_data": {
                    "currency": currency.lower(),
                    "unit_amount": amount_minor,
                    "product_data": {"name": title[:250], "description": stay_text(booking)[:250]},
                },
            }
        ],
        "success_url": success_url(settings, booking.guest_code),
        "cancel_url": cancel_url(settings, booking.guest_code),
        "client_reference_id": uid,
        "metadata": metadata,
        "payment_intent_data": {"metadata": metadata, "description": title[:250]},
        "adaptive_pricing": {"enabled": False},
    }
    if booking.guest_email:
        params["customer_email"] = booking.guest_email
    return params


def stay_text(booking: Booking) -> str:
    room = f", room {booking.room}" if booking.room else ""
    return f"{booking.check_in} to {booking.check_out}{room}"


def success_url(settings: Settings, guest_code: str) -> str:
    """Joined by hand: URL libraries would escape the braces of Stripe's template. Our own page also gets the guest's
    code: to a session id alone it shows nothing of anybody (D43)."""
    own = f"{settings.public_base_url.rstrip('/')}/payment-success?guest={guest_code}"
    return with_parameter(settings.payment_success_url or own, f"session_id={TEMPLATE}")


def cancel_url(settings: Settings, guest_code: str) -> str:
    """Our own guest code instead of the template, which Stripe documents for success_url only."""
    base = settings.payment_cancel_url or f"{settings.public_base_url.rstrip('/')}/payment-cancel"
    return with_parameter(base, f"guest={guest_code}")


def with_parameter(url: str, parameter: str) -> str:
    """The URL with one more query parameter, before any fragment."""
    address, mark, fragment = url.partition("#")
    if TEMPLATE in address and TEMPLATE in parameter:
        return url
    joiner = "" if address.endswith(("?", "&")) else "&" if "?" in address else "?"
    return f"{address}{joiner}{parameter}{mark}{fragment}"
