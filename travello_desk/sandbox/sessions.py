"""Checkout sessions: opening, expiring. Paying one is ``payments``."""

from __future__ import annotations

from functools import partial

from travello_desk.sandbox import shapes
from travello_desk.sandbox.currencies import check_currency, check_total, check_unit
from travello_desk.sandbox.errors import ApiError
from travello_desk.sandbox.events import changed, emit
from travello_desk.sandbox.world import BY_ITSELF, Cause, Thing, World

LONGEST_LIFE_SECONDS = 24 * 3600
SHORTEST_LIFE_SECONDS = 30 * 60

#: What the payment page can offer, in its order. The second settles later.
METHODS = ("card", "us_bank_account")


def create(world: World, params: Thing, cause: Cause) -> Thing:
    """Open a session, or refuse as Stripe does: mode, expiry, currency, amounts, methods."""
    _check_simulated(params)
    expires_at = _expires_at(world, params)
    _check_items(world, params["line_items"])
    items = [shapes.line_item(world, sent) for sent in params["line_items"]]
    check_total(sum(item["amount_total"] for item in items), items[0]["currency"], world.country)
    methods = _methods(params)
    session = shapes.checkout_session(world, params, items, expires_at)
    session["payment_method_types"] = methods
    books = world.books
    books.sessions[session["id"]] = session
    books.line_items[session["id"]] = items
    products = [sent["price_data"]["product_data"] for sent in params["line_items"]]
    books.line_notes[session["id"]] = [product.get("description", "") for product in products]
    books.intent_data[session["id"]] = params.get("payment_intent_data", {})
    world.schedule.at(expires_at, partial(_run_out, world, session))
    return session


def _check_simulated(params: Thing) -> None:
    if params["mode"] != "payment":
        raise ApiError("Sandbox: only mode=payment is simulated.", param="mode")
    if params.get("ui_mode", "hosted_page") != "hosted_page":
        raise ApiError("Sandbox: only ui_mode=hosted_page is simulated.", param="ui_mode")
    if not params["line_items"]:
        message = "You must pass at least one line item in `payment` mode."
        raise ApiError(message, code="parameter_missing", param="line_items")


def _expires_at(world: World, params: Thing) -> int:
    now = world.clock.seconds()
    expires_at: int = params.get("expires_at", now + LONGEST_LIFE_SECONDS)
    if expires_at < now + SHORTEST_LIFE_SECONDS:
        message = "The `expires_at` timestamp must be at least 30 minutes from Checkout Session creation."
        raise ApiError(message, param="expires_at")
    if "expires_at" in params and expires_at >= now + LONGEST_LIFE_SECONDS:
        message = "The `expires_at` timestamp must be less than 24 hours from Checkout Session creation."
        raise ApiError(message, param="expires_at")
    return expires_at


def _check_items(world: World, sent: list[Thing]) -> None:
    for index, item in enumerate(sent):
        price, at = item["price_data"], f"line_items[{index}][price_data]"
        check_currency(price["currency"], world.supported_currencies, world.country, f"{at}[currency]")
        check_unit(price["unit_amount"], price["currency"], f"{at}[unit_amount]")
    if len({item["price_data"]["currency"] for item in sent}) > 1:
        message = "You cannot combine currencies in one Checkout Session: all line items must use one currency."
        raise ApiError(message, param="line_items")


def _methods(params: Thing) -> list[str]:
    allowed = params.get("allowed_payment_method_types") or METHODS
    excluded = params.get("excluded_payment_method_types") or ()
    methods = [name for name in METHODS if name in allowed and name not in excluded]
    if not methods:
        raise ApiError(
            "No valid payment method types for this Checkout Session. Please ensure that you have activated "
            "payment methods compatible with your chosen currency in your dashboard "
            "(https://dashboard.stripe.com/settings/payment_methods)."
        )
    return methods


def expire(world: World, session: Thing, cause: Cause = BY_ITSELF) -> Thing:
    """Switch an open session off at once; anything but open is refused."""
    if session["status"] != "open":
        raise ApiError(
            'Only Checkout Sessions with a status in ["open"] can be expired. This Checkout Session has a '
            f"status of `{session['status']}`."
        )
    session.update({"status": "expired", "url": None})
    _cancel_intent(world, session, cause)
    emit(world, "checkout.session.expired", session, cause)
    return session


def _run_out(world: World, session: Thing) -> None:
    if session["status"] == "open":
        expire(world, session)


def _cancel_intent(world: World, session: Thing, cause: Cause) -> None:
    """An intent left over from a declined attempt ends with its session."""
    intent = world.books.payment_intents.get(session["payment_intent"] or "")
    if intent is not None and intent["status"] == "requires_payment_method":
        changes = {
            "status": "canceled",
            "canceled_at": world.clock.seconds(),
            "cancellation_reason": "expired",
        }
        changed(world, "payment_intent.canceled", intent, changes, cause)
