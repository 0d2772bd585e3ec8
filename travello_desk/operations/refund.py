"""Give online money back, in full or in part: three steps, one refund per press (PAYMENTS 1.6, 3C).

The uid is made when the dialog opens, so that a second press, a retry or a restart is the same refund.
"""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from functools import partial

from travello_desk.money import describe_minor
from travello_desk.operations.context import Context
from travello_desk.operations.errors import StripeFailed, is_definite
from travello_desk.operations.look_first import find_refund, refund_needs_look
from travello_desk.operations.look_up import look_up_payment
from travello_desk.payments.facts import RefundFacts
from travello_desk.payments.narrative import Cause, Line
from travello_desk.payments.observe import APP, observe_refund
from travello_desk.payments.projection import BookingView, PaymentView
from travello_desk.payments.rules import (
    NOT_FOUND,
    Refusal,
    Refused,
    booking_refund_refusal,
    refund_target,
    refundable_minor,
)
from travello_desk.store import inbox, ledger, payments
from travello_desk.store.codec import encode_refund
from travello_desk.store.tx import Tx
from travello_desk.stripe_gateway.errors import GatewayError
from travello_desk.stripe_gateway.refusals import is_disputed, is_over_refund

STRIPE_REASONS = frozenset({"duplicate", "requested_by_customer"})
REASON_WORDS = {"requested_by_customer": "guest request", "duplicate": "paid twice", "other": ""}
"""As the window offers them and the timeline tells them, which gives the note alone where it is another one."""


@dataclass(frozen=True, slots=True)
class Request:
    """One press. `amount_minor` is in the payment's own currency, None for everything left.

    `booking_minor` is what was meant in the booking's currency where the charge was in another one: kept with the
    refund, so that the shares of partial refunds never drift (rules.refund_share, PAYMENTS 2.5 point 8).
    """

    booking_id: int
    actor: str
    amount_minor: int | None = None
    payment_id: int | None = None
    reason: str = "requested_by_customer"
    note: str = ""
    approved_by: str = ""
    uid: str = ""
    booking_minor: int = 0


@dataclass(frozen=True, slots=True)
class Refunded:
    """What became of it: the refund's row as it stands (status `pending` is "on its way")."""

    refund_id: int
    uid: str
    stripe_refund_id: str
    amount_minor: int
    currency: str
    status: str


def new_uid() -> str:
    """The name of one press; make it when the dialog opens."""
    return secrets.token_hex(12)


async def refund(ctx: Context, request: Request) -> Refunded:
    """Refund once. Raises Refused, StripeFailed (say "not known" when it is) or StoreUnavailable."""
    _ = ctx.stripe
    uid = request.uid or new_uid()
    async with ctx.lock(request.booking_id):
        row, fresh = await ctx.store.write(lambda tx: intend(tx, ctx, request, uid))
        if row.status != "SENDING":
            return result_of(row)
        if refund_needs_look(ctx, row):
            await find_refund(ctx, row, request.booking_id)
            return result_of(await ctx.store.read(partial(stored, uid=uid)))
        return await send_refund(ctx, row, request.booking_id, first_try=fresh)


def intend(tx: Tx, ctx: Context, request: Request, uid: str) -> tuple[payments.RefundRow, bool]:
    """Step 1: check the rules on the newest facts and commit the intention, or find the one this press made.

    The second value is True when it was written just now, so that nobody can have sent it before.
    """
    known = payments.get_refund(tx, uid)
    if known is not None:
        return known, False
    loaded = ledger.load(tx, request.booking_id)
    if loaded is None:
        raise Refused(NOT_FOUND)
    view = target(loaded.view, request.payment_id)
    amount_minor = refundable_minor(view) if view and request.amount_minor is None else request.amount_minor or 0
    refusal = booking_refund_refusal(loaded.view, view, amount_minor)
    if refusal or view is None:
        raise Refused(refusal or NOT_FOUND)
    insert(tx, ctx, request, uid, view, amount_minor)
    after = ledger.load(tx, request.booking_id)
    if after is not None:
        ledger.save(tx, loaded, after.ledger, Cause("", "desk"), request.actor)
    why = f"{REASON_WORDS.get(request.reason, request.reason)} {request.note}".strip() + (
        f" · signed by {request.approved_by}" if request.approved_by else ""
    )
    line = Line("refund_asked", f"Refund of {describe_minor(amount_minor, view.currency)} asked for", why)
    ledger.add_line(tx, request.booking_id, request.actor, line)
    return stored(tx, uid), True


