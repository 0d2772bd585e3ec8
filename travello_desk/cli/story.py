"""`explain`, the story of a booking's payments in sentences; `proof`, that the order of its events does not matter."""

from __future__ import annotations

import sys
from typing import Any

import click

from travello_desk.cli.root import json_option, plain, print_json, run
from travello_desk.money import major_number
from travello_desk.operations import present
from travello_desk.payments.chapters import Chapter, chapters
from travello_desk.payments.proof import Proof
from travello_desk.store import ledger, payments, timeline
from travello_desk.store.bookings import Booking
from travello_desk.store.tx import Tx


def told(tx: Tx, booking_id: int) -> list[Chapter]:
    loaded = ledger.load(tx, booking_id)
    made_at = [row.created_at for row in payments.payments_of(tx, booking_id)]
    return chapters(loaded.view.payments if loaded else (), made_at, timeline.for_booking(tx, booking_id))


@click.command()
@click.argument("wanted", metavar="ID")
@json_option
@click.pass_context
def explain(ctx: click.Context, wanted: str, as_json: bool) -> None:
    """Tell the story of a booking's payments in sentences, in the order of time."""

    async def work(context: Any) -> tuple[Booking, list[Chapter]]:
        booking = await present.find_booking(context, wanted)
        return booking, await context.store.read(lambda tx: told(tx, booking.id))

    booking, found = run(ctx, work, as_json=as_json)
    if as_json:
        print_json(
            {"booking_id": booking.id, "reference": booking.reference, "chapters": [document(one) for one in found]}
        )
        return
    click.echo(plain(f"{booking.reference}: {booking.badge}"))
    for chapter in found:
        if chapter.heading:
            click.echo(chapter.heading)
        for at, sentence in chapter.steps:
            click.echo(plain(f"{present.iso(at) or '—':<20}  {sentence}"))
    if not found:
        click.echo("Nothing has happened yet.")


@click.command()
@click.argument("wanted", metavar="ID")
@json_option
@click.pass_context
def proof(ctx: click.Context, wanted: str, as_json: bool) -> None:
    """Replay a booking's own events in every order, in memory, and show that the end is the same. Exit code 1 when it
    is not, with the two orders that differ."""
    from travello_desk.operations.order_proof import order_proof

    async def work(context: Any) -> tuple[Booking, Proof]:
        booking = await present.find_booking(context, wanted)
        return booking, await order_proof(context, booking.id)

    booking, found = run(ctx, work, as_json=as_json)
    if as_json:
        print_json(proved(booking, found))
    else:
        click.echo(plain(f"{booking.reference}: {found.sentence}"))
        for line in found.lines:
            click.echo(plain(line))
    sys.exit(0 if found.holds else 1)


def proved(booking: Booking, found: Proof) -> dict[str, Any]:
    return {
        "booking_id": booking.id,
        "reference": booking.reference,
        "holds": found.holds,
        "exact": found.exact,
        "events": found.events,
        "orders": found.orders,
        "tried": found.tried,
        "agrees_with_store": found.agrees,
        "endings": [{"order": list(one.order), "end": list(one.lines)} for one in found.endings],
        "stored": list(found.stored),
        "sentence": found.sentence,
    }


def document(chapter: Chapter) -> dict[str, Any]:
    """One payment's story; `payment` is null for a booking that has none."""
    view = chapter.payment
    return {
        "payment_id": view.payment.seq if view else None,
        "status": view.status if view else None,
        "amount": major_number(view.payment.asked.amount_minor, view.payment.asked.currency) if view else None,
        "currency": view.payment.asked.currency if view else None,
        "steps": [{"at": present.iso(at), "text": sentence} for at, sentence in chapter.steps],
    }
