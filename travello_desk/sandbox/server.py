"""HTTP for /v1: keys, parameters, the idempotency layer and the planned faults, in Stripe's order."""

from __future__ import annotations

import asyncio
import base64
import binascii
import json
from collections import deque
from collections.abc import Mapping
from dataclasses import dataclass, field
from email.utils import formatdate
from urllib.parse import unquote

from aiohttp import web

from travello_desk.sandbox import api, errors, expand, forms
from travello_desk.sandbox.delivery import Delivery
from travello_desk.sandbox.errors import ApiError
from travello_desk.sandbox.faults import Fault, FaultPlan
from travello_desk.sandbox.idempotency import Keys
from travello_desk.sandbox.params import check_fields
from travello_desk.sandbox.world import API_VERSION, Cause, Thing, World

_MOST_BYTES = 1024 * 1024
_HTML = "<html><head><title>{title}</title></head><body><center><h1>{title}</h1></center></body></html>"
_HTML_STATUS = {
    "html_200": (200, "Welcome"),
    "html_500": (500, "Server Error"),
    "html_502": (502, "Bad Gateway"),
}


@dataclass(slots=True)
class Logged:
    """One API request as it came in; ``status`` stays None when the answer never left."""

    method: str
    path: str
    params: Mapping[str, object]
    idempotency_key: str | None
    request_id: str
    status: int | None = None
    replayed: bool = False


@dataclass(slots=True)
class Access:
    """Who may call. ``restricted``: key -> permissions it lacks (PAYMENTS D19, C30)."""

    secret_key: str
    publishable_key: str
    restricted: dict[str, frozenset[str]] = field(default_factory=dict)

    def check(self, key: str | None, permission: str) -> None:
        """Refuse what Stripe refuses: no key, a publishable one, a wrong one, one without the right."""
        if not key:
            raise errors.no_key()
        if key == self.publishable_key:
            raise errors.publishable_key()
        if key != self.secret_key and key not in self.restricted:
            raise errors.bad_key(key)
        if permission in self.restricted.get(key, frozenset()):
            raise errors.lacks_permission(key, permission)


