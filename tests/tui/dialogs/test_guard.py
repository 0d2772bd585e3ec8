"""The guard of UX 2.2 over every window with a deed: a held Enter does nothing, one press does it once.

The keys carry the instants at which a keyboard sends them, so that no machine is too slow for these.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any

import pytest
from textual import events
from textual.message import Message
from textual.pilot import Pilot

from tests.desk import Desk
from tests.tree import kinds
from tests.tui.dialogs.host import AYESHA, OLGA, Host, settle, shown, until
from tests.tui.dialogs.refunding import paid
from travello_desk.operations import shifts
from travello_desk.operations.arrival import Mark, mark_paid
from travello_desk.operations.bookings import edit
from travello_desk.operations.checkout import checkout
from travello_desk.operations.refund import Request, refund
from travello_desk.operations.shifts import Actor
from travello_desk.payments.drawer import Count
from travello_desk.store import shifts as rows
from travello_desk.tui.dialogs.accept import AcceptDialog
from travello_desk.tui.dialogs.base import DeskDialog
from travello_desk.tui.dialogs.booking_form import BookingFormDialog
from travello_desk.tui.dialogs.bulk import BulkDialog
from travello_desk.tui.dialogs.cancel import CancelDialog
from travello_desk.tui.dialogs.close_link import CloseLinkDialog
from travello_desk.tui.dialogs.day_mail import DayMailDialog
from travello_desk.tui.dialogs.email import EmailDialog
from travello_desk.tui.dialogs.guest_link import GuestLinkDialog
from travello_desk.tui.dialogs.mark_paid import MarkPaidDialog
from travello_desk.tui.dialogs.pay_back import PayBackDialog
from travello_desk.tui.dialogs.refund import RefundDialog
from travello_desk.tui.dialogs.shift import CloseShiftDialog, CountDialog, DropDialog, OpenShiftDialog, ShiftDialog
from travello_desk.tui.dialogs.switch import SwitchDialog
from travello_desk.tui.dialogs.undo import UndoDialog
from travello_desk.tui.screens.reason import ReasonScreen

REAL_GUARD = True
RATE = 30.0
Opened = tuple[DeskDialog, dict[str, str]]
"""A window, and what is typed into its fields so that its deed may be done."""


async def arriving(desk: Desk) -> int:
    return await desk.book("TRV-1", "ARRIVAL")


async def mark(desk: Desk) -> Opened:
    return MarkPaidDialog(desk.ctx, AYESHA, await arriving(desk)), {}


async def give_back(desk: Desk) -> Opened:
    return RefundDialog(desk.ctx, OLGA, await paid(desk)), {"again": "10000"}


async def pay_back(desk: Desk) -> Opened:
    booking_id = await paid(desk)
    done = await refund(desk.ctx, Request(booking_id, "Ali"))
    await desk.sandbox.fail_refund(done.stripe_refund_id)
    await desk.feed()
    return PayBackDialog(desk.ctx, OLGA, booking_id), {"reference": "Ana", "again": "10000"}


async def undo(desk: Desk) -> Opened:
    booking_id = await arriving(desk)
    await mark_paid(desk.ctx, Mark(booking_id, "Ayesha", "cash"))
    return UndoDialog(desk.ctx, AYESHA, booking_id), {"reason": "wrong booking"}


async def cancel(desk: Desk) -> Opened:
    return CancelDialog(desk.ctx, AYESHA, await arriving(desk)), {"reason": "called off"}


async def switch(desk: Desk) -> Opened:
    return SwitchDialog(desk.ctx, AYESHA, await arriving(desk)), {}


async def accept(desk: Desk) -> Opened:
    booking_id = await desk.book("TRV-1")
    link = await checkout(desk.ctx, booking_id, "Ali")
    desk.sandbox.faults.always("POST /v1/checkout/sessions/*", "500")
    await edit(desk.ctx, booking_id, "Ali", amount_minor=1_200_000)
    desk.sandbox.faults.clear()
    await desk.sandbox.pay(link.session_id)
    await desk.feed()
    return AcceptDialog(desk.ctx, OLGA, booking_id), {"reason": "agreed"}


async def close_link(desk: Desk) -> Opened:
    booking_id = await desk.book("TRV-1")
    await checkout(desk.ctx, booking_id, "Ali")
    return CloseLinkDialog(desk.ctx, AYESHA, booking_id), {}


async def guest_link(desk: Desk) -> Opened:
    return GuestLinkDialog(desk.ctx, AYESHA, await desk.book("TRV-1")), {"reason": "seen by others"}


async def bulk(desk: Desk) -> Opened:
    return BulkDialog(desk.ctx, AYESHA, [await desk.book("TRV-1"), await desk.book("TRV-2")]), {"count": "2"}


async def mail(desk: Desk) -> Opened:
    return EmailDialog(desk.ctx, AYESHA, await desk.book("TRV-1")), {}


async def price(desk: Desk) -> Opened:
    return BookingFormDialog(desk.ctx, AYESHA, await arriving(desk)), {"amount": "12000"}


async def open_shift(desk: Desk) -> Opened:
    return OpenShiftDialog(desk.ctx, AYESHA), {"float": "5000"}


async def a_shift(desk: Desk) -> rows.Shift:
    return await shifts.open_shift(desk.ctx, Actor("Ayesha"), 500_000)


async def drop(desk: Desk) -> Opened:
    return DropDialog(desk.ctx, AYESHA, await a_shift(desk)), {"amount": "1000"}


async def count(desk: Desk) -> Opened:
    return CountDialog(desk.ctx, AYESHA, await a_shift(desk)), {"note-5000": "1"}


async def close_shift(desk: Desk) -> Opened:
    shift = await a_shift(desk)
    await shifts.sign_count(desk.ctx, Actor("Ayesha"), shift.id, Count((), 500_000))
    return CloseShiftDialog(desk.ctx, AYESHA, shift), {}


WINDOWS: dict[type[DeskDialog], Callable[[Desk], Awaitable[Opened]]] = {
    MarkPaidDialog: mark,
    RefundDialog: give_back,
    PayBackDialog: pay_back,
    UndoDialog: undo,
    CancelDialog: cancel,
    SwitchDialog: switch,
    AcceptDialog: accept,
    CloseLinkDialog: close_link,
    GuestLinkDialog: guest_link,
    BulkDialog: bulk,
    EmailDialog: mail,
    BookingFormDialog: price,
    OpenShiftDialog: open_shift,
    DropDialog: drop,
    CountDialog: count,
    CloseShiftDialog: close_shift,
}
MONEY_LEAVES = (RefundDialog, PayBackDialog, CancelDialog, BulkDialog, ShiftDialog)


def test_every_window_with_a_deed_is_here() -> None:
    ours = {kind for kind in kinds(DeskDialog) if kind.__module__.startswith("travello_desk")}
    assert ours - set(WINDOWS) == {DeskDialog, ShiftDialog, DayMailDialog}, "a report that is mailed has no booking"
    assert [kind for kind in WINDOWS if kind.YES_KEY and issubclass(kind, MONEY_LEAVES)] == []


def happened(desk: Desk) -> tuple[int, int]:
    """How much has been written, and how often Stripe was asked to do something."""
    sql = "SELECT (SELECT COUNT(*) FROM timeline) + (SELECT COUNT(*) FROM outbox)"
    return desk.ctx.store.read_now(lambda tx: int(tx.value(sql))), len(desk.posts("/v1/"))


async def strike(pilot: Pilot[Any], key: str, *at: float) -> None:
    """The key arrives at these instants; none of them is later than the guard's own clock would be."""
    for instant in at:
        event = events.Key(key, "y" if key == "y" else None)
        event.time = instant
        pilot.app.post_message(event)
    await settle(pilot)


