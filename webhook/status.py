"""`GET /api/payments/booking/{id}/status/`: how a booking's payment stands, at once or when that changes."""

from __future__ import annotations

import asyncio
import time
from functools import partial
from typing import Any, Final

from aiohttp import web

from travello_desk.money import describe_minor, major_number, told_number
from travello_desk.payments.rules import NOT_AUTHORIZED, NOT_FOUND, Refused
from travello_desk.store import api_status
from travello_desk.store.api_status import ApiStatus, Attempt
from travello_desk.store.bookings import canonical_code
from webhook.answers import json_answer
from webhook.common import Common, same
from webhook.routing import Route

MOST_WAIT_SECONDS: Final = 30.0


def routes(common: Common) -> list[Route]:
    return [Route("/api/payments/booking/{id:[0-9]+}/status", {"GET": partial(status, common)}, cors=True)]


async def status(common: Common, request: web.Request) -> web.StreamResponse:
    """The status as it is; with `wait` and `known`, as soon as it differs from that, or when the time is over."""
    booking_id = bounded(request.match_info["id"])
    found = await authorised(common, request, booking_id)
    wait_seconds = wait_of(request.query.get("wait", "")) if request.query_string else 0.0
    known = request.query.get("known") if wait_seconds else None
    if known == found.payment_status and not common.watching.full:
        found = await changed(common, found, wait_seconds)
    return json_answer(document_of(found))


def bounded(digits: str) -> int:
    """The id in the path; more digits than any column holds are no booking's."""
    return int(digits) if len(digits) < 20 else 0


async def authorised(common: Common, request: web.Request, booking_id: int) -> ApiStatus:
    """The booking, if this request may see it. Only a valid token is told that a booking does not exist (D44)."""
    caller = common.tokens.caller(request)
    common.limits.check_status(request, caller)
    found = await common.ctx.store.peek(lambda tx: api_status.load(tx, booking_id))
    if found is None:
        raise Refused(NOT_FOUND if caller else NOT_AUTHORIZED)
    if (caller and caller.may_see(found.user_id)) or (request.query_string and knows(request, found)):
        return found
    raise Refused(NOT_AUTHORIZED)


def knows(request: web.Request, found: ApiStatus) -> bool:
    """Whether the query names something of this booking that cannot be guessed: a session, or the guest's code."""
    session_id = request.query.get("session_id", "")
    if session_id and any(same(session_id, attempt.session_id or "") for attempt in found.attempts):
        return True
    code = canonical_code(request.query.get("guest", ""))
    return bool(code) and not found.code_revoked and same(code, found.guest_code)


def wait_of(text: str) -> float:
    """`wait` in seconds, at most 30. What is no number waits for nothing."""
    return min(float(int(text)), MOST_WAIT_SECONDS) if text.isascii() and text.isdigit() and len(text) < 9 else 0.0


async def changed(common: Common, found: ApiStatus, wait_seconds: float) -> ApiStatus:
    """Wait until the status is another one, at most that long; the booking as it is then."""
    known, booking_id = found.payment_status, found.booking_id
    event = common.watching.enter(booking_id)
    try:
        async with asyncio.timeout(wait_seconds):
            while found.payment_status == known and not common.watching.closed:
                event.clear()
                newest: ApiStatus | None = await common.ctx.store.peek(lambda tx: api_status.load(tx, booking_id))
                found = newest or found
                if found.payment_status == known:
                    await event.wait()
    except TimeoutError:
        pass
    finally:
        common.watching.leave(booking_id, event)
    return found


def document_of(found: ApiStatus) -> dict[str, Any]:
    """The answer's fields. Amounts are major units; `charged_*` is what Stripe charges, which differs from the price
    where the currency fell back; `refunded_amount` is in the booking's currency."""
    leading = found.leading
    return {
        "booking_id": found.booking_id,
        "payment_status": found.payment_status,
        "payment_required": found.method == "ONLINE" and found.status == "PENDING",
        "stripe_session_id": leading.session_id if leading else None,
        "amount": major_number(found.amount_minor, found.currency),
        "currency": found.currency,
        "display": describe_minor(found.amount_minor, found.currency),
        "booking_status": found.status,
        "refunded_amount": major_number(found.refunded_minor, found.currency),
        "charged_amount": charged(leading) if leading else None,
        "charged_currency": leading.currency if leading else None,
        "updated_at": time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(found.updated_at)),
    }


def charged(leading: Attempt) -> int | float | None:
    """What came in, or what is asked; None for money in a currency that nobody can count."""
    minor = leading.received_minor or leading.asked_minor
    return told_number(minor, leading.currency)
