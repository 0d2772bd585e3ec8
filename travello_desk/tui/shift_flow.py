"""From the key to the drawer: which shift is meant, its windows one after the other, and hand-over notes on arrival."""

from __future__ import annotations

from typing import TYPE_CHECKING

from travello_desk.actions import ROLE_RANK
from travello_desk.operations import shifts
from travello_desk.store.errors import StoreError
from travello_desk.tui.badges import clean
from travello_desk.tui.messages import BookingsChanged
from travello_desk.tui.screens.confirm import ConfirmScreen
from travello_desk.tui.screens.shift_menu import Choice, ShiftMenu, choices

if TYPE_CHECKING:
    from travello_desk.tui.app import DeskApp


async def run_shift(desk: DeskApp) -> None:
    """Ask what is meant, unless there is one thing only, and do it."""
    user = desk.user
    if user is None:
        return
    try:
        found = [standing.shift for standing in await shifts.open_shifts(desk.ctx)]
    except StoreError as error:
        desk.notify(f"Not now: {error}", severity="error", markup=False)
        return
    manager = ROLE_RANK.get(user.role, 0) >= ROLE_RANK["manager"]
    told = choices(found, user.name, manager=manager)
    own = next((shift for shift in found if shift.name == user.name), None)
    title = f"Your shift is open since {desk.now_text(own.opened_at)}." if own else "You have no shift open."
    chosen = told[0] if len(told) == 1 else await desk.push_screen_wait(ShiftMenu(title, told))
    while chosen is not None:
        chosen = await one(desk, chosen)


async def one(desk: DeskApp, chosen: Choice) -> Choice | None:
    """One window; what it leads on to, or None."""
    from travello_desk.tui.dialogs import shift as dialogs

    deed, shift = chosen
    made = {
        "open": dialogs.OpenShiftDialog,
        "drop": dialogs.DropDialog,
        "count": dialogs.CountDialog,
        "close": dialogs.CloseShiftDialog,
    }[deed]
    if desk.user is None:
        return None
    outcome = await desk.push_screen_wait(made(desk.ctx, desk.user, shift))
    if outcome is None:
        return None
    desk.notify(outcome.text, markup=False)
    for screen in desk.screen_stack:  # the day's report stands below and tells of shifts
        screen.post_message(BookingsChanged(frozenset()))
    return (outcome.then, shift) if outcome.then else None


async def tell_notes(desk: DeskApp) -> None:
    """Show each hand-over note once: whoever says so has read it."""
    user = desk.user
    try:
        notes = await shifts.unread_notes(desk.ctx) if user else []
        for note in notes:
            if user is None or note.author == user.name:
                continue
            words = f"From {clean(note.author)}, {desk.now_text(note.at)}:\n\n{clean(note.text)}"
            if await desk.push_screen_wait(ConfirmScreen(words, "I have read it", "Show it again later")):
                await shifts.note_read(desk.ctx, user.name, note.shift_id)
    except StoreError as error:
        desk.notify(f"Hand-over notes cannot be read: {error}", severity="warning", markup=False)
