"""HTTP for /v1: faults, keys, parameters and the idempotency layer, in Stripe's order. What is done is ``api``'s."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Mapping
from dataclasses import dataclass
from email.utils import formatdate
from urllib.parse import unquote

from aiohttp import web

from travello_desk.sandbox import api, errors, expand, forms
from travello_desk.sandbox.access import Access, api_key
from travello_desk.sandbox.answers import Answer, execute, fault_answer, refusal
from travello_desk.sandbox.delivery import Delivery
from travello_desk.sandbox.errors import ApiError
from travello_desk.sandbox.faults import Fault, FaultPlan
from travello_desk.sandbox.idempotency import Keys, Params
from travello_desk.sandbox.params import check_fields
from travello_desk.sandbox.world import API_VERSION, Cause, World

_HARMLESS = Fault("none")


@dataclass(slots=True)
class Logged:
    """One API request as it came in; ``status`` stays None when no whole answer left."""

    method: str
    path: str
    params: Mapping[str, object]
    idempotency_key: str | None
    request_id: str
    status: int | None = None
    replayed: bool = False


@dataclass(frozen=True, slots=True)
class _Exchange:
    """One request on its way through, with the fault it meets (``_HARMLESS`` for none)."""

    request: web.Request
    cause: Cause
    logged: Logged
    fault: Fault


class ApiServer:
    """Answers /v1 requests out of a ``World``. ``requests`` is the log tests count calls in."""

    def __init__(self, world: World, access: Access, delivery: Delivery, faults: FaultPlan) -> None:
        self.requests: deque[Logged] = deque(maxlen=100_000)
        self.keys = Keys(world.clock)
        self.closing = asyncio.Event()
        self._world = world
        self._access = access
        self._delivery = delivery
        self._faults = faults

    async def handle(self, request: web.Request) -> web.StreamResponse:
        """One request, from its fault to its answer."""
        self._world.schedule.run_due()
        text = await _sent(request)
        key = request.headers.get("Idempotency-Key")
        cause = Cause(self._world.ids.new("request"), key)
        logged = Logged(request.method, request.path, {}, key, str(cause.request_id))
        self.requests.append(logged)
        fault = self._faults.take(request.method, request.path) or _HARMLESS
        exchange = _Exchange(request, cause, logged, fault)
        return await self._send(exchange, await self._answer(exchange, text))

    async def _answer(self, exchange: _Exchange, text: str) -> Answer:
        """What Stripe would answer; a fault that strikes before the work stands in for it."""
        fault = exchange.fault
        if not fault.carried_out and not fault.stored:
            early = Answer(0, b"") if fault.kind == "reset" else fault_answer(fault, exchange.cause)
            if early is not None:
                return early
        try:
            return await self._work(exchange, text)
        except ApiError as error:
            return refusal(error, exchange.cause)

    async def _work(self, exchange: _Exchange, text: str) -> Answer:
        request = exchange.request
        found = api.find(request.method, request.path)
        self._access.check(api_key(request.headers.get("Authorization", "")), found[0].permission if found else "")
        _check_version(request.headers.get("Stripe-Version", API_VERSION))
        if found is None:
            raise errors.no_such_url(request.method, request.path)
        endpoint, id_ = found
        sent = forms.pairs(text)
        exchange.logged.params = tree = forms.nested(sent)
        params = check_fields(endpoint.fields, tree)
        expand.check(params.get("expand", []), endpoint.kind, in_list=endpoint.lists)
        call = api.Call(self._world, unquote(id_), params, exchange.cause, self._delivery.targets)
        if endpoint.method == "POST" and exchange.cause.idempotency_key:
            return await self._once(exchange, endpoint, call, tuple(sorted(sent)))
        return await self._execute(exchange, endpoint, call)

    async def _once(self, exchange: _Exchange, endpoint: api.Endpoint, call: api.Call, params: Params) -> Answer:
        """The idempotency layer around one execution."""
        key, request_id = str(exchange.cause.idempotency_key), exchange.logged.request_id
        stored = self.keys.begin(key, exchange.request.path, params, request_id)
        if stored is not None:
            exchange.logged.replayed = True
            headers = {"Idempotent-Replayed": "true", "Original-Request": stored.request_id, "Idempotency-Key": key}
            return Answer(stored.status or 500, stored.body, headers)
        try:
            answer = await self._execute(exchange, endpoint, call)
        except BaseException:  # a cancelled request too: its key must not stay taken
            self.keys.abandon(key)
            raise
        self.keys.finish(key, answer.status, answer.body)
        answer.headers |= {"Idempotency-Key": key, "Original-Request": request_id}
        return answer

    async def _execute(self, exchange: _Exchange, endpoint: api.Endpoint, call: api.Call) -> Answer:
        """The work itself. A stored fault's answer becomes its result, with the work done or not."""
        fault = exchange.fault
        if fault.kind == "stall" and not fault.carried_out:
            await self._stall(fault)
        broken = fault_answer(fault, exchange.cause) if fault.stored else None
        if broken is not None and not fault.carried_out:
            return broken
        answer = execute(endpoint, call)
        return broken or answer

    async def _send(self, exchange: _Exchange, answer: Answer) -> web.StreamResponse:
        """The answer goes out, unless a fault that strikes after the work spoils it."""
        fault, request = exchange.fault, exchange.request
        if fault.kind == "reset":
            return _cut(request)
        if fault.carried_out:
            answer = fault_answer(fault, exchange.cause) or answer
            if fault.kind == "stall":
                await self._stall(fault)
        headers = self._headers(exchange) | answer.headers
        if fault.kind in ("truncate", "stall_body"):
            return await self._send_half(request, answer, headers, fault)
        exchange.logged.status = answer.status
        return web.Response(status=answer.status, body=answer.body, headers=headers)

    async def _send_half(
        self, request: web.Request, answer: Answer, headers: dict[str, str], fault: Fault
    ) -> web.StreamResponse:
        """Promise the whole body, send half of it, then hang or hang up."""
        response = web.StreamResponse(status=answer.status, headers=headers)
        response.content_length = len(answer.body)
        await response.prepare(request)
        await response.write(answer.body[: len(answer.body) // 2])
        if fault.kind == "stall_body":
            await self._stall(fault)
        if request.transport is not None:
            request.transport.close()
        return response

    async def _stall(self, fault: Fault) -> None:
        """Wait as long as the fault says. Closing the sandbox ends it; what waits for its work is not carried out."""
        ends = [event for event in (self.closing, fault.released) if event is not None]
        waits = [asyncio.ensure_future(event.wait()) for event in ends]
        try:
            await asyncio.wait(waits, timeout=fault.seconds, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for wait in waits:
                wait.cancel()
        if self.closing.is_set():
            raise asyncio.CancelledError

    def _headers(self, exchange: _Exchange) -> dict[str, str]:
        return {
            "Content-Type": "application/json",
            "Cache-Control": "no-cache, no-store",
            "Date": formatdate(self._world.clock.seconds(), usegmt=True),
            "Request-Id": exchange.logged.request_id,
            "Stripe-Version": API_VERSION,
        }


async def _sent(request: web.Request) -> str:
    if request.method == "GET":
        return request.rel_url.raw_query_string
    body = await request.read()
    return body.decode("utf-8", "replace")


def _check_version(version: str) -> None:
    """Stripe speaks many versions, the sandbox one: better to say so than to answer in the wrong shape."""
    if version != API_VERSION:
        raise ApiError(f"Sandbox: only API version {API_VERSION} is simulated; the request asks for {version}.")


def _cut(request: web.Request) -> web.Response:
    """Drop the connection without a word."""
    if request.transport is not None:
        request.transport.abort()
    return web.Response(status=500)
