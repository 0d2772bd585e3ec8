"""Money at the desk: mark paid, undo, pay out. No Payment row; the desk's own ledger, and the last row wins.

Cash belongs to the drawer of the person who takes it; a drawer that was counted takes and gives no more (store/shifts).
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime

from travello_desk.money import format_minor
from travello_desk.operations.context import Context
from travello_desk.payments.drawer import leave_refusal
from travello_desk.payments.facts import DeskEntry
from travello_desk.payments.narrative import Cause, Line
from travello_desk.payments.projection import BookingView
from travello_desk.payments.rules import (
    NOT_FOUND,
    OTHER_TENDERS,
    Refusal,
    Refused,
    mark_paid_refusal,
    payout_refusal,
    undo_paid_refusal,
)
from travello_desk.store import desk, ledger, shifts
from travello_desk.store.errors import Conflict
from travello_desk.store.tx import Tx

CAUSE = Cause("", "desk")
COUNTED = Refusal("counted", "Your drawer is counted and signed: close the shift first")
NO_SHIFT = Refusal("no_shift", "Open a shift first: cash is paid out from a drawer that somebody counts")
SHIFT_CLOSED = Refusal("shift_closed", "The shift it was taken in is closed: pay the money out instead")
MARK_COUNTED = Refusal("counted", "The drawer it lies in is counted already: pay the money out instead")


@dataclass(frozen=True, slots=True)
class Mark:
    """What the clerk took. `received_minor` is the cash handed over (0: exactly the balance)."""

    booking_id: int
    actor: str
    tender: str
    reference: str = ""
    receipt_no: str = ""
    received_minor: int = 0
    note: str = ""
    expected_minor: int | None = None
    """The balance the clerk saw; a different one by now is refused, because the ground has moved."""


@dataclass(frozen=True, slots=True)
class Marked:
    booking_id: int
    receipt_no: str
    amount_minor: int
    currency: str
    change_minor: int


@dataclass(frozen=True, slots=True)
class PayOut:
    """Desk money to give back. `tender` is how: cash leaves the drawer of `actor`, the rest does not touch it."""

    booking_id: int
    amount_minor: int
    reason: str
    actor: str
    approved_by: str = ""
    tender: str = "cash"


@dataclass(frozen=True, slots=True)
class PaidOut:
    """The voucher the guest signs, and the booking's status afterwards."""

    booking_id: int
    voucher_no: str
    status: str


async def mark_paid(ctx: Context, mark: Mark) -> Marked:
    """Take the balance at the desk (D33). Raises Refused (D34: "already paid at the desk by Ali")."""
    if mark.tender not in OTHER_TENDERS:
        raise Refused(Refusal("bad_tender", f"Paid by one of: {', '.join(OTHER_TENDERS)}"))
    year = hotel_year(ctx)
    return await ctx.store.write(lambda tx: mark_in(tx, mark, year))


def hotel_year(ctx: Context) -> int:
    """The year that receipts and vouchers are numbered in."""
    return datetime.fromtimestamp(ctx.clock(), ctx.settings.hotel_timezone).year


def shift_for(tx: Tx, actor: str, tender: str) -> int | None:
    """The open shift the money belongs to, or None. Raises Refused when cash comes after the count."""
    shift = shifts.open_of(tx, actor)
    if shift is not None and shift.counted_at is not None and tender == "cash":
        raise Refused(COUNTED)
    return shift.id if shift else None


def mark_in(tx: Tx, mark: Mark, year: int) -> Marked:
    loaded = found(tx, mark.booking_id)
    refusal = mark_paid_refusal(loaded.ledger, loaded.view) or ground_moved(mark, loaded.view)
    if refusal:
        raise Refused(refusal)
    due, currency = loaded.view.balance_minor, loaded.ledger.currency
    received = mark.received_minor or due
    if received < due:
        raise Refused(
            Refusal("too_little", f"{format_minor(due, currency)} is due: the whole balance is taken at once")
        )
    shift_id = shift_for(tx, mark.actor, mark.tender)
    try:
        number = desk.take_receipt_no(tx, year, mark.receipt_no)
    except Conflict as taken:
        raise Refused(Refusal("receipt_used", str(taken))) from taken
    new = desk.NewReceipt(
        booking_id=mark.booking_id,
        kind="mark",
        amount_minor=due,
        currency=currency,
        actor=mark.actor,
        tender=mark.tender,
        reference=mark.reference,
        receipt_no=number,
        received_minor=received,
        note=mark.note,
        shift_id=shift_id,
    )
    detail = " ".join(part for part in (mark.tender, number, mark.reference, mark.note) if part)
    enter(tx, loaded, new, Line("marked_paid", f"Marked paid at the desk: {format_minor(due, currency)}", detail))
    return Marked(mark.booking_id, number, due, currency, received - due)


def ground_moved(mark: Mark, view: BookingView) -> Refusal | None:
    if mark.expected_minor is not None and mark.expected_minor != view.balance_minor:
        return Refusal("moved", "The balance has changed meanwhile: look again")
    return None


def found(tx: Tx, booking_id: int) -> ledger.Loaded:
    loaded = ledger.load(tx, booking_id)
    if loaded is None:
        raise Refused(NOT_FOUND)
    return loaded


