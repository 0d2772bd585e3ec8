"""A hotel for the real program: its store seeded through the real way, its Stripe the sandbox of the test."""

from __future__ import annotations

import json
import sqlite3
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, closing
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from tests.ports import free_port
from tests.terminal.terminal import Terminal
from travello_desk.operations import staff
from travello_desk.operations.arrival import Mark, mark_paid
from travello_desk.operations.bookings import create
from travello_desk.operations.checkout import checkout
from travello_desk.operations.context import Context
from travello_desk.operations.ingest import ingest_event
from travello_desk.operations.report import business_date
from travello_desk.payments.events import read_event
from travello_desk.sandbox import Sandbox
from travello_desk.settings import load
from travello_desk.store.bookings import NewBooking
from travello_desk.store.database import open_store
from travello_desk.stripe_gateway import Gateway

OWNER, PIN = "Olga", "1234"
RUPEES = 5_000
SPARES = 4


@dataclass
class Hotel:
    """Bookings by kind and number, and what the store says of the money."""

    folder: Path
    sandbox: Sandbox
    environ: dict[str, str]
    codes: dict[str, str] = field(default_factory=dict)

    def ask(self, sql: str, *values: object) -> list[tuple[Any, ...]]:
        with closing(sqlite3.connect(self.folder / "data" / "travello.db", timeout=30)) as connection:
            return connection.execute(sql, values).fetchall()

    def moved(self, reference: str) -> list[str]:
        """Every step of this booking that moved money or took the way to it away, in order."""
        rows = self.ask(
            "SELECT t.kind FROM timeline t JOIN bookings b ON b.id = t.booking_id WHERE b.reference = ?"
            " AND t.actor = ? AND t.kind NOT IN ('mail', 'link_opened') ORDER BY t.id",
            reference, OWNER,
        )  # fmt: skip
        return [kind for (kind,) in rows]

    def sessions(self) -> int:
        return sum(item.method == "POST" and item.path == "/v1/checkout/sessions" for item in self.sandbox.requests)

    def refunds(self) -> int:
        return sum(item.method == "POST" and item.path == "/v1/refunds" for item in self.sandbox.requests)


KINDS = {
    "mark": "ARRIVAL",
    "payout": "ARRIVAL",
    "refund": "ONLINE",
    "cancel": "ONLINE",
    "link": "ONLINE",
    "bulk": "ONLINE",
}


def where_it_is_noon() -> str:
    """A time zone in which no day ends while the real program runs, whenever that is."""
    ahead = 12 - time.gmtime().tm_hour
    return f"Etc/GMT{-ahead:+d}"  # the sign of these names is the other way round


@asynccontextmanager
async def open_hotel(folder: Path) -> AsyncIterator[Hotel]:
    """Some bookings of each kind, ready for its window; nobody is signed in."""
    async with Sandbox() as sandbox:
        environ = {
            "STRIPE_SECRET_KEY": sandbox.access.secret_key,
            "STRIPE_PUBLISHABLE_KEY": sandbox.access.publishable_key,
            "STRIPE_WEBHOOK_SECRET": sandbox.webhook_secret,
            "STRIPE_API_BASE": sandbox.base_url,
            "STRIPE_POLL_SECONDS": "0",
            "HOTEL_TIMEZONE": where_it_is_noon(),
            "LISTEN_PORT": str(free_port()),
            "PUBLIC_BASE_URL": "https://pay.serena.example",
        }
        hotel = Hotel(folder, sandbox, environ)
        (folder / "data").mkdir()
        settings = load(environ, folder)
        store = open_store(folder / "data" / "travello.db", time.time)
        gateway = Gateway(sandbox.access.secret_key, api_base=sandbox.base_url)
        try:
            await furnish(Context(store, settings, gateway, time.time), hotel)
        finally:
            await gateway.close()
            store.close()
        yield hotel


async def sign_in(desk: Terminal) -> None:
    """By name and PIN, as soon as the screen takes keys."""
    await desk.shows("PIN", OWNER, "store ok")
    await desk.type("1", PIN)
    while desk.text.count("•") != len(PIN):  # a machine so slow that it took the name's key for a digit, or late
        await desk.type("escape", "1", PIN)
    desk.press("enter")
    await desk.shows("STATUS", "row 1 of")


async def furnish(ctx: Context, hotel: Hotel) -> None:
    await staff.make_first_owner(ctx, OWNER, PIN)
    today = business_date(ctx).isoformat()
    for kind, method in KINDS.items():
        for number in range(SPARES):
            new = NewBooking(
                reference=f"TRV-{kind.upper()}-{number}", guest_name=f"{kind.title()} Guest{number}", check_in=today,
                check_out="2099-12-31", amount_minor=RUPEES * 100, currency="PKR", method=method,
            )  # fmt: skip
            booking_id = await create(ctx, new, "import")
            if kind == "payout":
                await mark_paid(ctx, Mark(booking_id, "import", "cash"))
            if kind == "refund":
                await hotel.sandbox.pay((await checkout(ctx, booking_id, "import")).session_id)
    for event in list(hotel.sandbox.books.events.values()):
        await ingest_event(ctx, read_event(event), json.dumps(event), "webhook")
    hotel.codes = dict(await ctx.store.read(lambda tx: tx.all("SELECT reference, guest_code FROM bookings")))
