"""From a key to a dialog: is it possible, for this booking, for this person, now? If not, say why. Decides no money.

The dialogs are imported when they are first opened: the desk starts without them.
"""

from __future__ import annotations

from importlib import import_module
from typing import Any, Final, Protocol

from textual.screen import ModalScreen

from travello_desk.actions import BY_ID, Subject, User, reason_against
from travello_desk.operations.context import Context

DIALOGS: Final = {
    "link": ("link", "LinkDialog"),
    "email": ("email", "EmailDialog"),
    "receipt": ("receipt", "ReceiptDialog"),
    "guest_link": ("guest_link", "GuestLinkDialog"),
    "mark_paid": ("mark_paid", "MarkPaidDialog"),
    "refund": ("refund", "RefundDialog"),
    "switch": ("switch", "SwitchDialog"),
    "cancel": ("cancel", "CancelDialog"),
    "undo": ("undo", "UndoDialog"),
    "close_link": ("close_link", "CloseLinkDialog"),
    "accept": ("accept", "AcceptDialog"),
    "edit": ("booking_form", "BookingFormDialog"),
    "explain": ("explain", "ExplainDialog"),
    "fix_pay_back": ("pay_back", "PayBackDialog"),
    "new": ("booking_form", "BookingFormDialog"),
}


class Told(Protocol):
    """What a dialog leaves behind: good news, a warning, and the action to go on with."""

    text: str
    warning: str
    then: str


def dialog_for(action_id: str, ctx: Context, user: User, booking_id: int | None) -> ModalScreen[Any]:
    """The dialog of an action."""
    module, name = DIALOGS[action_id]
    made: ModalScreen[Any] = getattr(import_module(f"travello_desk.tui.dialogs.{module}"), name)(ctx, user, booking_id)
    return made


def refusal(action_id: str, subject: Subject | None, user: User, fault: str = "") -> str | None:
    """`r refund: nothing was paid yet`, or None when it may be done. `fault`: why the store cannot be written."""
    action = BY_ID[action_id]
    reason = reason_against(action, subject, user, fault)
    return f"{action.label}: {reason}" if reason else None
