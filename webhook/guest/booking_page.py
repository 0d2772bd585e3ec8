"""`/p/{code}`: the guest's permanent link. GET shows, POST leads to Stripe; nothing here decides about money.

A GET never calls Stripe and changes nothing but a counter: mail scanners open links (D38, D39, D41).
"""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from datetime import date
from typing import Any, Final
from urllib.parse import parse_qs

from aiohttp import web

from travello_desk.operations.checkout import checkout
from travello_desk.operations.errors import StripeFailed
from travello_desk.operations.guest_view import Standing, first_name, standing
from travello_desk.payments.rules import Refused
from travello_desk.store import bookings, ledger
from travello_desk.store.bookings import Booking
from travello_desk.store.tx import Tx
from travello_desk.texts import Language, Ltr
from webhook.answers import HttpError
from webhook.body import read_body
from webhook.common import Common
from webhook.guest.openings import Openings
from webhook.guest.rendering import Rendering, remember_choice, wanted, with_query

MISS_SECONDS: Final = 0.05
"""Every answer to a code that is not good takes this long, whichever way it is not."""
WITH_RECEIPT: Final = frozenset(
    {"paid", "paid_desk", "part_refunded", "refunded", "cancelled_refunded", "cancelled_money", "review"}
)
TONES: Final = {
    **dict.fromkeys(("paid", "paid_desk", "part_refunded"), "good"),
    **dict.fromkeys(("settling", "review"), "wait"),
    **dict.fromkeys(("declined", "limit"), "warn"),
}


@dataclass(frozen=True, slots=True)
class Visit:
    """A booking as its guest may see it: the row, and how its money stands."""

    booking: Booking
    stands: Standing


class BookingPages:
    """The handlers of `/p/{code}` and `/payment-cancel`."""

    def __init__(self, common: Common, rendering: Rendering, openings: Openings) -> None:
        self._common = common
        self._rendering = rendering
        self._openings = openings

    async def show(self, request: web.Request) -> web.Response:
        """GET: the booking and one button. HEAD is not counted as an opening."""
        visit = await self.visit(request, request.match_info["code"])
        if request.method == "GET":
            self._openings.note(visit.booking.id)
        return self.page(request, visit)

    async def pay(self, request: web.Request) -> web.Response:
        """POST: 303 to the open session, found or made. Whatever refuses is a page in a guest's words."""
        code = request.match_info["code"]
        self._common.limits.check_payment(request, bookings.canonical_code(code))
        visit = await self.visit(request, code)
        if not visit.stands.payable:
            return self.page(request, visit)
        shown = read_form(await read_body(request)).get("shown", "")
        if shown and shown != price_of(visit.booking):
            return self.page(request, visit, notice="price")
        try:
            link = await checkout(self._common.ctx, visit.booking.id, "guest", origin="guest")
        except Refused:
            return self.page(request, await self.visit(request, code))
        except StripeFailed as failed:
            status = 503 if failed.retryable else 200
            return self.page(request, visit, "unreachable" if failed.retryable else "off", status=status)
        headers = self._rendering.headers.copy()
        headers["Location"] = link.session_url
        answer = web.Response(status=303, headers=headers)
        remember_choice(request, answer)
        return answer

    async def back(self, request: web.Request) -> web.Response:
        """`/payment-cancel`: the booking again with one sentence; what is no code of ours gets the sentence only."""
        found = await look(self._common, request.query.get("guest", ""))
        self._common.limits.check_page(request)
        if found is None:
            return self._rendering.message(request, wanted(request), "success.cancelled")
        return self.page(request, found, notice="left" if found.stands.payable else "")

    async def visit(self, request: web.Request, code: str) -> Visit:
        """The booking of a code. Malformed, unknown and revoked are one answer, at one pace. Raises HttpError."""
        until = asyncio.get_running_loop().time() + MISS_SECONDS
        self._common.limits.check_page(request, bookings.canonical_code(code))
        found = await look(self._common, code)
        if found is None:
            self._common.limits.count_miss(request)
            await asyncio.sleep(until - asyncio.get_running_loop().time())
            raise HttpError(404, "This link is not valid")
        return found

    def page(
        self, request: web.Request, visit: Visit, state: str = "", *, notice: str = "", status: int = 200
    ) -> web.Response:
        """The page of a booking; `state` speaks instead of the booking's own."""
        booking, stands = visit.booking, visit.stands
        speech = wanted(request, booking.language)
        told = state or stands.state
        query = {"lang": request.query["lang"]} if "lang" in request.query else {}
        return self._rendering.page(
            "booking.html",
            request,
            speech,
            status,
            key=f"state.{told}",
            tone=TONES.get(told, "warn" if state else "plain"),
            notice=notice,
            button=button_of(told, stands),
            action=with_query(f"/p/{booking.guest_code}", query),
            receipt=with_query(f"/p/{booking.guest_code}/receipt", query) if told in WITH_RECEIPT else "",
            shown=price_of(booking),
            **summary(booking, stands, speech),
        )


async def look(common: Common, code: str) -> Visit | None:
    """The booking of a code and its money, in one read; a code that is none is looked up like any other."""

    def work(tx: Tx) -> Visit | None:
        booking = bookings.by_guest_code(tx, code)
        loaded = ledger.load(tx, booking.id) if booking else None
        return Visit(booking, standing(loaded.ledger, loaded.view)) if booking and loaded else None

    return await common.ctx.store.read(work)


def button_of(told: str, stands: Standing) -> str:
    """Which words stand on the button, or none."""
    if told == "unreachable":
        return "try_again"
    if not stands.payable or told == "off":
        return ""
    return "pay_again" if told == "refunded" else "pay"


def price_of(booking: Booking) -> str:
    """What the page shows to be paid; sent back with the button, so that nobody pays a price he has not seen."""
    return f"{booking.amount_minor} {booking.currency}"


def read_form(body: bytes) -> dict[str, str]:
    """The fields of a form; nothing for what is none."""
    try:
        fields = parse_qs(body.decode(), max_num_fields=20)
    except ValueError:
        return {}
    return {name: values[0] for name, values in fields.items()}


def summary(booking: Booking, stands: Standing, speech: Language) -> dict[str, Any]:
    """What a page may show of a booking: first name, days, room, sums. No address, no telephone, no family name."""
    arrival, departure = date.fromisoformat(booking.check_in), date.fromisoformat(booking.check_out)
    rows = [
        ("stay.booking", Ltr(booking.reference)),
        ("stay.arrival", speech.day(arrival)),
        ("stay.departure", speech.day(departure)),
        ("stay.nights", speech.count("stay.nights", max(0, (departure - arrival).days))),
        ("stay.room", booking.room),
    ]
    sums = {name: Ltr(getattr(stands, name)) for name in ("amount", "paid", "refunded", "held", "received")}
    return {"name": first_name(booking.guest_name), "rows": [row for row in rows if row[1]], "sums": sums}
