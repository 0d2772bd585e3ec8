"""`/payment-success`: where Stripe sends the guest back. "Checking", then "paid" by itself; opening it changes nothing.

The webhook is usually faster than the guest. If not, Stripe is asked once about this session (D42). To a session id
alone the page says how the payment stands and nothing else; the booking is shown to its own guest's code (D43).
"""

from __future__ import annotations

import asyncio
import logging
import re
from dataclasses import dataclass
from typing import Any, Final

from aiohttp import web

from travello_desk.operations.errors import NoStripe
from travello_desk.operations.guest_view import Standing, standing
from travello_desk.operations.look_up import look_up_session
from travello_desk.payments.projection import PaymentView
from travello_desk.store import bookings, inbox, ledger
from travello_desk.store.bookings import Booking, canonical_code
from travello_desk.store.errors import StoreError
from travello_desk.store.tx import Tx
from travello_desk.stripe_gateway.errors import GatewayError
from travello_desk.texts import Language
from webhook.common import Common, same
from webhook.guest.booking_page import summary
from webhook.guest.rendering import Rendering, wanted, with_query

log = logging.getLogger(__name__)
SESSION: Final = re.compile(r"cs_[A-Za-z0-9_]{1,250}", re.ASCII)
# What the page says, by the payment's own state.
BY_STATE: Final = {
    "SUCCEEDED": "paid",
    "REFUNDED": "refunded",
    "SETTLING": "settling",
    "EXPIRED": "over",
    "REFUSED": "over",
    "OPEN": "checking",
    "CREATING": "checking",
}
REFRESH_SECONDS: Final = (2, 3, 4, 6, 10, 15, 20)
"""How long a browser without script waits before it looks again; after the last the page stops asking."""
MOST_LOOK_UPS: Final = 4
AGAIN_SECONDS: Final = 20.0
MOST_REMEMBERED: Final = 5000


@dataclass(frozen=True, slots=True)
class Returned:
    """The session's booking, its money, and the payment that the session is."""

    booking: Booking
    stands: Standing
    payment: PaymentView

    @property
    def state(self) -> str:
        """A key of `[success]` in the texts. A declined card leaves its session open: the guest may still be paying."""
        if self.payment.status == "FAILED":
            return "checking" if self.payment.payable else "failed"
        return BY_STATE.get(self.payment.status, "checking")


class LookUps:
    """One direct question to Stripe per session; a failed one may be repeated after a while. Few at a time."""

    def __init__(self, common: Common) -> None:
        self._common = common
        self._asked_at: dict[str, float] = {}
        self._tasks: set[asyncio.Task[None]] = set()

    def ask(self, session_id: str) -> None:
        """Ask beside the request, unless it was asked before or too many are being asked."""
        now = asyncio.get_running_loop().time()
        if now < self._asked_at.get(session_id, 0.0) or len(self._tasks) >= MOST_LOOK_UPS:
            return
        if len(self._asked_at) >= MOST_REMEMBERED:
            self._asked_at.pop(next(iter(self._asked_at)))
        self._asked_at[session_id] = float("inf")
        task = asyncio.create_task(self._ask(session_id), name="look a session up")
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _ask(self, session_id: str) -> None:
        try:
            await look_up_session(self._common.ctx, session_id)
        except (GatewayError, NoStripe, StoreError) as error:
            self._asked_at[session_id] = asyncio.get_running_loop().time() + AGAIN_SECONDS
            log.info("the session of a returning guest could not be looked up: %s", error)


class SuccessPage:
    """The handler of `/payment-success`."""

    def __init__(self, common: Common, rendering: Rendering) -> None:
        self._common = common
        self._rendering = rendering
        self._look_ups = LookUps(common)

    async def show(self, request: web.Request) -> web.Response:
        """GET. Unknown, malformed and unfilled session ids get the neutral page (Stripe's literal template too)."""
        self._common.limits.check_page(request)
        session_id = request.query.get("session_id", "")
        found = await self._find(session_id) if SESSION.fullmatch(session_id) else None
        if found is None:
            if session_id.startswith("cs_"):
                self._common.limits.count_miss(request)
            return self._rendering.message(request, wanted(request), "success.neutral")
        if found.state == "checking":
            self._look_ups.ask(session_id)
        return self._page(request, found, session_id)

    async def _find(self, session_id: str) -> Returned | None:
        def work(tx: Tx) -> Returned | None:
            booking_id = inbox.booking_of_session(tx, session_id)
            booking = bookings.get(tx, booking_id) if booking_id else None
            loaded = ledger.load(tx, booking.id) if booking else None
            if booking is None or loaded is None:
                return None
            mine = [view for view in loaded.view.payments if view.payment.facts.session_id == session_id]
            return Returned(booking, standing(loaded.ledger, loaded.view), mine[0]) if mine else None

        return await self._common.ctx.store.read(work)

    def _page(self, request: web.Request, found: Returned, session_id: str) -> web.Response:
        booking = found.booking
        known = not booking.code_revoked and same(canonical_code(request.query.get("guest", "")), booking.guest_code)
        speech = wanted(request, booking.language)
        round_ = number(request.query.get("n", ""))
        waiting = found.state == "checking"
        over = waiting and round_ >= len(REFRESH_SECONDS)
        kept = {name: request.query[name] for name in ("guest", "session_id", "lang") if name in request.query}
        return self._rendering.page(
            "success.html",
            request,
            speech,
            key="success.long" if over else f"success.{found.state}",
            tone={"paid": "good", "checking": "wait", "settling": "wait"}.get(found.state, "plain"),
            refresh=REFRESH_SECONDS[round_] if waiting and not over else 0,
            again=with_query(request.path, {**kept, "n": str(round_ + 1)}),
            status_address=status_address(booking, session_id) if waiting else "",
            known=booking.payment_status,
            **self._shown(found, speech, known=known),
        )

    def _shown(self, found: Returned, speech: Language, *, known: bool) -> dict[str, Any]:
        """The booking and the way back to it, for the guest who is known by the code."""
        if not known:
            return {"name": "", "rows": [], "sums": {}, "home": "", "receipt": ""}
        home = f"/p/{found.booking.guest_code}"
        receipt = f"{home}/receipt" if found.state in ("paid", "refunded") else ""
        return {**summary(found.booking, found.stands, speech), "home": home, "receipt": receipt}


def status_address(booking: Booking, session_id: str) -> str:
    return with_query(f"/api/payments/booking/{booking.id}/status/", {"session_id": session_id})


def number(text: str) -> int:
    """How often this page has looked already; nonsense is 0."""
    return int(text) if text.isascii() and text.isdigit() and len(text) < 4 else 0
