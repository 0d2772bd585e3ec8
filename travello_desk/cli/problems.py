"""`problems`, `accept`, `pay-back`: the attention inbox and its remedies that have no command elsewhere."""

from __future__ import annotations

from typing import Any

import click

from travello_desk.cli.root import ROW_ID, actor_option, amount_of, json_option, print_json, run
from travello_desk.cli.who import permitted
from travello_desk.money import describe_minor, told_number
from travello_desk.operations import pay_back as paying_back
from travello_desk.operations import present
from travello_desk.operations import problems as deeds
from travello_desk.operations.bookings import accept_payment
from travello_desk.payments.rules import OTHER_TENDERS, Refusal, Refused
from travello_desk.remedies import remedies_for, stripe_page
from travello_desk.store import attention, ledger
from travello_desk.store.activity import references_of
from travello_desk.store.attention import Problem
from travello_desk.store.bookings import Booking
from travello_desk.store.tx import Tx


@click.group(invoke_without_command=True)
@json_option
@click.pass_context
def problems(ctx: click.Context, as_json: bool) -> None:
    """Everything that waits for a person, the nearest deadline first, with what helps against each."""
    if ctx.invoked_subcommand is not None:
        return

    async def work(context: Any) -> tuple[list[tuple[Problem, str]], Any]:
        return await context.store.read(waiting), context.settings

    rows, settings = run(ctx, work, as_json=as_json)
    if as_json:
        print_json([document(problem, reference, settings) for problem, reference in rows])
        return
    for problem, reference in rows:
        due = f"  due {present.iso(problem.due_at)}" if problem.due_at else ""
        click.echo(f"{problem.id:>5}  {reference or '—':<12}  {problem.sentence}{due}")
        for label, command in commands(problem):
            click.echo(f"         {label}{f': travello-desk {command}' if command else ''}")


def waiting(tx: Tx) -> list[tuple[Problem, str]]:
    rows = attention.open_problems(tx)
    named = references_of(tx, [row.booking_id for row in rows if row.booking_id is not None])
    return [(row, named.get(row.booking_id or 0, ("", ""))[0]) for row in rows]


def commands(problem: Problem) -> list[tuple[str, str]]:
    """What helps, and the command that does it where there is one."""
    words = {"id": str(problem.id), "booking": str(problem.booking_id or "ID")}
    return [(remedy.label, remedy.command.format(**words)) for remedy in remedies_for(problem.kind)]


def document(problem: Problem, reference: str, settings: Any) -> dict[str, Any]:
    facts = attention.details(problem)
    currency = str(facts.get("currency") or "")
    return {
        "id": problem.id,
        "kind": problem.kind,
        "booking_id": problem.booking_id,
        "reference": reference or None,
        "subject": problem.subject,
        "sentence": problem.sentence,
        "amount": told_number(int(facts.get("amount_minor") or 0), currency) if currency else None,
        "currency": currency or None,
        "opened_at": present.iso(problem.opened_at),
        "due_at": present.iso(problem.due_at),
        "in_stripe": stripe_page(problem.subject, settings.mode, settings.stripe_api_base),
        "remedies": [{"label": label, "command": command or None} for label, command in commands(problem)],
    }


@problems.command("again")
@click.argument("problem_id", type=ROW_ID, metavar="ID")
@actor_option
@json_option
@click.pass_context
def again(ctx: click.Context, problem_id: int, actor: str, as_json: bool) -> None:
    """Try what may end this problem by itself: look again, send again, ask again."""
    said = run(ctx, lambda context: deeds.again(context, problem_id, actor), as_json=as_json)
    if as_json:
        print_json({"success": True, "said": said})
    else:
        click.echo(said)


@problems.command("close")
@click.argument("problem_id", type=ROW_ID, metavar="ID")
@click.option("--reason", required=True)
@actor_option
@json_option
@click.pass_context
def close(ctx: click.Context, problem_id: int, reason: str, actor: str, as_json: bool) -> None:
    """Close a problem without its remedy; the reason stands in the timeline."""

    async def work(context: Any) -> Problem:
        await permitted(context, actor, "dismiss")
        return await deeds.dismiss(context, problem_id, reason, actor)

    closed = run(ctx, work, as_json=as_json)
    if as_json:
        print_json({"success": True, "id": closed.id, "sentence": closed.sentence})
    else:
        click.echo(f"Closed: {closed.sentence}")


@click.command()
@click.argument("wanted", metavar="ID")
@click.option("--reason", required=True)
@click.option("--payment", "payment_id", metavar="ID", type=ROW_ID, help="Which payment, when several wait.")
@actor_option
@json_option
@click.pass_context
def accept(ctx: click.Context, wanted: str, reason: str, payment_id: int | None, actor: str, as_json: bool) -> None:
    """Accept online money that differs from what was asked: the booking counts as paid."""

    async def work(context: Any) -> Booking:
        await permitted(context, actor, "accept")
        booking = await present.find_booking(context, wanted)
        loaded = await context.store.read(lambda tx: ledger.load(tx, booking.id))
        waits = [view.payment.seq for view in loaded.view.payments if view.review and view.net_minor > 0]
        if payment_id is None and not waits:
            raise Refused(Refusal("nothing_to_accept", "No payment of this booking waits for a decision"))
        await accept_payment(context, booking.id, payment_id or waits[-1], reason, actor)
        return await present.find_booking(context, str(booking.id))

    done = run(ctx, work, as_json=as_json)
    if as_json:
        print_json({"success": True, "booking_id": done.id, "reference": done.reference, "status": done.status})
    else:
        click.echo(f"Accepted: {done.reference} is {done.status}")


@click.command("pay-back")
@click.argument("wanted", metavar="ID")
@click.option("--tender", required=True, type=click.Choice(OTHER_TENDERS))
@click.option("--reference", required=True, help="Voucher, transfer or cheque number.")
@click.option("--amount", help="Default: everything that came back.")
@actor_option
@json_option
@click.pass_context
def pay_back(
    ctx: click.Context, wanted: str, tender: str, reference: str, amount: str | None, actor: str, as_json: bool
) -> None:
    """Note that the guest got another way what a failed refund brought back to the hotel."""

    async def work(context: Any) -> paying_back.PaidBack:
        await permitted(context, actor, "fix_pay_back")
        booking = await present.find_booking(context, wanted)
        loaded = await context.store.read(lambda tx: ledger.load(tx, booking.id))
        view = paying_back.payment_returned(loaded.view.payments)
        minor = amount_of(amount, view.currency if view else booking.currency)
        return await paying_back.pay_back(context, paying_back.PayBack(booking.id, actor, tender, reference, minor))

    done = run(ctx, work, as_json=as_json)
    if as_json:
        amount_number = told_number(done.amount_minor, done.currency)
        document = {"booking_id": done.booking_id, "amount": amount_number, "currency": done.currency}
        print_json({"success": True, **document, "voucher_no": done.voucher_no or None})
    else:
        paper = f", voucher {done.voucher_no}" if done.voucher_no else ""
        click.echo(
            f"Noted: {describe_minor(done.amount_minor, done.currency)} paid back to the guest by {tender}{paper}"
        )
