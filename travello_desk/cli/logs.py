"""`activity` and `events`: who did what, what Stripe has told, and a replay that is rehearsed first."""

from __future__ import annotations

from typing import Any

import click

from travello_desk.cli.root import ROW_ID, actor_option, day_of, json_option, plain, print_json, run
from travello_desk.cli.who import permitted
from travello_desk.operations import payload, present
from travello_desk.operations.replay import OUTCOMES, Replay, rehearse, replay
from travello_desk.operations.report import bounds
from travello_desk.payments.rules import Refusal, Refused
from travello_desk.store import activity as logs
from travello_desk.store import lookback
from travello_desk.store.activity import Arrived, Deed
from travello_desk.store.lookback import FOREVER, Span, Words

NO_EVENT = Refusal("no_event", "No such event: `travello-desk events` lists their ids", 404)


def narrowing(command: Any) -> Any:
    """What both logs are narrowed by."""
    for option in (
        click.option("--limit", default=50, show_default=True, type=click.IntRange(1, 100_000)),
        click.option("--search", default="", help="Only rows with all of these words."),
        click.option("--booking", "wanted", metavar="ID", help="Only this booking's."),
        click.option("--date", "day", help="One business day, YYYY-MM-DD. Default: all days, newest first."),
    ):
        command = option(command)
    return command


async def span_of(context: Any, day: str | None, wanted: str | None) -> Span:
    day_on = day_of(day)
    booking_id = (await present.find_booking(context, wanted)).id if wanted else None
    return Span(*bounds(context, day_on), booking_id) if day_on else Span(booking_id=booking_id)


@click.command()
@narrowing
@click.option("--by", "actor", default="", metavar="NAME", help="Only what this person did; Stripe is one too.")
@click.option(
    "--before",
    "before_id",
    metavar="ID",
    type=ROW_ID,
    default=FOREVER,
    help="Entries older than this one: the next page.",
)
@json_option
@click.pass_context
def activity(
    ctx: click.Context,
    day: str | None,
    wanted: str | None,
    search: str,
    limit: int,
    actor: str,
    before_id: int,
    as_json: bool,
) -> None:
    """Who did what, newest first. `verify` proves that no entry was edited."""

    async def work(context: Any) -> list[Deed]:
        span = await span_of(context, day, wanted)
        words = Words(search, actor)
        found: list[Deed] = await context.store.read(
            lambda tx: lookback.deeds(tx, span, words, before_id=before_id, limit=limit)
        )
        return found

    rows = run(ctx, work, as_json=as_json)
    if as_json:
        print_json([deed_document(row) for row in rows])
        return
    for row in rows:
        told = f"{row.text} · {row.detail}" if row.detail else row.text
        who = f"{present.iso(row.at)}  {row.id:>7}  {row.actor:<14}  {row.reference or '—':<12}"
        click.echo(plain(f"{who}  {told}"))
    if len(rows) == limit:
        click.echo(f"Older ones: --before {rows[-1].id}", err=True)


def deed_document(row: Deed) -> dict[str, Any]:
    return {
        "id": row.id,
        "at": present.iso(row.at),
        "actor": row.actor,
        "booking_id": row.booking_id,
        "reference": row.reference or None,
        "kind": row.kind,
        "text": row.text,
        "detail": row.detail,
    }


@click.command()
@click.argument("event_id", metavar="[EVENT_ID]", required=False)
@narrowing
@click.option("--trouble", is_flag=True, help="Only what a person should look at.")
@click.option("--replay", "again", is_flag=True, help="What applying EVENT_ID again would change; --yes applies it.")
@click.option("--yes", is_flag=True, help="With --replay: do it. For managers.")
@actor_option
@json_option
@click.pass_context
def events(ctx: click.Context, /, event_id: str | None, again: bool, yes: bool, as_json: bool, **given: Any) -> None:
    """What Stripe has told, newest first; with EVENT_ID one event and its payload."""
    if event_id is None:
        if again or yes:
            raise click.UsageError("Which event? events EVENT_ID --replay")
        list_events(ctx, as_json, **given)
    elif again:
        replay_event(ctx, event_id, yes, given["actor"], as_json)
    elif yes:
        raise click.UsageError("--yes belongs to --replay")
    else:
        show_event(ctx, event_id, as_json)