@dataclass(slots=True)
class _Answer:
    status: int
    body: bytes
    headers: dict[str, str] = field(default_factory=dict)


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
        """One request: fault, key, parameters, idempotency, execution, answer."""
        self._world.schedule.run_due()
        text = await self._sent(request)
        cause = Cause(self._world.ids.new("request"), request.headers.get("Idempotency-Key"))
        logged = Logged(request.method, request.path, {}, cause.idempotency_key, cause.request_id or "")
        self.requests.append(logged)
        fault = self._faults.take(request.method, request.path)
        answer = await self._answer(request, text, cause, logged, fault)
        return await self._send(request, answer, cause, logged, fault)

    async def _sent(self, request: web.Request) -> str:
        if request.method == "GET":
            return request.rel_url.raw_query_string
        body = await request.read()
        return body.decode("utf-8", "replace")

    async def _answer(
        self, request: web.Request, text: str, cause: Cause, logged: Logged, fault: Fault | None
    ) -> _Answer:
        """What Stripe would answer; a fault before the work stands in for it."""
        early = None if fault is None or fault.carried_out or fault.stored else _fault_answer(fault, cause)
        if early is not None:
            return early
        if fault is not None and fault.kind == "reset" and not fault.carried_out:
            return _Answer(0, b"")
        try:
            return await self._work(request, text, cause, logged, fault)
        except ApiError as error:
            return _refusal(error, cause)

    async def _work(
        self, request: web.Request, text: str, cause: Cause, logged: Logged, fault: Fault | None
    ) -> _Answer:
        found = api.find(request.method, request.path)
        self._access.check(_api_key(request.headers.get("Authorization", "")), found[0].permission if found else "")
        if found is None:
            raise errors.no_such_url(request.method, request.path)
        endpoint, id_ = found
        logged.params = tree = forms.decode(text)
        params = check_fields(endpoint.fields, tree)
        expand.check(params.get("expand", []), endpoint.kind, in_list=endpoint.lists)
        call = api.Call(self._world, unquote(id_), params, cause, self._delivery.targets)
        if endpoint.method == "POST" and cause.idempotency_key:
            return await self._once(endpoint, call, request.path, forms.flat(text), logged, fault)
        await self._stall(fault, before=True)
        return _execute(endpoint, call)

    async def _once(
        self,
        endpoint: api.Endpoint,
        call: api.Call,
        path: str,
        params: tuple[tuple[str, str], ...],
        logged: Logged,
        fault: Fault | None,
    ) -> _Answer:
        """The idempotency layer around one execution."""
        key, request_id = call.cause.idempotency_key or "", call.cause.request_id or ""
        stored = self.keys.begin(key, path, params, request_id)
        if stored is not None:
            logged.replayed = True
            replay = {
                "Idempotent-Replayed": "true",
                "Original-Request": stored.request_id,
                "Idempotency-Key": key,
            }
            return _Answer(stored.status or 500, stored.body, replay)
        try:
            await self._stall(fault, before=True)
        except asyncio.CancelledError:
            self.keys.abandon(key)
            raise
        answer = self._execute_or_break(endpoint, call, fault)
        self.keys.finish(key, answer.status, answer.body)
        answer.headers |= {"Idempotency-Key": key, "Original-Request": request_id}
        return answer

    def _execute_or_break(self, endpoint: api.Endpoint, call: api.Call, fault: Fault | None) -> _Answer:
        breaks = _fault_answer(fault, call.cause) if fault is not None and fault.stored else None
        if breaks is not None and fault is not None and not fault.carried_out:
            return breaks
        answer = _execute(endpoint, call)
        return breaks or answer

    async def _stall(self, fault: Fault | None, *, before: bool) -> None:
        """Wait as long as the fault says. Closing the sandbox ends it; what waited is not carried out."""
        if fault is None or fault.kind != "stall" or fault.carried_out is before:
            return
        try:
            await asyncio.wait_for(self.closing.wait(), fault.seconds)
        except TimeoutError:
            return
        raise asyncio.CancelledError

    async def _send(
        self, request: web.Request, answer: _Answer, cause: Cause, logged: Logged, fault: Fault | None
    ) -> web.StreamResponse:
        if fault is not None and fault.carried_out:
            answer = _fault_answer(fault, cause) or answer
        await self._stall(fault, before=False)
        if fault is not None and fault.kind == "reset":
            return _cut(request)
        headers = self._headers(cause) | answer.headers
        if fault is not None and fault.kind in ("truncate", "stall_body"):
            return await self._send_half(request, answer, headers, fault)
        logged.status = answer.status
        return web.Response(status=answer.status, body=answer.body, headers=headers)

    async def _send_half(
        self, request: web.Request, answer: _Answer, headers: dict[str, str], fault: Fault
    ) -> web.StreamResponse:
        """Promise the whole body, send half of it, then hang or hang up."""
        response = web.StreamResponse(status=answer.status, headers=headers)
        response.content_length = len(answer.body)
        await response.prepare(request)
        await response.write(answer.body[: len(answer.body) // 2])
        if fault.kind == "stall_body":
            await self._stall(Fault("stall", seconds=fault.seconds), before=True)
        if request.transport is not None:
            request.transport.close()
        return response

    def _headers(self, cause: Cause) -> dict[str, str]:
        return {
            "Content-Type": "application/json",
            "Cache-Control": "no-cache, no-store",
            "Date": formatdate(self._world.clock.seconds(), usegmt=True),
            "Request-Id": cause.request_id or "",
            "Stripe-Version": API_VERSION,
        }


def _execute(endpoint: api.Endpoint, call: api.Call) -> _Answer:
    """Run it; a refusal made during execution is a result like any other (and is stored under the key)."""
    try:
        thing = endpoint.run(call)
        if "expand" in call.params:
            thing = expand.expanded(call.world, thing, call.params["expand"])
        return _Answer(200, _json(thing))
    except ApiError as error:
        return _refusal(error, call.cause)


def _refusal(error: ApiError, cause: Cause) -> _Answer:
    headers = {"WWW-Authenticate": 'Basic realm="Stripe"'} if error.status == 401 else {}
    return _Answer(error.status, _json(error.body(cause.request_id or "")), headers)


def _json(thing: Thing) -> bytes:
    return json.dumps(thing, ensure_ascii=False).encode()


def _fault_answer(fault: Fault, cause: Cause) -> _Answer | None:
    """The answer a fault gives in place of the real one; None when it spoils the connection instead."""
    if fault.kind in _HTML_STATUS:
        status, title = _HTML_STATUS[fault.kind]
        return _Answer(status, _HTML.format(title=title).encode(), {"Content-Type": "text/html"})
    made = {
        "401": lambda: errors.bad_key("sk_test_revoked_key"),
        "403": lambda: errors.lacks_permission("rk_test_restricted", "rak_charge_write"),
        "409": lambda: errors.key_in_use(cause.idempotency_key or ""),
        "429": errors.too_many,
        "lock_timeout": errors.locked,
        "500": errors.stripe_broke,
    }.get(fault.kind)
    return _refusal(made(), cause) if made is not None else None


def _cut(request: web.Request) -> web.Response:
    """Drop the connection without a word."""
    if request.transport is not None:
        request.transport.abort()
    return web.Response(status=500)


def _api_key(header: str) -> str | None:
    """The key of a Bearer or Basic header (Stripe takes it as the user name, with no password)."""
    scheme, _, value = header.partition(" ")
    if scheme.lower() == "bearer":
        return value.strip()
    if scheme.lower() == "basic":
        try:
            return base64.b64decode(value, validate=True).decode().partition(":")[0]
        except (binascii.Error, UnicodeDecodeError):
            return None
    return None
