"""The guest's payment page: plain forms, no script. What it does to the books is decided in ``payments``."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import jinja2
from aiohttp import web

from travello_desk.money import format_minor
from travello_desk.sandbox import cards, payments
from travello_desk.sandbox.payments import Attempt, Buyer, NotPayableError
from travello_desk.sandbox.world import Thing, World

_FOLDER = Path(__file__).parent / "templates"
_TEMPLATES = jinja2.Environment(loader=jinja2.FileSystemLoader(_FOLDER), autoescape=True, trim_blocks=True)

HEADERS = {
    "Cache-Control": "no-store",
    "Content-Security-Policy": "default-src 'none'; style-src 'self'; base-uri 'none'; frame-ancestors 'none'",
    "Referrer-Policy": "same-origin",  # "no-referrer" would make our own buttons send "Origin: null"
    "X-Content-Type-Options": "nosniff",
}
_EXPIRY = re.compile(r"(0?[1-9]|1[0-2])\s*[/ -]?\s*(\d{2}|20\d{2})")
_VERBS = {"book": "Book for", "donate": "Donate"}

Typed = Mapping[str, str]


def page(template: str, status: int = 200, **values: Any) -> web.Response:
    """A page of ours, never cached, with no way out for scripts."""
    html = _TEMPLATES.get_template(template).render(**values)
    return web.Response(text=html, status=status, content_type="text/html", headers=HEADERS)


@dataclass(frozen=True, slots=True)
class PaymentPages:
    """GET and POST /c/pay/{session}, the receipt and the style sheet."""

    world: World

    def add_routes(self, router: web.UrlDispatcher) -> None:
        """Hang the pages up."""
        router.add_get("/c/pay/{session}", self.show)
        router.add_post("/c/pay/{session}", self.submit)
        router.add_get("/_sandbox/receipts/{charge}", self.receipt)
        router.add_get("/_sandbox/style.css", style)

    async def show(self, request: web.Request) -> web.Response:
        """The form, or how the session ended."""
        session = self._session(request)
        if session is None or session["status"] != "open":
            return self._over(session)
        return self._form(session, {"email": session["customer_email"] or ""}, {})

    async def submit(self, request: web.Request) -> web.Response:
        """Pay, and go where the merchant wants the guest; or say what is wrong. A second submit pays nothing."""
        session = self._session(request)
        typed = await _typed(request)
        if session is None or session["status"] == "expired":
            return self._over(session)
        if session["status"] == "complete":
            return _to_success(session)
        if typed.get("fill") in cards.KNOWN:
            filled = {"card": _grouped(typed["fill"]), "expiry": "12 / 34", "cvc": "123"}
            return self._form(session, {**typed, **filled}, {})
        problems = self._problems(session, typed)
        if problems:
            return self._form(session, typed, problems)
        return self._pay(session, typed)

    def _pay(self, session: Thing, typed: Typed) -> web.Response:
        try:
            attempt = self._attempt(session, typed)
        except NotPayableError:
            return self._over(session)
        except cards.NotACardError as error:
            return self._form(session, typed, {"card": str(error)})
        if attempt.outcome == "declined":
            return self._form(session, typed, {"card": attempt.message or ""}, "The payment did not go through")
        return _to_success(session)

    def _attempt(self, session: Thing, typed: Typed) -> Attempt:
        buyer = Buyer(typed.get("email") or None, typed.get("name") or None)
        method = typed.get("method", "card")
        if method in ("bank_settles", "bank_fails"):
            return payments.pay_by_bank_debit(self.world, session, buyer, settles=method == "bank_settles")
        if session["amount_total"] == 0:
            return payments.pay_by_card(self.world, session, "4242424242424242", buyer)
        return payments.pay_by_card(self.world, session, typed.get("card", ""), buyer)

    def _session(self, request: web.Request) -> Thing | None:
        self.world.schedule.run_due()
        return self.world.books.sessions.get(request.match_info["session"])

    def _problems(self, session: Thing, typed: Typed) -> dict[str, str]:
        """What is wrong with what was typed, by field, in the page's order."""
        problems = {}
        if not re.fullmatch(r"[^@\s]+@[^@\s]+\.[^@\s]+", typed.get("email", "")):
            problems["email"] = "Enter an e-mail address, like you@example.com."
        if typed.get("method", "card") != "card" or session["amount_total"] == 0:
            return problems
        try:
            cards.find(typed.get("card", ""))
        except cards.NotACardError as error:
            problems["card"] = str(error)
        if not self._in_the_future(typed.get("expiry", "")):
            problems["expiry"] = "Enter an expiry date in the future, like 12 / 34."
        if not re.fullmatch(r"[0-9]{3,4}", typed.get("cvc", "")):
            problems["cvc"] = "Enter the security code: 3 or 4 digits; here any will do."
        return problems

    def _in_the_future(self, expiry: str) -> bool:
        match = _EXPIRY.fullmatch(expiry)
        if match is None:
            return False
        today = datetime.fromtimestamp(self.world.clock.now(), UTC)
        return (2000 + int(match[2]) % 100, int(match[1])) >= (today.year, today.month)

    def _form(
        self, session: Thing, typed: Typed, problems: dict[str, str], headline: str = "Please check what you typed"
    ) -> web.Response:
        total = format_minor(session["amount_total"], session["currency"])
        verb = _VERBS.get(session["submit_type"] or "", "Pay")
        free = session["amount_total"] == 0
        custom = session["custom_text"]["submit"] or {}
        return page(
            "pay.html",
            422 if problems else 200,
            action=f"/c/pay/{session['id']}",  # without the fragment, which would follow the guest home
            bank="us_bank_account" in session["payment_method_types"] and not free,
            button="Complete the order" if free else f"{verb} {total}",
            cancel_url=session["cancel_url"],
            cards=[_listed(card) for card in cards.KNOWN.values() if card.shown],
            free=free,
            headline=headline,
            lines=self._lines(session["id"]),
            merchant=self._merchant(session),
            note=custom.get("message"),
            problems=problems,
            seconds=f"{self.world.behaviour.settle_delay_seconds:g}",
            total=total,
            typed=typed,
        )

    def _lines(self, session_id: str) -> list[dict[str, str]]:
        books = self.world.books
        pairs = zip(books.line_items[session_id], books.line_notes[session_id], strict=True)
        return [_line(item, note) for item, note in pairs]

    def _merchant(self, session: Thing) -> str:
        branding = session["branding_settings"] or {}
        return branding.get("display_name") or self.world.merchant_name

    def _over(self, session: Thing | None) -> web.Response:
        """The page of a session that cannot be paid (any more)."""
        merchant = self.world.merchant_name
        if session is None:
            text = ["Check that the whole link was copied, or ask for a new one."]
            return page(
                "message.html", 404, title="There is no such payment", sign="?", mood="calm", text=text, link=None
            )
        if session["status"] == "expired":
            text = ["Nothing was paid. Ask for a new link to pay."]
            where, said = session["cancel_url"], f"Back to {merchant}"
            return page(
                "message.html",
                title="This payment link has expired",
                sign="×",
                mood="bad",
                text=text,
                link=where,
                link_text=said,
            )
        settling = session["payment_status"] == "unpaid"
        title = "Your bank debit is on its way" if settling else "This payment is complete"
        text = [f"{format_minor(session['amount_total'], session['currency'])} to {merchant}. You can close this page."]
        where, said = _success_url(session), f"Back to {merchant}"
        return page("message.html", title=title, sign="✓", mood="good", text=text, link=where, link_text=said)

    async def receipt(self, request: web.Request) -> web.Response:
        """What ``charge.receipt_url`` leads to."""
        charge = self.world.books.charges.get(request.match_info["charge"])
        if charge is None or not charge["paid"]:
            return self._over(None)
        refunded = charge["amount_refunded"]
        return page(
            "receipt.html",
            amount=format_minor(charge["amount"], charge["currency"]),
            charge=charge["id"],
            date=datetime.fromtimestamp(charge["created"], UTC).strftime("%d %B %Y"),
            description=charge["description"],
            merchant=self.world.merchant_name,
            method=method_of(charge),
            refunded=format_minor(refunded, charge["currency"]) if refunded else None,
        )


