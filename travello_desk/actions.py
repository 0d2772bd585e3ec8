"""The one action table: what can be done, with which keys, by whom, and why not. Pure.

Keys, footer, palette, `?`, the CLI's names and README's key list are made from `ACTIONS`; a test fails when README is
stale. `available` answers None, or the reason why not in a clerk's words (UX 0.2, 4.4).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from travello_desk.payments.facts import Ledger
from travello_desk.payments.projection import BookingView
from travello_desk.payments.rules import (
    Refusal,
    cancel_refusal,
    checkout_refusal,
    mark_paid_refusal,
    refund_target,
    switch_refusal,
    undo_paid_refusal,
)

ROLE_RANK: Final = {"clerk": 1, "manager": 2, "owner": 3}


@dataclass(frozen=True, slots=True)
class User:
    """Who is signed in. `refund_limit_minor` None means no limit."""

    name: str
    role: str = "clerk"
    refund_limit_minor: int | None = None


@dataclass(frozen=True, slots=True)
class Subject:
    """The booking under the cursor, as the rules see it."""

    ledger: Ledger
    view: BookingView
    guest_email: str = ""
    link_known: bool = True
    """False while no public address is set: phones could not open the link."""
    link_revoked: bool = False
    """True while the guest's permanent link is switched off."""
    undo_fault: str | None = None
    """Why the drawer does not let the mark go any more: its shift is counted or closed."""


Available = Callable[[Subject, User], str | None]


@dataclass(frozen=True, slots=True)
class Action:
    """One thing a person can do. `tier` is the weight of its confirmation (UX 2.2).

    `scope` is the place that has it: a key may mean one thing in the list and another in a log. Without `keys` it is
    found in the palette only.
    """

    id: str
    label: str
    help: str
    keys: tuple[str, ...]
    scope: str = "list"
    tier: int = 0
    role: str = "clerk"
    cli: str = ""
    footer: bool = False
    needs_booking: bool = False
    available: Available | None = None


def text_of(refusal: Refusal | None) -> str | None:
    return refusal.text if refusal else None


LINK_OFF: Final = "the guest's link is switched off, L makes a new one"


def can_link(subject: Subject, user: User) -> str | None:
    refusal = checkout_refusal(subject.ledger, subject.view)
    if refusal and refusal.code == "not_online":
        way_out = "not for ARRIVAL bookings, x moves it to ONLINE first"
        return text_of(switch_refusal(subject.ledger, subject.view, "ONLINE")) or way_out
    return text_of(refusal) or (LINK_OFF if subject.link_revoked else None)


def can_email(subject: Subject, user: User) -> str | None:
    return can_link(subject, user) or (None if subject.guest_email else "no e-mail address is known")


def can_receipt(subject: Subject, user: User) -> str | None:
    paid = subject.view.desk_minor > 0 or any(payment.received_minor > 0 for payment in subject.view.payments)
    return None if paid else "nothing was paid yet"


def can_mark_paid(subject: Subject, user: User) -> str | None:
    refusal = mark_paid_refusal(subject.ledger, subject.view)
    if refusal and refusal.code == "not_arrival":
        way_out = "not for ONLINE bookings, x moves it to pay-on-arrival first"
        return text_of(switch_refusal(subject.ledger, subject.view, "ARRIVAL")) or way_out
    return text_of(refusal)


def can_refund(subject: Subject, user: User) -> str | None:
    if subject.view.desk_minor > 0:
        return None
    target = refund_target(subject.view)
    if target is None:
        paid = any(payment.payment.facts.paid for payment in subject.view.payments)
        return "everything has been refunded already" if paid else "nothing was paid yet"
    return "a dispute is open: the bank decides" if target.dispute == "DISPUTED" else None


def can_switch(subject: Subject, user: User) -> str | None:
    other = "ARRIVAL" if subject.ledger.method == "ONLINE" else "ONLINE"
    return text_of(switch_refusal(subject.ledger, subject.view, other))


