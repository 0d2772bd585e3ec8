"""The commands that move money or change a booking. Each prints one sentence of what happened."""

from __future__ import annotations

from typing import Any

import click

from travello_desk.cli.root import ROW_ID, actor_option, amount_of, json_option, print_json, run
from travello_desk.cli.who import within_limit
from travello_desk.money import describe_minor, format_minor, major_number, told_number
from travello_desk.operations import arrival, present
from travello_desk.operations import bookings as booking_operations
from travello_desk.operations import refund as refunds
from travello_desk.payments.projection import BookingView
from travello_desk.payments.rules import OTHER_TENDERS, refundable_minor
from travello_desk.store import ledger
from travello_desk.store.bookings import Booking


@click.command("mark-paid")
@click.argument("wanted", metavar="ID")
@click.option("--tender", required=True, type=click.Choice(OTHER_TENDERS))
@click.option("--reference", default="", help="Slip, transfer or cheque number.")
@click.option("--receipt-no", default="", help="Default: the next free number.")
@click.option("--received", help="Cash handed over; the change is printed.")
@click.option("--note", default="")
@actor_option
@json_option
@click.pass_context
def mark_paid(
    ctx: click.Context, /, wanted: str, actor: str, as_json: bool, received: str | None, **given: str
) -> None:
    """Take the balance of an ARRIVAL booking at the desk."""

    async def work(context: Any) -> arrival.Marked:
        booking = await present.find_booking(context, wanted)
        cash = amount_of(received, booking.currency) or 0
        return await arrival.mark_paid(context, arrival.Mark(booking.id, actor, received_minor=cash, **given))  # type: ignore[arg-type]

    marked = run(ctx, work, as_json=as_json)
    if as_json:
        print_json(
            {
                "success": True,
                "booking_id": marked.booking_id,
                "receipt_no": marked.receipt_no,
                "amount": major_number(marked.amount_minor, marked.currency),
                "currency": marked.currency,
                "change": major_number(marked.change_minor, marked.currency),
            }
        )
        return
    change = f", change {format_minor(marked.change_minor, marked.currency)}" if marked.change_minor else ""
    click.echo(
        f"Marked paid: {format_minor(marked.amount_minor, marked.currency)}, receipt {marked.receipt_no}{change}"
    )


@click.command("undo-paid")
@click.argument("wanted", metavar="ID")
@click.option("--reason", required=True)
@actor_option
@json_option
@click.pass_context
def undo_paid(ctx: click.Context, wanted: str, reason: str, actor: str, as_json: bool) -> None:
    """Take a mark paid back, with a reason."""

    async def work(context: Any) -> tuple[Booking, BookingView]:
        booking = await present.find_booking(context, wanted)
        return booking, await arrival.undo_paid(context, booking.id, reason, actor)

    booking, view = run(ctx, work, as_json=as_json)
    told(booking, view.status, "Mark paid undone", as_json)


def told(booking: Booking, status: str, sentence: str, as_json: bool, warning: str = "") -> None:
    """One sentence with the booking's new status, and a warning that must not be missed."""
    if as_json:
        print_json({"success": True, "booking_id": booking.id, "status": status, "warning": warning or None})
        return
    click.echo(f"{sentence}: {booking.reference} is {status}")
    if warning:
        click.echo(warning, err=True)


@click.command()
@click.argument("wanted", metavar="ID")
@click.option("--amount", help="Default: everything that is left.")
@click.option("--reason", default="requested_by_customer", show_default=True)
@click.option("--note", default="")
@click.option("--payment", "payment_id", metavar="ID", type=ROW_ID, help="Which payment, when there are several.")
@actor_option
@json_option
@click.pass_context
def refund(
    ctx: click.Context,
    wanted: str,
    amount: str | None,
    reason: str,
    note: str,
    payment_id: int | None,
    actor: str,
    as_json: bool,
) -> None:
    """Give online money back, all or part. Amounts are in the currency that was charged."""

    async def work(context: Any) -> tuple[Booking, refunds.Refunded]:
        booking = await present.find_booking(context, wanted)
        loaded = await context.store.read(lambda tx: ledger.load(tx, booking.id))
        target = refunds.target(loaded.view, payment_id)
        currency = target.currency if target else booking.currency
        minor = amount_of(amount, currency)
        await within_limit(
            context, actor, (refundable_minor(target) if target else 0) if minor is None else minor, currency
        )
        request = refunds.Request(booking.id, actor, minor, payment_id=payment_id, reason=reason, note=note)
        return booking, await refunds.refund(context, request)

    booking, done = run(ctx, work, as_json=as_json)
    if as_json:
        print_json(
            {
                "success": True,
                "booking_id": booking.id,
                "refund_id": done.refund_id,
                "stripe_refund_id": done.stripe_refund_id,
                "amount": told_number(done.amount_minor, done.currency),
                "currency": done.currency,
                "status": done.status,
            }
        )
    else:
        click.echo(f"Refund of {describe_minor(done.amount_minor, done.currency)}: {done.status}")


