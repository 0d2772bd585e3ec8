"""The sandbox as one object: start it, let guests pay, look into its books. HTTP is ``server``'s."""

from __future__ import annotations

import asyncio
import contextlib
import time
from collections import deque
from collections.abc import Callable, Sequence

from aiohttp import web

from travello_desk.sandbox import disputes, payments, refunds, sessions
from travello_desk.sandbox.access import Access
from travello_desk.sandbox.clock import Clock
from travello_desk.sandbox.control import Control
from travello_desk.sandbox.dashboard import Dashboard
from travello_desk.sandbox.delivery import Delivery, Target
from travello_desk.sandbox.faults import FaultPlan
from travello_desk.sandbox.ids import Ids
from travello_desk.sandbox.pages import PaymentPages
from travello_desk.sandbox.payments import Attempt, Buyer
from travello_desk.sandbox.server import ApiServer, Logged
from travello_desk.sandbox.world import BY_ITSELF, Behaviour, Books, Thing, World

GUEST = Buyer()
_TICK_SECONDS = 0.2
_MOST_BYTES = 1024 * 1024


class Sandbox:
    """A small Stripe. Everything runs in the loop that called ``start``; ``async with`` closes it.

    ``seed`` makes ids repeatable (None: never the same twice); ``clock`` gives unix seconds. With
    ``background=False`` what happens by itself (expiries, settlements) waits for ``tick`` or a request.
    """

    def __init__(
        self,
        *,
        secret_key: str = "sk_test_sandbox",
        publishable_key: str = "pk_test_sandbox",
        webhook_secret: str = "whsec_sandbox",
        clock: Callable[[], float] = time.time,
        country: str = "US",
        supported_currencies: Sequence[str] | None = None,
        merchant_name: str = "Travello Hotel",
        seed: int | None = None,
        control_enabled: bool = True,
        background: bool = True,
    ) -> None:
        livemode = secret_key.startswith(("sk_live_", "rk_live_"))
        self.access = Access(secret_key, publishable_key)
        self.webhook_secret = webhook_secret
        self.control_enabled = control_enabled
        self.world = World(
            clock=Clock(clock),
            ids=Ids(seed, livemode=livemode),
            country=country,
            supported_currencies=tuple(code.lower() for code in supported_currencies or ()),
            livemode=livemode,
            merchant_name=merchant_name,
        )
        self.delivery = Delivery(self.world.clock)
        self.world.on_event = self.delivery.send
        self.faults = FaultPlan()
        self.api = ApiServer(self.world, self.access, self.delivery, self.faults)
        self._background = background
        self._ticker: asyncio.Task[None] | None = None
        self._runner: web.AppRunner | None = None
        self._site: web.TCPSite | None = None
        self._host, self._port = "127.0.0.1", 0

    async def start(self, host: str = "127.0.0.1", port: int = 0) -> None:
        """Listen; port 0 picks a free one. ``base_url`` is known afterwards."""
        app = web.Application(client_max_size=_MOST_BYTES)
        app.router.add_route("*", "/v1/{tail:.*}", self.api.handle)
        PaymentPages(self.world).add_routes(app.router)
        if self.control_enabled:
            Dashboard(self).add_routes(app.router)
            Control(self).add_routes(app.router)
        self._runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.5)
        await self._runner.setup()
        self._host, self._port = host, port
        try:
            await self.listen()
        except OSError:
            await self.close()
            raise
        self.world.public_url = self.world.public_url or self.base_url
        if self._background:
            self._ticker = asyncio.create_task(self._tick_for_ever(), name="sandbox clock")

    async def close(self) -> None:
        """Stop listening and delivering. The books stay readable."""
        self.api.closing.set()
        await self.stop_ticking()
        await self.delivery.close()
        if self._runner is not None:
            await self._runner.cleanup()
            self._runner = None

    async def stop_ticking(self) -> None:
        """From here on nothing happens by itself: what is due waits for ``tick``."""
        ticker, self._ticker = self._ticker, None
        if ticker is not None:
            ticker.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await ticker

    async def __aenter__(self) -> Sandbox:
        await self.start()
        return self

    async def __aexit__(self, *exc: object) -> None:
        await self.close()

    async def stop_listening(self) -> None:
        """Stripe is away: open connections are cut and new ones refused, until ``listen``."""
        if self._site is not None:
            await self._site.stop()
            self._site = None
        server = self._runner.server if self._runner is not None else None
        for connection in server.connections if server is not None else ():
            connection.force_close()

    async def listen(self) -> None:
        """Listen (again) on the same port."""
        assert self._runner is not None, "start() comes first"
        self._site = web.TCPSite(self._runner, self._host, self._port)
        await self._site.start()
        self._port = self._runner.addresses[0][1]

    @property
    def base_url(self) -> str:
        """``http://127.0.0.1:PORT``, without a slash at the end."""
        return f"http://{self._host}:{self._port}"

    async def _tick_for_ever(self) -> None:
        while True:
            await asyncio.sleep(_TICK_SECONDS)
            self.tick()

    def tick(self) -> int:
        """Do what is due by the sandbox clock; returns how many things were."""
        return self.world.schedule.run_due()

    def advance(self, seconds: float) -> int:
        """Push the clock forward, stopping at every moment on the way at which something is due."""
        clock, ran = self.world.clock, 0
        if seconds < 0:
            raise ValueError("the sandbox clock cannot run backwards")
        until = clock.now() + seconds
        while (due_at := self.world.schedule.next_due_at()) is not None and due_at <= until:
            clock.advance(max(0.0, due_at - clock.now()))
            ran += self.tick()
        clock.advance(max(0.0, until - clock.now()))
        return ran

    @property
    def books(self) -> Books:
        """Everything that exists here."""
        return self.world.books

    @property
    def behaviour(self) -> Behaviour:
        """The knobs."""
        return self.world.behaviour

    @property
    def requests(self) -> deque[Logged]:
        """The API requests that came in, oldest first."""
        return self.api.requests

    @property
    def webhook_targets(self) -> list[Target]:
        """Where events go."""
        return self.delivery.targets

    def deliver_to(self, url: str, secret: str | None = None, types: Sequence[str] = ("*",)) -> Target:
        """Send events there from now on, signed with ``secret`` (default: the sandbox's own)."""
        target = Target(self.world.ids.new("endpoint"), url, secret or self.webhook_secret, tuple(types))
        self.delivery.add(target)
        return target

    async def pay(self, session_id: str, card: str = "4242424242424242", buyer: Buyer = GUEST) -> Attempt:
        """A guest pays by card. NotPayableError: the session is over. NotACardError: the number is none."""
        return payments.pay_by_card(self.world, self.books.sessions[session_id], card, buyer)

    async def decline(self, session_id: str) -> Attempt:
        """A guest tries a card that is declined."""
        return await self.pay(session_id, card="4000000000000002")

    async def pay_delayed(self, session_id: str, settles: bool | None = None, buyer: Buyer = GUEST) -> Attempt:
        """A guest pays by bank debit, which settles by itself (True, False) or when told (None)."""
        return payments.pay_by_bank_debit(self.world, self.books.sessions[session_id], buyer, settles)

    async def settle_delayed(self, payment_intent: str, ok: bool = True) -> Thing:
        """The bank debit arrives, or bounces."""
        return payments.settle(self.world, self.books.payment_intents[payment_intent], ok=ok)

    async def expire(self, session_id: str) -> Thing:
        """The session runs out now."""
        return sessions.expire(self.world, self.books.sessions[session_id])

    async def refund_from_dashboard(self, charge_or_pi: str, amount: int | None = None) -> Thing:
        """Somebody refunds in Stripe's dashboard, without our metadata. Minor units; None is all the rest."""
        name = "payment_intent" if charge_or_pi.startswith("pi_") else "charge"
        params: Thing = {name: charge_or_pi} | ({} if amount is None else {"amount": amount})
        return refunds.create(self.world, params, BY_ITSELF)

    async def settle_refund(self, refund_id: str) -> Thing:
        """A pending refund reaches the guest."""
        return refunds.succeed(self.world, self.books.refunds[refund_id])

    async def fail_refund(self, refund_id: str, reason: str = "lost_or_stolen_card") -> Thing:
        """A refund comes back."""
        return refunds.fail(self.world, self.books.refunds[refund_id], reason)

    async def add_balance(self) -> int:
        """Money has come in: refunds that waited for the balance go out. Returns how many."""
        return refunds.release_balance(self.world)

    async def open_dispute(self, charge: str, reason: str = "fraudulent", inquiry: bool = False) -> Thing:
        """The guest's bank disputes the charge, or only asks (``inquiry``)."""
        status = "warning_needs_response" if inquiry else "needs_response"
        return disputes.open_dispute(self.world, self.books.charges[charge], reason=reason, status=status)

    async def answer_dispute(self, dispute_id: str) -> Thing:
        """Evidence was sent: the dispute is under review."""
        return disputes.answer_dispute(self.world, self.books.disputes[dispute_id])

    async def close_dispute(self, dispute_id: str, won: bool = True) -> Thing:
        """The bank decides."""
        return disputes.close_dispute(self.world, self.books.disputes[dispute_id], won=won)
