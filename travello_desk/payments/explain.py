"""Explain this payment: its facts and its timeline -> sentences in the order of time. Pure; reads, decides nothing.

Instants are unix seconds (UTC) and are left to the front end to write in the hotel's zone; 0 is "not known when" and
comes last. What Stripe told is taken from the facts (once, at Stripe's instant), who did what from the timeline.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import Final, Protocol

from travello_desk.money import describe_minor
from travello_desk.payments.facts import BANK_FAILED, RETURNED_REFUND, DisputeFacts, Failure, RefundFacts
from travello_desk.payments.views import PaymentView

Step = tuple[int, str]


class Entry(Protocol):
    """One timeline row: when, who, what it is filed under, its sentence, and what stands beside it."""

    @property
    def at(self) -> int: ...
    @property
    def actor(self) -> str: ...
    @property
    def kind(self) -> str: ...
    @property
    def text(self) -> str: ...
    @property
    def detail(self) -> str: ...


# Stripe's decline codes in words for the desk. Where the bank suspects theft, the desk learns no more than the guest.
DECLINES: Final = {
    "authentication_required": "card needs the bank's check, which was not passed",
    "card_not_supported": "this kind of card is not taken",
    "card_velocity_exceeded": "card declined: over its limit",
    "currency_not_supported": "card does not take this currency",
    "do_not_honor": "card declined by the bank, without a reason",
    "expired_card": "card declined: expired",
    "generic_decline": "card declined by the bank, without a reason",
    "incorrect_cvc": "card declined: wrong security code",
    "incorrect_number": "card declined: wrong number",
    "insufficient_funds": "card declined for insufficient funds",
    "lost_card": "card declined by the bank, without a reason",
    "payment_intent_authentication_failure": "guest did not pass the bank's check (3-D Secure)",
    "processing_error": "card could not be processed, trying again may work",
    "stolen_card": "card declined by the bank, without a reason",
    "withdrawal_count_limit_exceeded": "card declined: over its limit",
    BANK_FAILED: "bank payment failed, a new link is needed",
}
# Timeline rows worth a sentence here, and what to say; the rest is told by the facts or is not about this payment.
ROWS: Final = {
    "link": "link made",
    "link_failed": "link not made",
    "mailed": "",
    "mail_failed": "",
    "guest_link": "",
    "opened": "guest opened the link",
    "settling": "bank payment on its way, not settled",
    "expired": "link expired",
    "price": "",
    "accepted": "accepted as full payment",
    "refund_asked": "",
    "switched": "",
    "cancelled": "booking cancelled",
    "no_show": "no-show noted",
    "reopened": "booking re-opened",
    "marked_paid": "",
    "undid_paid": "mark at the desk undone",
    "paid_out": "",
}
NOT_PEOPLE: Final = frozenset({"", "Stripe", "system", "guest"})


def explain(view: PaymentView, entries: Iterable[Entry] = ()) -> list[Step]:
    """(at, sentence) for everything that happened to this payment, oldest first."""
    return [(at, sentence[:1].upper() + sentence[1:]) for at, sentence in steps(view, entries)]


def in_one_line(view: PaymentView, entries: Iterable[Entry], clock: Callable[[int], str]) -> str:
    """The same as one sentence: `Link made by Ayesha 13:58; card declined ... 14:02`. `clock` writes an instant."""
    parts = [f"{sentence} {clock(at)}" if at else sentence for at, sentence in steps(view, entries)]
    line = "; ".join(parts)
    return line[:1].upper() + line[1:]


def steps(view: PaymentView, entries: Iterable[Entry]) -> list[Step]:
    rows = list(entries)
    found = [step for entry in rows for step in row_steps(entry)]
    found.extend(failure_step(failure) for failure in sorted(view.payment.facts.failures))
    found.extend(paid_steps(view))
    found.extend(expiry_steps(view, rows))
    for refund in view.payment.refunds:
        found.extend(refund_steps(refund, view))
    found.extend(unattributed_steps(view))
    for dispute in view.payment.disputes:
        found.extend(dispute_steps(dispute))
    return sorted(dict.fromkeys(found), key=lambda step: (step[0] == 0, step[0]))


def row_steps(entry: Entry) -> Iterator[Step]:
    if entry.kind in ROWS:
        sentence = ROWS[entry.kind] or entry.text[:1].lower() + entry.text[1:]
        who = "" if entry.actor in NOT_PEOPLE else f" by {entry.actor}"
        yield entry.at, f"{sentence}{who}"


def failure_step(failure: Failure) -> Step:
    return failure.at, DECLINES.get(failure.code, f"payment failed: {failure.message}")


def paid_steps(view: PaymentView) -> Iterator[Step]:
    facts = view.payment.facts
    if not facts.paid:
        return
    sentence = f"paid {describe_minor(view.received_minor, view.currency)}"
    if facts.card:
        sentence += f" with {facts.card}"
    amount_minor, currency = facts.presentment
    if currency and currency != view.currency:
        sentence += f", the guest saw {describe_minor(amount_minor, currency)}"
    if view.review:
        asked = view.payment.asked
        sentence += f", asked were {describe_minor(asked.amount_minor, asked.currency)}"
    yield facts.paid_at, sentence


def expiry_steps(view: PaymentView, rows: list[Entry]) -> Iterator[Step]:
    """When the link ended, unless the timeline has it: a link can be switched off before its time."""
    if view.status == "EXPIRED" and not any(row.kind == "expired" for row in rows):
        yield view.payment.facts.expires_at, ROWS["expired"]


def refund_steps(refund: RefundFacts, view: PaymentView) -> Iterator[Step]:
    amount = describe_minor(refund.amount_minor, refund.currency or view.currency)
    origin = "" if refund.uid else " outside the desk"
    asked_at = refund.created_at
    if refund.status in RETURNED_REFUND:
        why = (refund.failure_reason or refund.status).replace("_", " ")
        yield asked_at, f"{amount} refunded{origin}"
        yield refund.seen, f"refund of {amount} failed ({why}), the money is back with the hotel"
        return
    if refund.outside:
        yield asked_at, f"{amount} paid back to the guest another way ({refund.reason.removeprefix('outside: ')})"
        return
    yield (
        asked_at,
        {
            "SENDING": f"refund of {amount} is being sent, not known yet whether it was made",
            "REFUSED": f"Stripe refused the refund of {amount}",
            "succeeded": f"{amount} refunded{origin}",
            "requires_action": f"refund of {amount}{origin} waits for the guest, Stripe e-mailed them",
        }.get(refund.status, f"refund of {amount}{origin} is on its way"),
    )


def unattributed_steps(view: PaymentView) -> Iterator[Step]:
    """What the charge says was refunded beyond the refunds that are known one by one (C17)."""
    known = sum(r.amount_minor for r in view.payment.refunds if r.accepted)
    if view.refunded_minor > known:
        yield 0, f"{describe_minor(view.refunded_minor - known, view.currency)} refunded outside the desk"


def dispute_steps(dispute: DisputeFacts) -> Iterator[Step]:
    amount = describe_minor(dispute.amount_minor, dispute.currency)
    word = "inquiry" if dispute.inquiry else "dispute"
    why = f" ({dispute.reason.replace('_', ' ')})" if dispute.reason else ""
    yield dispute.created_at, f"{word} over {amount} opened{why}"
    if not dispute.open:
        yield dispute.seen, f"{word} {dispute.status.removeprefix('warning_').replace('_', ' ')}"
