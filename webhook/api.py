"""`POST /api/payments/create-session/`: the hotel's front end asks for a booking's payment link (INTERFACE 1)."""

from __future__ import annotations

from functools import partial
from typing import Final

from aiohttp import web

from travello_desk.operations.checkout import checkout
from travello_desk.payments.rules import NOT_AUTHORIZED, NOT_FOUND, Refused
from travello_desk.store import api_status
from webhook.answers import HttpError, json_answer
from webhook.auth import Caller
from webhook.body import read_body, read_json
from webhook.common import Common
from webhook.routing import Route

MOST_ID: Final = 2**63 - 1


def routes(common: Common) -> list[Route]:
    return [Route("/api/payments/create-session", {"POST": partial(create_session, common)}, cors=True)]


async def create_session(common: Common, request: web.Request) -> web.StreamResponse:
    """The booking's open session, made if need be. Who calls is asked first, then what, then whether they may."""
    caller = common.required_caller(request)
    booking_id = read_booking_id(await read_body(request))
    await check_owner(common, caller, booking_id)
    common.limits.check_create(caller)
    actor = f"user {caller.user_id}" if caller.user_id is not None else "staff"
    link = await checkout(common.ctx, booking_id, actor, origin="api")
    key = common.ctx.settings.stripe_publishable_key
    return json_answer(
        {
            "success": True,
            "session_id": link.session_id,
            "session_url": link.session_url,
            "payment_id": link.payment_id,
            "publishable_key": key.value if key else None,
        }
    )


def read_booking_id(body: bytes) -> int:
    """A positive JSON integer and nothing else: no string, no bool, no 15.0 (PAYMENTS 0, D11, D12)."""
    document = read_json(body)
    booking_id = document.get("booking_id") if isinstance(document, dict) else None
    if isinstance(booking_id, bool) or not isinstance(booking_id, int) or not 0 < booking_id <= MOST_ID:
        raise HttpError(400, "booking_id must be a positive integer")
    return booking_id


async def check_owner(common: Common, caller: Caller, booking_id: int) -> None:
    """404 for a booking that is not there, 403 for somebody else's (D5, D9)."""
    owner = await common.ctx.store.peek(lambda tx: api_status.owner(tx, booking_id))
    if owner is None:
        raise Refused(NOT_FOUND)
    if not caller.may_see(owner[0]):
        raise Refused(NOT_AUTHORIZED)
