"""What the control endpoints can do, one small function each, and the table of them. No HTTP."""

from __future__ import annotations

import random
from collections.abc import Awaitable, Callable
from dataclasses import asdict, replace
from typing import TYPE_CHECKING, Any, TypeAlias

from travello_desk.money import parse_major
from travello_desk.sandbox import faults
from travello_desk.sandbox.arguments import Arguments, ControlError
from travello_desk.sandbox.chaos import Chaos
from travello_desk.sandbox.payments import Attempt, Buyer

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
