"""Make or reuse the payment link of a booking: three steps, and the old link is switched off before a new one.

(1) the intention with its idempotency key and exact parameters is committed, (2) Stripe is called, (3) the answer is
committed. A crash, a time-out or a second press anywhere repeats the same request, never another (D3, D13, E5).
"""

from __future__ import annotations

import logging
import secrets
from dataclasses import dataclass, replace
from functools import partial
from typing import Any

from travello_desk.money import charge_limit, format_minor
from travello_desk.operations.context import Context
from travello_desk.operations.currency_support import known_unsupported, remember
from travello_desk.operations.errors import StripeFailed, is_definite
from travello_desk.operations.expire import expire_payment
from travello_desk.operations.ingest import apply_observation
from travello_desk.operations.look_first import find_session, session_needs_look
from travello_desk.operations.rates import FallbackOffered, Offer, offer_in
from travello_desk.operations.session_params import session_params
from travello_desk.payments.facts import AttemptFacts
from travello_desk.payments.narrative import Cause, Line
from travello_desk.payments.observe import observe_session
from travello_desk.payments.projection import PaymentView
from travello_desk.payments.rules import NOT_FOUND, Refusal, Refused, checkout_refusal
from travello_desk.store import bookings, inbox, ledger, payments, timeline
from travello_desk.store.tx import Tx
from travello_desk.stripe_gateway.errors import GatewayError
from travello_desk.stripe_gateway.refusals import is_amount_too_small, is_currency_rejection

log = logging.getLogger(__name__)

# A session that ends sooner than this is not handed out again: the guest could not finish paying.
LEAST_LIFE_SECONDS = 120


@dataclass(frozen=True, slots=True)
class Link:
    """An open Checkout Session of a booking. `expires_at` is unix seconds."""

    payment_id: int
    session_id: str
    session_url: str
    expires_at: int
    reused: bool


@dataclass(frozen=True, slots=True)
class Step:
    """What stands between here and an open session: `reuse`, `create` or `expire`, for which payment.

    `fresh`: its intention was written just now, so that nobody can have sent it before.
    """

    kind: str
    payment: payments.PaymentRow
    fresh: bool = False


@dataclass(frozen=True, slots=True)
class Fallback:
    """Who has agreed to a charge in the other currency: nobody needs to, or staff to this offer, or nobody yet."""

    by_itself: bool
    confirmed: Offer | None


async def checkout(
    ctx: Context, booking_id: int, actor: str, origin: str = "desk", *, confirmed: Offer | None = None
) -> Link:
    """The booking's open session, made if need be. Raises Refused, StripeFailed or StoreUnavailable.

    Where Stripe does not take the currency, staff are offered the other one (FallbackOffered) and hand the very offer
    back as `confirmed`; calls without staff fall back by themselves when the rate is fresh (PAYMENTS 2.5).
    """
    stripe_is_there(ctx)
    fallback = Fallback(by_itself=origin != "desk" and ctx.settings.fx_auto_fallback, confirmed=confirmed)
    async with ctx.lock(booking_id):
        for _ in range(4):
            plan_now = partial(plan, ctx=ctx, booking_id=booking_id, actor=actor, origin=origin, fallback=fallback)
            step = await ctx.store.write(plan_now)
            if step.kind == "reuse":
                return link_of(step.payment, reused=True)
            if step.kind == "expire":
                await expire_payment(ctx, step.payment.id, actor)
                continue
            try:
                made = await make_session(ctx, step.payment, actor, first_try=step.fresh)
            except CurrencyRefused as refused:
                await ctx.store.write(partial(note_refusal, ctx, refused.row))
                continue
            if may_be_handed_out(made):
                return link_of(made, reused=False)
        raise StripeFailed(None, "The link kept changing while it was being made: try again", retryable=True)


def note_refusal(ctx: Context, row: payments.PaymentRow, tx: Tx) -> None:
    """Stripe's own words prove it: from here on the fallback is known before the call.

    A refusal of the fallback itself proves nothing about the primary currency, and there is no third one.
    """
    if row.currency != row.booking_currency:
        raise Refused(Refusal("currency", f"Stripe does not take {row.currency} on this account either"))
    remember(ctx, tx, row.booking_currency, taken=False)


