"""What a person did last that can still be taken back, wherever the cursor is now (UX 2.1, `z`). Reads only."""

from __future__ import annotations

from typing import Final

from travello_desk.actions import User, can_undo
from travello_desk.store import timeline
from travello_desk.store.tx import Tx
from travello_desk.tui.detail import load_detail

KINDS: Final = frozenset({"marked_paid", "cancelled", "no_show"})
LOOKED_AT: Final = 1000
"""So many entries of the whole house are looked through: whoever wants to undo more than that finds the booking."""


def last_undoable(tx: Tx, user: User) -> int | None:
    """The booking of this person's newest mark, cancellation or no-show that stands, or None."""
    mine = [one for one in timeline.recent(tx, LOOKED_AT) if one.actor == user.name and one.kind in KINDS]
    for booking_id in dict.fromkeys(one.booking_id for one in mine if one.booking_id is not None):
        detail = load_detail(tx, booking_id)
        if detail is not None and can_undo(detail.subject(link_known=True), user) is None:
            return booking_id
    return None
