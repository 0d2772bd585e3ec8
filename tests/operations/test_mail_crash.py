"""kill -9 at every moment of sending: at most one duplicate, under the same Message-ID, and never none."""

from __future__ import annotations

import asyncio
import signal
import sys
from dataclasses import replace
from pathlib import Path

import pytest

from tests.desk import NOW, Desk
from tests.operations.post_office import open_post_office
from travello_desk.operations import mail
from travello_desk.operations.mail.deliver import CLAIM_SECONDS, deliver
from travello_desk.store import outbox
from travello_desk.store.outbox import Mail

# A desk of its own in another process; it dies at one of three moments.
PROGRAM = """
import asyncio, os, signal, sys
from pathlib import Path
from travello_desk.operations.context import Context
from travello_desk.operations.mail import deliver as delivering
from travello_desk.settings import load
from travello_desk.store.database import open_store

folder, port, moment, now = Path(sys.argv[1]), sys.argv[2], sys.argv[3], int(sys.argv[4])

def die(*_):
    os.kill(os.getpid(), signal.SIGKILL)

async def main():
    settings = load({"SMTP_URL": f"smtp://127.0.0.1:{port}", "MAIL_FROM": "desk@hotel.example"}, folder)
    ctx = Context(open_store(folder / "travello.db", lambda: now), settings, None, lambda: now)
    if moment == "claimed":
        delivering.occasion = die
    elif moment == "sent":
        delivering.record = die
    await delivering.deliver(ctx)
    if moment == "recorded":
        die()

asyncio.run(main())
"""


async def die_at(moment: str, folder: Path, port: int) -> None:
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-c", PROGRAM, str(folder), str(port), moment, str(NOW), stderr=asyncio.subprocess.PIPE
    )
    async with asyncio.timeout(60):
        _, errors = await process.communicate()
    assert process.returncode == -signal.SIGKILL, errors.decode()


MOMENTS = [("claimed", 0, "sending"), ("sent", 1, "sending"), ("recorded", 1, "sent")]


@pytest.mark.parametrize(("moment", "copies", "left"), MOMENTS)
async def test_kill_9(desk: Desk, moment: str, copies: int, left: str) -> None:
    queued = await mail.queue_link(desk.ctx, await desk.book(), "Ayesha")

    def row() -> Mail:
        found = desk.ctx.store.read_now(lambda tx: outbox.get(tx, queued.id))
        assert found is not None
        return found

    async with open_post_office() as office:
        desk.ctx.settings = replace(desk.ctx.settings, smtp=office.server, mail_from="desk@hotel.example")
        await die_at(moment, desk.folder, office.port)
        assert (len(office.taken), row().status) == (copies, left)
        assert await deliver(desk.ctx) == 0
        desk.time.seconds += CLAIM_SECONDS
        await deliver(desk.ctx)
        assert row().status == "sent"
        assert 1 <= len(office.taken) <= 2
        assert {each["Message-ID"] for each in office.taken} == {queued.message_id}
        desk.time.seconds += 100 * CLAIM_SECONDS
        assert await deliver(desk.ctx) == 0
