"""Who is at the desk: signing in, locking, and signing on the spot for somebody else's refund. Accounts come from
staff_accounts.py and are handed on here.

A try is counted in the store before the PIN is looked at: neither a second window, nor many tries at once, nor a
restart gives a guesser more of them. A name that nobody has costs the same time and the same waits (UX 2.9).
"""

from __future__ import annotations

import asyncio

from travello_desk.money import describe_minor
from travello_desk.operations.context import Context
from travello_desk.operations.pins import DUMMY_HASH, pin_matches
from travello_desk.operations.staff_accounts import (
    RANK,
    Listed,
    Person,
    add,
    disable,
    enable,
    make_first_owner,
    people,
    person_of,
    set_limit,
    set_pin,
    set_role_limit,
)
from travello_desk.payments.rules import Refusal, Refused
from travello_desk.store import staff, timeline
from travello_desk.store.database import any_setting, keep_setting
from travello_desk.store.staff import Staff, Tries
from travello_desk.store.tx import Tx

__all__ = [
    "RANK",
    "Listed",
    "Person",
    "add",
    "authenticate",
    "authorise",
    "demo_people",
    "demo_pins",
    "disable",
    "enable",
    "lock_minutes",
    "make_first_owner",
    "over_limit",
    "people",
    "set_limit",
    "set_lock_minutes",
    "set_pin",
    "set_role_limit",
    "sign_out",
    "signers",
]

FREE_TRIES = 3
FIRST_WAIT_SECONDS = 60
LONGEST_WAIT_SECONDS = 900


def wait_after(failed: int) -> int:
    """Seconds to wait after so many wrong PINs in a row: two more are free, then 60 s, doubling to 15 minutes."""
    if failed < FREE_TRIES:
        return 0
    return min(FIRST_WAIT_SECONDS << min(failed - FREE_TRIES, 10), LONGEST_WAIT_SECONDS)


async def authenticate(ctx: Context, name: str, pin: str) -> Person:
    """Sign in. Raises Refused: `wrong_pin` with the tries left, or `wait` with the instant in `refusal.at`."""
    person = await checked(ctx, name, pin)
    await ctx.store.write(lambda tx: timeline.add(tx, None, person.name, "signed_in", "Signed in", person.role))
    return person


async def sign_out(ctx: Context, name: str, why: str = "") -> None:
    """Note that the desk was locked or handed over."""
    await ctx.store.write(lambda tx: timeline.add(tx, None, name, "locked", "Desk locked", why))


async def checked(ctx: Context, name: str, pin: str) -> Person:
    """The person of this name and PIN. The try is counted first, and forgotten when the PIN was right."""
    row, tries = await ctx.store.write(lambda tx: count_try(tx, name))
    digest = row.pin_hash if row is not None else DUMMY_HASH
    right = await asyncio.to_thread(pin_matches, digest, pin)
    if row is None or row.disabled_at is not None or not right:
        await ctx.store.write(lambda tx: note_wait(tx, row, tries))
        raise Refused(wrong(tries))

    def work(tx: Tx) -> Person:
        staff.keep_tries(tx, row, name, Tries())
        return person_of(tx, row)

    return await ctx.store.write(work)


def count_try(tx: Tx, name: str) -> tuple[Staff | None, Tries]:
    """Count one try as failed until it is known better. Raises Refused while the name has to wait."""
    row = staff.by_name(tx, name)
    tries = staff.tries_of(tx, row, name)
    if tries.locked_until > tx.now:
        raise Refused(waits(tries.locked_until, tx.now))
    wait = wait_after(tries.failed + 1)
    counted = Tries(tries.failed + 1, tx.now + wait if wait else 0)
    staff.keep_tries(tx, row, name, counted)
    return row, counted


def note_wait(tx: Tx, row: Staff | None, tries: Tries) -> None:
    """The timeline tells of guessing on a real account; names that nobody has leave no trail to fill the disk."""
    wait = wait_after(tries.failed)
    if wait and row is not None:
        timeline.add(tx, None, row.name, "staff_waits", f"{tries.failed} wrong PINs in a row", f"waits {wait} s")