def stored(tx: Tx, uid: str) -> payments.RefundRow:
    row = payments.get_refund(tx, uid)
    if row is None:
        raise LookupError(f"no refund {uid}")
    return row


def target(view: BookingView, payment_id: int | None) -> PaymentView | None:
    if payment_id is None:
        return refund_target(view) or next((p for p in reversed(view.payments) if p.payment.facts.paid), None)
    return next((payment for payment in view.payments if payment.payment.seq == payment_id), None)


def insert(tx: Tx, ctx: Context, request: Request, uid: str, view: PaymentView, amount_minor: int) -> None:
    meant = request.booking_minor if view.currency != view.payment.asked.booking_currency else 0
    facts = RefundFacts(
        uid=uid, amount_minor=amount_minor, currency=view.currency, created_at=tx.now, booking_minor=meant
    )
    metadata = {"app": APP, "install": ctx.store.install, "refund_uid": uid}
    params: dict[str, object] = {
        "payment_intent": view.payment.facts.payment_intent_id,
        "amount": amount_minor,
        "metadata": metadata | ({"booking_minor": str(meant)} if meant else {}),
    }
    if request.reason in STRIPE_REASONS:
        params["reason"] = request.reason
    payments.insert_refund(
        tx,
        payments.NewRefund(
            uid=uid,
            payment_id=view.payment.seq,
            amount_minor=amount_minor,
            currency=view.currency,
            booking_amount_minor=meant,
            facts=encode_refund(facts),
            reason=request.reason,
            note=request.note,
            actor=request.actor,
            approved_by=request.approved_by,
            idempotency_key=f"refund-{uid}",
            params=params,
        ),
    )


async def send_refund(ctx: Context, row: payments.RefundRow, booking_id: int, *, first_try: bool = False) -> Refunded:
    """Steps 2 and 3; also how a crash is resumed: same key, same parameters."""
    try:
        answer = await ctx.stripe.create_refund(row.parameters, row.idempotency_key or "")
    except GatewayError as error:
        ctx.stripe_said(error)
        closed = is_definite(error, first_try=first_try)
        await ctx.store.write(partial(record_failure, row=row, booking_id=booking_id, error=error, closed=closed))
        await explain(ctx, row, error)
        raise StripeFailed(error, queued=not closed) from error
    ctx.stripe_said(None)
    observation = observe_refund(answer, int(ctx.clock()))
    cause = Cause("", "reply")
    await ctx.store.write(lambda tx: inbox.apply(tx, row.payment_id, booking_id, observation, cause, row.actor))
    return result_of(await ctx.store.read(partial(stored, uid=row.uid or "")))


def record_failure(tx: Tx, row: payments.RefundRow, booking_id: int, error: GatewayError, closed: bool) -> None:
    """A definite no closes the row as REFUSED; anything else stays SENDING and is asked again with the same key."""
    payments.note_attempt(tx, "refunds", row.id, str(error))
    loaded = ledger.load(tx, booking_id)
    if loaded is None or not closed:
        return
    payment = next(p for p in loaded.ledger.payments if p.seq == row.payment_id)
    refused = payment.with_refund(
        RefundFacts(uid=row.uid or "", status="REFUSED", failure_reason=error.code or error.kind)
    )
    ledger.save(tx, loaded, ledger.with_payment(loaded.ledger, refused), Cause("", "reply"), row.actor)


async def explain(ctx: Context, row: payments.RefundRow, error: GatewayError) -> None:
    """Where Stripe's no has a meaning of its own, say it and show the newest facts (C8, C23)."""
    if is_disputed(error):
        raise Refused(Refusal("disputed", "A dispute is open: the bank decides")) from error
    if not is_over_refund(error):
        return
    try:
        await look_up_payment(ctx, str(row.parameters["payment_intent"]))
    except GatewayError as failed:
        raise StripeFailed(failed) from failed
    raise Refused(Refusal("refunded_elsewhere", "Someone refunded this payment in Stripe: now shown")) from error


def result_of(row: payments.RefundRow) -> Refunded:
    return Refunded(row.id, row.uid or "", row.stripe_refund_id or "", row.amount_minor, row.currency, row.status)
