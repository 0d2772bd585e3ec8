"""Finding a booking: the search box, a pasted reference, what to do when nothing matches, the bookings opened last."""

from __future__ import annotations

import asyncio
from functools import partial
from typing import Any, Final

from textual import events, on
from textual.widgets import Input

from travello_desk.actions import BY_ID as BY_ACTION
from travello_desk.store import bookings
from travello_desk.store.errors import StoreError
from travello_desk.tui.screens.deeds import refusal
from travello_desk.tui.screens.marking import Marking
from travello_desk.tui.screens.view_words import BY_ID, nothing_found, offers_for
from travello_desk.tui.widgets.offers import Offer, Offers
from travello_desk.tui.widgets.search_box import SearchBox
from travello_desk.tui.work import start

NOTHING_OPENED = "Nothing was opened yet. Enter on a booking opens it. Esc goes back."
OF_ROWS: Final = frozenset({"mark", "mark_all", "bulk", "undo", "export"})
"""What acts on rows besides the actions that need a booking."""


class Finding(Marking):
    """A list that can be searched. Subclasses give the listing and show it (`show_list`)."""

    def __init__(self) -> None:
        super().__init__()
        self.box = SearchBox(id="search")
        self.offers = Offers(id="empty")
        self._searched = ""
        self._answered = asyncio.Event()
        """Not set while the rows are those of an earlier search: no key may act on one of them."""
        self._answered.set()

    def show_list(self, *, keep: bool = False) -> None:
        raise NotImplementedError

    # Typing

    def desk_search(self) -> None:
        self.box.begin()

    @on(Input.Changed, "#search")
    def typed(self, message: Input.Changed) -> None:
        self._answered.clear()
        self.run_search()

    def run_search(self) -> None:
        start(self, partial(self._search, self.box.value), "search")

    async def _search(self, text: str) -> None:
        await self._find(text)
        if text == self.box.value:  # one that was given up leaves this to the one that took its place
            self._answered.set()

    async def _find(self, text: str) -> None:
        keep = text == self._searched or not text.strip()
        try:
            current = await self.listing.find(text, self.current_id if keep else None, self.table.lines)
        except StoreError as error:
            self.say(f"Not searched: {error}")
            return
        if current:
            self._searched = text
            self.show_list(keep=keep)

    @on(SearchBox.Left)
    def left_search(self) -> None:
        """To what was found; to the offers when that is nothing."""
        (self.offers.list if self.has_class("-empty") and self.offers.offers else self.table).focus()

    def clear_search(self) -> None:
        """Without a word that starts a search of its own."""
        self._searched = ""
        self._answered.set()
        with self.prevent(Input.Changed):
            self.box.value = ""

    def waits(self, action_id: str) -> bool:
        """Whether the key comes before the rows it means; it is done when they are there."""
        if self._answered.is_set() or not (BY_ACTION[action_id].needs_booking or action_id in OF_ROWS):
            return False
        start(self, partial(self._once_answered, action_id), "early key")
        return True

    async def _once_answered(self, action_id: str) -> None:
        await self._answered.wait()
        self.action_desk(action_id)

    def on_paste(self, event: events.Paste) -> None:
        """A reference pasted over the list is looked for: its booking is the first row, under the cursor."""
        lines = event.text.split("\n")
        if text := lines[0].strip()[:200]:
            event.stop()
            self.box.value = text
            self.table.focus()

    # A booking by name

    def find_booking(self, booking_id: int) -> None:
        """This booking alone, wherever it is; Esc brings the view back, with the cursor on it."""
        start(self, partial(self._find_booking, booking_id), "find")

    async def _find_booking(self, booking_id: int) -> None:
        booking = await self.ctx.store.read(lambda tx: bookings.get(tx, booking_id))
        if booking is not None:
            self.box.value = f"ref:{booking.reference}" if " " not in booking.reference else booking.reference
            self.table.focus()

    # Nothing there

    def show_nothing(self) -> None:
        """What would be here, or why nothing matches and what can be done instead."""
        listing, glyphs = self.listing, self.desk.glyphs
        if listing.picked:
            self.offers.show(glyphs.text(NOTHING_OPENED))
        elif listing.searching:
            words = nothing_found(listing.text, listing.query, listing.found)
            self.offers.show(glyphs.text(words), offers_for(listing.query, listing.dropped))
        else:
            view_id = "all" if listing.counts.get("all") == 0 else listing.view_id
            self.offers.show(glyphs.text(BY_ID[view_id].empty))

    def keep_focus(self) -> None:
        """Of list and offers one is hidden at a time: whoever was in the one is in the other now."""
        if self.box.has_focus or self.app.screen is not self:
            return
        if self.has_class("-empty") and self.offers.offers:
            self.offers.list.focus()
        elif self.offers.list.has_focus or self.focused is None:
            self.table.focus()

    @on(Offers.Taken)
    def take(self, message: Offers.Taken) -> None:
        offer: Offer = message.offer
        if offer.kind == "search":
            self.box.value = offer.argument
            self.table.focus()
        elif offer.kind == "new":
            start(self, partial(self._new_for, offer.argument), "deed")
        else:
            self.box.value = ""
            self.table.focus()

    async def _new_for(self, name: str) -> None:
        """A new booking, perhaps for a guest who was not found; the list shows it when it is made."""
        from travello_desk.tui.dialogs.booking_form import BookingFormDialog

        if said := refusal("new", None, self.user, self.ctx.health.money_fault):
            self.say(said)
            return
        told: Any = await self.app.push_screen_wait(BookingFormDialog(self.ctx, self.user, None, guest_name=name))
        self.tell(told)
        if told is not None:
            self.find_booking(told.booking_id)

    # Opened last

    def desk_recent(self) -> None:
        """The bookings this person has opened last, the newest first; Esc brings the view back."""
        self.clear_search()
        self.listing.pick(self.desk.preferences.recent)
        self.show_list()
        self.table.focus()
