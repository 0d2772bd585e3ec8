"""GET /_sandbox/: what happened here lately, with buttons for what a trainer wants to happen next. Changes nothing."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime
from itertools import islice
from typing import TYPE_CHECKING

from aiohttp import web

from travello_desk.money import format_minor
from travello_desk.sandbox import disputes, refunds
from travello_desk.sandbox.pages import method_of, page
from travello_desk.sandbox.world import Thing

if TYPE_CHECKING:
    from travello_desk.sandbox.sandbox import Sandbox

_ROWS = 20

#: Faults worth showing to people, in their words; the rest is for tests.
TROUBLES = {
    "reset_after": "is carried out, then the line is cut",
    "reset_before": "never arrives: the line is cut",
    "stall_after": "is carried out, but the answer takes 30 seconds",
    "500": "meets an error at Stripe",
    "429": "is one too many (rate limit)",
    "401": "is refused: the key was revoked",
    "html_502": "gets a web page instead of an answer",
}
PATTERNS = {
    "POST /v1/checkout/sessions": "The next new payment link",
    "POST /v1/refunds": "The next refund",
    "GET *": "The next question",
    "*": "The next request",
}


class Dashboard:
    """The page for people. Its buttons post to ``control``."""

    def __init__(self, box: Sandbox) -> None:
        self._box = box

    def add_routes(self, router: web.UrlDispatcher) -> None:
        """Hang the page up."""
        router.add_get("/_sandbox/", self.show)
        router.add_get("/_sandbox", self.show)

    async def show(self, request: web.Request) -> web.Response:
        """The newest of everything."""
        box = self._box
        box.tick()
        books = box.books
        return page(
            "dashboard.html",
            merchant=box.world.merchant_name,
            now=_time(box.world.clock.now(), "%d %B %Y, %H:%M:%S UTC"),
            payments=[self._payment(intent) for intent in _newest(books.payment_intents.values())],
            links=[_link(session) for session in _newest(s for s in books.sessions.values() if s["status"] == "open")],
            refunds=[_refund(refund) for refund in _newest(books.refunds.values())],
            disputes=[_dispute(dispute) for dispute in _newest(books.disputes.values())],
            events=[_event(event) for event in _newest(books.events.values())],
            targets=[target.url for target in box.webhook_targets],
            behaviour=box.behaviour,
            troubles=TROUBLES,
            patterns=PATTERNS,
            waiting=box.faults.waiting,
        )

    def _payment(self, intent: Thing) -> Thing:
        books = self._box.books
        charge = books.charges.get(intent["latest_charge"] or "")
        session = books.sessions[books.session_of_intent[intent["id"]]]
        back = refunds.refunded_so_far(self._box.world, charge["id"]) if charge else 0
        disputed = bool(charge and disputes.open_dispute_of(self._box.world, charge["id"]))
        paid = bool(charge and charge["paid"])
        return {
            "id": intent["id"],
            "charge": charge["id"] if charge else "",
            "when": _time(intent["created"]),
            "guest": (session["customer_details"] or {}).get("email") or session["customer_email"] or "",
            "reference": session["client_reference_id"] or session["metadata"].get("booking_id", ""),
            "amount": format_minor(intent["amount"], intent["currency"]),
            "refunded": format_minor(back, intent["currency"]) if back else "",
            "status": "disputed" if disputed else _status(intent, back),
            "method": method_of(charge) if charge else "",
            "can_refund": paid and back < intent["amount"] and not disputed,
            "can_dispute": paid and not disputed and charge is not None and "card" in charge["payment_method_details"],
            "settling": intent["status"] == "processing",
        }


def _newest(things: Iterable[Thing]) -> list[Thing]:
    return list(islice(reversed(list(things)), _ROWS))


def _status(intent: Thing, refunded: int) -> str:
    if refunded >= intent["amount"] and refunded:
        return "refunded"
    words = {"succeeded": "paid", "processing": "settling", "requires_payment_method": "declined"}
    return words.get(intent["status"], str(intent["status"]))


def _link(session: Thing) -> Thing:
    return {
        "id": session["id"],
        "when": _time(session["created"]),
        "guest": session["customer_email"] or "",
        "amount": format_minor(session["amount_total"], session["currency"]),
        "url": session["url"],
        "ends": _time(session["expires_at"]),
    }


def _refund(refund: Thing) -> Thing:
    waits = refund["status"] in ("pending", "requires_action")
    return {
        "id": refund["id"],
        "when": _time(refund["created"]),
        "amount": format_minor(refund["amount"], refund["currency"]),
        "status": refund["status"],
        "why": refund["failure_reason"] or refund["pending_reason"] or "",
        "waits": waits,
        "can_fail": refund["status"] not in refunds.ENDED_BADLY,
    }


def _dispute(dispute: Thing) -> Thing:
    return {
        "id": dispute["id"],
        "when": _time(dispute["created"]),
        "amount": format_minor(dispute["amount"], dispute["currency"]),
        "status": dispute["status"],
        "reason": dispute["reason"],
        "open": dispute["status"] in disputes.OPEN,
    }


def _event(event: Thing) -> Thing:
    return {
        "id": event["id"],
        "when": _time(event["created"]),
        "type": event["type"],
        "about": event["data"]["object"]["id"],
        "pending": event["pending_webhooks"],
    }


def _time(seconds: float, form: str = "%d %b %H:%M") -> str:
    return datetime.fromtimestamp(seconds, UTC).strftime(form)
