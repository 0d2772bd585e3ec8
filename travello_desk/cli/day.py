"""`report`: the day's takings by tender, refunds and what is still due; as text, JSON or CSV."""

from __future__ import annotations

import csv
from datetime import date
from pathlib import Path
from typing import Any

import click

from travello_desk.cli.root import json_option, print_json, run
from travello_desk.days import parse_day
from travello_desk.money import describe_minor, major_number
from travello_desk.operations import present
from travello_desk.operations.report import Report
from travello_desk.operations.report import report as make_report


@click.command()
@click.option("--date", "day", help="YYYY-MM-DD; default: the business day that is running.")
@click.option("--csv", "csv_file", type=click.Path(dir_okay=False, path_type=Path), help="Write the movements there.")
@json_option
@click.pass_context
def report(ctx: click.Context, day: str | None, csv_file: Path | None, as_json: bool) -> None:
    """The day: takings by tender, refunds, outstanding. Different currencies are never added."""
    wanted = parsed(day)

    async def work(context: Any) -> Report:
        return await make_report(context, wanted)

    found = run(ctx, work, as_json=as_json)
    if csv_file is not None:
        write_csv(found, csv_file)
    if as_json:
        print_json(document(found))
    else:
        for line in lines(found):
            click.echo(line)


def parsed(day: str | None) -> date | None:
    if day is None:
        return None
    try:
        return parse_day(day)
    except ValueError as error:
        raise click.BadParameter(str(error), param_hint="--date") from error


def document(found: Report) -> dict[str, Any]:
    return {
        "date": found.day_on.isoformat(),
        "from": present.iso(found.start_at),
        "to": present.iso(found.end_at),
        "totals": [
            {
                "tender": total.how,
                "count": total.count,
                "amount": major_number(total.amount_minor, total.currency),
                "currency": total.currency,
            }
            for total in found.totals
        ],
        "net": [
            {"amount": major_number(amount, currency), "currency": currency} for currency, amount in found.net.items()
        ],
        "by_actor": [
            {"actor": actor, "amount": major_number(amount, currency), "currency": currency}
            for (actor, currency), amount in found.by_actor.items()
        ],
        "outstanding": [
            {
                "kind": due.kind,
                "bookings": due.bookings,
                "amount": major_number(due.amount_minor, due.currency),
                "currency": due.currency,
            }
            for due in found.dues
        ],
    }


def lines(found: Report) -> list[str]:
    told = [f"Day {found.day_on.isoformat()}"]
    for total in found.totals:
        told.append(f"{total.how:<10}{total.count:>5}  {describe_minor(total.amount_minor, total.currency):>18}")
    told += [f"net             {describe_minor(amount, currency):>18}" for currency, amount in found.net.items()]
    for due in found.dues:
        amount = describe_minor(due.amount_minor, due.currency)
        told.append(f"still due, {due.kind}: {due.bookings} bookings, {amount}")
    return told


def write_csv(found: Report, target: Path) -> None:
    """One movement a line, amounts in major units."""
    with target.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(("at", "reference", "tender", "amount", "currency", "actor"))
        for item in found.movements:
            amount = major_number(item.amount_minor, item.currency)
            writer.writerow((present.iso(item.at), item.reference, item.how, amount, item.currency, item.actor))
