"""Rows E5, E6, E9, E12, E19 and what else must come back by itself: intentions, leases, clocks, backups, files."""

from __future__ import annotations

import asyncio
import os
import signal
import sys
from pathlib import Path

import pytest

from tests.desk import Desk, open_desk
from tests.house import Builder, House, until
from tests.situations.processes import ROOT
from travello_desk.doctor.house import store as doctor_looks_at_store
from travello_desk.operations.background import LEASE, RENEW_SECONDS, Background, Job
from travello_desk.operations.checkout import checkout
from travello_desk.operations.clock import watch_clock
from travello_desk.operations.poll import poll
from travello_desk.operations.refund import Request, refund
from travello_desk.operations.resume import resume
from travello_desk.store import leases
from travello_desk.store.backup import backup, restore
from travello_desk.store.database import open_store
from travello_desk.store.tx import Tx

KILLED = """
import asyncio, os, signal, sys
from pathlib import Path
from travello_desk.operations.checkout import checkout
from travello_desk.operations.context import Context
from travello_desk.settings import load
from travello_desk.store.database import open_store
from travello_desk.stripe_gateway import Gateway

async def main(path, now, key, base):
    settings = load({"STRIPE_SECRET_KEY": key, "STRIPE_API_BASE": base, "HOTEL_TIMEZONE": "Asia/Karachi"}, path.parent)
    gateway = Gateway(key, api_base=base)
    make = gateway.create_session
    async def made_and_gone(params, idempotency_key):
        await make(params, idempotency_key)
        os.kill(os.getpid(), signal.SIGKILL)
    gateway.create_session = made_and_gone
    await checkout(Context(open_store(path, lambda: now), settings, gateway, lambda: now), 1, "Ayesha")

asyncio.run(main(Path(sys.argv[1]), float(sys.argv[2]), sys.argv[3], sys.argv[4]))
"""


async def test_E5_kill_9_between_stripe_s_answer_and_our_commit_is_the_same_session_at_start(desk: Desk) -> None:
    booking_id = await desk.book()
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-c", KILLED, str(desk.ctx.store.path), str(desk.time()),  # type: ignore[attr-defined]
        desk.sandbox.access.secret_key, desk.sandbox.base_url,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
    )  # fmt: skip
    async with asyncio.timeout(60):
        assert await process.wait() == -signal.SIGKILL
    assert desk.states(booking_id)[2] == ["CREATING"]
    (made,) = desk.sandbox.books.sessions
    tended = Background(desk.ctx)
    await tended._start_up()
    assert desk.ctx.health.caught_up == "1 link recovered"
    assert (await checkout(desk.ctx, booking_id, "Ali")).session_id == made
    assert list(desk.sandbox.books.sessions) == [made]
    keys = {request.idempotency_key for request in desk.posts("/v1/checkout/sessions")}
    assert len(keys) == 1, "the same request, under the same key"


async def test_C4_D13_what_was_under_way_is_finished_in_the_background_once(desk: Desk) -> None:
    paid, unpaid = await desk.book(), await desk.book("TRV-2")
    await desk.sandbox.pay((await checkout(desk.ctx, paid, "Ayesha")).session_id)
    await desk.feed()
    desk.sandbox.faults.next("POST *", "reset_after", times=20)
    for deed in (refund(desk.ctx, Request(paid, "Ayesha", 200_000)), checkout(desk.ctx, unpaid, "Ayesha")):
        with pytest.raises(Exception, match="not known"):
            await deed
    desk.sandbox.faults.clear()
    desk.time.seconds += 60
    tended = Background(desk.ctx)
    await tended._renew()
    await tended._run_due()
    assert desk.view(paid).payments[0].refunded_minor == 200_000
    assert desk.states(unpaid)[2] == ["OPEN"]
    assert (len(desk.sandbox.books.refunds), len(desk.sandbox.books.sessions)) == (1, 2)
    posts = len(desk.posts("/v1/"))
    await resume(desk.ctx)
    assert len(desk.posts("/v1/")) == posts, "nothing is left to be sent"


async def test_E6_the_lease_moves_within_a_minute_when_its_holder_dies(desk: Desk) -> None:
    ran: list[str] = []

    def working(name: str) -> Background:
        async def note(what: str) -> None:
            ran.append(f"{what} of {name}")

        own = Job("own", 60, lambda: note("own"), everywhere=True)
        return Background(desk.ctx, [Job("work", 60, lambda: note("work")), own])

    first, second = working("first"), working("second")
    for background in (first, second):
        await background._renew()
        await background._run_due()
    assert ran == ["work of first", "own of first", "own of second"], "only the holder does the common work"
    assert RENEW_SECONDS + leases.LEASE_SECONDS <= 60
    desk.time.seconds += leases.LEASE_SECONDS - 1
    await second._renew()
    assert not desk.ctx.health.lease_holder
    desk.time.seconds += 1
    await second._renew()
    assert desk.ctx.health.lease_holder
    await second._run_due()
    assert ran[-1] == "work of second"
    await first._renew()
    assert desk.ctx.store.read_now(lambda tx: leases.holder_of(tx, LEASE)) == second.holder


