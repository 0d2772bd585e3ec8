"""The problems screen: one key for every remedy, through the same dialogs as everywhere; what does not help says so."""

from __future__ import annotations

import re

import pytest

from tests.desk import Desk
from tests.tui.sizes import Size
from tests.tui.test_desk import app_of, shown
from tests.tui.waiting import until
from travello_desk.actions import User
from travello_desk.operations import bookings as changes
from travello_desk.operations.checkout import checkout
from travello_desk.operations.clock import watch_clock
from travello_desk.operations.refund import Request, new_uid, refund
from travello_desk.store import attention
from travello_desk.tui.app import DeskApp
from travello_desk.tui.dialogs.accept import AcceptDialog
from travello_desk.tui.dialogs.booking_form import BookingFormDialog
from travello_desk.tui.dialogs.mark_paid import MarkPaidDialog
from travello_desk.tui.dialogs.pay_back import PayBackDialog
from travello_desk.tui.dialogs.refund import RefundDialog
from travello_desk.tui.dialogs.switch import SwitchDialog
from travello_desk.tui.dialogs.undo import UndoDialog
from travello_desk.tui.screens.doctor import DoctorScreen
from travello_desk.tui.screens.problems import ProblemsScreen

MANAGER = User("Chaudhry", "manager", None)


async def paid(desk: Desk, reference: str = "TRV-1") -> int:
    booking_id = await desk.book(reference)
    await desk.sandbox.pay((await checkout(desk.ctx, booking_id, "Ayesha")).session_id)
    await desk.feed()
    return booking_id


async def at_problems(pilot: object, app: DeskApp) -> ProblemsScreen:
    await until(pilot, lambda: app.screen.query("#list"))
    await pilot.press("exclamation_mark")  # type: ignore[attr-defined]
    await until(pilot, lambda: isinstance(app.screen, ProblemsScreen) and app.screen.table.cursor_row is not None)
    assert isinstance(app.screen, ProblemsScreen)
    return app.screen


def open_kinds(desk: Desk) -> list[str]:
    return [problem.kind for problem in desk.ctx.store.read_now(attention.open_problems)]


async def test_money_on_a_cancelled_booking_is_refunded_or_the_booking_opened_again(desk: Desk, size: Size) -> None:
    await changes.cancel(desk.ctx, await paid(desk), "plans changed", "Ayesha")
    app = app_of(desk)
    async with app.run_test(size=size) as pilot:
        await at_problems(pilot, app)
        assert "r Refund" in shown(app)
        assert "z Re-open" in shown(app)
        await pilot.press("r")
        await until(pilot, lambda: isinstance(app.screen, RefundDialog))
        await pilot.press("escape")
        await until(pilot, lambda: isinstance(app.screen, ProblemsScreen))
        await pilot.press("z")
        await until(pilot, lambda: isinstance(app.screen, UndoDialog))
        await pilot.press("escape")
        await until(pilot, lambda: isinstance(app.screen, ProblemsScreen))
        await pilot.press("P")
        await until(pilot, lambda: "needs a manager" in shown(app) or "does not help" in shown(app))
        await pilot.press("enter")
        await until(pilot, lambda: "What helps" in shown(app) and "Take the cancellation back" in shown(app))


async def test_a_wrong_amount_is_accepted_or_the_rest_collected(desk: Desk, size: Size) -> None:
    booking_id = await desk.book()
    link = await checkout(desk.ctx, booking_id, "Ayesha")
    await desk.sandbox.pay(link.session_id)
    await changes.edit(desk.ctx, booking_id, "Ayesha", amount_minor=1_500_000)
    await desk.feed()
    app = app_of(desk)
    app.user = MANAGER
    async with app.run_test(size=size) as pilot:
        await at_problems(pilot, app)
        await pilot.press("A")
        await until(pilot, lambda: isinstance(app.screen, AcceptDialog))
        await pilot.press("escape")
        await until(pilot, lambda: isinstance(app.screen, ProblemsScreen))
        await pilot.press("m")
        await until(pilot, lambda: isinstance(app.screen, SwitchDialog) and app.screen.query("#deed"))
        await until(pilot, lambda: app.screen.armed(1e12))
        app.screen.do_it()
        await until(pilot, lambda: isinstance(app.screen, MarkPaidDialog) and app.screen.query("#deed"))
        app.screen.do_it()
        await until(pilot, lambda: isinstance(app.screen, ProblemsScreen) and open_kinds(desk) == [])
        await until(pilot, lambda: "Nothing waits for you" in shown(app))
    assert desk.booking(booking_id).status == "PAID"