def can_cancel(subject: Subject, user: User) -> str | None:
    return text_of(cancel_refusal(subject.view))


def can_undo(subject: Subject, user: User) -> str | None:
    if subject.ledger.cancelled:
        return None
    return text_of(undo_paid_refusal(subject.view)) or subject.undo_fault


def can_close_link(subject: Subject, user: User) -> str | None:
    return None if any(payment.payable for payment in subject.view.payments) else "no link is out"


def can_accept(subject: Subject, user: User) -> str | None:
    waiting = any(payment.review and payment.net_minor > 0 for payment in subject.view.payments)
    return None if waiting else "no payment waits for a decision"


def anytime(subject: Subject, user: User) -> str | None:
    return None


def booking_action(
    action_id: str, label: str, help_text: str, keys: str, available: Available, **more: object
) -> Action:
    """An action on the booking under the cursor."""
    return Action(
        action_id,
        label,
        help_text,
        tuple(keys.split()),
        needs_booking=True,
        available=available,
        **more,  # type: ignore[arg-type]
    )


def remedy(
    action_id: str, label: str, help_text: str, key: str, tier: int = 0, role: str = "clerk", cli: str = ""
) -> Action:
    """A key against the problem under the cursor (remedies.py says which help)."""
    return Action(action_id, label, help_text, (key,), scope="problems", tier=tier, role=role, cli=cli)


