"""What helps against each problem of the attention inbox: one table for the desk's keys, the palette and the CLI. Pure.

A remedy is never a second way to change money: it opens the dialog, or names the command, that does it anywhere else.
Every problem can also be closed by a person with a reason; none is closed by silence.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final


@dataclass(frozen=True, slots=True)
class Remedy:
    """`action` is an action of the table (its key, its role); `command` how the CLI does it, empty where it cannot."""

    action: str
    label: str
    command: str = ""


REFUND: Final = "refund {booking}"
AGAIN: Final = "problems again {id}"
CLOSE: Final = Remedy("dismiss", "Close it with a reason", "problems close {id} --reason TEXT")
REMEDIES: Final[Mapping[str, tuple[Remedy, ...]]] = {
    "paid_twice": (Remedy("fix_refund", "Refund the duplicate", REFUND),),
    "money_on_cancelled": (
        Remedy("fix_refund", "Refund it", REFUND),
        Remedy("fix_reopen", "Take the cancellation back", "reopen {booking} --reason TEXT"),
    ),
    "wrong_amount": (
        Remedy("fix_accept", "Accept it as the whole price", "accept {booking} --reason TEXT"),
        Remedy("fix_collect", "Collect the rest at the desk", "switch {booking} ARRIVAL, then mark-paid {booking}"),
        Remedy("fix_refund", "Refund it", REFUND),
    ),
    "online_for_arrival": (Remedy("fix_refund", "Refund it", REFUND),),
    "refund_failed": (
        Remedy("fix_pay_back", "Pay the guest another way and note it", "pay-back {booking} --tender cash"),
        Remedy("fix_refund", "Try the refund again", REFUND),
    ),
    "inquiry": (
        Remedy("fix_refund", "Refund it: that avoids a dispute", REFUND),
        Remedy("fix_stripe", "Answer it in Stripe"),
    ),
    "dispute": (Remedy("fix_stripe", "Answer it in Stripe"),),
    "dispute_lost": (Remedy("fix_stripe", "See it in Stripe"),),
    "orphan": (
        Remedy("fix_again", "Look again: its booking may be here by now", AGAIN),
        Remedy("fix_stripe", "Refund it in Stripe"),
    ),
    "livemode": (Remedy("fix_doctor", "Check the keys", "doctor"),),
    "secret_mismatch": (Remedy("fix_doctor", "Check the webhook secret", "doctor"),),
    "clock": (
        Remedy("fix_again", "Measure it again", AGAIN),
        Remedy("fix_doctor", "How to set the clock", "doctor"),
    ),
    "store_older": (Remedy("fix_doctor", "See what doctor says of the store", "doctor"),),
    "mail_failed": (
        Remedy("fix_again", "Send it again", AGAIN),
        Remedy("fix_address", "Mend the address", "edit {booking} --email ADDRESS"),
    ),
    "not_applied": (Remedy("fix_again", "Apply it again", AGAIN),),
    "stuck_refund": (Remedy("fix_again", "Ask Stripe now", AGAIN), Remedy("fix_stripe", "Look in Stripe")),
    "stuck_link": (Remedy("fix_again", "Ask Stripe now", AGAIN),),
    "link_live": (Remedy("fix_again", "Switch it off now", AGAIN),),
}


def remedies_for(kind: str) -> tuple[Remedy, ...]:
    """What helps, the most sensible first; closing it with a reason comes last and is always there."""
    return (*REMEDIES.get(kind, ()), CLOSE)


def remedy_of(kind: str, action: str) -> Remedy | None:
    """This problem's remedy under an action of the table, or None: it does not help here."""
    return next((remedy for remedy in remedies_for(kind) if remedy.action == action), None)


PLACES: Final = {
    "pi": "payments",
    "ch": "payments",
    "dp": "disputes",
    "du": "disputes",
    "re": "refunds",
    "cs": "payments",
}


def stripe_page(object_id: str, mode: str, api_base: str | None) -> str:
    """Where a person sees this object: Stripe's Dashboard, or the sandbox's own page."""
    if mode == "SANDBOX" and api_base:
        return f"{api_base.rstrip('/')}/_sandbox/"
    root = "https://dashboard.stripe.com" + ("" if mode == "LIVE" else "/test")
    place = PLACES.get(object_id.partition("_")[0])
    return f"{root}/{place}/{object_id}" if place else f"{root}/payments"
