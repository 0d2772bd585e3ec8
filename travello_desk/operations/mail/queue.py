"""Putting mails into the outbox: by a key of staff's, with the rules that refuse it. Nothing is sent from here."""

from __future__ import annotations

import secrets
from dataclasses import dataclass

from travello_desk.mailer.message import BadAddress, deliverable, new_message_id
from travello_desk.operations.context import Context
from travello_desk.operations.mail.words import ASKS_FOR_MONEY
from travello_desk.payments.rules import NOT_FOUND, Refusal, Refused, checkout_refusal
from travello_desk.settings.model import Settings
from travello_desk.store import bookings, ledger, outbox
from travello_desk.store.bookings import Booking
from travello_desk.store.outbox import Mail, NewMail
from travello_desk.store.tx import Tx


@dataclass(frozen=True, slots=True)
class Wish:
    """A mail somebody wants to be sent. `uid` names the press: made when the dialog opens, so that two are one."""

    kind: str
    booking_id: int
    actor: str
    uid: str = ""


async def queue_link(ctx: Context, booking_id: int, actor: str, uid: str = "") -> Mail:
    """Mail the guest the permanent pay link. A press while one waits is that one. Raises Refused."""
    return await queue(ctx, Wish("link", booking_id, actor, uid))


async def queue_reminder(ctx: Context, booking_id: int, actor: str, uid: str = "") -> Mail:
    """Remind the guest now, whatever the day is. Raises Refused."""
    return await queue(ctx, Wish("reminder", booking_id, actor, uid))


async def queue_receipt(ctx: Context, booking_id: int, actor: str, uid: str = "") -> Mail:
    """Mail the receipt as it stands, also of money taken at the desk. Raises Refused."""
    return await queue(ctx, Wish("receipt", booking_id, actor, uid))


async def queue(ctx: Context, wish: Wish) -> Mail:
    return await ctx.store.write(lambda tx: queue_in(tx, ctx.settings, wish))


def queue_in(tx: Tx, settings: Settings, wish: Wish) -> Mail:
    """The same inside a transaction."""
    booking, loaded = bookings.get(tx, wish.booking_id), ledger.load(tx, wish.booking_id)
    if booking is None or loaded is None:
        raise Refused(NOT_FOUND)
    pressed = outbox.by_key(tx, f"{wish.kind}:{booking.id}:{wish.uid}") if wish.uid else None
    waiting = pressed or outbox.waiting(tx, booking.id, wish.kind)
    if waiting is not None:
        return waiting
    refusal = mail_refusal(booking)
    if wish.kind in ASKS_FOR_MONEY:
        refusal = refusal or checkout_refusal(loaded.ledger, loaded.view)
    elif not (loaded.view.paid_minor or any(view.received_minor for view in loaded.view.payments)):
        refusal = refusal or Refusal("nothing_paid", "Nothing has been paid yet: there is no receipt")
    if refusal:
        raise Refused(refusal)
    made = put(tx, settings, booking, wish.kind, wish.uid or secrets.token_hex(8), wish.actor, {})
    if made is None:
        raise LookupError(f"a mail {wish.kind} for booking {booking.id} vanished")
    return made


def put(
    tx: Tx, settings: Settings, booking: Booking, kind: str, subject: str, actor: str, facts: dict[str, object]
) -> Mail | None:
    """Queue one; None when it was queued before. `subject` says what makes it the same mail."""
    return outbox.insert(
        tx,
        NewMail(
            kind=kind,
            booking_id=booking.id,
            dedupe_key=f"{kind}:{booking.id}:{subject}",
            recipient=booking.guest_email,
            language=booking.language,
            message_id=new_message_id(settings.mail_from),
            actor=actor,
            facts=facts,
        ),
    )


def mail_refusal(booking: Booking) -> Refusal | None:
    """Why this guest cannot be written to."""
    if not booking.guest_email:
        return Refusal("no_address", "The booking has no e-mail address")
    if booking.code_revoked:
        return Refusal("revoked", "The guest's link is revoked: make a new one first")
    try:
        deliverable(booking.guest_email)
    except BadAddress as error:
        return Refusal("bad_address", f"{booking.guest_email} is {error}")
    return None


async def waiting_mails(ctx: Context, booking_id: int) -> list[Mail]:
    """The booking's mails with their states, oldest first: for the detail pane."""
    return await ctx.store.read(lambda tx: outbox.of_booking(tx, booking_id))