def agreed_offer(ctx: Context, tx: Tx, fallback: Fallback, amount_minor: int, currency: str) -> Offer | None:
    """The charge in the other currency, or None where Stripe takes the booking's own. Raises Refused without a fresh
    rate, FallbackOffered where staff have not said yes to exactly this one."""
    if not known_unsupported(ctx, tx, currency):
        return None
    offer = offer_in(ctx, tx, amount_minor, currency)
    if fallback.by_itself or (fallback.confirmed and fallback.confirmed.same_charge(offer)):
        return offer
    raise FallbackOffered(offer)


def stripe_is_there(ctx: Context) -> None:
    """Raises NoStripe before anything is written."""
    _ = ctx.stripe


def plan(tx: Tx, ctx: Context, booking_id: int, actor: str, origin: str, fallback: Fallback) -> Step:
    """In one transaction: what to do next. A new intention is committed here, before any call."""
    loaded = ledger.load(tx, booking_id)
    if loaded is None:
        raise Refused(NOT_FOUND)
    refusal = checkout_refusal(loaded.ledger, loaded.view)
    if refusal:
        raise Refused(refusal)
    now = tx.now + int(ctx.clock_offset_seconds)  # when a session ends is said by Stripe's clock
    open_views = [view for view in loaded.view.payments if loaded.payments[view.payment.seq].is_open]
    for view in open_views:
        row = stored(tx, view.payment.seq)
        return Step("expire" if row.expire_asked_at else open_step(view, loaded, now), row)
    return Step("create", intend(tx, ctx, loaded, actor, origin, fallback), fresh=True)


def open_step(view: PaymentView, loaded: ledger.Loaded, now: int) -> str:
    """The booking has a session that may be open: finish making it, hand it out, or switch it off first."""
    facts = view.payment.facts
    asked = view.payment.asked
    same_price = (asked.booking_amount_minor, asked.booking_currency) == (
        loaded.ledger.amount_minor,
        loaded.ledger.currency,
    )
    if not facts.session_id:
        return "create"
    alive = facts.expires_at == 0 or facts.expires_at > now + LEAST_LIFE_SECONDS
    return "reuse" if same_price and alive and facts.session_url else "expire"


def stored(tx: Tx, payment_id: int) -> payments.PaymentRow:
    row = payments.get_payment(tx, payment_id)
    if row is None:
        raise LookupError(f"no payment {payment_id}")
    return row


def intend(
    tx: Tx, ctx: Context, loaded: ledger.Loaded, actor: str, origin: str, fallback: Fallback
) -> payments.PaymentRow:
    """Commit the intention to create a session for the booking's present price, in its currency or the other one."""
    booking = bookings.get(tx, loaded.booking_id)
    if booking is None:
        raise Refused(NOT_FOUND)
    uid = secrets.token_hex(12)
    amount_minor, currency = loaded.ledger.amount_minor, loaded.ledger.currency
    offer = agreed_offer(ctx, tx, fallback, amount_minor, currency)
    charged = (offer.amount_minor, offer.currency) if offer else (amount_minor, currency)
    limit = charge_limit(*charged)
    if limit:
        raise Refused(Refusal("limit", limit))
    payment_id = payments.insert_payment(
        tx,
        payments.NewPayment(
            uid=uid,
            booking_id=booking.id,
            amount_minor=charged[0],
            currency=charged[1],
            booking_amount_minor=amount_minor,
            booking_currency=currency,
            origin=origin,
            idempotency_key=f"session-{uid}",
            params=session_params(booking, ctx.settings, ctx.store.install, uid, *charged),
            rate=str(offer.rate.units) if offer else "",
            rate_as_of=offer.rate.as_of_on.isoformat() if offer else "",
            rate_source=offer.rate.source if offer else "",
        ),
    )
    if offer:
        detail = f"{format_minor(*charged)} for {format_minor(amount_minor, currency)}, {offer.rate}"
        line = Line("fallback", f"Currency fallback {currency} -> {charged[1]}", detail)
        ledger.add_line(tx, booking.id, actor, line)
        log.warning("currency fallback %s->%s for booking %d: %s", currency, charged[1], booking.id, offer.rate)
    resave(tx, loaded.booking_id, actor)
    return stored(tx, payment_id)