@click.command("pay-out")
@click.argument("wanted", metavar="ID")
@click.option("--amount", required=True)
@click.option("--reason", required=True)
@click.option("--tender", default="cash", show_default=True, type=click.Choice(OTHER_TENDERS))
@actor_option
@json_option
@click.pass_context
def pay_out(ctx: click.Context, wanted: str, amount: str, reason: str, tender: str, actor: str, as_json: bool) -> None:
    """Give money taken at the desk back, with a voucher; cash comes from the drawer of whoever does it."""

    async def work(context: Any) -> tuple[Booking, arrival.PaidOut]:
        booking = await present.find_booking(context, wanted)
        paid_out = amount_of(amount, booking.currency) or 0
        await within_limit(context, actor, paid_out, booking.currency)
        wish = arrival.PayOut(booking.id, paid_out, reason, actor, tender=tender)
        return booking, await arrival.give_back(context, wish)

    booking, done = run(ctx, work, as_json=as_json)
    if as_json:
        print_json({"success": True, "booking_id": booking.id, "status": done.status, "voucher_no": done.voucher_no})
    else:
        click.echo(f"Paid out, voucher {done.voucher_no}: {booking.reference} is {done.status}")


def change(ctx: click.Context, wanted: str, as_json: bool, sentence: str, apply: Any) -> None:
    """Run a booking operation that answers `Changed`, and tell the new status."""

    async def work(context: Any) -> tuple[Booking, str]:
        booking = await present.find_booking(context, wanted)
        done = await apply(context, booking.id)
        return await present.find_booking(context, str(booking.id)), done.warning

    booking, warning = run(ctx, work, as_json=as_json)
    told(booking, booking.status, sentence, as_json, warning)


@click.command()
@click.argument("wanted", metavar="ID")
@click.argument("method", type=click.Choice(["ONLINE", "ARRIVAL"], case_sensitive=False))
@actor_option
@json_option
@click.pass_context
def switch(ctx: click.Context, wanted: str, method: str, actor: str, as_json: bool) -> None:
    """Move a booking between ONLINE and ARRIVAL; an open link is switched off."""
    change(
        ctx,
        wanted,
        as_json,
        f"Switched to {method}",
        lambda c, i: booking_operations.switch_method(c, i, method, actor),
    )


@click.command()
@click.argument("wanted", metavar="ID")
@click.option("--reason", required=True)
@click.option("--no-show", is_flag=True, help="The guest did not come.")
@actor_option
@json_option
@click.pass_context
def cancel(ctx: click.Context, wanted: str, reason: str, no_show: bool, actor: str, as_json: bool) -> None:
    """Cancel a booking; its link dies at once, money that was paid stays until it is refunded."""
    change(
        ctx,
        wanted,
        as_json,
        "No-show" if no_show else "Cancelled",
        lambda c, i: booking_operations.cancel(c, i, reason, actor, no_show=no_show),
    )


@click.command()
@click.argument("wanted", metavar="ID")
@click.option("--reason", required=True)
@actor_option
@json_option
@click.pass_context
def reopen(ctx: click.Context, wanted: str, reason: str, actor: str, as_json: bool) -> None:
    """Take a cancellation or no-show back."""
    change(ctx, wanted, as_json, "Re-opened", lambda c, i: booking_operations.reopen(c, i, reason, actor))
