"""What has happened in a hotel before one of its scenes is looked at."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from textual.content import Content
from textual.screen import Screen

from tests.desk import Desk
from travello_desk.operations import shifts
from travello_desk.operations.compare_day import Comparison, OnlinePayment
from travello_desk.operations.errors import StripeFailed
from travello_desk.operations.shifts import Actor, Closing
from travello_desk.payments.drawer import Count
from travello_desk.secrets_form import ApiKey, KeyMode
from travello_desk.stripe_gateway.errors import TimedOut
from travello_desk.tui.dialogs.problem import ErrorDialog, trouble_of
from travello_desk.tui.screens.text_screen import TextScreen

AYESHA, BILAL = Actor("Ayesha"), Actor("Bilal")
Ids = dict[str, int]


async def nobody_known(desk: Desk, ids: Ids) -> None:
    """The first start: there is no account."""
    await desk.ctx.store.write(lambda tx: tx.execute("DELETE FROM staff"))


async def live_key(desk: Desk, ids: Ids) -> None:
    """Real money."""
    desk.ctx.settings = replace(desk.ctx.settings, stripe_secret_key=ApiKey("not a key", KeyMode.LIVE))


async def test_key(desk: Desk, ids: Ids) -> None:
    """Stripe's own test world."""
    desk.ctx.settings = replace(
        desk.ctx.settings, stripe_secret_key=ApiKey("not a key", KeyMode.TEST), stripe_api_base=""
    )


async def no_key(desk: Desk, ids: Ids) -> None:
    desk.ctx.settings = replace(desk.ctx.settings, stripe_secret_key=None)
    desk.ctx.gateway = None


async def the_disk_fills(desk: Desk, ids: Ids) -> None:
    desk.ctx.health.store_told("database or disk is full")


async def a_shift(desk: Desk, ids: Ids) -> None:
    await shifts.open_shift(desk.ctx, AYESHA, 500_000)


async def a_count(desk: Desk, ids: Ids) -> None:
    """The shift is counted, Rs. 500 short."""
    shift = await shifts.open_shift(desk.ctx, AYESHA, 500_000)
    await shifts.sign_count(desk.ctx, AYESHA, shift.id, Count((), 450_000))


async def a_note(desk: Desk, ids: Ids) -> None:
    """The shift before has left one."""
    shift = await shifts.open_shift(desk.ctx, BILAL, 0)
    await shifts.sign_count(desk.ctx, BILAL, shift.id, Count())
    note = "312 pays tomorrow, the card was declined twice. The taxi for 205 is ordered for 5:30 and not paid."
    await shifts.close(desk.ctx, BILAL, Closing(shift.id, 0, note=note))


def a_failure(app: Any) -> Screen[Any]:
    """Stripe was asked for a refund, and has not answered."""
    failed = StripeFailed(TimedOut("Stripe did not answer in time", request_id="req_9Zq1"), queued=True)
    return ErrorDialog.of(trouble_of(failed, "TRV-10470 · 2026-11-24 11:00:00", moves_money=True))


def a_difference(app: Any) -> Screen[Any]:
    """A payment that only Stripe knows."""
    stripe = OnlinePayment("pi_3QK1aXdesk7Yv2Lm0c4Wm2nT", 2_400_000, "PKR", at=0, reference="TRV-10482")
    return TextScreen("Stripe and we", Content("\n".join(Comparison((stripe,), ()).lines)))
