"""`shift open/show/drop/count/close`: the drawer from the command line. `--as NAME` says whose shift it is."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import click

from travello_desk.cli.root import actor_option, amount_of, json_option, print_json, run
from travello_desk.money import describe_minor, major_number
from travello_desk.operations import present, shifts
from travello_desk.operations.shifts import Actor, Closing, Signed, Standing
from travello_desk.payments.drawer import Count
from travello_desk.payments.rules import Refusal, Refused
from travello_desk.store.shifts import Drop, Shift


@click.group()
def shift() -> None:
    """Shifts and their drawers: open with a float, drop, count blind, close."""


def whose_option(command: Any) -> Any:
    return click.option("--of", "whose", default="", help="Another person's shift: for managers.")(command)


async def actor_of(context: Any, name: str) -> Actor:
    return Actor(name, await shifts.role_of(context, name))


async def chosen(context: Any, name: str) -> Standing:
    """The open shift of this person. Raises Refused when there is none."""
    for standing in await shifts.open_shifts(context):
        if standing.shift.name.casefold() == name.casefold():
            return standing
    raise Refused(Refusal("no_shift", f"{name} has no open shift"))


@shift.command("open")
@click.option("--float", "opening", help="Cash in the drawer at the start. Default: what the shift before left.")
@click.option("--drawer", default="1", show_default=True)
@actor_option
@json_option
@click.pass_context
def open_(ctx: click.Context, opening: str | None, drawer: str, actor: str, as_json: bool) -> None:
    """Open a shift."""

    async def work(context: Any) -> Shift:
        typed = amount_of(opening, context.settings.currency_primary)
        sum_minor = await shifts.suggest_float(context, drawer) if typed is None else typed
        return await shifts.open_shift(context, await actor_of(context, actor), sum_minor, drawer)

    opened = run(ctx, work, as_json=as_json)
    if as_json:
        print_json(shift_document(opened))
    else:
        floated = describe_minor(opened.opening_minor, opened.currency)
        click.echo(f"Shift of {opened.name} open: drawer {opened.drawer}, float {floated}")


@shift.command()
@json_option
@click.pass_context
def show(ctx: click.Context, as_json: bool) -> None:
    """Open shifts. What a drawer should hold is told once its count is signed."""
    found = run(ctx, shifts.open_shifts, as_json=as_json)
    if as_json:
        print_json([standing_document(standing) for standing in found])
        return
    for line in shift_lines(found):
        click.echo(line)


@shift.command()
@click.argument("amount")
@click.option("--note", default="", help="The envelope's number, who took it.")
@whose_option
@actor_option
@json_option
@click.pass_context
def drop(ctx: click.Context, amount: str, note: str, whose: str, actor: str, as_json: bool) -> None:
    """Carry cash from the drawer to the safe."""

    async def work(context: Any) -> tuple[Shift, Drop]:
        target = (await chosen(context, whose or actor)).shift
        sum_minor = amount_of(amount, target.currency) or 0
        return target, await shifts.drop(context, await actor_of(context, actor), target.id, sum_minor, note)

    target, dropped = run(ctx, work, as_json=as_json)
    if as_json:
        amount_major = major_number(dropped.amount_minor, target.currency)
        print_json({"success": True, "shift_id": target.id, "amount": amount_major, "currency": target.currency})
    else:
        click.echo(f"Dropped {describe_minor(dropped.amount_minor, target.currency)} from drawer {target.drawer}")


@shift.command()
@click.argument("notes", nargs=-1, metavar="[NOTExPIECES]...")
@click.option("--coins", help="Coins, or all of the cash where notes are not counted one by one.")
@whose_option
@actor_option
@json_option
@click.pass_context
def count(ctx: click.Context, notes: Sequence[str], coins: str | None, whose: str, actor: str, as_json: bool) -> None:
    """Sign the blind count, `5000x4 1000x31 --coins 35`; the expected sum is told afterwards."""

    async def work(context: Any) -> Signed:
        target = (await chosen(context, whose or actor)).shift
        counted = Count(tuple(pieces_of(note) for note in notes), amount_of(coins, target.currency) or 0)
        return await shifts.sign_count(context, await actor_of(context, actor), target.id, counted)

    signed = run(ctx, work, as_json=as_json)
    if as_json:
        print_json({"success": True, "shift_id": signed.shift_id, **signed_document(signed)})
        return
    counted, expected = (
        describe_minor(part, signed.currency) for part in (signed.counted_minor, signed.expected_minor)
    )
    click.echo(f"Counted {counted}, expected {expected}: {signed.words}")


def pieces_of(text: str) -> tuple[int, int]:
    """`5000x4`; a usage error otherwise."""
    note, cross, pieces = text.lower().partition("x")
    if not (cross and note.isascii() and note.isdigit() and pieces.isascii() and pieces.isdigit() and len(text) < 16):
        raise click.BadParameter(f"{text!r} is no count of a note: write it like 5000x4", param_hint="NOTExPIECES")
    return int(note), int(pieces)


@shift.command()
@click.option("--drop", "dropped", default="0", show_default=True, help="What goes to the safe; the rest is left.")
@click.option("--reason", default="", help="Why it is over or short.")
@click.option("--note", default="", help="For whoever comes next: shown when they sign in.")
@whose_option
@actor_option
@json_option
@click.pass_context
def close(ctx: click.Context, dropped: str, reason: str, note: str, whose: str, actor: str, as_json: bool) -> None:
    """Close a counted shift."""

    async def work(context: Any) -> Shift:
        target = (await chosen(context, whose or actor)).shift
        closing = Closing(target.id, amount_of(dropped, target.currency) or 0, reason, note)
        return await shifts.close(context, await actor_of(context, actor), closing)

    closed = run(ctx, work, as_json=as_json)
    if as_json:
        print_json(shift_document(closed))
    else:
        left, gone = (describe_minor(part or 0, closed.currency) for part in (closed.left_minor, closed.dropped_minor))
        click.echo(f"Shift of {closed.name} closed: dropped {gone}, left {left}")


def signed_document(signed: Signed) -> dict[str, Any]:
    sums = {"counted": signed.counted_minor, "expected": signed.expected_minor, "over": signed.over_minor}
    return {name: major_number(minor, signed.currency) for name, minor in sums.items()} | {"currency": signed.currency}


def shift_document(row: Shift) -> dict[str, Any]:
    """One shift; the sums of a count that is not signed yet are null."""
    sums = {
        "float": row.opening_minor,
        "counted": row.counted_minor,
        "expected": row.expected_minor,
        "dropped": row.dropped_minor,
        "left": row.left_minor,
    }
    return {
        "id": row.id,
        "name": row.name,
        "drawer": row.drawer,
        "currency": row.currency,
        "opened_at": present.iso(row.opened_at),
        "counted_at": present.iso(row.counted_at or 0),
        "closed_at": present.iso(row.closed_at or 0),
        "closed_by": row.closed_by or None,
        **{name: None if minor is None else major_number(minor, row.currency) for name, minor in sums.items()},
        "reason": row.reason,
        "note": row.handover_note,
    }


def standing_document(standing: Standing) -> dict[str, Any]:
    currency = standing.shift.currency
    drops = [
        {"at": present.iso(drop.at), "amount": major_number(drop.amount_minor, currency), "note": drop.note}
        for drop in standing.drops
    ]
    return {**shift_document(standing.shift), "drops": drops}


def shift_lines(found: Sequence[Standing]) -> list[str]:
    """One line a shift, blind until its count is signed."""
    lines = []
    for standing in found:
        row = standing.shift
        line = f"{row.name}: drawer {row.drawer}, since {present.iso(row.opened_at)}"
        line += f", float {describe_minor(row.opening_minor, row.currency)}"
        if row.counted_minor is not None and row.expected_minor is not None:
            counted, expected = (describe_minor(part, row.currency) for part in (row.counted_minor, row.expected_minor))
            line += f", counted {counted}, expected {expected}"
        lines.append(line)
    return lines or ["No shift is open"]
