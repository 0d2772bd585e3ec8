"""What the app tells its screens. Data only; nothing here knows a widget or the store."""

from __future__ import annotations

from textual.message import Message


class BookingsChanged(Message, bubble=False):
    """These bookings were written, here or at another desk. The app posts it to the screen and to an open dialog."""

    def __init__(self, ids: frozenset[int]) -> None:
        self.ids = ids
        super().__init__()