ACTIONS: Final[tuple[Action, ...]] = (
    Action(
        "search", "Search", "Find by name, reference, phone, e-mail or room", ("slash",), cli="bookings", footer=True
    ),
    booking_action("open", "Open", "Show everything about the booking", "enter", anytime, cli="booking"),
    booking_action(
        "link", "Link", "Make or show the payment link and its QR code", "l", can_link, cli="link", footer=True
    ),
    booking_action("copy", "Copy", "Copy the payment link, elsewhere the reference", "c y", anytime),
    booking_action(
        "email", "E-mail", "Mail the payment link, or a reminder", "e", can_email, cli="mail", footer=True, tier=1
    ),
    booking_action("receipt", "Receipt", "Show, save, mail or print the receipt", "t", can_receipt, cli="receipt"),
    booking_action(
        "guest_link", "Guest link", "Renew the guest's link, or switch it off", "L", anytime, cli="guest-link", tier=1
    ),
    booking_action(
        "mark_paid",
        "Mark paid",
        "Take the balance at the desk",
        "m",
        can_mark_paid,
        cli="mark-paid",
        footer=True,
        tier=1,
    ),
    booking_action(
        "refund", "Refund", "Give money back, all or part", "r", can_refund, cli="refund", footer=True, tier=2
    ),
    booking_action(
        "switch", "Switch method", "Move between ONLINE and pay on arrival", "x", can_switch, cli="switch", tier=1
    ),
    booking_action("cancel", "Cancel", "Cancel the booking, or note a no-show", "X", can_cancel, cli="cancel", tier=1),
    booking_action(
        "undo",
        "Undo",
        "Take a mark paid, cancellation or no-show back",
        "z",
        can_undo,
        cli="undo-paid",
        tier=1,
    ),
    booking_action(
        "close_link", "Close link", "Switch the open payment link off", "K", can_close_link, tier=1, cli="close-link"
    ),
    booking_action("edit", "Edit", "Change guest, stay, room or price", "E", anytime, tier=1, cli="edit"),
    booking_action(
        "accept",
        "Accept",
        "Accept money that differs from what was asked",
        "A",
        can_accept,
        tier=1,
        role="manager",
        cli="accept",
    ),
    booking_action("explain", "Explain", "Tell the story of this payment in sentences", "p", anytime, cli="explain"),
    Action("new", "New", "Make a booking", ("n",), footer=True, tier=1, cli="new"),
    Action("mark", "Mark row", "Mark the row for a bulk action", ("space",)),
    Action("mark_all", "Mark all", "Mark every row of the list, 500 at most", ("asterisk",)),
    Action("bulk", "Marked", "Links or mails for all marked rows, or their links closed", ("b",), tier=3, cli="link"),
    Action("view_1", "Arriving", "Today's arrivals", ("1", "f2"), cli="bookings"),
    Action("view_2", "Unpaid", "Everything that still owes", ("2", "f3"), cli="bookings"),
    Action("view_3", "Links out", "Payment links that guests hold", ("3", "f4"), cli="bookings"),
    Action("view_4", "Problems", "What a person must settle", ("4", "f5"), cli="bookings"),
    Action("view_5", "In house", "Guests who are here now", ("5", "f6"), cli="bookings"),
    Action("view_6", "All", "Every booking", ("6", "f7"), cli="bookings"),
    Action("sort", "Sort", "Change the order of the list", ("o",), cli="bookings"),
    Action("recent", "Recent", "The bookings you opened last", ("R",)),
    Action("activity", "Activity", "Who did what, newest first", ("a",), cli="activity"),
    Action("events", "Events", "What Stripe has told us", ("w",), cli="events"),
    Action("mails", "Mails", "What was mailed to guests, and what could not be", ("M",), cli="mails"),
    Action("day", "Day", "The day's takings", ("d", "f9"), cli="report", footer=True),
    Action("shift", "Shift", "Open, count and close the drawer", ("s",), cli="shift"),
    Action(
        "problems",
        "Problems",
        "Everything that waits for a person",
        ("exclamation_mark",),
        scope="anywhere",
        cli="problems",
    ),
    Action("doctor", "Doctor", "Check keys, clock, store, mail and address", ("D",), cli="doctor"),
    Action("export", "Export", "Write the list as it is to a CSV file", ("ctrl+e",), cli="bookings"),
    Action("theme", "Theme", "Dark, light or high contrast", ("T",)),
    Action("filter", "Filter", "Only rows with these words", ("slash",), scope="log", cli="activity"),
    Action("inspect", "Look", "The row in full", ("enter",), scope="log", cli="events"),
    Action("go_booking", "Booking", "Go to the row's booking", ("o",), scope="log", cli="booking"),
    Action("day_before", "Day before", "The business day before", ("left",), scope="log", cli="activity"),
    Action("day_after", "Day after", "The business day after", ("right",), scope="log", cli="activity"),
    Action("export_log", "Export", "Write the rows on screen to a CSV file", ("x",), scope="log", cli="activity"),
    Action("verify_chain", "Verify", "Check that no entry was edited", ("v",), scope="activity", cli="verify"),
    Action(
        "replay",
        "Replay",
        "Apply the event again, rehearsed first",
        ("p",),
        scope="events",
        tier=1,
        role="manager",
        cli="events",
    ),
    Action("trouble", "Only trouble", "Only what a person should look at", ("f",), scope="events", cli="events"),
    remedy("fix_refund", "Refund", "Refund what this problem is about", "r", 2, cli="refund"),
    remedy("fix_accept", "Accept", "Accept the money as it came", "A", 1, role="manager", cli="accept"),
    remedy("fix_collect", "Collect", "Collect the rest at the desk", "m", 1, cli="mark-paid"),
    remedy("fix_pay_back", "Pay back", "Pay the guest another way and note it", "P", 2, role="manager", cli="pay-back"),
    remedy("fix_reopen", "Re-open", "Take the cancellation back", "z", 1, cli="reopen"),
    remedy("fix_again", "Again", "Try again, look again or ask again", "a", 1, cli="problems"),
    remedy("fix_address", "Address", "Mend the guest's mail address", "E", 1, cli="edit"),
    remedy("fix_stripe", "In Stripe", "Open it in Stripe", "S", cli="problems"),
    remedy("fix_doctor", "Doctor", "How to mend it", "D", cli="doctor"),
    Action(
        "dismiss",
        "Close",
        "Close the problem with a reason",
        ("c",),
        scope="problems",
        tier=1,
        role="manager",
        cli="problems",
    ),
    Action("mail_again", "Again", "Try the mail again now", ("r",), scope="mails", tier=1, cli="mails"),
    Action("earlier", "Day before", "The business day before", ("left",), scope="day", cli="report"),
    Action("later", "Day after", "The business day after", ("right",), scope="day", cli="report"),
    Action("drawer", "Shift", "Open a shift, drop cash, count and close", ("s", "c"), scope="day", cli="shift"),
    Action("export_day", "CSV", "Write the day's movements to a CSV file", ("x",), scope="day", cli="report"),
    Action("print_day", "Print", "Save the report as text, for the printer", ("p",), scope="day", cli="report"),
    Action("mail_day", "E-mail", "Mail the report, previewed first", ("e",), scope="day", tier=1, cli="report"),
    Action("compare", "Stripe", "Compare the day's online money with Stripe's", ("enter",), scope="day", cli="report"),
    Action(
        "sheet", "Downtime sheet", "Arrivals, guests in house and balances as text", ("t",), scope="day", cli="report"
    ),
    Action("again", "Again", "Look again", ("r",), scope="doctor", cli="doctor"),
    Action("copy_report", "Copy", "Copy the report, secrets masked", ("c",), scope="doctor", cli="doctor"),
    Action("help", "Keys", "The keys of this place", ("question_mark", "f1"), scope="anywhere", footer=True),
    Action("palette", "Find action", "Find any action by name", ("ctrl+p",), scope="anywhere", footer=True),
    Action("lock", "Lock", "Lock the desk or hand it over", ("ctrl+l",), scope="anywhere"),
    Action("quit", "Quit", "Leave the desk", ("ctrl+q",), scope="anywhere"),
)
BY_ID: Final = {action.id: action for action in ACTIONS}


