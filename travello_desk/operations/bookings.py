"""Changing a booking itself: new, edit, switch method, cancel, no-show, re-open. Open links are switched off first."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

from travello_desk.money import format_minor
from travello_desk.operations.arrival import CAUSE, found, required_reason
from travello_desk.operations.context import Context
from travello_desk.operations.errors import NoStripe
from travello_desk.operations.expire import expire_all, queue_expiry
from travello_desk.operations.report import business_date
from travello_desk.payments.facts import Ledger
from travello_desk.payments.narrative import Line
from travello_desk.payments.rules import (
    Refusal,
    Refused,
    cancel_refusal,
    edit_amount_refusal,
    no_show_refusal,
    switch_refusal,
)
from travello_desk.store import bookings, ledger, timeline
from travello_desk.store.bookings import NewBooking
from travello_desk.store.errors import Conflict
from travello_desk.store.tx import Tx


@dataclass(frozen=True, slots=True)
class Changed:
    """Done; `warning` is not empty while an old link could not be switched off yet."""

    booking_id: int
    warning: str = ""


async def create(ctx: Context, new: NewBooking, actor: str) -> int:
    """A new booking; its id. Raises Refused when the reference is taken."""

    def work(tx: Tx) -> int:
        try:
            booking_id = bookings.insert(tx, new)
        except Conflict as error:
            raise Refused(Refusal("reference_taken", f"Reference {new.reference} is used already")) from error
        price = format_minor(new.amount_minor, new.currency)
        timeline.add(tx, booking_id, actor, "created", "Booking made", f"{price} {new.method}")
        return booking_id

    return await ctx.store.write(work)


async def cancel(ctx: Context, booking_id: int, reason: str, actor: str, *, no_show: bool = False) -> Changed:
    """Cancel with a reason; the link dies at once, paid money stays and raises an alert (D36, D37). A no-show is noted
    from the day of arrival on."""
    why, today = required_reason(reason), business_date(ctx).isoformat()

    def work(tx: Tx) -> list[int]:
        loaded = found(tx, booking_id)
        refuse(cancel_refusal(loaded.view))
        booking = bookings.get(tx, booking_id)
        if no_show and booking is not None:
            refuse(no_show_refusal(booking.check_in, today))
        bookings.set_money_facts(tx, booking_id, cancelled=True, no_show=no_show)
        line = Line("no_show" if no_show else "cancelled", "No-show" if no_show else "Booking cancelled", why)
        ledger.add_line(tx, booking_id, actor, line)
        return settle(tx, loaded, replace(loaded.ledger, cancelled=True), actor)

    return await with_links_off(ctx, booking_id, work, actor)


async def reopen(ctx: Context, booking_id: int, reason: str, actor: str) -> Changed:
    """Take a cancellation or no-show back, with a reason (PAYMENTS 1.3: an explicit staff action)."""
    why = required_reason(reason)

    def work(tx: Tx) -> list[int]:
        loaded = found(tx, booking_id)
        if not loaded.ledger.cancelled:
            raise Refused(Refusal("not_cancelled", "Booking is not cancelled"))
        bookings.set_money_facts(tx, booking_id, cancelled=False)
        ledger.add_line(tx, booking_id, actor, Line("reopened", "Booking re-opened", why))
        ledger.save(tx, loaded, replace(loaded.ledger, cancelled=False), CAUSE, actor)
        return []

    return await with_links_off(ctx, booking_id, work, actor)


async def switch_method(ctx: Context, booking_id: int, method: str, actor: str) -> Changed:
    """Move a booking between ONLINE and ARRIVAL; the open link is closed first (D35)."""

    def work(tx: Tx) -> list[int]:
        loaded = found(tx, booking_id)
        refuse(switch_refusal(loaded.ledger, loaded.view, method))
        bookings.set_money_facts(tx, booking_id, method=method)
        ledger.add_line(tx, booking_id, actor, Line("switched", f"Payment method is {method} now"))
        return settle(tx, loaded, replace(loaded.ledger, method=method), actor)

    return await with_links_off(ctx, booking_id, work, actor)


async def edit(
    ctx: Context, booking_id: int, actor: str, *, amount_minor: int | None = None, details: dict[str, str] | None = None
) -> Changed:
    """Change the price (old link off first, D29) or the details. Raises Refused for a paid booking's price."""

    def work(tx: Tx) -> list[int]:
        loaded = found(tx, booking_id)
        if details:
            bookings.update_details(tx, booking_id, details)
            names = ", ".join(sorted(name.replace("_", " ") for name in details))
            ledger.add_line(tx, booking_id, actor, Line("edited", f"Changed {names}"))
        if amount_minor is None or amount_minor == loaded.ledger.amount_minor:
            return []
        refuse(edit_amount_refusal(loaded.view))
        return new_price(tx, loaded, amount_minor, actor)

    return await with_links_off(ctx, booking_id, work, actor)


def new_price(tx: Tx, loaded: ledger.Loaded, amount_minor: int, actor: str) -> list[int]:
    if amount_minor <= 0:
        raise Refused(Refusal("bad_amount", "The price must be more than nothing"))
    currency = loaded.ledger.currency
    was, now = format_minor(loaded.ledger.amount_minor, currency), format_minor(amount_minor, currency)
    bookings.set_money_facts(tx, loaded.booking_id, amount_minor=amount_minor)
    ledger.add_line(tx, loaded.booking_id, actor, Line("price", f"Price changed from {was} to {now}"))
    return settle(tx, loaded, replace(loaded.ledger, amount_minor=amount_minor), actor)


def refuse(refusal: Refusal | None) -> None:
    if refusal:
        raise Refused(refusal)


def settle(tx: Tx, loaded: ledger.Loaded, after: Ledger, actor: str) -> list[int]:
    """Save, and queue every live link to be switched off in the same transaction."""
    live = queue_expiry(tx, loaded)
    ledger.save(tx, loaded, after, CAUSE, actor)
    return live


async def with_links_off(ctx: Context, booking_id: int, work: Callable[[Tx], list[int]], actor: str) -> Changed:
    """Commit the change, then switch the queued links off; what Stripe does not answer now is tried again later."""
    async with ctx.lock(booking_id):
        live = await ctx.store.write(work)
        try:
            warning = await expire_all(ctx, live, actor) if live else ""
        except NoStripe as failed:
            warning = f"The old link is still live: {failed.sentence}"
    return Changed(booking_id, warning)


async def accept_payment(ctx: Context, booking_id: int, payment_id: int, reason: str, actor: str) -> Changed:
    """Staff accept online money that differs from what was asked (PAYMENTS 1.4): the booking counts as paid."""
    why = required_reason(reason)

    def work(tx: Tx) -> list[int]:
        loaded = found(tx, booking_id)
        view = next((p for p in loaded.view.payments if p.payment.seq == payment_id), None)
        if view is None or not view.review:
            raise Refused(Refusal("nothing_to_accept", "This payment needs no decision"))
        ledger.add_line(tx, booking_id, actor, Line("accepted", "Accepted as full payment", why))
        accepted = ledger.with_payment(loaded.ledger, replace(view.payment, accepted=True))
        ledger.save(tx, loaded, accepted, CAUSE, actor)
        return []

    return await with_links_off(ctx, booking_id, work, actor)