async def test_a_returned_refund_is_paid_another_way_with_the_sum_typed_again(desk: Desk, size: Size) -> None:
    booking_id = await paid(desk)
    done = await refund(desk.ctx, Request(booking_id, "Ayesha", uid=new_uid()))
    await desk.sandbox.fail_refund(done.stripe_refund_id)
    await desk.feed()
    app = app_of(desk)
    app.user = MANAGER
    async with app.run_test(size=size) as pilot:
        await at_problems(pilot, app)
        await pilot.press("P")
        await until(pilot, lambda: isinstance(app.screen, PayBackDialog) and app.screen.query("#deed"))
        dialog = app.screen
        assert isinstance(dialog, PayBackDialog)
        assert dialog.deed.disabled
        dialog.reference.value = "voucher 118"
        dialog.again.value = "9,999"
        await pilot.pause()
        assert dialog.deed.disabled, "not the same sum"
        dialog.again.value = "10,000"
        await until(pilot, lambda: not dialog.deed.disabled)
        dialog.do_it()
        await until(pilot, lambda: isinstance(app.screen, ProblemsScreen) and open_kinds(desk) == [])
    assert desk.booking(booking_id).status == "PENDING"


async def test_what_the_desk_itself_has_wrong_leads_to_the_doctor_or_is_tried_again(desk: Desk, size: Size) -> None:
    desk.ctx.clock = lambda: desk.time() - 600
    await watch_clock(desk.ctx)
    app = app_of(desk)
    async with app.run_test(size=size) as pilot:
        await at_problems(pilot, app)
        assert "this computer's clock is 10 min slow" in shown(app)
        await pilot.press("a")
        await until(pilot, lambda: "clock is 10 min slow." in shown(app))
        desk.ctx.clock = desk.time
        await pilot.press("a")
        await until(pilot, lambda: open_kinds(desk) == [])
        desk.ctx.clock = lambda: desk.time() - 600
        await watch_clock(desk.ctx)
        await pilot.press("escape")
        await at_problems(pilot, app)
        await pilot.press("D")
        await until(pilot, lambda: isinstance(app.screen, DoctorScreen))


async def test_a_dispute_is_opened_in_stripe_and_its_address_told(
    desk: Desk, monkeypatch: pytest.MonkeyPatch, size: Size
) -> None:
    await paid(desk)
    await desk.sandbox.open_dispute(next(iter(desk.sandbox.books.charges)))
    await desk.feed()
    opened: list[str] = []
    app = app_of(desk)
    monkeypatch.setattr(app, "open_url", lambda url, **_: opened.append(url))
    async with app.run_test(size=size) as pilot:
        await at_problems(pilot, app)
        assert re.search(r"\d+ d ", shown(app)), "the deadline counts down"
        await pilot.press("S")
        await until(pilot, lambda: opened and "(copied)" in shown(app))
        await pilot.press("r")
        await until(pilot, lambda: "does not help" in shown(app))
    assert opened == [f"{desk.sandbox.base_url}/_sandbox/"]


async def test_a_mail_s_address_is_mended_from_its_problem(desk: Desk, size: Size) -> None:
    from travello_desk.payments.projection import Alert

    booking_id = await paid(desk)
    alert = Alert("mail_failed", str(booking_id), detail="nobody@example.org: 550 no such user")
    await desk.ctx.store.write(lambda tx: attention.raise_alert(tx, booking_id, alert))
    app = app_of(desk)
    async with app.run_test(size=size) as pilot:
        await at_problems(pilot, app)
        await pilot.press("E")
        await until(pilot, lambda: isinstance(app.screen, BookingFormDialog))
