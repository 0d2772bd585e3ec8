"""Shifts at the desk: open with a float, drop cash, sign a blind count, close. Every step is one entry in the timeline.

The expected sum is given to nobody before the count is signed. A clerk closes their own shift, a manager anybody's.
"""

from __future__ import annotations

from dataclasses import dataclass

from travello_desk.money import describe_minor, exponent
from travello_desk.operations.context import Context
from travello_desk.operations.staff_accounts import RANK
from travello_desk.payments.drawer import (
    Count,
    Drawer,
    amount_refusal,
    close_refusal,
    count_refusal,
    leave_refusal,
    over_minor,
    over_words,
)
from travello_desk.payments.rules import Refusal, Refused
from travello_desk.store import shifts, staff, timeline
from travello_desk.store.errors import Conflict
from travello_desk.store.shifts import Drop, Note, Shift
from travello_desk.store.tx import Tx

NAME_LENGTH = 20
NOTE_LENGTH = 500


@dataclass(frozen=True, slots=True)
class Actor:
    """Who does it. `role` decides whose shift they may close."""

    name: str
    role: str = "clerk"


@dataclass(frozen=True, slots=True)
class Signed:
    """A count that stands, and now what the drawer should have held."""

    shift_id: int
    counted_minor: int
    expected_minor: int
    currency: str

    @property
    def over_minor(self) -> int:
        """Over (positive) or short (negative)."""
        return over_minor(self.counted_minor, self.expected_minor)

    @property
    def words(self) -> str:
        return over_words(self.over_minor, self.currency)


@dataclass(frozen=True, slots=True)
class Closing:
    """How a counted shift is closed: what goes to the safe (the rest is left), why it is over or short, a note."""

    shift_id: int
    dropped_minor: int
    reason: str = ""
    note: str = ""


@dataclass(frozen=True, slots=True)
class Standing:
    """A shift with what went through its drawer. Show `drawer` only once the count is signed."""

    shift: Shift
    drawer: Drawer
    drops: tuple[Drop, ...]
    foreign: tuple[tuple[str, int], ...]


def scale_of(currency: str) -> int:
    """Minor units in one major unit."""
    return int(10 ** exponent(currency))


def cleaned(text: str, most: int) -> str:
    return " ".join(text.split())[:most]


# Opening


async def suggest_float(ctx: Context, drawer: str = "1") -> int:
    """What the shift before left in this drawer."""
    before = await ctx.store.read(lambda tx: shifts.left_in(tx, drawer))
    return before.left_minor or 0 if before else 0


async def open_shift(ctx: Context, actor: Actor, float_minor: int, drawer: str = "1") -> Shift:
    """Open a shift with this float. Raises Refused when the person or the drawer has one open, naming who."""
    name, currency = cleaned(drawer, NAME_LENGTH) or "1", ctx.settings.currency_primary
    if refusal := amount_refusal(float_minor):
        raise Refused(refusal)
    return await ctx.store.write(lambda tx: open_in(tx, actor, float_minor, name, currency))


def open_in(tx: Tx, actor: Actor, float_minor: int, drawer: str, currency: str) -> Shift:
    refuse_second(tx, actor.name, drawer)
    before = shifts.left_in(tx, drawer)
    try:
        shift_id = shifts.insert(tx, actor.name, drawer, currency, float_minor)
    except Conflict as error:
        raise Refused(Refusal("shift_open", "This person or this drawer has an open shift already")) from error
    text = f"Shift opened: drawer {drawer}, float {describe_minor(float_minor, currency)}"
    timeline.add(tx, None, actor.name, "shift_opened", text, float_words(before, float_minor, currency))
    return found(tx, shift_id)


def refuse_second(tx: Tx, name: str, drawer: str) -> None:
    own, holder = shifts.open_of(tx, name), shifts.open_at(tx, drawer)
    if own is not None:
        raise Refused(
            Refusal("shift_open", f"{name} has a shift open already, on drawer {own.drawer}", at=own.opened_at)
        )
    if holder is not None:
        sentence = f"Drawer {drawer} is held by {holder.name}: that shift is closed first, or take another drawer"
        raise Refused(Refusal("drawer_held", sentence, at=holder.opened_at))


def float_words(before: Shift | None, float_minor: int, currency: str) -> str:
    """Whether the float is what the shift before says it left."""
    if before is None or before.left_minor is None or before.currency != currency:
        return ""
    difference = float_minor - before.left_minor
    if difference == 0:
        return f"as {before.name} left it"
    left = describe_minor(before.left_minor, currency)
    return f"{over_words(difference, currency)} against {left} that {before.name} left"


# Looking


def found(tx: Tx, shift_id: int) -> Shift:
    shift = shifts.get(tx, shift_id)
    if shift is None:
        raise Refused(Refusal("no_shift", "No such shift", 404))
    return shift


def standing(tx: Tx, shift: Shift) -> Standing:
    return Standing(
        shift, shifts.drawer(tx, shift), tuple(shifts.drops_of(tx, shift.id)), tuple(shifts.foreign_cash(tx, shift))
    )


async def open_shifts(ctx: Context) -> list[Standing]:
    """Every open shift, the oldest first."""
    return await ctx.store.read(lambda tx: [standing(tx, shift) for shift in shifts.all_open(tx)])