def enter(tx: Tx, loaded: ledger.Loaded, new: desk.NewReceipt, line: Line) -> BookingView:
    """Add one row to the desk's ledger and save the booking with it."""
    row_id = desk.insert(tx, new)
    entry = DeskEntry(row_id, new.kind, new.amount_minor, new.actor, new.tender, tx.now)
    ledger.add_line(tx, loaded.booking_id, new.actor, line)
    after = replace(loaded.ledger, desk=(*loaded.ledger.desk, entry))
    return ledger.save(tx, loaded, after, CAUSE, new.actor)


async def undo_paid(ctx: Context, booking_id: int, reason: str, actor: str) -> BookingView:
    """Take the mark back, with a reason, while its shift is open. Online money, if any, stays what it is."""
    why = required_reason(reason)

    def work(tx: Tx) -> BookingView:
        loaded = found(tx, booking_id)
        refusal = undo_paid_refusal(loaded.view) or undo_shift_refusal(tx, loaded.view)
        if refusal:
            raise Refused(refusal)
        new = desk.NewReceipt(
            booking_id=booking_id,
            kind="undo",
            amount_minor=loaded.view.desk_minor,
            currency=loaded.ledger.currency,
            actor=actor,
            tender=loaded.view.desk_entry.tender if loaded.view.desk_entry else "",
            note=why,
            # Whoever undoes it: the money comes out of the drawer it went into.
            shift_id=shift_of(tx, loaded.view),
        )
        return enter(tx, loaded, new, Line("undid_paid", "Undid mark paid", why))

    return await ctx.store.write(work)


def shift_of(tx: Tx, view: BookingView) -> int | None:
    """The shift of the mark that stands."""
    return desk.shift_of_mark(tx, view.desk_entry.seq)[0] if view.desk_entry else None


def undo_shift_refusal(tx: Tx, view: BookingView) -> Refusal | None:
    """Why the mark's shift does not let it go any more."""
    shift = shifts.get(tx, shift_of(tx, view))
    if shift is None:
        return None
    if shift.closed_at is not None:
        return SHIFT_CLOSED
    cash = view.desk_entry is not None and view.desk_entry.tender == "cash"
    return MARK_COUNTED if cash and shift.counted_at is not None else None


def required_reason(reason: str) -> str:
    cleaned = " ".join(reason.split())[:200]
    if not cleaned:
        raise Refused(Refusal("no_reason", "Give a reason"))
    return cleaned


async def pay_out(
    ctx: Context, booking_id: int, amount_minor: int, reason: str, actor: str, approved_by: str = ""
) -> PaidOut:
    """Give desk money back in cash from the drawer; see `give_back`."""
    return await give_back(ctx, PayOut(booking_id, amount_minor, reason, actor, approved_by))


async def give_back(ctx: Context, wish: PayOut) -> PaidOut:
    """Give desk money back, with a voucher. Raises Refused above what the desk holds for this booking, and above what
    the drawer holds.
    """
    if wish.tender not in OTHER_TENDERS:
        raise Refused(Refusal("bad_tender", f"Paid out by one of: {', '.join(OTHER_TENDERS)}"))
    why, year = required_reason(wish.reason), hotel_year(ctx)
    return await ctx.store.write(lambda tx: pay_out_in(tx, wish, why, year))


def pay_out_in(tx: Tx, wish: PayOut, why: str, year: int) -> PaidOut:
    loaded = found(tx, wish.booking_id)
    currency = loaded.ledger.currency
    refusal = payout_refusal(loaded.view, wish.amount_minor, currency)
    refusal = refusal or drawer_refusal(tx, wish, currency)
    if refusal:
        raise Refused(refusal)
    number = desk.take_receipt_no(tx, year, series=desk.VOUCHERS)
    new = desk.NewReceipt(
        booking_id=wish.booking_id,
        kind="payout",
        amount_minor=wish.amount_minor,
        currency=currency,
        actor=wish.actor,
        tender=wish.tender,
        receipt_no=number,
        note=why,
        approved_by=wish.approved_by,
        shift_id=shift_for(tx, wish.actor, wish.tender),
    )
    detail = f"{number} · {why}" + (f" · signed by {wish.approved_by}" if wish.approved_by else "")
    text = f"Paid out {format_minor(wish.amount_minor, currency)} {HOW_BACK[wish.tender]}"
    view = enter(tx, loaded, new, Line("paid_out", text, detail))
    return PaidOut(wish.booking_id, number, view.status)


HOW_BACK = {
    "cash": "in cash",
    "card": "by card terminal",
    "transfer": "by bank",
    "cheque": "by cheque",
    "other": "in another way",
}


def drawer_refusal(tx: Tx, wish: PayOut, currency: str) -> Refusal | None:
    """Why the drawer does not give it: none is open, it is counted, or it holds less."""
    return cash_refusal(tx, wish.actor, wish.amount_minor, currency) if wish.tender == "cash" else None


def cash_refusal(tx: Tx, actor: str, amount_minor: int, currency: str) -> Refusal | None:
    """Why the drawer of this person does not give this much cash."""
    shut, shift = shut_drawer(tx, actor), shifts.open_of(tx, actor)
    if shut is not None or shift is None:
        return shut
    return leave_refusal(shifts.drawer(tx, shift), amount_minor, currency) if shift.currency == currency else None


def shut_drawer(tx: Tx, actor: str) -> Refusal | None:
    """Why this person has no drawer that gives any cash; None in a house that never counted one."""
    shift = shifts.open_of(tx, actor)
    if shift is None:
        return NO_SHIFT if shifts.any_ever(tx) else None
    return COUNTED if shift.counted_at is not None else None
