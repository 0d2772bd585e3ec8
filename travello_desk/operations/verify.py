"""Recompute every status from its facts and compare with what is stored; sums must agree to the last paisa."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import partial

from travello_desk.money import CURRENCIES
from travello_desk.operations.context import Context
from travello_desk.operations.shifts import scale_of
from travello_desk.store import ledger, shifts, timeline
from travello_desk.store.tx import Tx

PAGE = 2000


@dataclass(slots=True)
class Verified:
    """`differences` are sentences; empty means that the store tells the truth."""

    checked: int = 0
    differences: list[str] = field(default_factory=list)
    rebuilt: int = 0


async def verify(ctx: Context, *, rebuild: bool = False) -> Verified:
    """Check all bookings, the timeline's chain and the sums of counted drawers; with `rebuild`, write columns anew."""
    result = Verified()
    after = 0
    while True:
        ids = await ctx.store.read(partial(page, after=after))
        if not ids:
            break
        await ctx.store.read(partial(check_page, ids=ids, result=result))
        if rebuild:
            await ctx.store.write(partial(rebuild_page, ids=ids, result=result))
        after = ids[-1]
    for entry_id in await ctx.store.read(lambda tx: list(timeline.broken_links(tx))):
        result.differences.append(f"timeline entry {entry_id} was changed after it was written")
    scales = {currency: scale_of(currency) for currency in CURRENCIES}
    result.differences.extend(await ctx.store.read(lambda tx: shifts.differences(tx, scales)))
    return result


def page(tx: Tx, after: int) -> list[int]:
    return [row[0] for row in tx.all("SELECT id FROM bookings WHERE id > ? ORDER BY id LIMIT ?", (after, PAGE))]


def check_page(tx: Tx, ids: list[int], result: Verified) -> None:
    for booking_id in ids:
        loaded = ledger.load(tx, booking_id)
        if loaded is not None:
            result.checked += 1
            result.differences.extend(differences(tx, loaded))


def differences(tx: Tx, loaded: ledger.Loaded) -> Iterator[str]:
    """Stored against computed, field by field."""
    view, columns = loaded.view, loaded.columns
    pairs = (
        ("status", columns.status, view.status),
        ("payment_status", columns.payment_status, view.payment_status),
        ("badge", columns.badge, view.badge),
        ("paid", columns.paid_minor, view.paid_minor),
        ("balance", columns.balance_minor, view.balance_minor),
    )
    for name, stored, computed in pairs:
        if stored != computed:
            yield f"booking {loaded.booking_id}: {name} is {stored}, its facts say {computed}"
    yield from ledger.payment_differences(tx, loaded)


def rebuild_page(tx: Tx, ids: list[int], result: Verified) -> None:
    for booking_id in ids:
        loaded = ledger.load(tx, booking_id)
        if loaded is not None and any(True for _ in differences(tx, loaded)):
            ledger.rewrite(tx, loaded)
            timeline.add(tx, booking_id, "system", "rebuilt", "Status columns rebuilt from the facts")
            result.rebuilt += 1
