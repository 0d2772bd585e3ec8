"""Stripe's events: verify, check the shape, store and apply, and only then answer 200. Decides nothing about money.

The hot path of the house. Nothing is logged above debug for an event that went well.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Coroutine
from hashlib import sha256
from typing import Any

from aiohttp import web
from multidict import CIMultiDict

from travello_desk import quick_json
from travello_desk.operations.context import Context
from travello_desk.operations.follow_up import follow_up
from travello_desk.operations.ingest import ingest_event
from travello_desk.operations.ingest_worker import IngestWorker
from travello_desk.operations.webhook_secrets import PROBE, PROVED, remember_use
from travello_desk.payments.events import EventShapeError, StripeEvent, question_of, read_event
from travello_desk.store import inbox
from travello_desk.store.errors import Conflict, StoreError
from webhook import signature
from webhook.answers import JSON_HEADERS, HttpError, json_answer
from webhook.body import read_body
from webhook.rejections import Rejections
from webhook.routing import Route

log = logging.getLogger(__name__)
RECEIVED = b'{"received": true}'
RECEIVED_HEADERS = CIMultiDict(JSON_HEADERS)
SECRET_NOTE_SECONDS = 60
MOST_ANSWERED = 10_000


class StripeEvents:
    """The webhook endpoint. One per application; lives in the loop."""

    def __init__(self, ctx: Context) -> None:
        self._ctx = ctx
        self._names = ctx.settings.stripe_webhook_secrets
        self._secrets = tuple(name.encode() for name in self._names)
        self._noted_at = [0.0] * len(self._secrets)
        self._rejections = Rejections(ctx)
        self._beside: set[asyncio.Task[None]] = set()
        self.worker = IngestWorker(ctx)
        self._answered: dict[bytes, None] = {}

    def routes(self) -> list[Route]:
        return [Route("/api/payments/webhook", {"POST": self.receive})]

    async def receive(self, request: web.Request) -> web.StreamResponse:
        """200 once the event is durable; INTERFACE 1 lists the rest."""
        body = await read_body(request)
        now = self._ctx.clock() + self._ctx.clock_offset_seconds
        if body == PROBE:
            return self._answer_probe(request, now)
        await self._verify(request, body, now)
        digest = sha256(body).digest()
        if digest not in self._answered:
            await self._take(request, body)
            self._remember_answer(digest)
        else:
            self._ctx.store.faults.refuse_damaged()
        self._ctx.health.last_event_at = int(now)
        return web.Response(body=RECEIVED, headers=RECEIVED_HEADERS)

    async def _take(self, request: web.Request, body: bytes) -> None:
        """Make the event durable: in the second writer where many come, or here."""
        taken = await self.worker.take(body)
        if taken is None:
            text, event = await self._read(request, body)
            question = await self._store(event, text)
        else:
            question = taken.question
        if question:
            self._start(follow_up(self._ctx, question))

    def _remember_answer(self, digest: bytes) -> None:
        """The same bytes again mean nothing new: they were durable when the first 200 was given."""
        self._answered[digest] = None
        if len(self._answered) > MOST_ANSWERED:
            del self._answered[next(iter(self._answered))]

    def _answer_probe(self, request: web.Request, now: float) -> web.Response:
        """Doctor asks whether these bytes come through and our secret is the one: counted nowhere, stored nowhere."""
        try:
            signature.verify(PROBE, request.headers.get("Stripe-Signature"), self._secrets, now)
        except signature.BadSignature:
            raise HttpError(400, "Invalid Stripe Signature") from None
        return json_answer({"received": True, "probe": PROVED})

    async def _verify(self, request: web.Request, body: bytes, now: float) -> None:
        """Raise unless one of our secrets signed these bytes (A1 to A16)."""
        health = self._ctx.health
        if not self._secrets:
            health.webhook_secret_missing = True
            raise HttpError(503, "Webhook secret is not configured")
        try:
            place = signature.verify(body, request.headers.get("Stripe-Signature"), self._secrets, now)
        except signature.BadSignature as bad:
            await self._rejections.count(request, bad.reason)
            raise HttpError(400, "Invalid Stripe Signature") from None
        if health.secret_mismatch or now - self._noted_at[place] >= SECRET_NOTE_SECONDS:
            self._note_use(place, now)
        health.refused_in_row = 0

    async def _read(self, request: web.Request, body: bytes) -> tuple[str, StripeEvent]:
        """The body as text and as an event. Signed rubbish is refused like any other (A18 to A21)."""
        try:
            text = body.decode()
            return text, read_event(quick_json.loads(text))
        except EventShapeError as error:
            reason = str(error)
        except (ValueError, RecursionError):
            reason = "the body is not JSON"
        await self._rejections.count(request, reason)
        raise HttpError(400, f"Not a Stripe event: {reason}")

    async def _store(self, event: StripeEvent, text: str) -> str:
        """The question that the event leaves open, or empty."""
        try:
            outcome = await ingest_event(self._ctx, event, text)
        except StoreError as error:
            if isinstance(error, Conflict):
                await self._keep_dead(event, text, error)
            raise
        # A bug of ours must not lose the event: whatever it was, the body is kept and Stripe is told to try again.
        except Exception as error:
            await self._keep_dead(event, text, error)
            raise
        log.debug("%s %s: %s", event.id, event.type, outcome)
        return question_of(event)

    async def _keep_dead(self, event: StripeEvent, text: str, error: Exception) -> None:
        reason = f"{type(error).__name__}: {error}"[:500]
        log.error("event %s (%s) could not be applied: %s", event.id, event.type, reason)
        await self._ctx.store.write(lambda tx: inbox.dead_letter(tx, event.id, reason, text))

    def _note_use(self, place: int, now: float) -> None:
        """Beside the request, at most once a minute for each secret."""
        self._noted_at[place] = now
        self._start(self._remember(place))

    def _start(self, work: Coroutine[Any, Any, None]) -> None:
        """Run something after the answer; the task is held, as asyncio does not hold it."""
        task = asyncio.create_task(work)
        self._beside.add(task)
        task.add_done_callback(self._beside.discard)

    async def close(self) -> None:
        """What is still to be asked after an answer is left to polling and reconcile."""
        for task in self._beside:
            task.cancel()
        await asyncio.gather(*self._beside, return_exceptions=True)
        await self.worker.close()

    async def _remember(self, place: int) -> None:
        try:
            await remember_use(self._ctx, self._names[place])
        except StoreError as error:
            log.info("the use of a webhook secret could not be noted: %s", error)
