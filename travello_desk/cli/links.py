"""`link` and `close-link`: the payment link of one booking or of many."""

from __future__ import annotations

import sys
from typing import Any

import click

from travello_desk.cli.many import MANY, Wish, do_many, one_of, selection
from travello_desk.cli.root import actor_option, amount_of, json_option, print_json, run
from travello_desk.money import major_number
from travello_desk.operations import bulk, checkout, present
from travello_desk.operations.rates import FallbackOffered
from travello_desk.payments.rules import Refusal, Refused


@click.command()
@click.argument("wanted", metavar=MANY, nargs=-1)
@click.option("--email", is_flag=True, help="Mail the guest the permanent link; `mail` does it for many.")
@click.option("--charge", metavar="AMOUNT", help="Yes to this charge in the fallback currency, as it was offered.")
@selection
@actor_option
@json_option
@click.pass_context
def link(ctx: click.Context, /, wish: Wish, actor: str, as_json: bool, email: bool, charge: str | None) -> None:
    """Create or reuse the payment link of a booking, or of many: ID ID..., or --view, --arriving, --search."""
    one = one_of(wish)
    if one is not None:
        link_one(ctx, one, actor, as_json, email, charge)
    elif email or charge is not None:
        raise click.UsageError("--email and --charge are for one booking; `mail` takes many")
    else:
        do_many(ctx, "link", wish, actor, as_json)


def link_one(ctx: click.Context, wanted: str, actor: str, as_json: bool, email: bool, charge: str | None) -> None:
    ask = not as_json and sys.stdin.isatty()

    async def work(context: Any) -> dict[str, Any]:
        booking = await present.find_booking(context, wanted)
        made = await linked(context, booking.id, actor, charge, ask=ask)
        return {
            "url": f"{context.settings.public_base_url.rstrip('/')}/p/{booking.guest_code}",
            "session_id": made.session_id,
            "session_url": made.session_url,
            "expires_at": present.iso(made.expires_at),
            "reused": made.reused,
            **(await mailed(context, booking.id, actor) if email else {}),
        }

    document = run(ctx, work, as_json=as_json)
    if as_json:
        print_json(document)
        return
    click.echo(f"{document['url']}\n{document['session_url']}\nends {document['expires_at']}")
    if email:
        sent = document["email"]
        click.echo(f"e-mail to {sent['to']}: {sent['status']} {sent['words']}".rstrip())


async def linked(context: Any, booking_id: int, actor: str, charge: str | None, *, ask: bool) -> checkout.Link:
    """The link. Where Stripe does not take the currency, a person says yes to both amounts, the rate and its age."""
    try:
        return await checkout.checkout(context, booking_id, actor)
    except FallbackOffered as offered:
        offer = offered.offer
        wanted_minor = amount_of(charge, offer.currency)
        if wanted_minor is None and not (ask and click.confirm(offer.sentence, err=True)):
            again = major_number(offer.amount_minor, offer.currency)
            raise Refused(Refusal("fallback", f"{offer.sentence} If so: --charge {again}")) from None
        if wanted_minor not in (None, offer.amount_minor):
            raise  # another rate since: what was agreed to is not what would be charged
        return await checkout.checkout(context, booking_id, actor, confirmed=offer)


async def mailed(context: Any, booking_id: int, actor: str) -> dict[str, Any]:
    """Queue the mail and try it at once; a running desk tries again what does not leave now."""
    from travello_desk.operations import mail

    letter = await mail.send_now(context, await mail.queue_link(context, booking_id, actor))
    return {"email": {"to": letter.recipient, "status": letter.status, "words": letter.last_error}}


@click.command("close-link")
@click.argument("wanted", metavar=MANY, nargs=-1)
@selection
@actor_option
@json_option
@click.pass_context
def close_link(ctx: click.Context, /, wish: Wish, actor: str, as_json: bool) -> None:
    """Switch the open payment link off, of one booking or of many. The guest's address stays and can make a new one."""
    one = one_of(wish)
    if one is None:
        do_many(ctx, "close_link", wish, actor, as_json)
        return

    async def work(context: Any) -> dict[str, Any]:
        booking = await present.find_booking(context, one)
        await bulk.close_links(context, booking.id, actor)
        after = await present.find_booking(context, str(booking.id))
        return {"success": True, "booking_id": after.id, "reference": after.reference, "badge": after.badge}

    document = run(ctx, work, as_json=as_json)
    if as_json:
        print_json(document)
    else:
        click.echo(f"Link closed: {document['reference']} is {document['badge']}")