async def test_E6_the_lease_is_not_written_for_every_job(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[int] = []
    ran: list[int] = []
    hold = leases.hold

    def counted(tx: Tx, name: str, holder: str) -> bool:
        asked.append(tx.now)
        return hold(tx, name, holder)

    async def work() -> None:
        ran.append(len(asked))

    monkeypatch.setattr(leases, "hold", counted)
    busy = Background(desk.ctx, [Job("work", 0.01, work)])
    busy.start()
    await until(lambda: len(ran) >= 3)
    assert ran == [1] * len(ran)
    desk.time.seconds += RENEW_SECONDS
    await until(lambda: len(asked) == 2)
    desk.time.seconds -= 3600
    await until(lambda: len(asked) == 3)
    await busy.close()


async def test_E6_an_instance_without_the_lease_rests_between_its_looks(desk: Desk) -> None:
    await desk.ctx.store.write(lambda tx: leases.hold(tx, LEASE, "another"))
    waiting = Background(desk.ctx, [Job("poll", 30, lambda: asyncio.sleep(0))])
    await waiting._renew()
    sleeping = asyncio.create_task(waiting._sleep())
    await asyncio.sleep(0.09)
    assert not sleeping.done(), "it waits for the next renewal, whatever is due"
    waiting.nudge("poll")
    await sleeping


async def test_E9_a_slow_clock_is_corrected_for_and_told(house: House) -> None:
    booking_id, session_id = await house.booking_with_session()
    await house.sandbox.pay(session_id)
    completed = house.events("checkout.session.completed")[0]
    true_time = house.clock.seconds
    house.ctx.clock = lambda: true_time - 600
    assert (await house.post_event(completed, signed_at=true_time)).status == 400
    await watch_clock(house.ctx)
    assert house.ctx.health.banner == "this computer's clock is 10 min slow"
    assert (await house.post_event(completed, signed_at=true_time)).status == 200
    assert (await house.booking(booking_id)).status == "PAID"
    house.ctx.clock = house.clock
    await watch_clock(house.ctx)
    assert (house.ctx.health.banner, await house.problems()) == ("", [])


async def test_E9_polling_heals_what_a_wrong_clock_refuses(desk: Desk) -> None:
    booking_id = await desk.book()
    await desk.sandbox.pay((await checkout(desk.ctx, booking_id, "Ayesha")).session_id)
    desk.ctx.clock = lambda: desk.time() + 9000
    await watch_clock(desk.ctx)
    assert desk.ctx.health.banner == "this computer's clock is 2 h fast"
    await poll(desk.ctx)
    assert desk.booking(booking_id).status == "PAID"


async def test_E12_after_a_restore_polling_from_the_backup_s_cursor_brings_everything_back(tmp_path: Path) -> None:
    async with open_desk(tmp_path) as desk:
        ids = [await desk.book(f"TRV-{number}") for number in range(3)]
        links = [await checkout(desk.ctx, booking_id, "Ayesha") for booking_id in ids[:2]]
        await desk.sandbox.pay(links[0].session_id)
        await poll(desk.ctx)
        path, copy = desk.folder / "travello.db", desk.folder / "copy.db"
        backup(path, copy)
        desk.time.seconds += 3600
        await desk.sandbox.pay(links[1].session_id)
        lost = await checkout(desk.ctx, ids[2], "Ayesha")
        await desk.sandbox.pay(lost.session_id)
        await poll(desk.ctx)
        desk.ctx.store.close()
        restore(copy, path)
        desk.ctx.store = open_store(path, desk.time)
        assert [desk.booking(booking_id).status for booking_id in ids] == ["PAID", "PENDING", "PENDING"]
        desk.time.seconds += 3600
        await poll(desk.ctx)
        assert [desk.booking(booking_id).status for booking_id in ids] == ["PAID", "PAID", "PAID"]
        assert (await poll(desk.ctx)).new == 0
        desk.ctx.store.close()


async def test_E19_the_store_is_private_and_doctor_names_one_that_is_not(desk: Desk) -> None:
    path = desk.ctx.store.place
    assert os.stat(path).st_mode & 0o777 == 0o600
    os.chmod(path, 0o644)
    mends = [finding.mend for finding in await doctor_looks_at_store(desk.ctx) if finding.level == "warning"]
    assert f"chmod 600 {path}" in mends


async def test_C21_a_reason_that_blocks_the_card_is_not_offered_nor_sent(desk: Desk) -> None:
    from travello_desk.payments.rules import REFUND_REASONS
    from travello_desk.tui.dialogs.refund import REASONS

    assert "fraudulent" not in [*REFUND_REASONS, *dict(REASONS)]
    booking_id = await desk.book()
    await desk.sandbox.pay((await checkout(desk.ctx, booking_id, "Ayesha")).session_id)
    await desk.feed()
    await refund(desk.ctx, Request(booking_id, "Ayesha", reason="fraudulent"))
    (made,) = desk.sandbox.books.refunds.values()
    assert made["reason"] != "fraudulent"


async def test_D46_what_is_copied_is_whole_and_short_enough_for_one_line(desk: Desk) -> None:
    from tests.tui.test_desk import app_of, until
    from travello_desk.tui.clipboard import copy_text

    booking_id = await desk.book()
    link = await checkout(desk.ctx, booking_id, "Ayesha")
    assert len(link.session_url) > 80, "this is the one that a wrapped line would break"
    assert "#" in link.session_url
    app = app_of(desk)
    async with app.run_test(size=(80, 24)) as pilot:
        await copy_text(app, link.session_url)
        assert app.clipboard == link.session_url
        await until(pilot, lambda: app.screen.query("#list") and app.screen.table.cursor_row is not None)
        await until(pilot, lambda: app.screen.detail is not None)
        await pilot.press("c")
        await until(pilot, lambda: app.clipboard != link.session_url)
        code = desk.booking(booking_id).guest_code
        assert app.clipboard == f"{desk.ctx.settings.public_base_url}/p/{code}"
        assert len(app.clipboard) < 60


async def test_two_houses_on_one_store_tell_the_same_age_of_polling(builder: Builder) -> None:
    first, second = await builder.build(), await builder.build()
    await poll(first.ctx)
    await first.ctx.store.write(lambda tx: leases.hold(tx, LEASE, "first"))
    await Background(second.ctx)._renew()
    assert second.ctx.health.last_poll_at == first.ctx.health.last_poll_at > 0
