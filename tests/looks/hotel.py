"""The hotel whose screens are kept as text and pictures: every status, every kind of trouble, nothing random in it."""

from __future__ import annotations

import itertools
from pathlib import Path
from typing import Final

import pytest

from tests.desk import Desk, open_desk
from tests.tui.hotel import GUESTS, Model, link, refund_of
from travello_desk.actions import User
from travello_desk.operations import staff
from travello_desk.operations.arrival import Mark, mark_paid
from travello_desk.operations.bookings import cancel, edit
from travello_desk.operations.checkout import checkout
from travello_desk.operations.errors import StripeFailed
from travello_desk.operations.refund import refund
from travello_desk.store import bookings
from travello_desk.tui.badges import BADGES

MANAGER = User("Chaudhry", "manager")
PAYS_LATER, IN_DOUBT, OTHER_SUM, NO_SHOW, TOO_LATE = "TRV-10435", "TRV-10433", "TRV-10431", "TRV-10429", "TRV-10427"
MORE = (
    (PAYS_LATER, "Omar Farouk", 18_000, "114"),
    (IN_DOUBT, "Keiko Tanaka", 27_300, "116"),
    (OTHER_SUM, "Elif Yılmaz", 12_000, "120"),
    (NO_SHOW, "Tom O'Brien", 8_500, ""),
    (TOO_LATE, "Rosa Lindqvist", 15_400, "122"),
)
ALL = (*GUESTS, *((*more, "ONLINE") for more in MORE))


async def make_hotel(folder: Path) -> Model:
    """Made once a run; its guest codes are counted, its Stripe ids are seeded. It is 11:00 when all has happened."""
    codes = (f"K7QM2XVT{number:04d}" for number in itertools.count(1))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(bookings, "guest_code", lambda: next(codes))
        async with open_desk(folder, seed=7) as desk:
            desk.time.seconds -= 4 * 3600
            ids = {}
            for reference, guest, rupees, room, method in ALL:
                ids[reference] = await arrive(desk, reference, guest, rupees, room, method)
            for happens in (links_go_out, guests_answer, the_desk_acts, trouble):
                desk.time.seconds += 2100
                await happens(desk, ids)
            await staff.demo_people(desk.ctx)
            shown = {desk.booking(booking_id).badge for booking_id in ids.values()} | {"NO-SHOW"}
            assert shown == set(BADGES), shown ^ set(BADGES)
            return Model(desk.ctx.store.path, desk.ctx.settings, ids)


async def arrive(desk: Desk, reference: str, guest: str, rupees: int, room: str, method: str) -> int:
    first = guest.split()[0].lower()
    return await desk.book(
        reference, method, rupees * 100, guest_name=guest, room=room, guest_email=f"{first}@example.com",
        guest_phone="+92 300 555 0117",
    )  # fmt: skip


async def links_go_out(desk: Desk, ids: dict[str, int]) -> None:
    for reference in ("TRV-10482", "TRV-10477", "TRV-10470", "TRV-10463", "TRV-10448", "TRV-10440"):
        desk.time.seconds += 60
        await link(desk, ids[reference])


def session_of(desk: Desk, booking_id: int) -> str:
    """The open session's id."""
    return str(desk.view(booking_id).payments[-1].payment.facts.session_id)


async def guests_answer(desk: Desk, ids: dict[str, int]) -> None:
    await desk.sandbox.decline(session_of(desk, ids["TRV-10477"]))
    for reference in ("TRV-10470", "TRV-10448", "TRV-10440"):
        desk.time.seconds += 240
        await desk.sandbox.pay(session_of(desk, ids[reference]))
    await desk.sandbox.expire(session_of(desk, ids["TRV-10463"]))
    await desk.feed()


async def the_desk_acts(desk: Desk, ids: dict[str, int]) -> None:
    await mark_paid(desk.ctx, Mark(ids["TRV-10466"], "Bilal", "cash"))
    desk.time.seconds += 300
    await refund(desk.ctx, refund_of(ids["TRV-10448"], 1_230_000))
    await refund(desk.ctx, refund_of(ids["TRV-10440"], None))
    await cancel(desk.ctx, ids["TRV-10437"], "called off", "Ayesha")
    await desk.feed()


async def trouble(desk: Desk, ids: dict[str, int]) -> None:
    """What needs a person, or is not over yet."""
    await desk.sandbox.pay_delayed(await link(desk, ids[PAYS_LATER]))
    await desk.sandbox.pay(await link(desk, ids[TOO_LATE]))
    await cancel(desk.ctx, ids[TOO_LATE], "plans changed", "Ayesha")
    other = await link(desk, ids[OTHER_SUM])
    desk.sandbox.faults.always("POST /v1/checkout/sessions/*", "500")
    await edit(desk.ctx, ids[OTHER_SUM], "Ayesha", amount_minor=1_400_000)
    desk.sandbox.faults.clear()
    await desk.sandbox.pay(other)
    await desk.feed()
    await cancel(desk.ctx, ids[NO_SHOW], "did not come", "Ayesha", no_show=True)
    desk.sandbox.faults.next("POST /v1/checkout/sessions", "reset_after", times=3)
    with pytest.raises(StripeFailed):
        await link(desk, ids[IN_DOUBT])


async def make_returned(folder: Path) -> Model:
    """A hotel with one booking, whose refund has come back: the guest's card is closed."""
    async with open_desk(folder, seed=7) as desk:
        desk.time.seconds -= 4 * 3600
        ids = {"TRV-10440": await arrive(desk, "TRV-10440", "Sana [Iqbal]", 10_400, "303", "ONLINE")}
        await desk.sandbox.pay((await checkout(desk.ctx, ids["TRV-10440"], "Ayesha")).session_id)
        await desk.feed()
        done = await refund(desk.ctx, refund_of(ids["TRV-10440"], None))
        await desk.sandbox.fail_refund(done.stripe_refund_id)
        await desk.feed()
        await staff.demo_people(desk.ctx)
        return Model(desk.ctx.store.path, desk.ctx.settings, ids)


HOTELS: Final = {"usual": make_hotel, "returned": make_returned}
