"""Money at the desk: mark paid, undo, pay out. No Payment row; the desk's own ledger, and the last row wins."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime

from travello_desk.money import format_minor
from travello_desk.operations.context import Context
from travello_desk.payments.facts import DeskEntry
from travello_desk.payments.narrative import Cause, Line
from travello_desk.payments.projection import BookingView
from travello_desk.payments.rules import (
    NOT_FOUND,
    OTHER_TENDERS,
    Refusal,
    Refused,
    mark_paid_refusal,
    undo_paid_refusal,
)
from travello_desk.store import desk, ledger
from travello_desk.store.errors import Conflict
from travello_desk.store.tx import Tx

CAUSE = Cause("", "desk")


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


async def mark_paid(ctx: Context, mark: Mark) -> Marked:
    """Take the balance at the desk (D33). Raises Refused (D34: "already paid at the desk by Ali")."""
    if mark.tender not in OTHER_TENDERS:
        raise Refused(Refusal("bad_tender", f"Paid by one of: {', '.join(OTHER_TENDERS)}"))
    year = datetime.fromtimestamp(ctx.clock(), ctx.settings.hotel_timezone).year
    return await ctx.store.write(lambda tx: mark_in(tx, mark, year))


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
        shift_id=desk.open_shift(tx, mark.actor),
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
    """Take the mark back, with a reason. Online money, if any, stays what it is."""
    why = required_reason(reason)

    def work(tx: Tx) -> BookingView:
        loaded = found(tx, booking_id)
        refusal = undo_paid_refusal(loaded.view)
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
            shift_id=desk.open_shift(tx, actor),
        )
        return enter(tx, loaded, new, Line("undid_paid", "Undid mark paid", why))

    return await ctx.store.write(work)


def required_reason(reason: str) -> str:
    cleaned = " ".join(reason.split())[:200]
    if not cleaned:
        raise Refused(Refusal("no_reason", "Give a reason"))
    return cleaned


async def pay_out(
    ctx: Context, booking_id: int, amount_minor: int, reason: str, actor: str, approved_by: str = ""
) -> BookingView:
    """Give desk money back from the drawer. Raises Refused above what the desk holds for this booking."""
    why = required_reason(reason)

    def work(tx: Tx) -> BookingView:
        loaded = found(tx, booking_id)
        held, currency = loaded.view.desk_minor, loaded.ledger.currency
        if held <= 0:
            raise Refused(Refusal("nothing_paid", "No money was taken at the desk for this booking"))
        if not 0 < amount_minor <= held:
            raise Refused(Refusal("too_much", f"At most {format_minor(held, currency)} can be paid out"))
        new = desk.NewReceipt(
            booking_id=booking_id,
            kind="payout",
            amount_minor=amount_minor,
            currency=currency,
            actor=actor,
            tender="cash",
            note=why,
            approved_by=approved_by,
            shift_id=desk.open_shift(tx, actor),
        )
        detail = why + (f" · signed by {approved_by}" if approved_by else "")
        return enter(
            tx, loaded, new, Line("paid_out", f"Paid out {format_minor(amount_minor, currency)} in cash", detail)
        )

    return await ctx.store.write(work)
