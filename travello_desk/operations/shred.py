"""Forget guests: personal data of bookings whose guests left long ago, gone from rows, search, mails and events.

Sums, statuses, ids and the timeline's chain stay (`verify` proves it). A booking whose link, refund or problem is open
waits. Every step may be repeated: what a crash left unfinished the next run finishes. Backups, exports and what Stripe
keeps are not reached from here.
"""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from functools import partial
from pathlib import Path

from travello_desk.operations.context import Context
from travello_desk.store import cursors, shredding
from travello_desk.store.tx import Tx

BATCH = 50
EVENT_PAGE = 500
CURSOR = "shredded_events"
DAILY_SECONDS = 86_400
LEAST_DAYS = 30


@dataclass(slots=True)
class Shredded:
    """What was, or would be, shredded. `waiting` are bookings that must wait, by reason."""

    before_on: date
    bookings: int = 0
    mails: int = 0
    events: int = 0
    waiting: dict[str, int] = field(default_factory=dict)

    @property
    def sentence(self) -> str:
        """`12 bookings of guests who left before 2025-01-01, with 30 mails and 48 events; 1 wait: a problem is open`"""
        told = (
            f"{self.bookings} bookings of guests who left before {self.before_on.isoformat()}, with {self.mails} mails"
        )
        events = f" and {self.events} events" if self.events else ""
        waits = "; ".join(f"{count} wait: {why}" for why, count in sorted(self.waiting.items()))
        return f"{told}{events}" + (f"; {waits}" if waits else "")


def day_before(ctx: Context, days: int) -> date:
    """Guests who left before this hotel day left more than `days` days ago."""
    return datetime.fromtimestamp(ctx.clock(), ctx.settings.hotel_timezone).date() - timedelta(days=days)


async def rehearse(ctx: Context, days: int) -> Shredded:
    """What `shred` would do; nothing is changed."""
    found = Shredded(day_before(ctx, days))
    after = 0
    while ids := await ctx.store.read(partial(due_page, before_on=found.before_on, after=after)):
        await ctx.store.read(partial(count_page, ids=ids, found=found))
        after = ids[-1]
    return found


def due_page(tx: Tx, before_on: date, after: int) -> list[int]:
    return shredding.due(tx, before_on.isoformat(), after, BATCH)


def count_page(tx: Tx, ids: list[int], found: Shredded) -> None:
    for booking_id in ids:
        why = shredding.why_wait(tx, booking_id)
        if why:
            found.waiting[why] = found.waiting.get(why, 0) + 1
        else:
            found.bookings += 1
            found.mails += len(shredding.mails_of(tx, booking_id))


async def shred(ctx: Context, days: int, actor: str, *, whole: bool = True) -> Shredded:
    """Shred, then their events, then every trace in the files. `whole` also rewrites the store's file, which stops
    everybody who writes for that long: for a person at a quiet hour, not for the background."""
    done = await rehearse(ctx, days)
    mails = done.mails
    done.bookings = done.mails = 0
    after = 0
    while ids := await ctx.store.read(partial(due_page, before_on=done.before_on, after=after)):
        await asyncio.to_thread(remove_files, ctx.settings.outbox_dir, await ctx.store.read(partial(mails_of, ids=ids)))
        done.bookings += await ctx.store.write(partial(shred_page, ids=ids, actor=actor))
        after = ids[-1]
    done.mails = mails if done.bookings else 0
    done.events = await shred_events(ctx, done.before_on)
    await ctx.store.write(partial(shredding.shred_leftovers, before_at=instant(ctx, done.before_on)))
    await ctx.store.scrub(whole=whole)
    return done


def mails_of(tx: Tx, ids: list[int]) -> list[shredding.Mail]:
    free = [booking_id for booking_id in ids if not shredding.why_wait(tx, booking_id)]
    return [mail for booking_id in free for mail in shredding.mails_of(tx, booking_id)]


def remove_files(folder: Path, mails: list[shredding.Mail]) -> None:
    """Before the rows: a crash in between leaves rows that lead here again, never a file that nothing leads to."""
    for mail in mails:
        (folder / f"{mail.id:06d}-{mail.kind}.eml").unlink(missing_ok=True)


def shred_page(tx: Tx, ids: list[int], actor: str) -> int:
    return sum(shredding.shred(tx, booking_id, actor) for booking_id in ids)


async def shred_events(ctx: Context, before_on: date) -> int:
    """Go through the inbox: from its beginning where bookings wait for that, else from where the last run ended."""
    waiting = await ctx.store.read(shredding.waiting_for_events)
    last = await ctx.store.read(shredding.last_event)
    seen = await ctx.store.read(lambda tx: cursors.get(tx, CURSOR)) or 0
    after, count = (0 if waiting else seen), 0
    before_at = instant(ctx, before_on)
    while after < last:
        page = partial(
            shredding.shred_events,
            after=after,
            last=last,
            before_at=before_at,
            everyone=after >= seen,
            limit=EVENT_PAGE,
        )
        after, cleaned = await ctx.store.write(page)
        count += cleaned
    await ctx.store.write(partial(note_events, waiting=waiting, seen=await old_events_end(ctx, before_at, last)))
    return count


async def old_events_end(ctx: Context, before_at: int, last: int) -> int:
    """The last event that was old enough to be cleaned even without an owner: the next run begins after it."""
    newest_old = await ctx.store.read(lambda tx: shredding.last_event_before(tx, before_at))
    return min(last, newest_old)


def note_events(tx: Tx, waiting: list[int], seen: int) -> None:
    shredding.events_done(tx, waiting)
    cursors.advance(tx, CURSOR, seen)


def instant(ctx: Context, day: date) -> int:
    return int(datetime.combine(day, datetime.min.time(), ctx.settings.hotel_timezone).timestamp())


async def shred_job(ctx: Context) -> Shredded | None:
    """The lease holder's daily run, when SHRED_AFTER_DAYS is set."""
    days = ctx.settings.shred_after_days
    return await shred(ctx, days, "system", whole=False) if days is not None else None
