"""`bookings` and `booking`: look things up. One fact per line, no colour: this is the accessible front end too."""

from __future__ import annotations

from typing import Any

import click

from travello_desk.cli.root import json_option, print_json, run
from travello_desk.money import format_minor
from travello_desk.operations import present
from travello_desk.store.bookings import Booking
from travello_desk.store.listing import listing


@click.command()
@click.option("--search", default="", help="Name, reference, phone, e-mail or room; and words like due:>20000.")
@click.option("--status", type=click.Choice(["PENDING", "PAID", "CANCELLED"], case_sensitive=False))
@click.option("--method", type=click.Choice(["ONLINE", "ARRIVAL"], case_sensitive=False))
@click.option("--limit", default=50, show_default=True, type=click.IntRange(1, 100_000))
@json_option
@click.pass_context
def bookings(
    ctx: click.Context, search: str, status: str | None, method: str | None, limit: int, as_json: bool
) -> None:
    """List bookings, newest arrivals first."""

    async def work(context: Any) -> list[Booking]:
        found: list[Booking] = await context.store.read(
            lambda tx: listing(tx, search=search, status=status, method=method, limit=limit)
        )
        return found

    rows = run(ctx, work, as_json=as_json)
    if as_json:
        print_json([present.booking_summary(row) for row in rows])
        return
    for row in rows:
        click.echo(line_of(row))


def line_of(row: Booking) -> str:
    balance = format_minor(row.balance_minor, row.currency)
    return f"{row.id:>7}  {row.badge:<10}  {row.reference:<12}  {row.check_in}  {balance:>16}  {row.guest_name}"


@click.command()
@click.argument("wanted", metavar="ID")
@json_option
@click.pass_context
def booking(ctx: click.Context, wanted: str, as_json: bool) -> None:
    """One booking with payments, refunds and timeline. ID may be the hotel's reference."""

    async def work(context: Any) -> dict[str, Any]:
        row = await present.find_booking(context, wanted)
        document: dict[str, Any] = await context.store.read(lambda tx: present.booking_document(tx, row.id))
        return document

    document = run(ctx, work, as_json=as_json)
    if as_json:
        print_json(document)
        return
    for name, value in document.items():
        if not isinstance(value, list):
            click.echo(f"{name.replace('_', ' ')}: {'' if value is None else value}")
    for part in ("payments", "refunds", "desk_receipts"):
        for item in document[part]:
            facts = ", ".join(f"{key} {value}" for key, value in item.items() if value not in (None, "", 0))
            click.echo(f"{part[:-1].replace('_', ' ')}: {facts}")
    for entry in document["timeline"]:
        detail = f" · {entry['detail']}" if entry["detail"] else ""
        click.echo(f"{entry['at']}  {entry['actor']}: {entry['text']}{detail}")