def reason_against(action: Action, subject: Subject | None, user: User, fault: str = "") -> str | None:
    """Why this user cannot do it now, or None. `fault`: why the store cannot be written, if it cannot."""
    if ROLE_RANK.get(user.role, 0) < ROLE_RANK[action.role]:
        return f"needs a {action.role}"
    if fault and (action.tier or action.id == "link"):
        return off_words(fault)
    if not action.needs_booking:
        return None
    if subject is None:
        return "no booking is selected"
    return action.available(subject, user) if action.available else None


def off_words(fault: str) -> str:
    """Why what needs the store's writer is not done."""
    return f"off, {fault}"


def actions_for(subject: Subject | None, user: User, fault: str = "") -> list[tuple[Action, str | None]]:
    """Every action on a booking with None or the reason why not: the "Next" line, keys, palette and CLI read this."""
    return [(action, reason_against(action, subject, user, fault)) for action in ACTIONS if action.needs_booking]


# What helps next, by badge: at most two, in order (UX 0.2).
NEXT: Final = {
    "DUE": ("link", "email"),
    "LINK OUT": ("link", "email"),
    "EXPIRED": ("link", "email"),
    "FAILED": ("link", "email"),
    "REFUNDED": ("link",),
    "ON ARRIVAL": ("mark_paid",),
    "REVIEW": ("accept", "refund"),
    "CANCEL": ("undo",),
    "PAID": (),
    "PART REF": (),
    "SETTLING": (),
    "CHECKING": (),
}


def next_actions(subject: Subject, user: User, fault: str = "") -> list[Action]:
    """The one or two sensible next steps, each of them possible now."""
    suggested = list(NEXT.get(subject.view.badge, ()))
    if any(payment.duplicate for payment in subject.view.payments):
        suggested.insert(0, "refund")
    if subject.ledger.cancelled and subject.view.paid_minor > 0:
        suggested.insert(0, "refund")
    possible = [BY_ID[name] for name in dict.fromkeys(suggested)]
    return [action for action in possible if reason_against(action, subject, user, fault) is None][:2]