def method_of(charge: Thing) -> str:
    """``visa ··4242``, ``bank debit ··6789``."""
    details = charge["payment_method_details"]
    inner = details[details["type"]]
    return f"{inner.get('brand', 'bank debit')} ··{inner['last4']}"


async def style(request: web.Request) -> web.Response:
    """The one style sheet."""
    css = (_FOLDER / "style.css").read_text("utf-8")
    return web.Response(text=css, content_type="text/css", headers={"Cache-Control": "max-age=60"})


async def _typed(request: web.Request) -> Typed:
    """The form; a body that is none counts as empty."""
    try:
        return {name: str(value).strip() for name, value in (await request.post()).items()}
    except ValueError:  # bytes that are no UTF-8
        return {}


def _to_success(session: Thing) -> web.Response:
    return web.Response(status=303, headers={"Location": _success_url(session), "Cache-Control": "no-store"})


def _success_url(session: Thing) -> str:
    """Stripe fills the template in here and nowhere else: the cancel URL keeps its braces."""
    url: str = session["success_url"]
    return url.replace("{CHECKOUT_SESSION_ID}", session["id"])


def _line(item: Thing, note: str) -> dict[str, str]:
    each = format_minor(item["price"]["unit_amount"], item["currency"])
    times = f"{item['quantity']} × {each}" if item["quantity"] > 1 else ""
    total = format_minor(item["amount_total"], item["currency"])
    return {"name": item["description"], "note": note, "times": times, "amount": total}


def _listed(card: cards.Card) -> dict[str, str]:
    return {"number": _grouped(card.number), "value": card.number, "does": card.does}


def _grouped(number: str) -> str:
    return " ".join(number[place : place + 4] for place in range(0, len(number), 4))
