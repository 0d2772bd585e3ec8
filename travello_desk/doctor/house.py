"""Doctor in the house: the store and its backups, and the mail server, up to the sign-in and without a mail."""

from __future__ import annotations

import asyncio

from travello_desk.doctor.finding import FAULT, NOTE, OK, WARN, Finding, lasting
from travello_desk.mailer.post import NotSent, open_post
from travello_desk.operations.backups import last_backup_at
from travello_desk.operations.context import Context
from travello_desk.operations.high_water import MEND, what_is_missing

MOST_BACKUP_SECONDS = 2 * 86_400
BACKUP = "Once a day: travello-desk backup FILE (docs/deploy.md has a timer), and keep it on another machine"


async def store(ctx: Context) -> list[Finding]:
    health = await asyncio.to_thread(ctx.store.health)
    first = Finding(FAULT, "store", health.fault, health.mend) if health.fault else Finding(OK, "store", health.summary)
    lost = await what_is_missing(ctx)
    older = [Finding(FAULT, "store", f"The store is older than it was: {lost}", MEND)] if lost else []
    return [first, *older, *(Finding(WARN, remark.about, remark.text, remark.mend) for remark in health.remarks)]


async def backups(ctx: Context) -> list[Finding]:
    at = await ctx.store.read(last_backup_at)
    if not at:
        return [Finding(WARN, "backup", "No backup was ever made", BACKUP)]
    age = ctx.clock() - at
    if age > MOST_BACKUP_SECONDS:
        return [Finding(WARN, "backup", f"The last backup is {lasting(age)} old", BACKUP)]
    return [Finding(OK, "backup", f"The last backup is {lasting(age)} old")]


async def mail(ctx: Context) -> list[Finding]:
    """Greeting, STARTTLS and sign-in, as for a mail; then goodbye."""
    server, folder = ctx.settings.smtp, ctx.settings.outbox_dir
    if server is None:
        text = f"No SMTP server is set: mails are written to {folder}"
        return [Finding(NOTE, "mail", text, "Set SMTP_URL and MAIL_FROM")]
    named = f"{server.host}:{server.port}"
    try:
        async with open_post(server, folder):
            pass
    except NotSent as error:
        return [Finding(FAULT, "mail", f"{named} does not take our mail: {error.words}", "Check SMTP_URL")]
    how = "TLS" if server.tls else "STARTTLS" if server.starttls else "no encryption"
    signed_in = ", signed in" if server.user else ""
    found = [Finding(OK, "mail", f"{named} answers: {how}{signed_in}; nothing was sent")]
    if server.user and not (server.tls or server.starttls):
        mend = "Use smtps:// or add ?starttls=1 to SMTP_URL"
        found.append(Finding(WARN, "mail", f"The mail password travels unencrypted to {named}", mend))
    if "MAIL_FROM" not in ctx.settings.given:
        text = f"MAIL_FROM is not set: mails come from {ctx.settings.mail_from}"
        found.append(Finding(WARN, "mail", text, "Set MAIL_FROM to an address of the hotel"))
    if ctx.health.mail_fault:
        text = f"The last mail did not leave: {ctx.health.mail_fault}"
        found.append(Finding(WARN, "mail", text, "It is tried again by itself"))
    return found
