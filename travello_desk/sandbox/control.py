"""Everything a test can do in process, over HTTP under /_sandbox/: POST {action} with JSON or a form, answers JSON."""

from __future__ import annotations

import json
import random
from collections.abc import Awaitable, Callable
from dataclasses import asdict, replace
from typing import TYPE_CHECKING, Any, TypeAlias

from aiohttp import web

from travello_desk.money import parse_major
from travello_desk.sandbox import faults, ledger
from travello_desk.sandbox.arguments import Arguments, ControlError
from travello_desk.sandbox.cards import NotACardError
from travello_desk.sandbox.chaos import Chaos
from travello_desk.sandbox.errors import ApiError
from travello_desk.sandbox.pages import page
from travello_desk.sandbox.payments import Attempt, Buyer, NotPayableError

if TYPE_CHECKING:
    from travello_desk.sandbox.sandbox import Sandbox

Action: TypeAlias = "Callable[[Sandbox, Arguments], Awaitable[Any]]"


def _buyer(sent: Arguments) -> Buyer:
    currency = sent.maybe("presentment_currency")
    seen = (currency, sent.integer("presentment_amount")) if currency is not None else None
    return Buyer(sent.maybe("email"), sent.text("name", "Test Guest"), seen)


def _attempt(attempt: Attempt) -> Any:
    return {"outcome": attempt.outcome, "message": attempt.message, "session": attempt.session}


async def _pay(box: Sandbox, sent: Arguments) -> Any:
    card = sent.text("card", "4242424242424242")
    return _attempt(await box.pay(sent.text("session"), card, _buyer(sent)))


async def _decline(box: Sandbox, sent: Arguments) -> Any:
    return _attempt(await box.decline(sent.text("session")))


async def _pay_delayed(box: Sandbox, sent: Arguments) -> Any:
    settles = sent.flag("settles") if sent.maybe("settles") is not None else None
    return _attempt(await box.pay_delayed(sent.text("session"), settles, _buyer(sent)))


async def _settle_delayed(box: Sandbox, sent: Arguments) -> Any:
    return await box.settle_delayed(sent.text("payment_intent"), ok=sent.flag("ok", True))


async def _expire(box: Sandbox, sent: Arguments) -> Any:
    return await box.expire(sent.text("session"))


async def _advance(box: Sandbox, sent: Arguments) -> Any:
    return {"ran": box.advance(sent.number("seconds")), "now": box.world.clock.now()}


async def _refund(box: Sandbox, sent: Arguments) -> Any:
    """Of a charge or payment_intent: ``amount`` in minor units, or ``major`` as a person types it, or all."""
    of = sent.maybe("payment_intent") or sent.text("charge")
    amount = sent.integer("amount") if sent.maybe("amount") is not None else None
    typed = sent.maybe("major")
    if typed is not None:
        charge = box.books.charges.get(of) or box.books.payment_intents[of]
        amount = parse_major(typed, charge["currency"])
    return await box.refund_from_dashboard(of, amount)


async def _settle_refund(box: Sandbox, sent: Arguments) -> Any:
    return await box.settle_refund(sent.text("refund"))


async def _fail_refund(box: Sandbox, sent: Arguments) -> Any:
    return await box.fail_refund(sent.text("refund"), sent.text("reason", "lost_or_stolen_card"))


async def _add_balance(box: Sandbox, sent: Arguments) -> Any:
    return {"released": await box.add_balance()}


async def _open_dispute(box: Sandbox, sent: Arguments) -> Any:
    reason, inquiry = sent.text("reason", "fraudulent"), sent.flag("inquiry", False)
    return await box.open_dispute(sent.text("charge"), reason, inquiry)


async def _answer_dispute(box: Sandbox, sent: Arguments) -> Any:
    return await box.answer_dispute(sent.text("dispute"))


async def _close_dispute(box: Sandbox, sent: Arguments) -> Any:
    return await box.close_dispute(sent.text("dispute"), won=sent.flag("won", True))


async def _behaviour(box: Sandbox, sent: Arguments) -> Any:
    """Turn knobs: each argument is one of ``Behaviour``'s."""
    readers: dict[type, Callable[[str], Any]] = {bool: sent.flag, str: sent.text, float: sent.number}
    known = asdict(box.behaviour)
    for name in sent.names():
        if name not in known:
            raise ControlError(f"there is no knob {name}; there are: {', '.join(known)}")
        setattr(box.behaviour, name, readers[type(known[name])](name))
    return asdict(box.behaviour)


async def _fault(box: Sandbox, sent: Arguments) -> Any:
    """Plan a fault: pattern, fault (a name), times or always, skip, seconds."""
    fault = faults.NAMED.get(sent.text("fault"))
    if fault is None:
        raise ControlError(f"there is no such fault; there are: {', '.join(faults.NAMED)}")
    fault = replace(fault, seconds=sent.number("seconds", fault.seconds))
    if sent.flag("always", False):
        box.faults.always(sent.text("pattern"), fault)
    else:
        box.faults.next(sent.text("pattern"), fault, times=sent.integer("times", 1), skip=sent.integer("skip", 0))
    return {"waiting": box.faults.waiting}


async def _random_faults(box: Sandbox, sent: Arguments) -> Any:
    named = sent.words("faults", tuple(faults.NAMED))
    box.faults.at_random(sent.integer("seed"), sent.number("probability"), named)
    return {"faults": list(named)}


async def _clear_faults(box: Sandbox, sent: Arguments) -> Any:
    box.faults.clear()
    return {"waiting": 0}


async def _deliver_to(box: Sandbox, sent: Arguments) -> Any:
    target = box.deliver_to(sent.text("url"), sent.maybe("secret"), sent.words("types", ("*",)))
    return {"id": target.id, "url": target.url}


