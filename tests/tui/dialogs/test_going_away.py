"""A window that is closed, or a desk that ends, while the store is still reading: nobody is there to be written to."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any

import pytest

from tests.desk import Desk
from tests.tui.dialogs.host import AYESHA, OLGA, SMALL, shown, until
from travello_desk.tui.dialogs.accept import AcceptDialog
from travello_desk.tui.dialogs.booking_modal import BookingModal
from travello_desk.tui.dialogs.bulk import BulkDialog
from travello_desk.tui.dialogs.cancel import CancelDialog
from travello_desk.tui.dialogs.close_link import CloseLinkDialog
from travello_desk.tui.dialogs.explain import ExplainDialog
from travello_desk.tui.dialogs.link import LinkDialog
from travello_desk.tui.dialogs.mark_paid import MarkPaidDialog
from travello_desk.tui.dialogs.problem import ErrorDialog
from travello_desk.tui.dialogs.receipt import ReceiptDialog
from travello_desk.tui.dialogs.refund import RefundDialog
from travello_desk.tui.dialogs.switch import SwitchDialog
from travello_desk.tui.dialogs.undo import UndoDialog

Opening = Callable[[Desk, int], BookingModal[Any]]
WINDOWS: dict[str, Opening] = {
    "bulk": lambda desk, booking_id: BulkDialog(desk.ctx, AYESHA, [booking_id]),
    **{
        kind.__name__: lambda desk, booking_id, kind=kind: kind(desk.ctx, OLGA, booking_id)  # type: ignore[misc]
        for kind in (
            AcceptDialog, CancelDialog, CloseLinkDialog, ExplainDialog, LinkDialog, MarkPaidDialog,
            ReceiptDialog, RefundDialog, SwitchDialog, UndoDialog,
        )
    },
}  # fmt: skip


class Slow:
    """The store's reads, each held until the test lets it go."""

    def __init__(self, desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
        self.held: list[asyncio.Event] = []
        self.read = desk.ctx.store.read
        self.stopped = False
        monkeypatch.setattr(desk.ctx.store, "read", self.held_read)

    def stop(self) -> None:
        """From here on nothing more is held."""
        self.stopped = True

    async def held_read(self, work: Callable[[Any], Any]) -> Any:
        if not self.stopped:
            go_on = asyncio.Event()
            self.held.append(go_on)
            await go_on.wait()
        return await self.read(work)

    async def next(self, number: int) -> asyncio.Event:
        """How to let the read of that number go, once it has begun."""
        await until(lambda: len(self.held) > number)
        return self.held[number]


@pytest.mark.parametrize("name", WINDOWS)
async def test_escape_while_the_window_still_reads(desk: Desk, monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    dialog = WINDOWS[name](desk, await desk.book())
    below = ErrorDialog("it broke", "no", "wait", "req_1")
    async with shown(desk.ctx, below, SMALL) as (host, _):
        slow = Slow(desk, monkeypatch)
        host.push_screen(dialog)
        first = await slow.next(0)
        dialog.action_back()
        slow.stop()
        first.set()
        await until(lambda: not dialog.is_running)
        assert host.screen is below


@pytest.mark.parametrize("name", WINDOWS)
async def test_the_desk_ends_while_the_window_reads_again(
    desk: Desk, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    booking_id = await desk.book()
    dialog = WINDOWS[name](desk, booking_id)
    async with shown(desk.ctx, dialog, SMALL) as (host, _):
        slow = Slow(desk, monkeypatch)
        host.tell({booking_id})
        again = await slow.next(0)
        slow.stop()
        asyncio.get_running_loop().call_later(0.1, again.set)  # the desk waits for the handler that is reading