async def look(ctx: Context, shift_id: int) -> Standing:
    """One shift. Raises Refused: no such shift."""
    return await ctx.store.read(lambda tx: standing(tx, found(tx, shift_id)))


async def role_of(ctx: Context, name: str) -> str:
    """The role of this name's account; a name without one owns the machine it types on."""
    row = await ctx.store.read(lambda tx: staff.by_name(tx, name))
    return row.role if row else "owner"


# During the shift


def usable(tx: Tx, shift_id: int, actor: Actor) -> Shift:
    """The shift, open and this actor's to handle. Raises Refused."""
    shift = found(tx, shift_id)
    if shift.closed_at is not None:
        sentence = f"The shift of {shift.name} is closed already, by {shift.closed_by}"
        raise Refused(Refusal("shift_closed", sentence, at=shift.closed_at))
    if shift.name != actor.name and RANK.get(actor.role, 0) < RANK["manager"]:
        raise Refused(Refusal("not_yours", f"This is the shift of {shift.name}: they or a manager close it", 403))
    return shift


def uncounted(tx: Tx, shift_id: int, actor: Actor) -> Shift:
    shift = usable(tx, shift_id, actor)
    if shift.counted_at is not None:
        raise Refused(Refusal("counted", "The count is signed already: it stands", at=shift.counted_at))
    return shift


async def drop(ctx: Context, actor: Actor, shift_id: int, amount_minor: int, note: str = "") -> Drop:
    """Carry cash to the safe. Raises Refused above what the drawer holds."""
    why = cleaned(note, 200)

    def work(tx: Tx) -> Drop:
        shift = uncounted(tx, shift_id, actor)
        if refusal := leave_refusal(shifts.drawer(tx, shift), amount_minor, shift.currency):
            raise Refused(refusal)
        drop_id = shifts.add_drop(tx, shift_id, amount_minor, why, actor.name)
        text = f"Cash drop {describe_minor(amount_minor, shift.currency)} from drawer {shift.drawer}"
        timeline.add(tx, None, actor.name, "cash_drop", text, why)
        return Drop(drop_id, shift_id, amount_minor, why, actor.name, tx.now)

    return await ctx.store.write(work)


async def sign_count(ctx: Context, actor: Actor, shift_id: int, count: Count) -> Signed:
    """Sign what was counted; only now is the expected sum told. Raises Refused; a signed count stands."""

    def work(tx: Tx) -> Signed:
        shift = uncounted(tx, shift_id, actor)
        if refusal := count_refusal(count, shift.currency):
            raise Refused(refusal)
        counted = count.total_minor(scale_of(shift.currency))
        signed = Signed(shift_id, counted, shifts.drawer(tx, shift).expected_minor, shift.currency)
        shifts.sign_count(tx, shift_id, count, counted, signed.expected_minor, actor.name)
        text = f"Count signed: {describe_minor(counted, shift.currency)} in drawer {shift.drawer}"
        expected = describe_minor(signed.expected_minor, shift.currency)
        timeline.add(tx, None, actor.name, "count_signed", text, f"expected {expected} · {signed.words}")
        return signed

    return await ctx.store.write(work)


async def close(ctx: Context, actor: Actor, closing: Closing) -> Shift:
    """Close a counted shift. Raises Refused: not counted, over or short without a reason, more dropped than counted."""
    reason, note = cleaned(closing.reason, 200), cleaned(closing.note, NOTE_LENGTH)

    def work(tx: Tx) -> Shift:
        shift = usable(tx, closing.shift_id, actor)
        if shift.counted_minor is None or shift.expected_minor is None:
            raise Refused(Refusal("not_counted", "Count the drawer and sign the count first"))
        refusal = close_refusal(
            shift.counted_minor, shift.expected_minor, closing.dropped_minor, reason, shift.currency
        )
        if refusal:
            raise Refused(refusal)
        left = shift.counted_minor - closing.dropped_minor
        shifts.close(tx, shift.id, actor.name, closing.dropped_minor, left, reason, note)
        timeline.add(tx, None, actor.name, "shift_closed", *closed_words(shift, closing.dropped_minor, left, reason))
        return found(tx, shift.id)

    return await ctx.store.write(work)


def closed_words(shift: Shift, dropped_minor: int, left_minor: int, reason: str) -> tuple[str, str]:
    """The timeline's text and detail."""
    counted, expected = shift.counted_minor or 0, shift.expected_minor or 0
    words = over_words(over_minor(counted, expected), shift.currency)
    dropped, left = (describe_minor(part, shift.currency) for part in (dropped_minor, left_minor))
    detail = f"counted {describe_minor(counted, shift.currency)} · dropped {dropped} · left {left}"
    return f"Shift of {shift.name} closed: {words}", f"{detail} · {reason}" if reason else detail


# Hand-over notes


async def unread_notes(ctx: Context) -> list[Note]:
    """Notes left at closing that nobody has read yet."""
    return await ctx.store.read(shifts.unread_notes)


async def note_read(ctx: Context, actor: str, shift_id: int) -> None:
    """Note who has read it: it is not shown again."""

    def work(tx: Tx) -> None:
        shifts.mark_read(tx, shift_id, actor)
        timeline.add(tx, None, actor, "note_read", f"Hand-over note of shift {shift_id} read")

    await ctx.store.write(work)