def list_events(
    ctx: click.Context,
    as_json: bool,
    *,
    day: str | None,
    wanted: str | None,
    search: str,
    limit: int,
    trouble: bool,
    actor: str,
) -> None:
    async def work(context: Any) -> list[Arrived]:
        span = await span_of(context, day, wanted)
        found: list[Arrived] = await context.store.read(
            lambda tx: lookback.arrivals(tx, span, Words(search), trouble=trouble, limit=limit)
        )
        return found

    rows = run(ctx, work, as_json=as_json)
    if as_json:
        print_json([event_document(row) for row in rows])
        return
    for row in rows:
        sign, result = "!" if row.trouble else " ", OUTCOMES.get(row.outcome, row.outcome)
        where = f"{present.iso(row.at)} {sign} {row.type:<38}  {row.reference or '—':<12}  {result:<24}"
        click.echo(plain(f"{where}  {row.event_id}").rstrip())


def event_document(row: Arrived) -> dict[str, Any]:
    return {
        "event_id": row.event_id or None,
        "at": present.iso(row.at),
        "type": row.type,
        "booking_id": row.booking_id,
        "reference": row.reference or None,
        "outcome": row.outcome,
        "result": OUTCOMES.get(row.outcome, row.outcome),
        "tries": row.tries,
        "source": row.source,
        "trouble": row.trouble,
    }


def show_event(ctx: click.Context, event_id: str, as_json: bool) -> None:
    """One event with its payload, secrets hidden as on the screen."""

    async def work(context: Any) -> tuple[Arrived, str]:
        row = await known(context, event_id)
        body: str = await context.store.read(lambda tx: logs.body_of(tx, event_id))
        return row, body

    row, body = run(ctx, work, as_json=as_json)
    if as_json:
        print_json({**event_document(row), "payload": payload.document(body)})
        return
    click.echo(plain(f"{row.type}  {row.event_id}  {OUTCOMES.get(row.outcome, row.outcome)}"))
    for line in (payload.pretty(body) or "Its body was not kept.").splitlines():
        click.echo(plain(line))


async def known(context: Any, event_id: str) -> Arrived:
    row: Arrived | None = await context.store.read(lambda tx: lookback.arrival_of(tx, event_id))
    if row is None:
        raise Refused(NO_EVENT)
    return row


def replay_event(ctx: click.Context, event_id: str, yes: bool, actor: str, as_json: bool) -> None:
    """Rehearsed in a transaction that is taken back, so that what is told is what would be done."""

    async def work(context: Any) -> tuple[Replay, bool]:
        await permitted(context, actor, "replay")
        await known(context, event_id)
        seen = await rehearse(context, event_id)
        done = yes and seen.changes
        return (await replay(context, event_id, actor) if done else seen), done

    seen, done = run(ctx, work, as_json=as_json)
    if as_json:
        print_json({"applied": done, **replay_document(seen)})
    elif not seen.changes:
        click.echo(f"Nothing would change: {OUTCOMES.get(seen.outcome, seen.outcome)}")
    elif done:
        click.echo("\n".join(plain(line) for line in ("Applied:", *(f"  {text}" for text in seen.lines))))
    else:
        click.echo("\n".join(plain(line) for line in seen.sentence.splitlines()))
        click.echo("To do it: --yes")


def replay_document(seen: Replay) -> dict[str, Any]:
    return {
        "event_id": seen.event_id,
        "changes": seen.changes,
        "outcome": seen.outcome,
        "booking_id": seen.booking_id,
        "before": seen.before or None,
        "after": seen.after or None,
        "lines": list(seen.lines),
    }
