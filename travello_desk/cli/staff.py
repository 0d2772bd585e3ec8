"""`staff add/list/disable`: who may sign in at the desk."""

from __future__ import annotations

from typing import Any

import click

from travello_desk.cli.root import actor_option, json_option, print_json, run
from travello_desk.money import describe_minor, major_number
from travello_desk.operations import staff_accounts
from travello_desk.operations.staff_accounts import Listed


@click.group()
def staff() -> None:
    """Desk users: clerk, manager, owner."""


@staff.command()
@click.argument("name")
@click.option("--role", type=click.Choice(tuple(staff_accounts.RANK)), default="clerk", show_default=True)
@click.option("--pin", prompt="PIN (4 to 12 digits)", hide_input=True, confirmation_prompt=True, envvar="TRAVELLO_PIN")
@actor_option
@json_option
@click.pass_context
def add(ctx: click.Context, name: str, role: str, pin: str, actor: str, as_json: bool) -> None:
    """Make an account. The PIN is asked for, so that it stays out of the shell's history."""

    async def work(context: Any) -> staff_accounts.Person:
        return await staff_accounts.add(context, name, role, pin, actor)

    person = run(ctx, work, as_json=as_json)
    if as_json:
        print_json({"success": True, "name": person.name, "role": person.role})
    else:
        click.echo(f"{person.name} may sign in as {person.role}")


@staff.command("list")
@json_option
@click.pass_context
def list_(ctx: click.Context, as_json: bool) -> None:
    """Everybody, the disabled ones too."""

    async def work(context: Any) -> tuple[list[Listed], str]:
        return await staff_accounts.people(context), context.settings.currency_primary

    people, currency = run(ctx, work, as_json=as_json)
    if as_json:
        print_json([document(person, currency) for person in people])
        return
    for person in people:
        limit = "no limit" if person.refund_limit_minor is None else describe_minor(person.refund_limit_minor, currency)
        click.echo(
            f"{person.name:<20}{person.role:<10}{'disabled' if person.disabled else 'active':<10}refunds: {limit}"
        )


def document(person: Listed, currency: str) -> dict[str, Any]:
    limit = person.refund_limit_minor
    return {
        "name": person.name,
        "role": person.role,
        "disabled": person.disabled,
        "refund_limit": None if limit is None else major_number(limit, currency),
        "currency": currency,
    }


@staff.command()
@click.argument("name")
@actor_option
@json_option
@click.pass_context
def disable(ctx: click.Context, name: str, actor: str, as_json: bool) -> None:
    """Close an account; what it did stays in the timeline."""

    async def work(context: Any) -> None:
        await staff_accounts.disable(context, name, actor)

    run(ctx, work, as_json=as_json)
    if as_json:
        print_json({"success": True, "name": name})
    else:
        click.echo(f"{name} may not sign in any more")
