"""Sending what waits: claim, send, record. Dying in between sends a mail twice at most, and never loses one.

Three steps as with Stripe: the claim is committed, the mail is sent, the outcome is committed. A claim runs out by the
clock, so whoever takes over sends the mail again, under the same Message-ID.
"""

from __future__ import annotations

import asyncio
import logging
import time
from functools import partial
from typing import Final

from travello_desk.mailer.letters import Letter
from travello_desk.mailer.message import Attachment, BadAddress, Envelope, compose
from travello_desk.mailer.post import LATER, NEVER, SEND_SECONDS, NotSent, Post, open_post
from travello_desk.operations import receipt_pdf
from travello_desk.operations.context import Context
from travello_desk.operations.mail import day_mail
from travello_desk.operations.mail.derive import derive
from travello_desk.operations.mail.words import Occasion, letter_of, occasion
from travello_desk.operations.press import DRAW_SECONDS, TRIES, NotDrawn
from travello_desk.payments.projection import Alert
from travello_desk.payments.rules import Refused
from travello_desk.store import attention, outbox, timeline
from travello_desk.store.outbox import Mail
from travello_desk.store.tx import Tx
from travello_desk.texts import language

log = logging.getLogger(__name__)
CLAIM_SECONDS: Final = int(SEND_SECONDS + TRIES * DRAW_SECONDS) + 20
BACK_OFF_SECONDS: Final = (60, 300, 900, 3600, 2 * 3600, 4 * 3600, 8 * 3600, 16 * 3600, 24 * 3600)
"""Waits after the first, second, ... try; after the last the mail has failed: about two days and a half."""
AT_ONCE: Final = 50
REST_SECONDS: Final = 0.3
"""After a drawn receipt: shaping a page takes a tenth of a second of a processor, and there may be but one. Between two
looks at what is written meanwhile, too."""
PAGES_A_ROUND: Final = 12
"""More need not be derived than can leave soon, and a day's news at once would stand in the way of events."""
BUSY_LINES: Final = 100
"""New timeline lines in a second above which the house is busy."""
MOST_WAITS: Final = 20
SENT_LINES: Final = {
    "link": "Payment link e-mailed",
    "reminder": "Reminder e-mailed",
    "receipt": "Receipt e-mailed",
    "refund": "Refund notice e-mailed",
    "refund_failed": "Notice of the returned refund e-mailed",
}


class Delivery:
    """The background's postman. One round at a time; a server that hangs holds up nothing but the mail."""

    def __init__(self, ctx: Context) -> None:
        self._ctx = ctx
        self._round: asyncio.Task[None] | None = None
        self._flow = Flow(ctx)
        self._waited = 0

    async def run(self) -> None:
        """Start a round unless one is under way: the background must not wait for a mail server."""
        if (self._round is None or self._round.done()) and not await self._is_busy():
            self._round = asyncio.create_task(self._quietly(), name="mail round")

    async def _is_busy(self) -> bool:
        """Whether this round shall wait: not for ever, however many events there are."""
        self._waited = self._waited + 1 if await self._flow.pours() and self._waited < MOST_WAITS else 0
        return self._waited > 0

    async def close(self) -> None:
        """Let the mail that is being sent finish, for a moment; what does not is sent again later."""
        if self._round is not None and not self._round.done():
            await asyncio.wait([self._round], timeout=2)
            self._round.cancel()

    async def _quietly(self) -> None:
        try:
            await derive(self._ctx, PAGES_A_ROUND)
            await deliver(self._ctx)
        # The edge of a task: a bug in one mail must not end the postman, and nobody else would hear of it.
        except Exception:
            log.exception("the round of the mails failed")


async def deliver(ctx: Context, *, at_once: int = AT_ONCE) -> int:
    """Send what is due; how many have left. Raises StoreError."""
    if not await ctx.store.read(outbox.is_due):
        return 0
    try:
        async with open_post(ctx.settings.smtp, ctx.settings.outbox_dir) as post:
            return await send_all(ctx, post, at_once)
    except NotSent as error:
        ctx.health.mail_fault = error.words
        log.warning("mail: %s", error.words)
        await ctx.store.write(partial(postpone_first, error=error))
        return 0


def postpone_first(tx: Tx, error: NotSent) -> None:
    """The server was not there: the mail that waits longest pays for it with one try."""
    mail = outbox.claim(tx, CLAIM_SECONDS)
    if mail is not None:
        postpone(tx, mail, error)


async def send_now(ctx: Context, mail: Mail) -> Mail:
    """Send this one at once, for commands that do not stay; the mail as it stands afterwards. Raises StoreError."""
    claimed = await ctx.store.write(lambda tx: outbox.claim(tx, CLAIM_SECONDS, mail.id))
    if claimed is not None:
        try:
            async with open_post(ctx.settings.smtp, ctx.settings.outbox_dir) as post:
                await send_one(ctx, post, claimed)
        except NotSent as error:
            await ctx.store.write(partial(postpone, mail=claimed, error=error))
    return await ctx.store.read(lambda tx: outbox.get(tx, mail.id)) or mail