def held(since: float, presses: int = 90) -> list[float]:
    return [since + number / RATE for number in range(presses)]


async def ready(host: Host, pilot: Pilot[Any], typed: dict[str, str]) -> DeskDialog:
    """The fields filled, the deed allowed, the focus on its button."""
    dialog = host.screen
    assert isinstance(dialog, DeskDialog)
    for name, value in typed.items():
        dialog.query_one(f"#{name}").value = value  # type: ignore[attr-defined]
    await settle(pilot)
    await until(lambda: not dialog.deed.disabled)
    dialog.deed.focus()
    await settle(pilot)
    assert dialog.deed.has_focus
    return dialog


def at_rest(dialog: DeskDialog) -> bool:
    return not (dialog.busy or dialog.finished)


@pytest.mark.parametrize("kind", WINDOWS, ids=lambda kind: kind.__name__)
async def test_a_held_enter_does_nothing_and_a_press_does_it_once(desk: Desk, kind: type[DeskDialog]) -> None:
    dialog, typed = await WINDOWS[kind](desk)
    async with shown(desk.ctx, dialog) as (host, pilot):
        await ready(host, pilot, typed)
        before, opened_at = happened(desk), dialog.arming.opened_at
        dialog.arming.settle = 0  # a press that counts does its deed at once, and is seen
        await strike(pilot, "enter", *held(opened_at + 0.01))
        assert at_rest(dialog)
        assert happened(desk) == before
        last = opened_at + 0.01 + 90 / RATE
        await strike(pilot, "enter", last + 1)
        await until(lambda: dialog.finished or host.answered or getattr(dialog, "outcome", None))
        after = happened(desk)
        assert after != before
        await strike(pilot, "enter", *held(last + 1 + 1 / RATE))
        assert happened(desk) == after