async def _delivery(box: Sandbox, sent: Arguments) -> Any:
    """Chances of loss and doubling, delay, and the retries; what is not sent goes back to well-behaved."""
    chances = (sent.number(name, 0.0) for name in ("drop", "duplicate", "delay_seconds"))
    box.delivery.policy = Chaos(sent.integer("seed", 0), *chances)
    box.delivery.timeout_seconds = sent.number("timeout_seconds", box.delivery.timeout_seconds)
    if sent.maybe("retry_delays_seconds") is not None:
        box.delivery.retry_delays_seconds = tuple(float(word) for word in sent.words("retry_delays_seconds"))
    return {"retry_delays_seconds": box.delivery.retry_delays_seconds}


async def _hold(box: Sandbox, sent: Arguments) -> Any:
    box.delivery.hold()
    return {"held": len(box.delivery.held or ())}


async def _release(box: Sandbox, sent: Arguments) -> Any:
    orders = {"kept": None, "reverse": list.reverse, "shuffle": random.Random(sent.integer("seed", 0)).shuffle}
    order = sent.text("order", "kept")
    if order not in orders:
        raise ControlError(f"order must be one of {', '.join(orders)}")
    held = len(box.delivery.held or ())
    box.delivery.release(orders[order])
    return {"released": held}


async def _resend(box: Sandbox, sent: Arguments) -> Any:
    tried = await box.delivery.deliver_now(box.books.events[sent.text("event")])
    return [asdict(each) for each in tried]


async def _drain(box: Sandbox, sent: Arguments) -> Any:
    await box.delivery.drain(sent.number("timeout_seconds", 5.0))
    return {"drained": True}


ACTIONS: dict[str, Action] = {
    "pay": _pay,
    "decline": _decline,
    "pay_delayed": _pay_delayed,
    "settle_delayed": _settle_delayed,
    "expire": _expire,
    "advance": _advance,
    "refund": _refund,
    "settle_refund": _settle_refund,
    "fail_refund": _fail_refund,
    "add_balance": _add_balance,
    "open_dispute": _open_dispute,
    "answer_dispute": _answer_dispute,
    "close_dispute": _close_dispute,
    "behaviour": _behaviour,
    "fault": _fault,
    "random_faults": _random_faults,
    "clear_faults": _clear_faults,
    "deliver_to": _deliver_to,
    "delivery": _delivery,
    "hold": _hold,
    "release": _release,
    "resend": _resend,
    "drain": _drain,
}


class Control:
    """The endpoints. A form sent by a person's browser is answered with the page it came from."""

    def __init__(self, box: Sandbox) -> None:
        self._box = box

    def add_routes(self, router: web.UrlDispatcher) -> None:
        """Hang the endpoints up."""
        router.add_get("/_sandbox/books", self.books)
        router.add_get("/_sandbox/requests", self.requests)
        router.add_get("/_sandbox/deliveries", self.deliveries)
        router.add_get("/_sandbox/health", self.health)
        router.add_post("/_sandbox/{action}", self.act)

    async def books(self, request: web.Request) -> web.Response:
        """All payments and refunds, with their sums."""
        self._box.tick()
        return _json(ledger.summary(self._box.world))

    async def requests(self, request: web.Request) -> web.Response:
        """The API requests so far."""
        return _json([asdict(logged) for logged in self._box.requests])

    async def deliveries(self, request: web.Request) -> web.Response:
        """The webhook attempts so far."""
        return _json([asdict(tried) for tried in self._box.delivery.tried])

    async def health(self, request: web.Request) -> web.Response:
        """That it runs, and its time."""
        return _json({"status": "ok", "now": self._box.world.clock.now(), "livemode": self._box.world.livemode})

    async def act(self, request: web.Request) -> web.StreamResponse:
        """Do one action. Refusals are 400, 404 or 409 with a sentence; nothing half done."""
        self._check_origin(request)
        form = request.content_type != "application/json"
        person = form and "text/html" in request.headers.get("Accept", "")
        try:
            answer = await self._do(request, form)
        except (ControlError, ApiError, NotPayableError, NotACardError, ValueError, TimeoutError) as error:
            status = 409 if isinstance(error, NotPayableError) else 400
            return _refused(str(error) or "timed out", status, person)
        except KeyError as error:
            return _refused(f"there is no {error.args[0]}", 404, person)
        return web.Response(status=303, headers={"Location": "/_sandbox/"}) if person else _json(answer)

    async def _do(self, request: web.Request, form: bool) -> Any:
        action = ACTIONS.get(request.match_info["action"])
        if action is None:
            raise web.HTTPNotFound(text="no such action; there are: " + ", ".join(ACTIONS))
        sent = dict(await request.post()) if form else await request.json()
        if not isinstance(sent, dict):
            raise ControlError("send a JSON object")
        return await action(self._box, Arguments(sent))

    @staticmethod
    def _check_origin(request: web.Request) -> None:
        """Other web sites open in the same browser may not press these buttons."""
        origin = request.headers.get("Origin")
        if origin is not None and origin.partition("://")[2] != request.host:
            raise web.HTTPForbidden(text="this sandbox takes orders from its own pages only")


def _refused(sentence: str, status: int, person: bool) -> web.Response:
    if not person:
        return _json({"error": sentence}, status)
    back = {"link": "/_sandbox/", "link_text": "Back to the sandbox"}
    return page("message.html", status, title="That cannot be done", sign="!", mood="bad", text=[sentence], **back)


def _json(value: Any, status: int = 200) -> web.Response:
    return web.Response(text=json.dumps(value), status=status, content_type="application/json")
