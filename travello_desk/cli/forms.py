"""`new` and `edit`: make a booking, change one. The same fields and rules as the desk's form and the import."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

import click

from travello_desk.cli.root import actor_option, json_option, print_json, run
from travello_desk.money import to_major
from travello_desk.operations import booking_form, csv_fields, present
from travello_desk.operations.booking_form import LABELS, Checked
from travello_desk.operations.bookings import create
from travello_desk.operations.bookings import edit as change
from travello_desk.operations.report import business_date
from travello_desk.store.bookings import Booking, NewBooking

OPTIONS = {
    "guest_name": ("--guest", "The guest's name."),
    "guest_email": ("--email", "Where links and receipts are mailed."),
    "guest_phone": ("--phone", ""),
    "room": ("--room", ""),
    "check_in": ("--check-in", "YYYY-MM-DD."),
    "check_out": ("--check-out", "YYYY-MM-DD."),
    "amount": ("--amount", "The price of the stay, 24000 or 24,000.50."),
    "language": ("--language", "What the guest is written to in: en, ur."),
    "notes": ("--notes", ""),
}


def field_options(command: Callable[..., Any]) -> Callable[..., Any]:
    for name, (option, text) in reversed(OPTIONS.items()):
        command = click.option(option, name, help=text or None)(command)
    return command


def must_be_right(checked: Checked) -> Checked:
    """A usage error (exit 2) that names the option of the first wrong field."""
    for name, sentence in checked.faults:
        option = OPTIONS.get(name, ("--reference",))[0]
        raise click.BadParameter(f"{LABELS[name]}: {sentence}", param_hint=option)
    return checked


def right(option: str, rule: Callable[[str], Any], text: str) -> Any:
    try:
        return rule(text)
    except ValueError as error:
        raise click.BadParameter(str(error), param_hint=option) from error


@click.command()
@field_options
@click.option("--reference", default="", help="The hotel's own number. Default: the next free W-YYMMDD-N.")
@click.option("--method", default="ONLINE", show_default=True, help="ONLINE, or ARRIVAL: pays at the desk.")
@click.option("--currency", help="Default: the hotel's.")
@click.option("--user", "user_id", type=click.IntRange(1), help="The web account that owns it.")
@actor_option
@json_option
@click.pass_context
def new(
    ctx: click.Context,
    /,
    reference: str,
    method: str,
    currency: str | None,
    user_id: int | None,
    actor: str,
    as_json: bool,
    **given: str | None,
) -> None:
    """Make a booking: by default a guest for tonight under a free reference."""

    async def work(context: Any) -> Booking:
        code = right("--currency", csv_fields.currency, currency or context.settings.currency_primary)
        today_on = business_date(context)
        free = await context.store.read(lambda tx: booking_form.free_reference(tx, today_on))
        typed = with_nights({**blank(given), "reference": reference or free}, today_on)
        checked = must_be_right(booking_form.check(typed, code))
        words: dict[str, Any] = dict(checked.values)
        made = NewBooking(
            amount_minor=checked.amount_minor,
            currency=code,
            method=right("--method", csv_fields.payment_method, method),
            language=right("--language", csv_fields.language, given["language"] or ""),
            user_id=user_id,
            **words,
        )
        return await present.find_booking(context, str(await create(context, made, actor)))

    booking = run(ctx, work, as_json=as_json)
    if as_json:
        print_json(present.booking_summary(booking))
    else:
        click.echo(f"Booking {booking.reference} made, id {booking.id}: {booking.badge}")


def blank(given: dict[str, str | None]) -> dict[str, str]:
    return {name: text or "" for name, text in given.items()}


def with_nights(typed: dict[str, str], today_on: date) -> dict[str, str]:
    """Who gives no days arrives today; who gives no departure stays one night."""
    arrives = typed["check_in"] or today_on.isoformat()
    leaves = typed["check_out"]
    if not leaves:
        try:
            leaves = (date.fromisoformat(arrives) + timedelta(days=1)).isoformat()
        except ValueError:
            leaves = arrives  # the check names the wrong check-in first
    return typed | {"check_in": arrives, "check_out": leaves}


@click.command()
@click.argument("wanted", metavar="ID")
@field_options
@actor_option
@json_option
@click.pass_context
def edit(ctx: click.Context, /, wanted: str, actor: str, as_json: bool, **given: str | None) -> None:
    """Change a booking's guest, stay, room or price. A new price switches an open link off first."""
    changes = {name: text for name, text in given.items() if text is not None}
    if not changes:
        raise click.UsageError(f"Say what to change: {', '.join(option for option, _ in OPTIONS.values())}")

    async def work(context: Any) -> tuple[Booking, str]:
        booking = await present.find_booking(context, wanted)
        typed = booking_form.as_typed(booking) | {"amount": f"{to_major(booking.amount_minor, booking.currency):f}"}
        checked = must_be_right(booking_form.check(typed | changes, booking.currency))
        values = dict(checked.values)
        if "language" in changes:
            values["language"] = right("--language", csv_fields.language, changes["language"])
        details = {name: values[name] for name in changes if values.get(name, "") != getattr(booking, name, "")}
        price = checked.amount_minor if "amount" in changes else None
        done = await change(context, booking.id, actor, amount_minor=price, details=details)
        return await present.find_booking(context, str(booking.id)), done.warning

    booking, warning = run(ctx, work, as_json=as_json)
    if as_json:
        print_json({"success": True, "warning": warning or None, **present.booking_summary(booking)})
        return
    click.echo(f"Changed: {booking.reference} is {booking.status}")
    if warning:
        click.echo(warning, err=True)