@pytest.mark.parametrize("kind", WINDOWS, ids=lambda kind: kind.__name__)
async def test_a_line_that_stood_still_makes_no_press_of_a_held_key(desk: Desk, kind: type[DeskDialog]) -> None:
    """A repeat that comes late looks like a press, until the next one comes."""
    dialog, typed = await WINDOWS[kind](desk)
    async with shown(desk.ctx, dialog) as (host, pilot):
        await ready(host, pilot, typed)
        before, opened_at = happened(desk), dialog.arming.opened_at
        looked: list[bool | None] = []
        believes = dialog.arming.believes

        def judged(presses: int, late: float, looks: int) -> bool | None:
            looked.append(believes(presses, late, looks))
            return looked[-1]

        dialog.arming.believes = judged  # type: ignore[method-assign]
        await strike(pilot, "enter", opened_at + 5, *held(opened_at + 5 + 1 / RATE))
        await until(lambda: looked)
        await settle(pilot)
        assert looked == [False]
        assert at_rest(dialog)
        assert happened(desk) == before


@pytest.mark.parametrize("kind", WINDOWS, ids=lambda kind: kind.__name__)
async def test_a_click_before_anybody_could_read_does_nothing(desk: Desk, kind: type[DeskDialog]) -> None:
    dialog, typed = await WINDOWS[kind](desk)
    async with shown(desk.ctx, dialog) as (host, pilot):
        await ready(host, pilot, typed)
        before = happened(desk)
        dialog.arming.settle, dialog.arming.opened_at = 0, Message().time + 3600
        await pilot.click("#deed")
        await settle(pilot)
        assert at_rest(dialog)
        assert happened(desk) == before
        dialog.arming.opened_at = 0
        await pilot.click("#deed")
        await until(lambda: happened(desk) != before)


@pytest.mark.parametrize("kind", WINDOWS, ids=lambda kind: kind.__name__)
async def test_the_deed_has_no_focus_at_first_and_no_letter_sends_money_away(
    desk: Desk, kind: type[DeskDialog]
) -> None:
    dialog, typed = await WINDOWS[kind](desk)
    async with shown(desk.ctx, dialog) as (host, pilot):
        assert not dialog.deed.has_focus
        await ready(host, pilot, typed)
        before, at = happened(desk), dialog.arming.opened_at + 5
        dialog.arming.settle = 0
        dialog.back.focus()
        await strike(pilot, "y", at)
        if kind.YES_KEY:
            await until(lambda: happened(desk) != before)
        else:
            assert at_rest(dialog)
            assert happened(desk) == before


async def test_a_held_enter_closes_no_problem(desk: Desk) -> None:
    """The window that asks why has no booking, and the same guard."""
    window = ReasonScreen("Close a problem", "Why?", "Close it")
    async with shown(desk.ctx, window) as (host, pilot):
        window.field.value = "settled  by phone "
        await settle(pilot)
        at = window.arming.opened_at
        await strike(pilot, "enter", *held(at + 0.01))
        assert window.field.has_focus, "nobody can have read it yet"
        await strike(pilot, "enter", at + 5, *held(at + 5 + 1 / RATE))
        assert window.deed.has_focus, "Enter leads to the button, and a held one not past it"
        window.arming.settle = 0
        await strike(pilot, "enter", *held(at + 8 + 1 / RATE, 15))
        assert not host.answered
        await strike(pilot, "enter", at + 12)
        await until(lambda: host.answered)
    assert host.answer == "settled by phone"
