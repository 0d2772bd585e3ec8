"""`verify` finds what does not follow from the facts, and can write it anew."""

from __future__ import annotations

import sqlite3
from pathlib import Path

from tests.desk import open_desk
from travello_desk.operations.checkout import checkout
from travello_desk.operations.verify import verify


async def test_a_status_written_by_hand_is_found_and_rebuilt(tmp_path: Path) -> None:
    async with open_desk(tmp_path) as desk:
        booking_id = await desk.book()
        link = await checkout(desk.ctx, booking_id, "Ayesha")
        await desk.sandbox.pay(link.session_id)
        await desk.feed()
        assert (await verify(desk.ctx)).differences == []
        other = sqlite3.connect(desk.ctx.store.path)
        other.execute("UPDATE bookings SET status = 'PENDING', balance_minor = 1000000")
        other.execute("UPDATE payments SET refunded_minor = 5")
        other.commit()
        other.close()
        found = await verify(desk.ctx)
        assert len(found.differences) == 3
        assert "status is PENDING, its facts say PAID" in found.differences[0]
        assert (await verify(desk.ctx, rebuild=True)).rebuilt == 1
        assert (await verify(desk.ctx)).differences == []
        assert desk.states(booking_id)[0] == "PAID"
