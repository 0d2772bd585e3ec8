"""What has happened at the demo hotel before its desk opens: links, payments, declines, refunds, money at the desk.

Everything goes the real way: checkout over HTTP, the sandbox's guests, its events through ingest. Nothing is written
by hand, so that `verify` holds on the demo too.
"""

from __future__ import annotations

import asyncio
import json
from dataclasses import dataclass
from datetime import date

from travello_desk.operations import arrival
from travello_desk.operations.checkout import checkout
from travello_desk.operations.context import Context
from travello_desk.operations.ingest import ingest_event
from travello_desk.operations.refund import Request, refund
from travello_desk.payments.events import read_event
from travello_desk.sandbox import Sandbox
from travello_desk.store.bookings import Booking
from travello_desk.store.listing import listing

CLERK = "Demo clerk"
AT_ONCE = 8


@dataclass(slots=True)
class Story:
    """The house and its sandbox while the past is being lived through."""

    ctx: Context
    sandbox: Sandbox
    today: date
    told: int = 0

    async def live(self) -> None:
        """Stays that are over or under way are paid; of the others, some have links out in every state."""
        rows = await self.ctx.store.read(lambda tx: listing(tx, status="PENDING", limit=1000))
        gate = asyncio.Semaphore(AT_ONCE)

        async def one(place: int, row: Booking) -> None:
            async with gate:
                await self.happen(row, self.fate(row, place))

        arriving = [row for row in rows if row.check_in == self.today.isoformat()]
        rest = [row for row in rows if row.check_in != self.today.isoformat()]
        online = [row for row in rest if row.method == "ONLINE"]
        at_desk = [row for row in rest if row.method == "ARRIVAL"]
        groups = (arriving, online, at_desk)
        await asyncio.gather(*(one(place, row) for group in groups for place, row in enumerate(group)))
        await self.hear()

    def fate(self, row: Booking, place: int) -> str:
        """What becomes of a booking, repeatable: by its stay, and by its place in the list."""
        if row.check_in > self.today.isoformat():
            return ("", "paid", "", "", "link")[place % 5]
        if row.check_in < self.today.isoformat():
            return "" if place % 40 == 7 else "part refunded" if place % 25 == 3 else "paid"
        if row.method == "ARRIVAL":
            return "paid" if place % 4 == 1 else ""
        return ("link", "declined", "", "paid", "settling", "")[place % 6]

    async def happen(self, row: Booking, fate: str) -> None:
        if not fate:
            return
        if row.method == "ARRIVAL":
            if fate in ("paid", "part refunded"):
                await arrival.mark_paid(self.ctx, arrival.Mark(row.id, CLERK, "cash" if row.id % 3 else "card"))
            return
        link = await checkout(self.ctx, row.id, CLERK)
        if fate == "declined":
            await self.sandbox.decline(link.session_id)
        elif fate == "settling":
            await self.sandbox.pay_delayed(link.session_id)
        elif fate != "link":
            await self.sandbox.pay(link.session_id, card="5555555555554444" if row.id % 4 == 0 else "4242424242424242")
        if fate == "part refunded":
            await self.hear()
            await refund(self.ctx, Request(row.id, CLERK, row.amount_minor // 10, note="minibar charged twice"))

    async def hear(self) -> None:
        """Take in what the sandbox has told so far, as its webhooks would bring it."""
        events = list(self.sandbox.books.events.values())[self.told :]
        self.told += len(events)
        for event in events:
            await ingest_event(self.ctx, read_event(event), json.dumps(event), "webhook")
