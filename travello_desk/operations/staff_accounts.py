"""The desk's accounts: make, close, open again, PINs and refund limits, each with its line in the timeline.

Signing in and signing for others stand in staff.py, which is also the door for callers.
"""

from __future__ import annotations

import asyncio
from dataclasses import dataclass

from travello_desk.money import describe_minor
from travello_desk.operations.context import Context
from travello_desk.operations.pins import hash_pin, pin_refusal
from travello_desk.payments.rules import Refusal, Refused
from travello_desk.store import staff, timeline
from travello_desk.store.database import any_setting, keep_setting
from travello_desk.store.errors import Conflict
from travello_desk.store.staff import Staff
from travello_desk.store.tx import Tx

RANK = {"clerk": 1, "manager": 2, "owner": 3}
# Minor units of the primary currency; None is no limit. Changed with `set_role_limit`.
ROLE_LIMIT_MINOR: dict[str, int | None] = {"clerk": 1_000_000, "manager": None, "owner": None}
NAME_LENGTH = 40


@dataclass(frozen=True, slots=True)
class Person:
    """Who signed in. `refund_limit_minor` is the limit that counts, None for none."""

    name: str
    role: str
    refund_limit_minor: int | None


@dataclass(frozen=True, slots=True)
class Listed:
    """One line of the sign-in screen and of `staff list`. `shift_since` is unix seconds, 0 without an open shift."""

    name: str
    role: str
    disabled: bool
    shift_since: int
    refund_limit_minor: int | None


async def people(ctx: Context) -> list[Listed]:
    """Everybody, in the order in which they came; the disabled ones too."""

    def work(tx: Tx) -> list[Listed]:
        shifts = staff.open_shifts(tx)
        return [
            Listed(p.name, p.role, p.disabled_at is not None, shifts.get(p.name, 0), limit_of(tx, p))
            for p in staff.everybody(tx)
        ]

    return await ctx.store.read(work)


async def add(ctx: Context, name: str, role: str, pin: str, actor: str) -> Person:
    """A new account. Raises Refused for a bad name, role or PIN, or a name that is taken."""
    return await insert(ctx, name, role, pin, actor, first=False)


async def make_first_owner(ctx: Context, name: str, pin: str) -> Person:
    """The owner's account at the first start. Raises Refused as soon as anybody has an account."""
    return await insert(ctx, name, "owner", pin, "first start", first=True)


async def insert(ctx: Context, name: str, role: str, pin: str, actor: str, *, first: bool) -> Person:
    cleaned = clean_name(name)
    if role not in RANK:
        raise Refused(Refusal("bad_role", f"The role is one of: {', '.join(RANK)}"))
    digest = await hashed(pin)

    def work(tx: Tx) -> Person:
        if first and staff.everybody(tx):
            raise Refused(Refusal("not_first", "There are accounts already: an owner adds the next one"))
        if staff.by_name(tx, cleaned):
            raise Refused(Refusal("name_taken", f"{cleaned} has an account already"))
        try:
            staff.insert(tx, cleaned, role, digest)
        except Conflict as error:
            raise Refused(Refusal("name_taken", f"{cleaned} has an account already")) from error
        timeline.add(tx, None, actor, "staff_added", f"Account made for {cleaned}", role)
        return person_of(tx, found(tx, cleaned))

    return await ctx.store.write(work)


async def hashed(pin: str) -> str:
    """The PIN's hash, made in a thread: it takes long on purpose. Raises Refused for a bad PIN."""
    if refusal := pin_refusal(pin):
        raise Refused(Refusal("bad_pin", refusal))
    return await asyncio.to_thread(hash_pin, pin)


def clean_name(name: str) -> str:
    cleaned = " ".join(name.split())
    if not 1 <= len(cleaned) <= NAME_LENGTH or not cleaned.isprintable():
        raise Refused(Refusal("bad_name", f"A name has 1 to {NAME_LENGTH} letters"))
    return cleaned


