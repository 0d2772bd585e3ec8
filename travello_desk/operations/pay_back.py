"""Money that a failed refund brought back to the hotel, given to the guest another way, and written down (C13).

Cash leaves the drawer of whoever gives it, with a voucher; a drawer that is counted, holds less or is not open gives
none. It is a refund like any other, only without Stripe: the same rows, the same rules, the same limit, so that the
same money can not be given back twice and the booking stands as after any refund.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from travello_desk.money import describe_minor
from travello_desk.operations.arrival import cash_refusal, hotel_year, required_reason, shift_for
from travello_desk.operations.context import Context
from travello_desk.operations.refund import new_uid, target
from travello_desk.payments.facts import RefundFacts
from travello_desk.payments.narrative import Cause, Line
from travello_desk.payments.projection import PaymentView
from travello_desk.payments.rules import NOT_FOUND, OTHER_TENDERS, Refusal, Refused, refund_refusal
from travello_desk.store import cash_returns, desk, ledger, payments
from travello_desk.store.codec import encode_refund
from travello_desk.store.tx import Tx

OUTSIDE: Final = "outside"
CAUSE: Final = Cause("", "desk")


@dataclass(frozen=True, slots=True)
class PayBack:
    """What the guest got. `amount_minor` is in the payment's own currency, None for what came back.

    `uid` names the press: made when the dialog opens, so that two presses are one.
    """

    booking_id: int
    actor: str
    tender: str
    reference: str
    amount_minor: int | None = None
    payment_id: int | None = None
    uid: str = ""


@dataclass(frozen=True, slots=True)
class PaidBack:
    booking_id: int
    amount_minor: int
    currency: str
    voucher_no: str = ""
    """Of cash: the paper that the guest signs."""


async def pay_back(ctx: Context, deed: PayBack) -> PaidBack:
    """Write it down once. Raises Refused when no refund came back, more than is left would be given, or the
    drawer does not give it."""
    if deed.tender not in OTHER_TENDERS:
        raise Refused(Refusal("bad_tender", f"Paid by one of: {', '.join(OTHER_TENDERS)}"))
    reference = required_reason(deed.reference)
    uid, year = deed.uid or new_uid(), hotel_year(ctx)
    return await ctx.store.write(lambda tx: pay_back_in(tx, deed, reference, uid, year))


def payment_returned(views: tuple[PaymentView, ...]) -> PaymentView | None:
    """The newest payment whose refund came back."""
    return next((view for view in reversed(views) if view.returned_minor > 0), None)


def pay_back_in(tx: Tx, deed: PayBack, reference: str, uid: str, year: int) -> PaidBack:
    known = payments.get_refund(tx, uid)
    if known is not None:
        paper = cash_returns.of_refund(tx, uid)
        return PaidBack(deed.booking_id, known.amount_minor, known.currency, paper.voucher_no if paper else "")
    loaded = ledger.load(tx, deed.booking_id)
    if loaded is None:
        raise Refused(NOT_FOUND)
    view = target(loaded.view, deed.payment_id) if deed.payment_id else payment_returned(loaded.view.payments)
    if view is None or view.returned_minor <= 0:
        raise Refused(Refusal("nothing_returned", "No refund of this booking has come back: refund it through Stripe"))
    amount_minor = view.returned_minor if deed.amount_minor is None else deed.amount_minor
    if amount_minor > view.returned_minor:
        most = describe_minor(view.returned_minor, view.currency)
        raise Refused(Refusal("too_much", f"At most {most} came back"))
    refusal = refund_refusal(view, amount_minor)
    if refusal is None and deed.tender == "cash":
        refusal = cash_refusal(tx, deed.actor, amount_minor, view.currency)
    if refusal:
        raise Refused(refusal)
    facts = RefundFacts(
        uid=uid, amount_minor=amount_minor, currency=view.currency, status="succeeded",
        reason=f"{OUTSIDE}: {deed.tender}", seen=tx.now, created_at=tx.now,
    )  # fmt: skip
    insert(tx, deed, reference, view, facts)
    voucher = from_drawer(tx, deed, facts, year) if deed.tender == "cash" else ""
    after = ledger.with_payment(loaded.ledger, view.payment.with_refund(facts))
    given = describe_minor(amount_minor, view.currency)
    line = Line(
        "paid_back",
        f"Paid {given} back to the guest another way",
        " ".join(part for part in (deed.tender, voucher, reference) if part),
    )
    ledger.add_line(tx, deed.booking_id, deed.actor, line)
    ledger.save(tx, loaded, after, CAUSE, deed.actor)
    return PaidBack(deed.booking_id, amount_minor, view.currency, voucher)


def from_drawer(tx: Tx, deed: PayBack, facts: RefundFacts, year: int) -> str:
    """The cash leaves the drawer of whoever gives it; the number of its voucher."""
    number = desk.take_receipt_no(tx, year, series=desk.VOUCHERS)
    shift_id = shift_for(tx, deed.actor, deed.tender)
    row = cash_returns.CashReturn(
        *(facts.uid, deed.booking_id, shift_id, number, facts.amount_minor, facts.currency, deed.actor, tx.now)
    )
    cash_returns.insert(tx, row)
    return number


def insert(tx: Tx, deed: PayBack, reference: str, view: PaymentView, facts: RefundFacts) -> None:
    payments.insert_refund(
        tx,
        payments.NewRefund(
            uid=facts.uid,
            payment_id=view.payment.seq,
            amount_minor=facts.amount_minor,
            currency=facts.currency,
            booking_amount_minor=0,
            facts=encode_refund(facts),
            reason=facts.reason,
            note=reference,
            actor=deed.actor,
            approved_by="",
            idempotency_key=f"{OUTSIDE}-{facts.uid}",
            params={},
        ),
    )
