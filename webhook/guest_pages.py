"""The guests' pages: the permanent pay link, and where Stripe sends the guest back. No script, no third party.

A GET never calls Stripe and never changes a state (mail scanners open links, D39); the success page may ask Stripe
once about a session of ours that is not settled yet (D42). Nobody's data is shown to a session id alone (D43).
"""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path
from typing import Any, Final

from aiohttp import web
from multidict import CIMultiDict

from travello_desk.operations.checkout import checkout
from travello_desk.operations.errors import NoStripe, StripeFailed
from travello_desk.operations.guest_view import first_name, standing
from travello_desk.operations.look_up import look_up_session
from travello_desk.payments.rules import Refused
from travello_desk.store import bookings, inbox, ledger
from travello_desk.store.bookings import Booking
from travello_desk.store.tx import Tx
from travello_desk.stripe_gateway.errors import GatewayError
from webhook.answers import SECURITY_HEADERS, HttpError
from webhook.common import Common
from webhook.routing import Route

HERE: Final = Path(__file__).parent
PAGE_HEADERS: Final = CIMultiDict(
    {**SECURITY_HEADERS, "Content-Security-Policy": "default-src 'none'; style-src 'self'; frame-ancestors 'none'"}
)
LOOKED_UP_LIMIT: Final = 1000
# What the guest reads, by the word of operations/guest_view.py.
SENTENCES: Final = {
    "payable": "You can pay for your stay here. The payment page is Stripe's; we never see your card number.",
    "declined": "Your bank declined the last try. Nothing was charged; you can try again or use another card.",
    "refunded": "Your earlier payment was refunded. You can pay again here.",
    "paid": "Your stay is paid. Thank you. There is nothing more to do.",
    "paid_desk": "Your stay is paid at the hotel's desk. Thank you. There is nothing more to do.",
    "part_refunded": "Your stay is paid, and a part was refunded to you.",
    "settling": "Your bank payment is on its way. It can take some days; please do not pay a second time.",
    "arrival": "You pay at the hotel when you arrive. There is nothing to do here.",
    "cancelled": "This booking is cancelled. Nothing can be paid here.",
    "cancelled_money": "This booking is cancelled. The hotel will be in touch about the money you paid.",
    "cancelled_refunded": "This booking is cancelled, and your payment was refunded.",
    "review": "We have received a payment and are checking it. Please do not pay a second time.",
    "limit": "This amount cannot be paid online. Please ask the hotel's desk.",
}


@lru_cache(maxsize=1)
def template() -> Any:
    """The one page all of these are; autoescape is on."""
    from jinja2 import Environment, FileSystemLoader

    return Environment(loader=FileSystemLoader(HERE / "templates"), autoescape=True).get_template("guest.html")


