"""The smallest app that can hold a dialog, and what tests do with it."""

from __future__ import annotations

import asyncio
import re
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Any

from textual.app import App
from textual.pilot import Pilot
from textual.screen import Screen
from textual.widgets import Static

from tests.tui.sizes import SMALL, Size
from travello_desk.actions import User
from travello_desk.operations import bookings as booking_operations
from travello_desk.operations.context import Context
from travello_desk.store import bookings, timeline
from travello_desk.store.bookings import Booking, NewBooking
from travello_desk.tui.dialogs.fields import Words
from travello_desk.tui.messages import BookingsChanged
from travello_desk.tui.theme import DARK

NOW = 1_795_512_720  # Tue 24 Nov 2026 14:32 in Karachi
TODAY = "2026-11-24"
AYESHA = User("Ayesha", "clerk", 1_000_000)
OLGA = User("Olga", "owner")
UNANSWERED: Any = object()
WINDOW = [SMALL]
"""The size of a test that names none: each is run in both (conftest.py)."""


class FakeTime:
    """Seconds that move only when told."""

    def __init__(self, seconds: float) -> None:
        self.seconds = seconds

    def __call__(self) -> float:
        return self.seconds


class Host(App[None]):
    """Shows one dialog, keeps its answer, and forwards changes of the store as the desk does."""

    ENABLE_COMMAND_PALETTE = False

    def __init__(self, ctx: Context, dialog: Screen[Any]) -> None:
        super().__init__()
        self.ctx, self.dialog = ctx, dialog
        self.answer: Any = UNANSWERED
        self.opened_urls: list[str] = []
        self.toasts: list[str] = []

    def on_mount(self) -> None:
        self.register_theme(DARK)
        self.theme = DARK.name
        self.run_worker(self.show(), exit_on_error=False)

    async def show(self) -> None:
        self.answer = await self.push_screen_wait(self.dialog)

    def tell(self, ids: set[int]) -> None:
        """From the writer's thread: the open windows hear of the change."""
        for screen in self.screen_stack:
            screen.post_message(BookingsChanged(frozenset(ids)))

    def open_url(self, url: str, *, new_tab: bool = True) -> None:
        self.opened_urls.append(url)

    def notify(self, message: str, **more: Any) -> None:
        self.toasts.append(message)
        super().notify(message, **more)

    # What a test asks of the window on top.

    def text(self) -> str:
        """What the screen shows, line by line, as a person reads it."""
        strips = self.screen._compositor.render_strips()
        return "\n".join("".join(segment.text for segment in strip).rstrip() for strip in strips)

    def flat(self) -> str:
        """The same as one line without frames and QR blocks: for sentences that wrap."""
        return " ".join(re.sub("[│█▀▄]", " ", self.text()).split())

    def words(self, selector: str) -> str:
        return str(self.screen.query_one(selector, Words).content)

    def deed(self) -> tuple[str, bool]:
        """The deed's label, and whether it is on."""
        button = self.screen.query_one("#deed")
        return str(button.label), not button.disabled  # type: ignore[attr-defined]

    @property
    def answered(self) -> bool:
        return self.answer is not UNANSWERED


class House:
    """A store with a context, and the few things that tests put into it."""

    def __init__(self, ctx: Context, clock: FakeTime) -> None:
        self.ctx, self.clock = ctx, clock

    async def book(self, **changes: Any) -> int:
        """A booking that pays on arrival; its id."""
        values: dict[str, Any] = {
            "reference": "TRV-10479",
            "guest_name": "Marco Rossi",
            "guest_email": "marco@example.com",
            "guest_phone": "+39 055 555 0117",
            "room": "118",
            "check_in": TODAY,
            "check_out": "2026-11-26",
            "amount_minor": 1_150_000,
            "currency": "PKR",
            "method": "ARRIVAL",
        }
        return await booking_operations.create(self.ctx, NewBooking(**values | changes), "import")

    def booking(self, booking_id: int) -> Booking:
        found = self.ctx.store.read_now(lambda tx: bookings.get(tx, booking_id))
        assert found is not None
        return found

    def lines(self, booking_id: int) -> list[str]:
        return [entry.text for entry in self.ctx.store.read_now(lambda tx: timeline.for_booking(tx, booking_id))]


@asynccontextmanager
async def shown(ctx: Context, dialog: Screen[Any], size: Size | None = None) -> AsyncIterator[tuple[Host, Pilot[None]]]:
    """The dialog on screen, filled and at rest."""
    host = Host(ctx, dialog)
    stop = ctx.store.watch(host.tell)
    async with host.run_test(size=size or WINDOW[0]) as pilot:
        await until(lambda: (host.screen is dialog and bool(dialog.query(Static))) or host.answered)
        await settle(pilot)
        yield host, pilot
    stop()


async def settle(pilot: Pilot[Any]) -> None:
    """Let messages, workers and reads of the store come to rest."""
    for _ in range(4):
        await pilot.pause()


async def press(pilot: Pilot[Any], *keys: str) -> None:
    """Press keys one after another and let everything follow."""
    await pilot.press(*keys)
    await settle(pilot)


async def until(ready: Callable[[], object], seconds: float = 30.0) -> None:
    """Poll until something is so, or fail."""
    async with asyncio.timeout(seconds):
        while not ready():  # noqa: ASYNC110 (what is polled has no event of its own)
            await asyncio.sleep(0.005)
