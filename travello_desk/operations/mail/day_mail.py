"""The day's report by mail: to whoever keeps the hotel's books, as it stood when somebody read it and pressed the key.

Its words are kept with the mail, so that what was previewed is what leaves; the same report goes to the same address
once, however often the key is pressed.
"""

from __future__ import annotations

import hashlib
from datetime import date
from html import escape
from typing import Final

from travello_desk.mailer.letters import Letter
from travello_desk.mailer.message import BadAddress, deliverable, new_message_id
from travello_desk.operations.context import Context
from travello_desk.operations.report import Day
from travello_desk.operations.report_text import text_of
from travello_desk.payments.rules import Refusal, Refused
from travello_desk.settings.model import Settings
from travello_desk.store import outbox
from travello_desk.store.outbox import Mail, NewMail
from travello_desk.store.tx import Tx

KIND: Final = "day_report"


def day_letter(settings: Settings, day: Day) -> Letter:
    """The report as it would leave now."""
    subject = f"{settings.hotel_name}: day report {day.report.day_on.isoformat()}"
    mode = f"{settings.mode}: no real money\n\n" if settings.mode in ("TEST", "SANDBOX") else ""
    return letter_of(subject, mode + text_of(day.report, settings.hotel_name, day.shifts))


def letter_of(subject: str, text: str) -> Letter:
    return Letter(subject, text, f'<!doctype html><meta charset="utf-8"><pre>{escape(text)}</pre>')


def kept_letter(mail: Mail) -> Letter:
    """The words that were kept when it was queued."""
    return letter_of(str(mail.facts["subject"]), str(mail.facts["text"]))


async def queue_day(ctx: Context, day_on: date, letter: Letter, recipient: str, actor: str) -> Mail:
    """Queue it once; one that had failed is due again. Raises Refused: the address is none."""
    address = recipient.strip()
    try:
        deliverable(address)
    except BadAddress as error:
        raise Refused(Refusal("bad_recipient", f"{address or 'Nobody'} is {error}")) from error
    seal = hashlib.sha256(f"{address}\0{letter.text}".encode()).hexdigest()[:24]
    new = NewMail(
        kind=KIND,
        booking_id=None,
        dedupe_key=f"{KIND}:{day_on.isoformat()}:{seal}",
        recipient=address,
        language="en",
        message_id=new_message_id(ctx.settings.mail_from),
        actor=actor,
        facts={"subject": letter.subject, "text": letter.text},
    )
    return await ctx.store.write(lambda tx: queue_in(tx, new))


def queue_in(tx: Tx, new: NewMail) -> Mail:
    known = outbox.by_key(tx, new.dedupe_key)
    if known is not None and known.status == "failed":
        outbox.due_now(tx, known, new.recipient)
    made = outbox.insert(tx, new) or outbox.by_key(tx, new.dedupe_key)
    if made is None:
        raise LookupError("the mail of a day's report vanished")
    return made


async def last_address(ctx: Context) -> str:
    """Where the last report went: proposed for the next one."""
    return await ctx.store.read(lambda tx: outbox.last_recipient(tx, KIND))


def state_words(mail: Mail) -> str:
    """What to tell whoever pressed the key."""
    if mail.status == "sent":
        return f"This report has been mailed to {mail.recipient} already"
    return f"Mail queued for {mail.recipient}"
