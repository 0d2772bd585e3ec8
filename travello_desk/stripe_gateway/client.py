"""The gateway: what this program asks of Stripe, one method each. Plain dicts out, GatewayError only.

Decides nothing: knows no booking, keeps no state, tries again only within one call. Imports no stripe at the top.
"""

import uuid
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from functools import partial
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from travello_desk.secrets_form import KeyMode, parse_secret_key
from travello_desk.stripe_gateway.calls import Caller, Exchange
from travello_desk.stripe_gateway.connection import Connection
from travello_desk.stripe_gateway.errors import BadAnswer, Busy, Forbidden, Rejected, Unauthorised
from travello_desk.stripe_gateway.paging import Fetch, newest_first, oldest_first
from travello_desk.stripe_gateway.shapes import (
    checked_id,
    checked_key,
    checked_params,
    plain_list,
    plain_object,
)

if TYPE_CHECKING:
    from stripe._v1_services import V1Services

SendPage = Callable[["V1Services", Any], Awaitable[Any]]

MOST_EVENT_TYPES = 20  # what Stripe takes in one `types` filter

_session = partial(plain_object, name="checkout.session")
_refund = partial(plain_object, name="refund")
_payment_intent = partial(plain_object, name="payment_intent")
_charge = partial(plain_object, name="charge")
_dispute = partial(plain_object, name="dispute")
_event = partial(plain_object, name="event")
_account = partial(plain_object, name="account")
_country_spec = partial(plain_object, name="country_spec")