def resave(tx: Tx, booking_id: int, actor: str) -> None:
    """Project the booking again after a row of its was added in this transaction."""
    loaded = ledger.load(tx, booking_id)
    if loaded is not None:
        ledger.save_columns(tx, loaded, loaded.ledger, loaded.view)


class CurrencyRefused(StripeFailed):
    """Stripe has said in so many words that it does not take this currency here (PAYMENTS 2.5 point 2)."""

    def __init__(self, row: payments.PaymentRow) -> None:
        super().__init__(None, f"Stripe does not take {row.currency} on this account", retryable=False)
        self.row = row


def may_be_handed_out(row: payments.PaymentRow) -> bool:
    """Not when the guest has paid, the booking was cancelled or another link was made while Stripe was asked."""
    return bool(row.is_open and row.session_id and not row.expire_asked_at)


async def make_session(
    ctx: Context, row: payments.PaymentRow, actor: str, *, first_try: bool = False
) -> payments.PaymentRow:
    """The session of an intention: created, or looked for first where Stripe may have forgotten the key. The row as it
    stands then; without a session, it is closed. Raises as `create_session` does."""
    if not session_needs_look(ctx, row):
        return await create_session(ctx, row, actor, first_try=first_try)
    await find_session(ctx, row)
    return await ctx.store.read(lambda tx: stored(tx, row.id))


async def create_session(
    ctx: Context, row: payments.PaymentRow, actor: str, *, first_try: bool = False
) -> payments.PaymentRow:
    """Steps 2 and 3: call with the stored key and parameters, commit the answer. Also how a crash is resumed."""
    try:
        session = await ctx.stripe.create_session(row.parameters, row.idempotency_key)
    except GatewayError as error:
        ctx.stripe_said(error)
        closed = is_definite(error, first_try=first_try)
        await ctx.store.write(partial(record_failure, row=row, error=error, actor=actor, closed=closed))
        if is_currency_rejection(error, row.currency):
            raise CurrencyRefused(row) from error
        if is_amount_too_small(error):
            raise Refused(Refusal("limit", "Amount is below Stripe's minimum (about Rs. 140)")) from error
        raise StripeFailed(error) from error
    ctx.stripe_said(None)
    return await ctx.store.write(lambda tx: record_session(tx, row, session, actor, ctx.store.install))


def record_session(
    tx: Tx, row: payments.PaymentRow, session: dict[str, Any], actor: str, install: str
) -> payments.PaymentRow:
    """Commit Stripe's answer; the timeline says that a link was made, once, even when a webhook was faster."""
    known = ledger.payment_facts(tx, row.id).session_id
    seen, cause = observe_session(session, tx.now), Cause("", "reply")
    if known and known != seen.keys.session_id:
        apply_observation(tx, seen, cause, install, session, tx.now)  # Stripe had forgotten the key: a second session
        return stored(tx, row.id)
    inbox.apply(tx, row.id, row.booking_id, seen, cause, actor)
    if not known:
        line = Line("link", "Payment link made", ledger.format_asked(row))
        ledger.add_line(tx, row.booking_id, actor, line)
    return stored(tx, row.id)


def record_failure(tx: Tx, row: payments.PaymentRow, error: GatewayError, actor: str, closed: bool) -> None:
    """A definite no closes the intention; anything else leaves it to be resumed with the same key."""
    payments.note_attempt(tx, "payments", row.id, str(error))
    if not closed:
        return
    loaded = ledger.load(tx, row.booking_id)
    if loaded is None:
        return
    payment = next(p for p in loaded.ledger.payments if p.seq == row.id)
    refused = replace(payment, facts=payment.facts.merge(AttemptFacts(create="REFUSED")))
    ledger.save(tx, loaded, ledger.with_payment(loaded.ledger, refused), Cause("", "reply"), actor)
    timeline.add(tx, row.booking_id, actor, "link_failed", "Payment link not made", error.sentence)


def link_of(row: payments.PaymentRow, *, reused: bool) -> Link:
    facts = ledger.facts_of(row)
    if not facts.session_url:
        raise StripeFailed(None, "Stripe's session is not open any more: try again", retryable=True)
    return Link(row.id, facts.session_id, facts.session_url, facts.expires_at, reused)
