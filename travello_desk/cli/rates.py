"""The command that shows and sets the rate of the fallback currency."""

from __future__ import annotations

from typing import Any

import click

from travello_desk.cli.root import actor_option, json_option, print_json, run
from travello_desk.operations import rates


@click.command()
@click.argument("units", required=False)
@click.option("--date", "day", help="The day of the rate, like 2026-11-20; default: today.")
@actor_option
@json_option
@click.pass_context
def rate(ctx: click.Context, units: str | None, day: str | None, actor: str, as_json: bool) -> None:
    """Show the known exchange rates, the one in use first; with UNITS (like 280.50) set one by hand.

    UNITS is how much of the primary currency one unit of the fallback currency is.
    """

    async def work(context: Any) -> list[dict[str, Any]]:
        if units is not None:
            await rates.set_rate(context, units, actor, day_of(day))
        known = await context.store.read(lambda tx: rates.candidates(context, tx))
        return [document_of(context, item) for item in known]

    found = run(ctx, work, as_json=as_json)
    if as_json:
        print_json(found)
        return
    for item in found:
        state = "" if item["fresh"] else ", too old to be used"
        click.echo(f"{item['sentence']}, {item['age_hours']} h old{state}")
    if not found:
        click.echo("No exchange rate is known: travello-desk rate 280.50, FX_RATE or FX_RATE_URL")


def document_of(context: Any, item: Any) -> dict[str, Any]:
    return {
        "sentence": str(item),
        "primary": item.primary,
        "fallback": item.fallback,
        "units": str(item.units),
        "date": item.as_of_on.isoformat(),
        "source": item.source,
        "age_hours": int(rates.age_of(context, item).total_seconds() // 3600),
        "fresh": rates.is_fresh(context, item),
    }


def day_of(text: str | None) -> Any:
    from travello_desk.days import parse_day

    try:
        return parse_day(text) if text else None
    except ValueError as error:
        raise click.BadParameter(str(error), param_hint="--date") from error
