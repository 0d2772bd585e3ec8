"""A desk without a screen: opens the house as the desk does and carries out what the simulation's staff press.

Orders come as JSON lines over a socket, each is a task of its own, answers go back with the order's number. It calls
the same operations as the dialogs; there is no door in the product that only a test could use.
"""

from __future__ import annotations

import asyncio
import json
import sys
from collections.abc import Awaitable, Callable
from typing import Any

from travello_desk.assembly import current_settings, open_house
from travello_desk.logs import log_to
from travello_desk.operations import arrival, bookings, checkout, refund
from travello_desk.operations.context import Context
from travello_desk.operations.errors import StripeFailed
from travello_desk.operations.rates import FallbackOffered
from travello_desk.payments.rules import Refused
from travello_desk.store.bookings import NewBooking
from travello_desk.store.errors import StoreError

Order = dict[str, Any]
STAFF = "Ayesha"


async def book(ctx: Context, order: Order) -> Any:
    return await bookings.create(ctx, NewBooking(**order["new"]), STAFF)


async def link(ctx: Context, order: Order) -> Any:
    try:
        made = await checkout.checkout(ctx, order["booking"], STAFF)
    except FallbackOffered as offered:
        made = await checkout.checkout(ctx, order["booking"], STAFF, confirmed=offered.offer)
    return {"session": made.session_id, "payment": made.payment_id, "url": made.session_url}


async def give_back(ctx: Context, order: Order) -> Any:
    request = refund.Request(order["booking"], STAFF, order["amount"], order["payment"], uid=order["uid"])
    done = await refund.refund(ctx, request)
    return {"refund": done.stripe_refund_id, "amount": done.amount_minor, "status": done.status}


async def mark_paid(ctx: Context, order: Order) -> Any:
    mark = arrival.Mark(order["booking"], STAFF, "cash", note=order["token"])
    return (await arrival.mark_paid(ctx, mark)).receipt_no


async def undo_paid(ctx: Context, order: Order) -> Any:
    return (await arrival.undo_paid(ctx, order["booking"], order["token"], STAFF)).status


async def pay_out(ctx: Context, order: Order) -> Any:
    return (await arrival.pay_out(ctx, order["booking"], order["amount"], order["token"], STAFF)).status


async def cancel(ctx: Context, order: Order) -> Any:
    return (await bookings.cancel(ctx, order["booking"], order["token"], STAFF)).warning


async def reopen(ctx: Context, order: Order) -> Any:
    return (await bookings.reopen(ctx, order["booking"], order["token"], STAFF)).warning


async def switch(ctx: Context, order: Order) -> Any:
    return (await bookings.switch_method(ctx, order["booking"], order["method"], STAFF)).warning


async def price(ctx: Context, order: Order) -> Any:
    return (await bookings.edit(ctx, order["booking"], STAFF, amount_minor=order["amount"])).warning


async def accept(ctx: Context, order: Order) -> Any:
    return (await bookings.accept_payment(ctx, order["booking"], order["payment"], order["token"], STAFF)).warning


async def ping(ctx: Context, order: Order) -> Any:
    return ctx.health.lease_holder


VERBS: dict[str, Callable[[Context, Order], Awaitable[Any]]] = {
    "book": book,
    "link": link,
    "refund": give_back,
    "mark_paid": mark_paid,
    "undo_paid": undo_paid,
    "pay_out": pay_out,
    "cancel": cancel,
    "reopen": reopen,
    "switch": switch,
    "price": price,
    "accept": accept,
    "ping": ping,
}


async def answer(ctx: Context, order: Order) -> Order:
    """Carry one order out; a failure that the house names is an answer too, anything else ends the driver."""
    try:
        return {"done": await VERBS[order["do"]](ctx, order)}
    except Refused as refused:
        return {"refused": refused.refusal.code, "why": refused.refusal.text}
    except StripeFailed as failed:
        return {"failed": failed.sentence, "money_moved": failed.money_moved}
    except StoreError as error:
        return {"store": str(error)}


async def serve(address: str, background: bool) -> None:
    settings = current_settings()
    log_to(settings.log_file)
    async with open_house(settings) as house:
        if background:
            await house.start_background()
        reader, writer = await asyncio.open_unix_connection(address)

        async def handle(order: Order) -> None:
            told = await answer(house.ctx, order)
            writer.write(json.dumps({"id": order["id"], **told}).encode() + b"\n")
            await writer.drain()

        async with asyncio.TaskGroup() as tasks:
            while line := await reader.readline():
                tasks.create_task(handle(json.loads(line)))


def main(argv: list[str]) -> None:
    asyncio.run(serve(argv[0], background="--background" in argv))


if __name__ == "__main__":
    main(sys.argv[1:])
