"""Bookings from a CSV file into the store: every row lands, is there already, or is listed with its line and reason."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from functools import partial

from travello_desk.money import format_minor
from travello_desk.operations.context import Context
from travello_desk.operations.csv_rows import CsvBooking, Rejected, iterate
from travello_desk.store import bookings, timeline
from travello_desk.store.bookings import Booking, NewBooking
from travello_desk.store.tx import Tx

BATCH = 500


@dataclass(slots=True)
class Imported:
    """Counts, and the rows that did not go in."""

    imported: int = 0
    unchanged: int = 0
    rejected: list[Rejected] = field(default_factory=list)

    @property
    def is_no_list(self) -> bool:
        """The first line names no columns of ours: nothing after it could be read."""
        return any(row.line == 1 for row in self.rejected)


async def import_csv(ctx: Context, source: Iterable[bytes], actor: str) -> Imported:
    """Import a file's lines. Repeating it adds nothing: a reference is the hotel's own and goes in once."""
    result = Imported()
    batch: list[CsvBooking] = []
    for row in iterate(source, default_currency=ctx.settings.currency_primary):
        if isinstance(row, Rejected):
            result.rejected.append(row)
            continue
        batch.append(row)
        if len(batch) >= BATCH:
            await flush(ctx, batch, actor, result)
    await flush(ctx, batch, actor, result)
    result.rejected.sort(key=lambda item: item.line)
    return result


async def flush(ctx: Context, batch: list[CsvBooking], actor: str, result: Imported) -> None:
    """One transaction for many rows; counted only when it is durable."""
    if not batch:
        return
    part = await ctx.store.write(partial(insert_all, rows=list(batch), actor=actor))
    result.imported += part.imported
    result.unchanged += part.unchanged
    result.rejected.extend(part.rejected)
    batch.clear()


def insert_all(tx: Tx, rows: list[CsvBooking], actor: str) -> Imported:
    result = Imported()
    for row in rows:
        new = new_booking(row)
        known = bookings.by_reference(tx, row.reference)
        if known is None:
            booking_id = bookings.insert(tx, new)
            price = format_minor(new.amount_minor, new.currency)
            timeline.add(tx, booking_id, actor, "imported", "Imported", f"{price} {new.method}")
            result.imported += 1
        elif differing := differences(known, new):
            reason = f"reference: {row.reference!r} is in the store with another {', '.join(differing)}: edit it there"
            result.rejected.append(Rejected(row.line, reason))
        else:
            result.unchanged += 1
    return result


def new_booking(row: CsvBooking) -> NewBooking:
    return NewBooking(
        reference=row.reference,
        guest_name=row.guest_name,
        guest_email=row.guest_email,
        guest_phone=row.guest_phone,
        user_id=row.user_id,
        room=row.room,
        check_in=row.check_in_on.isoformat(),
        check_out=row.check_out_on.isoformat(),
        amount_minor=row.amount_minor,
        currency=row.currency,
        method=row.payment_method,
        notes=row.notes,
        language=row.language,
        cancelled=row.status == "CANCELLED",
    )


# What a repeated row is compared by; the method and the state may have moved on at the desk since.
COMPARED = {
    "guest_name": "guest",
    "check_in": "check_in",
    "check_out": "check_out",
    "amount_minor": "amount",
    "currency": "currency",
}


def differences(known: Booking, new: NewBooking) -> list[str]:
    return [name for column, name in COMPARED.items() if getattr(known, column) != getattr(new, column)]