async def send_all(ctx: Context, post: Post, at_once: int) -> int:
    """One after the other over one connection, until nothing is due or the server fails us."""
    count, flow = 0, Flow(ctx)
    for _ in range(at_once):
        mail = await ctx.store.write(lambda tx: outbox.claim(tx, CLAIM_SECONDS))
        if mail is None:
            break
        outcome = await send_one(ctx, post, mail)
        count += outcome is None
        if outcome is not None and outcome.when != NEVER:
            break
        if mail.kind == "receipt" and receipt_pdf.available():
            await asyncio.sleep(REST_SECONDS)
        if await flow.pours():
            break
    return count


class Flow:
    """Whether events pour in: then mails wait a little, for each is written down twice, and events come first."""

    def __init__(self, ctx: Context) -> None:
        self._ctx = ctx
        self._looked_at, self._newest = time.monotonic(), -1

    async def pours(self) -> bool:
        """Whether the time since the last look brought so many lines; no look is closer to the last than a moment."""
        now = time.monotonic()
        passed = now - self._looked_at
        if self._newest >= 0 and passed < REST_SECONDS:
            return False
        newest = await self._ctx.store.read(timeline.last_id)
        grown = newest - self._newest if self._newest >= 0 else 0
        self._looked_at, self._newest = now, newest
        return grown > BUSY_LINES * passed


async def send_one(ctx: Context, post: Post, mail: Mail) -> NotSent | None:
    """A claimed mail: out, and recorded; or what hindered it."""
    try:
        found = await occasion_of(ctx, mail)
        if found is not None and found.obsolete:
            obsolete = found.obsolete
            await ctx.store.write(lambda tx: outbox.cancelled(tx, mail, obsolete))
            return None
        letter = await letter_for(ctx, mail, found)
        words = await post.send(await envelope_of(ctx, mail, found, letter), f"{mail.id:06d}-{mail.kind}")
    except NotDrawn as error:
        return await not_sent(ctx, mail, NotSent(LATER, str(error)))
    except (BadAddress, Refused) as error:
        return await not_sent(ctx, mail, NotSent(NEVER, str(error)))
    except NotSent as error:
        return await not_sent(ctx, mail, error)
    ctx.health.mail_fault = ""
    await ctx.store.write(lambda tx: record(tx, mail, words, letter))
    return None


async def occasion_of(ctx: Context, mail: Mail) -> Occasion | None:
    """What a guest's mail is about; None for one that is not about a booking."""
    if mail.kind == day_mail.KIND:
        return None
    return await ctx.store.read(lambda tx: occasion(tx, ctx.settings, mail.kind, mail.booking_id or 0, mail.facts))


async def letter_for(ctx: Context, mail: Mail, found: Occasion | None) -> Letter:
    """The words. Written in a thread, like the message: both take milliseconds that the loop needs for others."""
    if found is None:
        return day_mail.kept_letter(mail)
    return await asyncio.to_thread(letter_of, found, ctx.settings, mail.language)


async def envelope_of(ctx: Context, mail: Mail, found: Occasion | None, letter: Letter) -> Envelope:
    """The message with its receipt attached where PDFs can be drawn."""
    attached: tuple[Attachment, ...] = ()
    if found is not None and mail.kind == "receipt" and receipt_pdf.available():
        speech = language(mail.language)
        body = await receipt_pdf.draw_beside(found.receipt, speech, ctx.settings.hotel_timezone)
        attached = (Attachment(receipt_pdf.file_name(found.receipt), body),)
    return await asyncio.to_thread(
        compose,
        letter,
        mail_from=ctx.settings.mail_from,
        hotel=ctx.settings.hotel_name,
        recipient=mail.recipient,
        name=found.booking.guest_name if found else "",
        language=mail.language,
        message_id=mail.message_id,
        queued_at=mail.created_at,
        attachments=attached,
    )


def record(tx: Tx, mail: Mail, words: str, letter: Letter) -> None:
    """It has left: the outcome, the timeline's line, and the end of an alert about this guest's mail."""
    if outbox.sent(tx, mail, words, {"subject": letter.subject, "text": letter.text}) and mail.booking_id:
        timeline.add(tx, mail.booking_id, mail.actor, "mailed", SENT_LINES[mail.kind], mail.recipient)
        attention.withdraw(tx, "mail_failed", str(mail.booking_id))
        attention.recount(tx, mail.booking_id)


async def not_sent(ctx: Context, mail: Mail, error: NotSent) -> NotSent:
    if error.when not in (LATER, NEVER):
        ctx.health.mail_fault = error.words
    await ctx.store.write(lambda tx: postpone(tx, mail, error))
    return error


def postpone(tx: Tx, mail: Mail, error: NotSent) -> None:
    """Try again later, or give up and tell a person."""
    if error.when != NEVER and mail.tries <= len(BACK_OFF_SECONDS):
        outbox.again(tx, mail, tx.now + BACK_OFF_SECONDS[mail.tries - 1], error.words)
        return
    outbox.failed(tx, mail, error.words)
    if mail.booking_id:
        timeline.add(tx, mail.booking_id, mail.actor, "mail_failed", "E-mail could not be delivered", error.words)
        told = f"{mail.recipient}: {error.words}"
        attention.raise_alert(tx, mail.booking_id, Alert("mail_failed", str(mail.booking_id), detail=told))
