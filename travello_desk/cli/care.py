"""The commands that look after the house: doctor, backup, restore."""

from __future__ import annotations

import sys
from dataclasses import asdict
from pathlib import Path
from typing import Any

import click

from travello_desk.cli.root import doors, guarded, json_option, print_json, run


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
    from travello_desk.store import copies

    size = guarded(lambda: copies.backup(doors(ctx).database(), file), as_json=as_json)
    if as_json:
        print_json({"file": str(file), "bytes": size})
    else:
        click.echo(f"{file}: {size} bytes, checked")


@click.command()
@click.argument("file", type=click.Path(dir_okay=False, path_type=Path))
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