@dataclass(slots=True)
class GuestPages:
    """Handlers for one house."""

    common: Common
    looked_up: dict[str, None] = field(default_factory=dict)

    async def show(self, request: web.Request) -> web.Response:
        """GET /p/{code}"""
        booking = await self.booking_of(request.match_info["code"])
        await self.common.ctx.store.write(lambda tx: bookings.count_opening(tx, booking.id))
        return await self.page(booking)

    async def pay(self, request: web.Request) -> web.Response:
        """POST /p/{code}: find or create the session, 303 to Stripe. Whatever refuses is a page, not an error."""
        booking = await self.booking_of(request.match_info["code"])
        try:
            link = await checkout(self.common.ctx, booking.id, "guest", "guest")
        except Refused:
            return await self.page(booking)
        except NoStripe:
            return await self.page(booking, "Online payment is not available right now. Please ask the hotel's desk.")
        except StripeFailed:
            late = "The payment page could not be reached. Nothing was charged. Please try again in a minute."
            return await self.page(booking, late, status=503)
        headers = PAGE_HEADERS.copy()
        headers["Location"] = link.session_url
        return web.Response(status=303, headers=headers)

    async def success(self, request: web.Request) -> web.Response:
        """GET /payment-success: "checking" until the webhook or one direct look-up has confirmed."""
        session_id = request.query.get("session_id", "")
        booking_id = await self.common.ctx.store.read(lambda tx: inbox.booking_of_session(tx, session_id))
        if booking_id is None:
            return self.render("Thank you", "If you have just paid, the hotel will confirm your payment shortly.")
        if await self.is_open(booking_id) and session_id not in self.looked_up:
            await self.look_once(session_id)
        booking = await self.found(booking_id)
        if booking.status == "PAID":
            return self.render("Paid", "Your payment has arrived. Thank you, your stay is paid.", good=True)
        waiting = "We are checking your payment with the bank. This page looks again by itself."
        return self.render("Checking your payment", waiting, refresh=3)

    async def cancelled(self, request: web.Request) -> web.Response:
        """GET /payment-cancel?guest=CODE: back to the pay page; the literal template of Stripe's is tolerated."""
        code = bookings.canonical_code(request.query.get("guest", ""))
        link = f"/p/{code}" if code else ""
        return self.render("Not paid", "Nothing was charged. You can pay later with the same link.", again=link)

    async def look_once(self, session_id: str) -> None:
        """One question to Stripe per session; its failure changes nothing for the guest."""
        if len(self.looked_up) >= LOOKED_UP_LIMIT:
            self.looked_up.pop(next(iter(self.looked_up)))
        self.looked_up[session_id] = None
        try:
            await look_up_session(self.common.ctx, session_id)
        except (GatewayError, NoStripe):
            return

    async def is_open(self, booking_id: int) -> bool:
        return (await self.found(booking_id)).status == "PENDING"

    async def found(self, booking_id: int) -> Booking:
        booking = await self.common.ctx.store.read(lambda tx: bookings.get(tx, booking_id))
        if booking is None:
            raise HttpError(404, "Not found")
        return booking

    async def booking_of(self, code: str) -> Booking:
        """Unknown, malformed and revoked codes are one and the same answer."""
        booking = await self.common.ctx.store.read(lambda tx: bookings.by_guest_code(tx, code))
        if booking is None:
            raise HttpError(404, "This link is not valid. Please ask the hotel for a new one.")
        return booking

    async def page(self, booking: Booking, problem: str = "", status: int = 200) -> web.Response:
        """The booking as its guest sees it: first name, stay, room, amount, one button. No address, no phone."""

        def look(tx: Tx) -> Any:
            loaded = ledger.load(tx, booking.id)
            return standing(loaded.ledger, loaded.view) if loaded else None

        stands = await self.common.ctx.store.read(look)
        return self.render(
            f"Booking {booking.reference}",
            problem or SENTENCES.get(stands.state, ""),
            good=stands.state in ("paid", "paid_desk"),
            booking=booking,
            name=first_name(booking.guest_name),
            stands=stands,
            status=status,
        )

    def render(self, title: str, sentence: str, *, status: int = 200, **more: Any) -> web.Response:
        settings = self.common.ctx.settings
        text = template().render(title=title, sentence=sentence, hotel=settings.hotel_name, mode=settings.mode, **more)
        return web.Response(
            body=text.encode(), status=status, content_type="text/html", charset="utf-8", headers=PAGE_HEADERS
        )

    def error(self, error: HttpError) -> web.Response:
        """An error as a page in a guest's words."""
        known = {405: "This page cannot do that.", 503: "Please try again in a minute. Nothing was charged."}
        sentence = known.get(error.status, error.text if error.status < 500 else "Something went wrong at our end.")
        answer = self.render("Sorry", sentence, status=error.status)
        answer.headers.update(error.headers)
        return answer


async def style(request: web.Request) -> web.Response:
    """The pages' one style sheet."""
    return web.Response(
        body=(HERE / "static" / "guest.css").read_bytes(), content_type="text/css", headers=SECURITY_HEADERS
    )


def routes(common: Common) -> list[Route]:
    """The guests' part of the listener."""
    pages = GuestPages(common)
    return [
        Route("/p/{code}", {"GET": pages.show, "POST": pages.pay}, render=pages.error),
        Route("/payment-success", {"GET": pages.success}, render=pages.error),
        Route("/payment-cancel", {"GET": pages.cancelled}, render=pages.error),
        Route("/static/guest.css", {"GET": style}),
    ]
