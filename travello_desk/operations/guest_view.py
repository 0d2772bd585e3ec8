"""What a booking is to its guest: one word for how it stands, the sums that go with it, the name, the link. Pure.

Pages and mails read this; the rules behind it are payments/rules.py's, so that a page never offers what the operation
behind its button refuses.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from travello_desk.money import describe_minor
from travello_desk.payments.facts import Ledger
from travello_desk.payments.projection import BookingView, PaymentView, leading_payment
from travello_desk.payments.rules import checkout_refusal
from travello_desk.settings.model import Settings

# A rule's refusal -> what the guest is told. `""` is no refusal: the booking can be paid.
BY_REFUSAL: Final = {"": "payable", "not_online": "arrival", "settling": "settling", "review": "review"}
PAYABLE: Final = frozenset({"payable", "declined", "refunded"})
TITLES: Final = frozenset("mr mrs ms miss mx dr prof sir madam begum haji sheikh".split())
LONGEST_NAME: Final = 40


@dataclass(frozen=True, slots=True)
class Standing:
    """How a booking stands for its guest. Sums are texts: `Rs. 24,000`; empty where they make no sense."""

    state: str
    amount: str
    paid: str
    refunded: str
    held: str
    received: str

    @property
    def payable(self) -> bool:
        return self.state in PAYABLE


def standing(ledger: Ledger, view: BookingView) -> Standing:
    """The guest's view of a booking's money."""
    currency = ledger.currency
    refunded = sum(payment.refunded_in_booking_currency for payment in view.payments)
    gross = view.desk_minor + sum(payment.in_booking_currency(payment.received_minor) for payment in view.payments)
    reviewed = next((payment for payment in reversed(view.payments) if payment.review), None)
    held = view.paid_minor
    return Standing(
        state=state_of(ledger, view, refunded, held),
        amount=describe_minor(ledger.amount_minor, currency),
        paid=describe_minor(gross, currency) if gross else "",
        refunded=describe_minor(refunded, currency) if refunded else "",
        held=describe_minor(held, currency) if held else "",
        received=describe_minor(reviewed.received_minor, reviewed.currency) if reviewed else "",
    )


def state_of(ledger: Ledger, view: BookingView, refunded_minor: int, held_minor: int) -> str:
    """The one word: a key of `[state]` in the texts."""
    if view.status == "CANCELLED":
        return "cancelled_money" if held_minor else "cancelled_refunded" if refunded_minor else "cancelled"
    if view.status == "PAID":
        if view.desk_entry is not None:
            return "paid_desk"
        return "part_refunded" if refunded_minor else "paid"
    refusal = checkout_refusal(ledger, view)
    state = BY_REFUSAL.get(refusal.code if refusal else "", "limit")
    return payable_state(leading_payment(view.payments)) if state == "payable" else state


def payable_state(leading: PaymentView | None) -> str:
    """Payable, and what happened before."""
    if leading is not None and leading.status == "FAILED":
        return "declined"
    return "refunded" if leading is not None and leading.status == "REFUNDED" else "payable"


def first_name(full_name: str) -> str:
    """The name a letter begins with: `Khan, Ayesha` and `Ms. Ayesha Khan` are both Ayesha. Empty when there is none."""
    _, comma, given = full_name.partition(",")
    words = (given if comma and given.strip() else full_name.replace(",", " ")).split()
    names = [word for word in words if word.lower().rstrip(".") not in TITLES]
    return (names or words or [""])[0][:LONGEST_NAME]


def pay_link(settings: Settings, guest_code: str) -> str:
    """The guest's permanent link."""
    return f"{settings.public_base_url.rstrip('/')}/p/{guest_code}"
