"""`bookings` and `booking`: look things up. One fact per line, no colour: this is the accessible front end too."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import click

from travello_desk.cli.root import json_option, plain, print_json, run, written
from travello_desk.money import format_minor
from travello_desk.operations import present
from travello_desk.operations.report import business_date
from travello_desk.operations.spreadsheet import bookings_csv, write_private
from travello_desk.payments.rules import Refusal, Refused
from travello_desk.store.bookings import Booking
from travello_desk.store.browse import SORTS, VIEWS, view_source, within
from travello_desk.store.filters import read
from travello_desk.store.listing import in_order, listing
from travello_desk.store.tx import Tx


@click.command()
@click.option("--search", default="", help="Words as in the desk: a name, a number, due:>20000 in:today status:failed.")
@click.option("--status", type=click.Choice(["PENDING", "PAID", "CANCELLED"], case_sensitive=False))
@click.option("--method", type=click.Choice(["ONLINE", "ARRIVAL"], case_sensitive=False))
@click.option("--view", type=click.Choice(tuple(VIEWS)), help="A view of the desk, in its own order.")
@click.option("--sort", type=click.Choice(tuple(SORTS)), help="Another order of the view.")
@click.option("--limit", default=50, show_default=True, type=click.IntRange(1, 100_000))
@click.option("--csv", "csv_file", type=click.Path(dir_okay=False, path_type=Path), help="Write the list there.")
@json_option
@click.pass_context
def bookings(ctx: click.Context, /, csv_file: Path | None, as_json: bool, **given: Any) -> None:
    """List bookings, latest arrivals first."""
    wish = Wish(**given)
    if wish.sort and not wish.view:
        raise click.UsageError("--sort orders a --view")
    if wish.view and (wish.status or wish.method):
        raise click.UsageError("--status and --method go without --view; narrow a view with --search")

    async def work(context: Any) -> list[Booking]:
        day_on = business_date(context)
        found: list[Booking] = await context.store.read(lambda tx: listed(tx, wish, day_on))
        return found

    rows = run(ctx, work, as_json=as_json)
    if csv_file is not None:
        written(lambda: write_private(csv_file, bookings_csv(rows)), as_json)
    if as_json:
        print_json([present.booking_summary(row) for row in rows])
    elif csv_file is not None:
        click.echo(f"{csv_file}: {len(rows)} bookings")
    else:
        for row in rows:
            click.echo(plain(line_of(row)))


@dataclass(frozen=True, slots=True)
class Wish:
    """Which bookings, and in what order."""

    search: str
    status: str | None
    method: str | None
    view: str | None
    sort: str | None
    limit: int


def listed(tx: Tx, wish: Wish, day_on: date) -> list[Booking]:
    ids = found_by(tx, wish.search, day_on) if wish.search.strip() else None
    if wish.view is None:
        return listing(tx, ids=ids, status=wish.status, method=wish.method, limit=wish.limit)
    source = view_source(wish.view, day_on, wish.sort or "")
    if ids is None:
        return in_order(tx, source.ids(tx, 0, wish.limit))
    return in_order(tx, within(tx, source, ids)[: wish.limit])


def found_by(tx: Tx, text: str, day_on: date) -> list[int]:
    """What the desk's search box finds; that it is not all goes to standard error. Raises Refused for a filter that
    cannot be read: a wrong list is worse."""
    from travello_desk.store.search import CAP, search

    query = read(text, day_on)
    if query.unread:
        raise Refused(Refusal("unread", f"Not understood: {' '.join(query.unread)}"))
    found = search(tx, query, text, today_on=day_on)
    if found.capped:
        click.echo(f"More than {CAP:,} match: only the newest are taken", err=True)
    elif found.partly:
        click.echo("The middle of words was compared in the newest bookings only", err=True)
    return list(found.ids)


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
