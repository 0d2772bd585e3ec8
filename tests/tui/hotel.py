"""The hotel of the plan's pictures: twelve arrivals in every state, made through the real way and the sandbox."""

from __future__ import annotations

import shutil
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, cast

from tests.desk import Desk, FakeTime, open_desk
from travello_desk.actions import User
from travello_desk.operations.arrival import Mark, mark_paid
from travello_desk.operations.bookings import cancel
from travello_desk.operations.checkout import checkout
from travello_desk.operations.context import Context
from travello_desk.operations.refund import Request, new_uid, refund
from travello_desk.settings.model import Settings
from travello_desk.store.database import open_store
from travello_desk.tui.app import DeskApp
from travello_desk.tui.badges import Glyphs

CLERK = User("Ayesha", "clerk", 1_000_000)

# reference, guest, rupees, room, method
GUESTS = (
    ("TRV-10482", "Ayesha Khan", 24_000, "312", "ONLINE"),
    ("TRV-10479", "Marco Rossi", 11_500, "118", "ARRIVAL"),
    ("TRV-10477", "Linh Nguyen", 36_750, "205", "ONLINE"),
    ("TRV-10470", "Chidi Okafor", 52_000, "407", "ONLINE"),
    ("TRV-10466", "Bilal Siddiqui", 9_900, "301", "ARRIVAL"),
    ("TRV-10463", "Greta Müller", 61_200, "", "ONLINE"),
    ("TRV-10460", "Nour Haddad", 23_000, "222", "ONLINE"),
    ("TRV-10448", "Ana Garcia", 73_800, "210", "ONLINE"),
    ("TRV-10440", "Sana [Iqbal]", 10_400, "303", "ONLINE"),
    ("TRV-10437", "Ivan Petrov", 31_000, "", "ARRIVAL"),
)


async def furnish(desk: Desk) -> dict[str, int]:
    """Ids by reference."""
    ids = {}
    for reference, guest, rupees, room, method in GUESTS:
        first = guest.split()[0].lower()
        ids[reference] = await desk.book(
            reference, method, rupees * 100, guest_name=guest, room=room, guest_email=f"{first}@example.com",
            guest_phone="+92 300 555 0117",
        )  # fmt: skip
    await live(desk, ids)
    return ids


async def live(desk: Desk, ids: dict[str, int]) -> None:
    """What has happened to them so far today."""
    await link(desk, ids["TRV-10482"])
    await desk.sandbox.decline(await link(desk, ids["TRV-10477"]))
    for reference in ("TRV-10470", "TRV-10448", "TRV-10440"):
        await desk.sandbox.pay(await link(desk, ids[reference]))
    await desk.sandbox.expire(await link(desk, ids["TRV-10463"]))
    await desk.feed()
    await mark_paid(desk.ctx, Mark(ids["TRV-10466"], "Bilal", "cash"))
    await refund(desk.ctx, refund_of(ids["TRV-10448"], 1_230_000))
    await refund(desk.ctx, refund_of(ids["TRV-10440"], None))
    await cancel(desk.ctx, ids["TRV-10437"], "called off", "Ayesha")
    await desk.feed()


async def link(desk: Desk, booking_id: int) -> str:
    return (await checkout(desk.ctx, booking_id, "Ayesha")).session_id


def refund_of(booking_id: int, amount_minor: int | None) -> Request:
    return Request(booking_id, "Ayesha", amount_minor, uid=new_uid())


def desk_app(desk: Desk, *, theme: str = "desk-dark", ascii: bool = False, hotel: str = "Serena Lahore") -> DeskApp:
    """The app on this desk, still: no animation, no blinking, its clock the test's."""
    desk.ctx.settings = replace(desk.ctx.settings, hotel_name=hotel)
    desk.ctx.health.listener = "127.0.0.1:8000"
    desk.ctx.health.last_event_at = int(desk.time()) - 4
    desk.ctx.health.stripe_seen_at = int(desk.time()) - 4
    app = DeskApp(desk.ctx, CLERK, glyphs=Glyphs(ascii), theme=theme)
    app.animation_level = "none"
    return app


@dataclass(frozen=True)
class Model:
    """The furnished hotel's store, made once; tests open copies of it."""

    path: Path
    settings: Settings
    ids: dict[str, int]


async def make_model(folder: Path) -> Model:
    async with open_desk(folder) as desk:
        return Model(desk.ctx.store.path, desk.ctx.settings, await furnish(desk))


@asynccontextmanager
async def copied(model: Model, folder: Path) -> AsyncIterator[Desk]:
    """A desk on a copy of the model. Its Stripe is gone: for screens that do not ask Stripe."""
    time = FakeTime()
    path = folder / "travello.db"
    shutil.copy(model.path, path)
    store = open_store(path, time)
    gateway = cast(Any, object())
    try:
        yield Desk(Context(store, model.settings, gateway, time), cast(Any, None), time, folder)
    finally:
        store.close()
