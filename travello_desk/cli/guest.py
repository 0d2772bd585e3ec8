"""What goes to the guest: the permanent link, mails, the receipt. One fact per line; `--json` for programs."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from travello_desk.cli.many import MANY, Wish, do_many, one_of, selection
from travello_desk.cli.root import ROW_ID, actor_option, json_option, print_json, run
from travello_desk.operations import present
from travello_desk.payments.rules import Refusal, Refused

LETTERS = ("link", "reminder", "receipt")


@click.command("guest-link")
@click.argument("wanted", metavar="ID")
@click.option("--renew", "deed", flag_value="renew", help="A new address; the old one is dead.")
@click.option("--revoke", "deed", flag_value="revoke", help="No address until it is renewed.")
@click.option("--reason", default="", help="For the timeline; needed to change anything.")
@actor_option
@json_option
@click.pass_context
def guest_link(ctx: click.Context, wanted: str, deed: str | None, reason: str, actor: str, as_json: bool) -> None:
    """Show the guest's permanent link, renew it, or switch it off."""

    async def work(context: Any) -> dict[str, Any]:
        from travello_desk.operations import guest_link as links

        booking = await present.find_booking(context, wanted)
        change = {"renew": links.renew_guest_link, "revoke": links.revoke_guest_link}.get(deed or "")
        warning = (await change(context, booking.id, reason, actor)).warning if change else ""
        booking = await present.find_booking(context, str(booking.id))
        url = f"{context.settings.public_base_url.rstrip('/')}/p/{booking.guest_code}"
        off = bool(booking.code_revoked)
        return {"booking_id": booking.id, "url": None if off else url, "revoked": off, "warning": warning or None}

    document = run(ctx, work, as_json=as_json)
    if as_json:
        print_json(document)
        return
    click.echo(document["url"] or "The guest's link is switched off")
    if document["warning"]:
        click.echo(document["warning"], err=True)


def mail_document(sent: Any) -> dict[str, Any]:
    """A mail as programs read it."""
    return {
        "id": sent.id,
        "kind": sent.kind,
        "booking_id": sent.booking_id,
        "to": sent.recipient,
        "language": sent.language,
        "status": sent.status,
        "tries": sent.tries,
        "words": sent.last_error,
        "actor": sent.actor,
        "created_at": present.iso(sent.created_at),
    }


@click.command("mail")
@click.argument("wanted", metavar=MANY, nargs=-1)
@click.option("--letter", type=click.Choice(LETTERS), default="link", show_default=True)
@click.option("--preview", is_flag=True, help="Print the letter and send nothing.")
@selection
@actor_option
@json_option
@click.pass_context
def mail(ctx: click.Context, /, wish: Wish, letter: str, preview: bool, actor: str, as_json: bool) -> None:
    """Mail the guest the link, a reminder or the receipt; or the link to many (--view, --arriving, --search)."""
    one = one_of(wish)
    if one is not None:
        mail_one(ctx, one, letter, preview, actor, as_json)
    elif preview or letter != "link":
        raise click.UsageError("To many at once goes the link only: no --preview, no other --letter")
    else:
        do_many(ctx, "email", wish, actor, as_json)


def mail_one(ctx: click.Context, wanted: str, letter: str, preview: bool, actor: str, as_json: bool) -> None:

    async def work(context: Any) -> dict[str, Any]:
        from travello_desk.operations import mail as mails

        booking = await present.find_booking(context, wanted)
        if preview:
            written = await mails.preview(context, booking.id, letter)
            return {"subject": written.subject, "text": written.text}
        queue = {"link": mails.queue_link, "reminder": mails.queue_reminder, "receipt": mails.queue_receipt}[letter]
        return mail_document(await mails.send_now(context, await queue(context, booking.id, actor)))

    document = run(ctx, work, as_json=as_json)
    if as_json:
        print_json(document)
    elif preview:
        click.echo(f"{document['subject']}\n\n{document['text']}")
    else:
        click.echo(f"e-mail to {document['to']}: {document['status']} {document['words']}".rstrip())


@click.command("mails")
@click.option("--days", default=7, show_default=True, type=click.IntRange(1, 3650), help="How far back.")
@click.option("--status", type=click.Choice(["queued", "sending", "sent", "failed", "cancelled"]))
@click.option("--again", "again_id", metavar="ID", type=ROW_ID, help="Try this mail (its id) once more.")
@actor_option
@json_option
@click.pass_context
def mails(ctx: click.Context, days: int, status: str | None, again_id: int | None, actor: str, as_json: bool) -> None:
    """What was mailed to guests and what became of it."""

    async def work(context: Any) -> list[dict[str, Any]]:
        from travello_desk.operations import mail as mail_operations
        from travello_desk.store import posted

        if again_id is not None:
            queued = await mail_operations.try_again(context, again_id, actor)
            return [mail_document(await mail_operations.send_now(context, queued))]
        until = int(context.clock()) + 1
        rows = await context.store.read(lambda tx: posted.mails(tx, until - days * 86_400, until))
        return [
            mail_document(row.mail) | {"reference": row.reference} for row in rows if status in (None, row.mail.status)
        ]

    rows = run(ctx, work, as_json=as_json)
    if as_json:
        print_json(rows)
        return
    for row in rows:
        words = f" · {row['words']}" if row["words"] else ""
        click.echo(f"{row['id']:>6}  {row['created_at']}  {row['status']:<9}  {row['kind']:<13}  {row['to']}{words}")


@click.command("receipt")
@click.argument("wanted", metavar="ID")
@click.option("--save", type=click.Path(dir_okay=False, path_type=Path), help="Write the PDF (or text) there.")
@click.option("--print", "on_paper", is_flag=True, help="Hand it to this computer's printer.")
@click.option("--language", "code", help="Default: the booking's.")
@json_option
@click.pass_context
def receipt(
    ctx: click.Context, wanted: str, save: Path | None, on_paper: bool, code: str | None, as_json: bool
) -> None:
    """The receipt of a booking: as text, as a file, on paper. `mail --letter receipt` sends it."""
    from travello_desk.texts import languages

    if code is not None and code not in languages():
        raise click.BadParameter(f"one of {', '.join(languages())}", param_hint="--language")

    async def work(context: Any) -> dict[str, Any]:
        from travello_desk.operations import printing, receipt_text
        from travello_desk.operations import receipt as receipts
        from travello_desk.texts import language

        booking = await present.find_booking(context, wanted)
        speaks = code or booking.language
        found = await receipts.receipt_of(context, booking.id)
        if not found.entries and (save or on_paper):
            raise Refused(Refusal("nothing_paid", "Nothing has been paid yet: there is no receipt"))
        lines = receipt_text.receipt_lines(found, language(speaks), context.settings.hotel_timezone)
        return {
            "reference": booking.reference,
            "text": "\n".join(lines),
            "file": str(await printing.receipt_file(context, booking.id, speaks, save)) if save else None,
            "printer": await printing.print_receipt(context, booking.id, speaks) if on_paper else None,
        }

    document = guarded_file(ctx, work, as_json)
    if as_json:
        print_json(document)
    else:
        done = [document[name] for name in ("file", "printer") if document[name]]
        click.echo("\n".join(done) if done else document["text"])


def guarded_file(ctx: click.Context, work: Any, as_json: bool) -> dict[str, Any]:
    """`run`, with a file that cannot be written as one line and exit 1."""

    async def inside(context: Any) -> dict[str, Any]:
        try:
            found: dict[str, Any] = await work(context)
        except OSError as error:
            raise Refused(Refusal("file", f"Not written: {error.strerror}")) from error
        return found

    return run(ctx, inside, as_json=as_json)