def wrong(tries: Tries) -> Refusal:
    wait = wait_after(tries.failed)
    if wait:
        return Refusal("wait", f"Wrong PIN: wait {wait} s before the next try", 403, at=tries.locked_until)
    left = FREE_TRIES - tries.failed
    word = "try" if left == 1 else "tries"
    return Refusal("wrong_pin", f"Wrong PIN: {left} {word} left before a {FIRST_WAIT_SECONDS} s wait", 403)


def waits(until: int, now: int) -> Refusal:
    return Refusal("wait", f"Too many wrong PINs: wait {until - now} s", 403, at=until)


async def authorise(
    ctx: Context, name: str, pin: str, *, amount_minor: int, currency: str, asker: str, booking_id: int | None = None
) -> Person:
    """A manager signs on the spot for somebody else's refund; who signed. Raises Refused."""
    person = await checked(ctx, name, pin)
    if person.name == asker:
        raise Refused(Refusal("own_signature", "Somebody else has to sign", 403))
    if RANK[person.role] < RANK["manager"]:
        raise Refused(Refusal("no_manager", f"{person.name} is no manager", 403))
    if over_limit(ctx, person.refund_limit_minor, amount_minor, currency):
        raise Refused(Refusal("over_limit", f"This is over the limit of {person.name} too", 403))
    text = f"Signed {describe_minor(amount_minor, currency)} for {asker}"
    await ctx.store.write(lambda tx: timeline.add(tx, booking_id, person.name, "signed", text))
    return person


def over_limit(ctx: Context, limit_minor: int | None, amount_minor: int, currency: str) -> bool:
    """Whether somebody must sign: limits are sums of the primary currency, any other one is over every limit."""
    if limit_minor is None:
        return False
    return currency != ctx.settings.currency_primary or amount_minor > limit_minor


async def signers(ctx: Context, asker: str) -> list[str]:
    """Who may sign for this person: managers and owners with an open account."""
    return [p.name for p in await people(ctx) if RANK[p.role] >= RANK["manager"] and not p.disabled and p.name != asker]


LOCK_MINUTES = 10


async def lock_minutes(ctx: Context) -> int:
    """After how many idle minutes the desk locks itself; 0 for never."""
    kept = await ctx.store.read(lambda tx: any_setting(tx, "lock_minutes"))
    return LOCK_MINUTES if kept is None else int(kept)


async def set_lock_minutes(ctx: Context, minutes: int, actor: str) -> None:
    """Raises Refused for less than nothing or more than a day."""
    if not 0 <= minutes <= 1440:
        raise Refused(Refusal("bad_minutes", "0 (never) to 1440 minutes"))

    def work(tx: Tx) -> None:
        keep_setting(tx, "lock_minutes", str(minutes))
        timeline.add(tx, None, actor, "lock_minutes", f"The desk locks itself after {minutes or 'no'} idle minutes")

    await ctx.store.write(work)


# The demo's people: their PINs are no secret and are shown on its sign-in screen.
DEMO = (("Ayesha", "clerk", "1234"), ("Bilal", "clerk", "2345"), ("Chaudhry", "manager", "3456"))


async def demo_people(ctx: Context) -> Person:
    """Make the demo's accounts where there are none, and sign its clerk in."""
    known = {listed.name for listed in await people(ctx)}
    for name, role, pin in DEMO:
        if name not in known:
            await add(ctx, name, role, pin, "demo")
    await ctx.store.write(lambda tx: keep_setting(tx, "demo", "1"))
    return await authenticate(ctx, DEMO[0][0], DEMO[0][2])


async def demo_pins(ctx: Context) -> dict[str, str]:
    """The PINs to show, by name: the demo's, nobody else's."""
    demo = await ctx.store.read(lambda tx: any_setting(tx, "demo"))
    return {name: pin for name, _, pin in DEMO} if demo else {}
