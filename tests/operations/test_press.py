"""The process that draws receipts: started when needed, replaced when it dies, gone with the house."""

from __future__ import annotations

import asyncio
import logging
import os
import signal
import subprocess
import sys
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.desk import Desk
from tests.house import until
from tests.operations.test_mail_queue import paid
from tests.tree import ROOT
from travello_desk.operations import press as presses
from travello_desk.operations import receipt_pdf
from travello_desk.operations.mail.deliver import BACK_OFF_SECONDS, deliver
from travello_desk.operations.mail.derive import derive
from travello_desk.operations.press import NotDrawn, Press
from travello_desk.operations.sheet import Sheet
from travello_desk.store import outbox

PARENT = """
import asyncio, os
from tests.operations.test_press import sheet
from travello_desk.operations.press import PRESS
asyncio.run(PRESS.draw(sheet()))
print(PRESS.process.pid, flush=True)
os.kill(os.getpid(), 9)
"""


def sheet(text: str = "Ayesha Khan") -> Sheet:
    made = Sheet("Receipt", "en", rtl=False)
    made.line(text, size=18)
    made.row([("22 Nov", 40), ("Card payment", 0), ("Rs. 10,000", 42)], sum_last=True)
    made.rule()
    return made


@pytest.fixture
async def press() -> AsyncIterator[Press]:
    made = Press()
    yield made
    await made.put_away()
    await until(lambda: made.process is None)


def pid(press: Press) -> int:
    assert press.process is not None
    return press.process.pid


def alive(process: int) -> bool:
    """Whether it still works; one that nobody has asked about its end is a zombie."""
    try:
        return Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except FileNotFoundError:
        return False


async def test_one_process_draws_sheet_after_sheet(press: Press) -> None:
    assert press.process is None
    pages = await asyncio.gather(*(press.draw(sheet(text)) for text in ("one", "two", "three")))
    first = pid(press)
    assert [page[:5] for page in pages] == [b"%PDF-"] * 3
    await press.draw(sheet())
    assert pid(press) == first


async def test_when_it_has_died_another_takes_over(press: Press) -> None:
    await press.draw(sheet())
    first = pid(press)
    os.kill(first, signal.SIGKILL)
    assert (await press.draw(sheet())).startswith(b"%PDF-")
    assert pid(press) != first


async def test_a_sheet_that_was_being_drawn_is_drawn_again(press: Press) -> None:
    await press.draw(sheet())
    first = pid(press)
    os.kill(first, signal.SIGSTOP)
    drawing = asyncio.create_task(press.draw(sheet()))
    await asyncio.sleep(0)
    os.kill(first, signal.SIGKILL)
    assert (await drawing).startswith(b"%PDF-")
    assert pid(press) != first


async def test_one_that_hangs_is_ended(press: Press, monkeypatch: pytest.MonkeyPatch) -> None:
    await press.draw(sheet())
    first = pid(press)
    os.kill(first, signal.SIGSTOP)
    monkeypatch.setattr(presses, "DRAW_SECONDS", 0.05)
    with pytest.raises(NotDrawn):  # the second has no time to start
        await press.draw(sheet())
    assert not alive(first)
    monkeypatch.undo()
    assert (await press.draw(sheet())).startswith(b"%PDF-")


async def test_a_sheet_it_cannot_draw_costs_nobody_else_his(press: Press, caplog: pytest.LogCaptureFixture) -> None:
    bad = sheet("Ayesha Khan")
    bad.steps.append(("fold", {"who": "Ayesha Khan"}))
    with caplog.at_level(logging.ERROR), pytest.raises(NotDrawn):
        await press.draw(bad)
    first = pid(press)
    assert "AttributeError" in caplog.text
    assert "Ayesha" not in caplog.text
    assert (await press.draw(sheet())).startswith(b"%PDF-")
    assert pid(press) == first


async def test_it_is_put_away_when_nothing_comes() -> None:
    press = Press(idle_seconds=0.01)
    await press.draw(sheet())
    await until(lambda: press.process is None)
    assert (await press.draw(sheet())).startswith(b"%PDF-")
    await until(lambda: press.process is None)


async def test_whoever_has_stopped_waiting_stops_nobody(press: Press) -> None:
    given_up = asyncio.create_task(press.draw(sheet()))
    kept = asyncio.create_task(press.draw(sheet()))
    await asyncio.sleep(0)
    given_up.cancel()
    assert (await kept).startswith(b"%PDF-")


async def test_it_ends_with_the_house_that_is_killed() -> None:
    house = await asyncio.to_thread(
        subprocess.run,
        [sys.executable, "-c", PARENT],
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        timeout=120,
    )
    assert house.returncode == -signal.SIGKILL, house.stderr
    await until(lambda: not alive(int(house.stdout)))


async def test_no_mail_is_lost_when_nothing_can_be_drawn(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    """It waits like one the mail server did not take, and leaves with its receipt when drawing works again."""
    booking_id = await paid(desk)
    await derive(desk.ctx)
    press = Press()
    monkeypatch.setattr(receipt_pdf, "PRESS", press)
    with monkeypatch.context() as broken:
        broken.setattr(sys, "executable", "/bin/false")
        assert await deliver(desk.ctx) == 0
    [mail] = desk.ctx.store.read_now(lambda tx: outbox.of_booking(tx, booking_id))
    assert (mail.status, mail.tries) == ("queued", 1)
    assert "could not be drawn" in mail.last_error
    desk.time.seconds += BACK_OFF_SECONDS[0]
    assert await deliver(desk.ctx) == 1
    [written] = desk.ctx.settings.outbox_dir.glob("*.eml")
    assert b"receipt-TRV-1.pdf" in written.read_bytes()
    await press.put_away()
