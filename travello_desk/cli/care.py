"""The commands that look after the house: doctor, backup, restore, shred."""

from __future__ import annotations

import re
import sys
from dataclasses import asdict
from pathlib import Path
from typing import Any

import click

from travello_desk.cli.root import actor_option, doors, guarded, json_option, print_json, run


@click.command()
@json_option
@click.pass_context
def doctor(ctx: click.Context, as_json: bool) -> None:
    """Check everything payments need and say how to mend it. Exit code 1 when something is broken."""

    async def work(context: Any) -> list[Any]:
        found = []
        async for finding in doors(ctx).examine(context):
            found.append(finding)
            if not as_json:
                click.echo(finding.line)
        return found

    found = run(ctx, work, as_json=as_json)
    broken = sum(1 for finding in found if finding.level == "fault")
    if as_json:
        print_json({"faults": broken, "findings": [asdict(finding) for finding in found]})
    sys.exit(1 if broken else 0)


@click.command()
@click.argument("file", type=click.Path(dir_okay=False, path_type=Path))
@json_option
@click.pass_context
def backup(ctx: click.Context, file: Path, as_json: bool) -> None:
    """A consistent copy of the store while desks and listeners go on working."""
    from travello_desk.operations.backups import note_backup
    from travello_desk.store import copies

    size = guarded(lambda: copies.backup(doors(ctx).database(), file), as_json=as_json)
    run(ctx, note_backup, as_json=as_json)
    if as_json:
        print_json({"file": str(file), "bytes": size})
    else:
        click.echo(f"{file}: {size} bytes, checked")


@click.command()
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@json_option
@click.pass_context
def restore(ctx: click.Context, file: Path, as_json: bool) -> None:
    """Put a backup in the store's place. The old store is put aside, never deleted; then run reconcile."""
    from travello_desk.store import copies

    aside = guarded(lambda: copies.restore(file, doors(ctx).database()), as_json=as_json)
    if as_json:
        print_json({"restored": str(file), "old_store": str(aside) if aside else None})
        return
    kept = f"; the old store is {aside}" if aside else ""
    click.echo(f"Restored {file}{kept}. Now run: travello-desk reconcile")


@click.command()
@click.option("--older-than", required=True, metavar="400d", help="Guests who left longer ago than this; from 30d.")
@click.option("--yes", is_flag=True, help="Do it. Without: only say what would be done.")
@actor_option
@json_option
@click.pass_context
def shred(ctx: click.Context, older_than: str, yes: bool, actor: str, as_json: bool) -> None:
    """Take names, addresses and numbers of guests of long ago out of bookings, mails, events and search. There is no
    way back. Sums stay. Not reached: backups, exports, printed papers, and what Stripe keeps."""
    from travello_desk.operations import shred as shredding

    days = days_of(older_than)

    async def work(context: Any) -> shredding.Shredded:
        if not yes:
            return await shredding.rehearse(context, days)
        return await shredding.shred(context, days, actor)

    done = run(ctx, work, as_json=as_json)
    if as_json:
        counted = {"bookings": done.bookings, "mails": done.mails, "events": done.events, "waiting": done.waiting}
        print_json({"shredded": yes, "before": done.before_on.isoformat(), **counted})
    elif yes:
        click.echo(f"Shredded {done.sentence}. Backups made before hold the old data still")
    else:
        click.echo(f"Would shred {done.sentence}. To do it: --yes. There is no way back")


def days_of(text: str) -> int:
    from travello_desk.operations.shred import LEAST_DAYS

    match = re.fullmatch(r"([0-9]{1,5})d?", text, re.ASCII)
    if match is None or not LEAST_DAYS <= int(match[1]) <= 36_500:
        raise click.BadParameter(f"{text!r} is not an age from {LEAST_DAYS}d on: write 400d", param_hint="--older-than")
    return int(match[1])
