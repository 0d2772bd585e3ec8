"""`report`: the day's takings by tender, refunds and what is still due; as text, JSON or CSV."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from travello_desk.cli.guest import mail_document
from travello_desk.cli.root import actor_option, day_of, json_option, print_json, run, written
from travello_desk.cli.shift import shift_document
from travello_desk.money import told_number
from travello_desk.operations import present
from travello_desk.operations.compare_day import Comparison, compare_day
from travello_desk.operations.downtime import downtime_sheet
from travello_desk.operations.report import Day, business_date, day_report
from travello_desk.operations.report_csv import movements_csv
from travello_desk.operations.report_text import text_of
from travello_desk.operations.spreadsheet import write_private


@click.command()
@click.option("--date", "day", help="YYYY-MM-DD; default: the business day that is running.")
@click.option("--csv", "csv_file", type=click.Path(dir_okay=False, path_type=Path), help="Write the movements there.")
@click.option("--sheet", type=click.Path(dir_okay=False, path_type=Path), help="Write the downtime sheet there.")
@click.option("--stripe", is_flag=True, help="Ask Stripe for its side of the day and tell the difference.")
@click.option("--mail", "address", help="Mail the report there too; the same report goes to the same address once.")
@actor_option
@json_option
@click.pass_context
def report(
    ctx: click.Context,
    /,
    day: str | None,
    csv_file: Path | None,
    sheet: Path | None,
    stripe: bool,
    address: str | None,
    actor: str,
    as_json: bool,
) -> None:
    """The day: takings by tender, refunds, outstanding, shifts. Different currencies are never added."""
    wanted = day_of(day)

    async def work(context: Any) -> tuple[Day, str, str, Comparison | None, Any]:
        day_on = wanted or business_date(context)
        made = await downtime_sheet(context, day_on, present.iso(int(context.clock())) or "") if sheet else ""
        compared = await compare_day(context, day_on) if stripe else None
        found = await day_report(context, day_on)
        sent = await mailed(context, found, address, actor) if address is not None else None
        return found, context.settings.hotel_name, made, compared, sent

    found, hotel, sheet_text, compared, sent = run(ctx, work, as_json=as_json)
    if csv_file is not None:
        written(lambda: write_private(csv_file, movements_csv(found.report)), as_json)
    if sheet is not None:
        written(lambda: write_private(sheet, sheet_text), as_json)
    if as_json:
        agree = {"stripe": {"agree": compared.agree, "lines": compared.lines}} if compared else {}
        letter = {"mail": mail_document(sent)} if sent else {}
        print_json({**document(found), **agree, **letter})
    else:
        click.echo(text_of(found.report, hotel, found.shifts), nl=False)
        for line in compared.lines if compared else ():
            click.echo(line)
        if sent:
            click.echo(f"Report mailed to {sent.recipient}: {sent.status} {sent.last_error}".rstrip())


async def mailed(context: Any, found: Day, address: str, actor: str) -> Any:
    """Queue it and send it at once: this command does not stay. Raises Refused."""
    from travello_desk.operations.mail import day_mail
    from travello_desk.operations.mail.deliver import send_now

    letter = day_mail.day_letter(context.settings, found)
    return await send_now(context, await day_mail.queue_day(context, found.report.day_on, letter, address, actor))


def document(day: Day) -> dict[str, Any]:
    found = day.report
    return {
        "date": found.day_on.isoformat(),
        "from": present.iso(found.start_at),
        "to": present.iso(found.end_at),
        "totals": [
            {
                "tender": total.how,
                "count": total.count,
                "amount": told_number(total.amount_minor, total.currency),
                "currency": total.currency,
            }
            for total in found.totals
        ],
        "net": [
            {"amount": told_number(amount, currency), "currency": currency} for currency, amount in found.net.items()
        ],
        "by_actor": [
            {"actor": actor, "amount": told_number(amount, currency), "currency": currency}
            for (actor, currency), amount in found.by_actor.items()
        ],
        "outstanding": [
            {
                "kind": due.kind,
                "bookings": due.bookings,
                "amount": told_number(due.amount_minor, due.currency),
                "currency": due.currency,
            }
            for due in found.dues
        ],
        "cash_outside_shifts": [
            {
                "count": total.count,
                "amount": told_number(total.amount_minor, total.currency),
                "currency": total.currency,
            }
            for total in found.outside
        ],
        "shifts": [shift_document(shift) for shift in day.shifts],
    }
