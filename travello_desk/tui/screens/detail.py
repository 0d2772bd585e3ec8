"""One booking on the whole screen: what the pane shows where the window is wide."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import ClassVar

from textual import events
from textual.binding import Binding, BindingType
from textual.widget import Widget

from travello_desk.store.errors import StoreError
from travello_desk.tui.bars import Part
from travello_desk.tui.detail import load_detail
from travello_desk.tui.keys import bindings_for
from travello_desk.tui.messages import BookingsChanged
from travello_desk.tui.screens.place import BookingPlace
from travello_desk.tui.widgets.text_pane import TextPane
from travello_desk.tui.work import start


class DetailScreen(BookingPlace):
    """Esc goes back to the list; the booking's keys work here too."""

    BINDINGS: ClassVar[list[BindingType]] = [
        *bindings_for("list", "desk", only_booking=True),
        Binding("escape,q", "back", "Back", show=False, id="detail.back"),
    ]
    FOOTER: ClassVar[tuple[str, ...]] = ("link", "mark_paid", "refund", "email", "switch", "cancel", "help", "palette")

    def __init__(self, booking_id: int) -> None:
        super().__init__()
        self.booking_id = booking_id
        self.text = TextPane(id="detail")

    @property
    def current_id(self) -> int | None:
        return self.booking_id

    def body(self) -> Iterable[Widget]:
        yield self.text

    def on_mount(self) -> None:
        super().on_mount()
        self.text.focus()
        self.read()

    def read(self) -> None:
        start(self, self._read, "detail")

    async def _read(self) -> None:
        try:
            self.detail = await self.ctx.store.read(lambda tx: load_detail(tx, self.booking_id))
        except StoreError as error:
            self.say(str(error))
            return
        self.paint()

    def paint(self) -> None:
        self.text.update(self.detail_text(max(20, min(self.text.scrollable_content_region.width, 100))), home=False)
        self.refresh_bars()

    def on_resize(self, event: events.Resize) -> None:
        super().on_resize(event)
        self.call_after_refresh(self.paint)

    def on_bookings_changed(self, message: BookingsChanged) -> None:
        if not message.ids or self.booking_id in message.ids:
            self.read()

    def status_ends(self) -> tuple[Sequence[Part], str]:
        return [Part("Esc goes back to the list")], ""

    def desk_open(self) -> None:
        """It is open already."""