def found(tx: Tx, name: str) -> Staff:
    person = staff.by_name(tx, name)
    if person is None:
        raise Refused(Refusal("unknown_person", f"Nobody here is called {name.strip()[:NAME_LENGTH]}"))
    return person


def person_of(tx: Tx, row: Staff) -> Person:
    return Person(row.name, row.role, limit_of(tx, row))


def limit_of(tx: Tx, row: Staff) -> int | None:
    """The person's own limit, else the role's, in minor units of the primary currency."""
    if row.refund_limit_minor is not None:
        return row.refund_limit_minor
    kept = any_setting(tx, f"refund_limit:{row.role}")
    if kept is None:
        return ROLE_LIMIT_MINOR[row.role]
    return int(kept) if kept else None


async def limit_of_name(ctx: Context, name: str) -> int | None:
    """The refund limit of this person; None for no limit, and for a name without an account."""

    def work(tx: Tx) -> int | None:
        row = staff.by_name(tx, name)
        return limit_of(tx, row) if row else None

    return await ctx.store.read(work)


async def set_limit(ctx: Context, name: str, limit_minor: int | None, actor: str) -> None:
    """One person's own limit; None gives the role's back."""
    limit = checked_limit(limit_minor)
    text = "the role's" if limit is None else describe_minor(limit, ctx.settings.currency_primary)

    def work(tx: Tx) -> None:
        person = found(tx, name)
        staff.set_limit(tx, person.id, limit)
        timeline.add(tx, None, actor, "staff_limit", f"Refund limit of {person.name}: {text}")

    await ctx.store.write(work)


async def set_role_limit(ctx: Context, role: str, limit_minor: int | None, actor: str) -> None:
    """The limit of everybody of this role who has none of their own; None for no limit."""
    limit = checked_limit(limit_minor)
    text = "none" if limit is None else describe_minor(limit, ctx.settings.currency_primary)
    if role not in RANK:
        raise Refused(Refusal("bad_role", f"The role is one of: {', '.join(RANK)}"))

    def work(tx: Tx) -> None:
        keep_setting(tx, f"refund_limit:{role}", "" if limit is None else str(limit))
        timeline.add(tx, None, actor, "staff_limit", f"Refund limit of every {role}: {text}")

    await ctx.store.write(work)


def checked_limit(limit_minor: int | None) -> int | None:
    if limit_minor is not None and limit_minor < 0:
        raise Refused(Refusal("bad_limit", "A limit is nothing or more"))
    return limit_minor


async def set_pin(ctx: Context, name: str, pin: str, actor: str) -> None:
    """A new PIN, which also ends a wait."""
    digest = await hashed(pin)

    def work(tx: Tx) -> None:
        person = found(tx, name)
        staff.set_pin(tx, person.id, digest)
        timeline.add(tx, None, actor, "staff_pin", f"New PIN for {person.name}")

    await ctx.store.write(work)


async def disable(ctx: Context, name: str, actor: str) -> None:
    """Close an account; what the person did stays. The last owner stays too, or nobody could add anybody."""

    def work(tx: Tx) -> None:
        person = found(tx, name)
        if person.disabled_at is not None:
            raise Refused(Refusal("already_disabled", f"The account of {person.name} is closed already"))
        others = [p for p in staff.everybody(tx) if p.id != person.id and p.disabled_at is None]
        if person.role == "owner" and not any(p.role == "owner" for p in others):
            raise Refused(Refusal("last_owner", f"{person.name} is the last owner: make another owner first"))
        staff.set_disabled(tx, person.id, disabled=True)
        timeline.add(tx, None, actor, "staff_disabled", f"Account of {person.name} closed")

    await ctx.store.write(work)


async def enable(ctx: Context, name: str, actor: str) -> None:
    """Open a closed account again, with its old PIN."""

    def work(tx: Tx) -> None:
        person = found(tx, name)
        staff.set_disabled(tx, person.id, disabled=False)
        timeline.add(tx, None, actor, "staff_enabled", f"Account of {person.name} opened again")

    await ctx.store.write(work)
