"""Switch an open link off at Stripe. Queued in the transaction of its reason, tried until Stripe has answered."""

from __future__ import annotations

from travello_desk.operations.context import Context
from travello_desk.operations.errors import StripeFailed
from travello_desk.operations.ingest import ingest_objects
from travello_desk.payments.observe import observe_session
from travello_desk.store import ledger, payments
from travello_desk.store.tx import Tx
from travello_desk.stripe_gateway.errors import GatewayError
from travello_desk.stripe_gateway.refusals import is_already_complete, is_already_expired


def queue_expiry(tx: Tx, loaded: ledger.Loaded) -> list[int]:
    """Ask for every link of the booking that a guest could still use to be switched off; the payments' ids."""
    live = [view.payment.seq for view in loaded.view.payments if view.payable]
    for payment_id in live:
        payments.ask_to_expire(tx, payment_id)
    return live


async def expire_payment(ctx: Context, payment_id: int, actor: str) -> None:
    """Expire one session and apply what Stripe says it is now. Raises StripeFailed; the request stays queued."""
    await ctx.store.write(lambda tx: payments.ask_to_expire(tx, payment_id))
    await finish_expiry(ctx, payment_id, actor)


async def expire_all(ctx: Context, payment_ids: list[int], actor: str) -> str:
    """Try to expire each; empty when all are off, else the sentence for "the link is still live"."""
    for payment_id in payment_ids:
        try:
            await finish_expiry(ctx, payment_id, actor)
        except StripeFailed as failed:
            return f"The old link is still live: {failed.sentence}. It is switched off as soon as Stripe answers"
    return ""


async def finish_expiry(ctx: Context, payment_id: int, actor: str) -> None:
    """The call and its answer. A payment still being created is first created, because only then it has an id."""
    row = await ctx.store.read(lambda tx: payments.get_payment(tx, payment_id))
    if row is None:
        return
    if not row.session_id:
        row = await make_known(ctx, row, actor)
    if row.session_id:
        session = await expired_session(ctx, row.session_id)
        await ingest_objects(ctx, [(observe_session(session, int(ctx.clock())), session)], "reply")
    await ctx.store.write(lambda tx: payments.expire_done(tx, payment_id))


async def make_known(ctx: Context, row: payments.PaymentRow, actor: str) -> payments.PaymentRow:
    """Learn the session of an unanswered create call: repeated with its own key, or looked for when that is old.

    Only an intention that is closed has no session: as long as it may still be made, the wish to switch it off stays,
    or a link would come to life that nobody wants any more.
    """
    from travello_desk.operations.checkout import make_session

    if row.status != "CREATING":
        return row
    try:
        return await make_session(ctx, row, actor)
    except StripeFailed:
        now = await ctx.store.read(lambda tx: payments.get_payment(tx, row.id))
        if now is None or now.status == "CREATING":
            raise
        return now


async def expired_session(ctx: Context, session_id: str) -> dict[str, object]:
    try:
        return await ctx.stripe.expire_session(session_id)
    except GatewayError as error:
        if not (is_already_complete(error) or is_already_expired(error)):
            ctx.stripe_said(error)
            raise StripeFailed(error) from error
    try:
        return await ctx.stripe.retrieve_session(session_id)
    except GatewayError as error:
        raise StripeFailed(error) from error
