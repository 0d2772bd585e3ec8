"""Old intentions: before a request is repeated whose key Stripe may have forgotten, look whether it happened.

Stripe keeps keys for at least 24 hours (PAYMENTS 4.3). Afterwards the same key would be a new request, so that the
object is looked for by our mark; found, it is applied; not found, the intention never happened and is closed.
"""

from __future__ import annotations

from dataclasses import replace

from travello_desk.operations.context import Context
from travello_desk.operations.errors import StripeFailed
from travello_desk.operations.ingest import ingest_objects
from travello_desk.payments.facts import AttemptFacts, RefundFacts
from travello_desk.payments.narrative import Cause
from travello_desk.payments.observe import child, observe_refund, observe_session, text
from travello_desk.store import ledger, payments
from travello_desk.store.tx import Tx
from travello_desk.stripe_gateway.errors import GatewayError

KEY_LIFE_SECONDS = 23 * 3600
# A session whose create call was answered with errors this often is looked for: Stripe repeats a stored 500.
TRIES_BEFORE_LOOKING = 3
# A row from the future: this computer's clock went back, and how old the key is cannot be told.
SKEW_SECONDS = 300
CAUSE = Cause("", "look-up")


def age_of(ctx: Context, created_at: int) -> float:
    """How long ago that was, in seconds, by this computer's clock or by Stripe's, whichever says more.

    The row's time is this computer's. While its clock is wrong by the same all the time, that clock alone tells ages
    right; once it was set back, Stripe's does.
    """
    return ctx.clock() + max(0.0, ctx.clock_offset_seconds) - created_at


def is_key_young(ctx: Context, created_at: int) -> bool:
    """Whether Stripe surely knows the key still."""
    return -SKEW_SECONDS <= age_of(ctx, created_at) <= KEY_LIFE_SECONDS


def refuse_to_guess(ctx: Context, created_at: int) -> None:
    """Not found, and made in the future: it may be under way. Raises StripeFailed; the intention stays."""
    if age_of(ctx, created_at) < -SKEW_SECONDS:
        words = "This computer's clock went back: what was sent to Stripe cannot be told apart from what was not"
        raise StripeFailed(None, words, retryable=True, queued=True)


def session_needs_look(ctx: Context, row: payments.PaymentRow) -> bool:
    stored_fault = row.attempts >= TRIES_BEFORE_LOOKING and "HTTP 5" in row.last_error
    return stored_fault or not is_key_young(ctx, row.created_at)


def refund_needs_look(ctx: Context, row: payments.RefundRow) -> bool:
    """Only when the key is old: an early "not found" is no proof that money did not move."""
    return not is_key_young(ctx, row.created_at)


async def find_session(ctx: Context, row: payments.PaymentRow) -> bool:
    """Look for the session of an unanswered create call; whether it was found. Not found: the intention is closed.

    Closing is safe even if the session appears later: nobody was ever given its address.
    """
    try:
        earliest = int(row.created_at + min(0.0, ctx.clock_offset_seconds)) - SKEW_SECONDS
        sessions = await ctx.stripe.list_sessions(created_gte=earliest)
    except GatewayError as error:
        raise StripeFailed(error) from error
    at = int(ctx.clock())
    ours = [each for each in sessions if text(child(each, "metadata"), "payment_uid") == row.uid]
    if ours:
        await ingest_objects(ctx, [(observe_session(session, at), session) for session in reversed(ours)], "look-up")
        return True
    refuse_to_guess(ctx, row.created_at)
    await ctx.store.write(lambda tx: close_session(tx, row))
    return False


def close_session(tx: Tx, row: payments.PaymentRow) -> None:
    loaded = ledger.load(tx, row.booking_id)
    if loaded is None:
        return
    payment = next(p for p in loaded.ledger.payments if p.seq == row.id)
    closed = replace(payment, facts=payment.facts.merge(AttemptFacts(create="REFUSED")))
    ledger.save(tx, loaded, ledger.with_payment(loaded.ledger, closed), CAUSE, "system")


async def find_refund(ctx: Context, row: payments.RefundRow, booking_id: int) -> bool:
    """Look for a refund whose answer never came; not found after the key's life: it never happened."""
    intent = str(row.parameters.get("payment_intent", ""))
    try:
        refunds = await ctx.stripe.list_refunds(payment_intent=intent)
    except GatewayError as error:
        raise StripeFailed(error) from error
    at = int(ctx.clock())
    await ingest_objects(ctx, [(observe_refund(refund, at), refund) for refund in refunds], "look-up")
    if any(text(child(refund, "metadata"), "refund_uid") == row.uid for refund in refunds):
        return True
    refuse_to_guess(ctx, row.created_at)
    await ctx.store.write(lambda tx: close_refund(tx, row, booking_id))
    return False


def close_refund(tx: Tx, row: payments.RefundRow, booking_id: int) -> None:
    loaded = ledger.load(tx, booking_id)
    if loaded is None:
        return
    payment = next(p for p in loaded.ledger.payments if p.seq == row.payment_id)
    never = RefundFacts(uid=row.uid or "", status="REFUSED", failure_reason="it never reached Stripe")
    ledger.save(tx, loaded, ledger.with_payment(loaded.ledger, payment.with_refund(never)), CAUSE, "system")
