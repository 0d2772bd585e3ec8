"""Short ways to write facts, payments and ledgers down in tables of tests."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from travello_desk.payments.facts import (
    Asked,
    AttemptFacts,
    DeskEntry,
    DisputeFacts,
    Ledger,
    Payment,
    RefundFacts,
)
from travello_desk.payments.projection import BookingView, project

PRICE = 1_000_000
ASKED = Asked(PRICE, "PKR", PRICE, "PKR")
USD_ASKED = Asked(3571, "USD", PRICE, "PKR")

OPEN = AttemptFacts(create="CREATED", session_status="open", session_payment_status="unpaid", session_id="cs_1")
FAILED_OPEN = replace(OPEN, attempt="card_failed")
EXPIRED = replace(OPEN, session_status="expired")
SETTLING = replace(OPEN, session_status="complete", attempt="complete_unpaid")
BANK_FAILED = replace(SETTLING, attempt="async_failed")
PAID = replace(
    OPEN, session_status="complete", session_payment_status="paid", attempt="paid", received=(PRICE, "PKR"), paid_at=100
)
USD_PAID = replace(PAID, received=(3571, "USD"))
REFUSED = AttemptFacts(create="REFUSED")
CREATING = AttemptFacts()


def payment(facts: AttemptFacts = PAID, seq: int = 1, **more: Any) -> Payment:
    return Payment(seq, more.pop("asked", ASKED), facts, **more)


def refund(amount_minor: int, status: str = "succeeded", name: str = "re_1", uid: str = "", **more: Any) -> RefundFacts:
    """A refund that Stripe knows (`name`), or ours alone when `name` is empty."""
    return RefundFacts(stripe_refund_id=name, uid=uid, amount_minor=amount_minor, currency="PKR", status=status, **more)


def dispute(status: str, amount_minor: int = PRICE) -> DisputeFacts:
    return DisputeFacts("dp_1", status, amount_minor, "PKR", "fraudulent")


def mark(amount_minor: int = PRICE, seq: int = 1) -> DeskEntry:
    return DeskEntry(seq, "mark", amount_minor, "Ali", "cash", 50)


def ledger(*payments: Payment, method: str = "ONLINE", amount_minor: int = PRICE, **more: Any) -> Ledger:
    return Ledger(amount_minor, "PKR", method, payments=payments, **more)


def view(*payments: Payment, **more: Any) -> BookingView:
    return project(ledger(*payments, **more))


def kinds(of: BookingView) -> list[str]:
    return [alert.kind for alert in of.alerts]
