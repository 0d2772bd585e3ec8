"""The commands that run or look after the house: desk, demo, serve, import, verify, token."""

from __future__ import annotations

import re
import sys
from typing import Any, BinaryIO

import click

from travello_desk.cli.bars import Bars
from travello_desk.cli.root import doors, fail, guarded, json_option, print_json, run


@click.command()
@click.pass_context
def desk(ctx: click.Context) -> None:
    """Open the desk: terminal screen and listener in one process."""
    sys.exit(guarded(doors(ctx).desk))


@click.command()
@click.option("--port", type=click.IntRange(0, 65535), help="Default: the first free port from 8000.")
@click.option("--folder", type=click.Path(file_okay=False), help="New or empty: keep the data here; else they go.")
@click.option("--no-screen", is_flag=True, help="Only the listener and the sandbox; Ctrl+C ends it.")
@click.pass_context
def demo(ctx: click.Context, /, **options: Any) -> None:
    """The desk on a fresh sandbox: sample hotel, payment page, no keys, no internet, no real money."""
    sys.exit(guarded(lambda: doors(ctx).demo(options)))


@click.command()
@click.pass_context
def serve(ctx: click.Context) -> None:
    """The listener and background work without a terminal screen."""
    sys.exit(guarded(doors(ctx).serve))


@click.command()
@click.option("--port", type=click.IntRange(1, 65535), default=8010, show_default=True)
@click.option("--public-url", default="", help="Where a proxy with TLS shows it; default: this machine only.")
@click.pass_context
def web(ctx: click.Context, port: int, public_url: str) -> None:
    """The desk in a browser on this machine: one sign-in for each tab. Needs the extra [web]."""
    from importlib import import_module

    try:
        import_module("textual_serve")
    except ImportError:
        fail("The desk in a browser needs an extra: pip install 'travello-desk[web]'", 2)
    sys.exit(guarded(lambda: doors(ctx).web(port, public_url)))


@click.command("import")
@click.argument("file", type=click.File("rb"))
@json_option
@click.pass_context
def import_(ctx: click.Context, file: BinaryIO, as_json: bool) -> None:
    """Bookings from a CSV file. Bad rows are listed with their line; repeating a file adds nothing. Exit code 2 when it
    is no list of bookings at all."""
    from travello_desk.operations.importing import Imported, import_csv

    async def work(context: Any) -> Imported:
        return await import_csv(context, file, "import")

    result = run(ctx, work, as_json=as_json)
    if as_json:
        rejected = [{"line": row.line, "reason": row.reason} for row in result.rejected]
        print_json({"imported": result.imported, "unchanged": result.unchanged, "rejected": rejected})
    else:
        for row in result.rejected:
            click.echo(f"line {row.line}: {row.reason}", err=True)
        click.echo(f"{result.imported} imported, {result.unchanged} unchanged, {len(result.rejected)} rejected")
    sys.exit(2 if result.is_no_list else 0)


@click.command()
@click.option("--since", default=None, help="How far back: 12h, 30d. Default: since the last time.")
@click.option("--objects", is_flag=True, help="Also look at each open session and each payment.")
@json_option
@click.pass_context
def reconcile(ctx: click.Context, since: str | None, objects: bool, as_json: bool) -> None:
    """Ask Stripe for everything missed and apply it."""
    from travello_desk.operations.reconcile import Reconciled
    from travello_desk.operations.reconcile import reconcile as run_reconcile

    back = ttl_seconds(since, "--since") if since else None

    async def work(context: Any) -> Reconciled:
        start = int(context.clock()) - back if back else None
        with Bars(quiet=as_json) as bars:
            return await run_reconcile(context, since=start, by_object=objects, progress=bars.show)

    done = run(ctx, work, as_json=as_json)
    if as_json:
        print_json(
            {
                "events": done.events,
                "new": done.new_events,
                "by_object": done.by_object,
                "unknown_to_stripe": done.missing,
                "resumed": done.resumed.sentence,
            }
        )
    else:
        click.echo(done.sentence)


@click.command()
@click.option("--rebuild", is_flag=True, help="Write wrong status columns anew from the facts.")
@json_option
@click.pass_context
def verify(ctx: click.Context, rebuild: bool, as_json: bool) -> None:
    """Recompute every status from its facts and compare. Exit code 1 when anything differs."""
    from travello_desk.operations.verify import Verified
    from travello_desk.operations.verify import verify as check

    async def work(context: Any) -> Verified:
        return await check(context, rebuild=rebuild)

    result = run(ctx, work, as_json=as_json)
    if as_json:
        print_json({"checked": result.checked, "differences": result.differences, "rebuilt": result.rebuilt})
    else:
        for difference in result.differences:
            click.echo(difference, err=True)
        rebuilt = f", {result.rebuilt} rebuilt" if rebuild else ""
        click.echo(f"{result.checked} bookings checked, {len(result.differences)} differences{rebuilt}")
    sys.exit(1 if result.differences and not rebuild else 0)


@click.command()
@click.option("--user", "user_id", required=True, type=click.IntRange(0), help="The web account's id.")
@click.option("--staff", is_flag=True, help="May act on every booking.")
@click.option("--ttl", default="1h", show_default=True, help="How long it is good: 90s, 15m, 1h, 7d.")
@json_option
@click.pass_context
def token(ctx: click.Context, user_id: int, staff: bool, ttl: str, as_json: bool) -> None:
    """A bearer token for the JSON API."""
    seconds = ttl_seconds(ttl)
    made = guarded(lambda: doors(ctx).token(user_id, staff, seconds), as_json=as_json)
    if as_json:
        print_json({"token": made, "expires_in": seconds})
    else:
        click.echo(made)


UNITS = {"s": 1, "m": 60, "h": 3600, "d": 86400}


def ttl_seconds(text: str, option: str = "--ttl") -> int:
    match = re.fullmatch(r"(\d{1,6})([smhd])", text)
    if not match or int(match.group(1)) == 0:
        raise click.BadParameter(f"{text!r} is not a length of time: write 90s, 15m, 1h or 7d", param_hint=option)
    return int(match.group(1)) * UNITS[match.group(2)]