class Gateway:
    """Stripe under one secret key. Amounts are minor units, instants unix seconds, as on Stripe's API.

    Every method raises GatewayError, and within `timeout_seconds` for each request it makes. A call that acts takes
    the idempotency key under which it may be repeated.
    """

    def __init__(
        self,
        secret_key: str,
        *,
        api_base: str | None = None,
        timeout_seconds: float = 10.0,
        pause_seconds: float = 0.5,
    ) -> None:
        """`api_base`: STRIPE_API_BASE as settings gives it. `pause_seconds`: before the one retry.

        ValueError: no secret key, or no address; never with the key in it. Needs no event loop and opens nothing.
        """
        key = parse_secret_key(secret_key.strip())
        self.livemode = key.mode is KeyMode.LIVE
        base = api_base.rstrip("/") if api_base else None
        _ = urlsplit(base or "").port  # fails on what is no address
        self._line = Connection(key.value, base, Caller(timeout_seconds, pause_seconds))

    async def warm_up(self) -> None:
        """Loads the SDK now rather than at the first call, without holding up the event loop."""
        await self._line.open()

    async def close(self) -> None:
        """Ends every connection. The gateway is of no use afterwards."""
        await self._line.close()

    # Checkout sessions

    async def create_session(self, params: Mapping[str, object], idempotency_key: str) -> dict[str, Any]:
        sent: Any = checked_params(params)
        options: Any = {"idempotency_key": checked_key(idempotency_key)}
        return await self._line.write(lambda v1: v1.checkout.sessions.create_async(sent, options), _session)

    async def retrieve_session(self, session_id: str) -> dict[str, Any]:
        """The session, its payment intent and that one's latest charge expanded."""
        session_id = checked_id(session_id)
        expand: Any = {"expand": ["payment_intent.latest_charge"]}
        return await self._line.read(lambda v1: v1.checkout.sessions.retrieve_async(session_id, expand), _session)

    async def expire_session(self, session_id: str) -> dict[str, Any]:
        """The session after it was switched off. Rejected when it was not open: is_already_complete/_expired."""
        session_id = checked_id(session_id)
        options: Any = {"idempotency_key": f"expire-{uuid.uuid4()}"}
        return await self._line.write(lambda v1: v1.checkout.sessions.expire_async(session_id, None, options), _session)

    async def list_sessions(
        self, *, created_gte: int | None = None, payment_intent: str | None = None
    ) -> list[dict[str, Any]]:
        """All of them, newest first."""
        filters = _filters(created_gte=created_gte, payment_intent=payment_intent)
        return await self._list(lambda v1, page: v1.checkout.sessions.list_async(page), filters)

    # Refunds

    async def create_refund(self, params: Mapping[str, object], idempotency_key: str) -> dict[str, Any]:
        sent: Any = checked_params(params)
        options: Any = {"idempotency_key": checked_key(idempotency_key)}
        return await self._line.write(lambda v1: v1.refunds.create_async(sent, options), _refund)

    async def retrieve_refund(self, refund_id: str) -> dict[str, Any]:
        refund_id = checked_id(refund_id)
        return await self._line.read(lambda v1: v1.refunds.retrieve_async(refund_id), _refund)

    async def list_refunds(
        self, *, payment_intent: str | None = None, created_gte: int | None = None
    ) -> list[dict[str, Any]]:
        """All of them, newest first."""
        filters = _filters(created_gte=created_gte, payment_intent=payment_intent)
        return await self._list(lambda v1, page: v1.refunds.list_async(page), filters)

    # Look-ups

    async def retrieve_payment_intent(self, payment_intent_id: str) -> dict[str, Any]:
        """The payment intent, its latest charge expanded."""
        payment_intent_id = checked_id(payment_intent_id)
        expand: Any = {"expand": ["latest_charge"]}
        return await self._line.read(
            lambda v1: v1.payment_intents.retrieve_async(payment_intent_id, expand), _payment_intent
        )

    async def retrieve_charge(self, charge_id: str) -> dict[str, Any]:
        charge_id = checked_id(charge_id)
        return await self._line.read(lambda v1: v1.charges.retrieve_async(charge_id), _charge)

    async def retrieve_dispute(self, dispute_id: str) -> dict[str, Any]:
        dispute_id = checked_id(dispute_id)
        return await self._line.read(lambda v1: v1.disputes.retrieve_async(dispute_id), _dispute)

    async def list_disputes(
        self, *, payment_intent: str | None = None, created_gte: int | None = None
    ) -> list[dict[str, Any]]:
        """All of them, newest first."""
        filters = _filters(created_gte=created_gte, payment_intent=payment_intent)
        return await self._list(lambda v1, page: v1.disputes.list_async(page), filters)

    # Events

    def list_events(
        self, *, types: Sequence[str], created_gte: int | None = None, ending_before: str | None = None
    ) -> AsyncIterator[dict[str, Any]]:
        """Events of these types (at most 20), OLDEST FIRST; only those after the event `ending_before`, if given.

        Stripe keeps them 30 days. Rejected with is_missing: it no longer knows the event of the cursor.
        """
        if not 1 <= len(types) <= MOST_EVENT_TYPES:
            raise ValueError(f"Stripe filters by 1 to {MOST_EVENT_TYPES} event types, not {len(types)}")
        filters = {**_filters(created_gte=created_gte), "types": list(types)}
        return oldest_first(self._pages(lambda v1, page: v1.events.list_async(page)), filters, ending_before)

    async def retrieve_event(self, event_id: str) -> dict[str, Any]:
        event_id = checked_id(event_id)
        return await self._line.read(lambda v1: v1.events.retrieve_async(event_id), _event)

    # The account and Stripe itself

    async def account(self) -> dict[str, Any]:
        """The account that the key belongs to."""
        return await self._line.read(lambda v1: v1.accounts.retrieve_current_async(), _account)

    async def country_spec(self, country: str) -> dict[str, Any]:
        """What Stripe offers in a country ("US"): `supported_payment_currencies` in lower case (PAYMENTS 2.5)."""
        country = checked_id(country)
        return await self._line.read(lambda v1: v1.country_specs.retrieve_async(country), _country_spec)

    async def webhook_endpoints(self) -> list[dict[str, Any]]:
        """Where Stripe delivers events of this account and mode; never with their secrets."""
        return await self._list(lambda v1, page: v1.webhook_endpoints.list_async(page), {})

    async def server_time(self) -> tuple[int, float]:
        """Stripe's clock in unix seconds (whole ones) and the seconds it took to hear it.

        Every answer of Stripe's tells it, so a key that may not read the account serves as well.
        """
        exchange = Exchange(writes=False)
        try:
            await self._line.read(lambda v1: v1.accounts.retrieve_current_async(), _account, exchange)
        except (Unauthorised, Forbidden, Rejected, Busy):
            if exchange.server_at is None:
                raise
        if exchange.server_at is None or exchange.latency_seconds is None:
            raise BadAnswer("Stripe did not say what time it is", outcome_known=True)
        return exchange.server_at, exchange.latency_seconds

    async def _list(self, send: SendPage, filters: Mapping[str, Any]) -> list[dict[str, Any]]:
        return [item async for item in newest_first(self._pages(send), filters)]

    def _pages(self, send: SendPage) -> Fetch:
        async def fetch(params: Mapping[str, Any]) -> dict[str, Any]:
            return await self._line.read(lambda v1: send(v1, dict(params)), plain_list)

        return fetch


def _filters(*, created_gte: int | None, payment_intent: str | None = None) -> dict[str, Any]:
    filters: dict[str, Any] = {}
    if created_gte is not None:
        filters["created"] = {"gte": created_gte}
    if payment_intent is not None:
        filters["payment_intent"] = payment_intent
    return filters
