"""Shifts: floats, drops, blind counts and closing; who may do what; and that the database itself keeps them honest."""

from __future__ import annotations

import asyncio

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.desk import Desk
from travello_desk.operations import shifts
from travello_desk.operations.arrival import Mark, PayOut, give_back, mark_paid, pay_out, undo_paid
from travello_desk.operations.checkout import checkout
from travello_desk.operations.pay_back import PayBack, pay_back
from travello_desk.operations.refund import Request, new_uid, refund
from travello_desk.operations.report import day_report
from travello_desk.operations.report_text import text_of
from travello_desk.operations.shifts import Actor, Closing
from travello_desk.operations.verify import verify
from travello_desk.payments.drawer import Count
from travello_desk.payments.rules import Refused
from travello_desk.store import shifts as rows
from travello_desk.store import timeline
from travello_desk.store.desk import receipts_of
from travello_desk.store.errors import Conflict

AYESHA, BILAL = Actor("Ayesha"), Actor("Bilal")
CHAUDHRY = Actor("Chaudhry", "manager")
RS = 100


async def house_lines(desk: Desk) -> list[str]:
    """The house's own entries, oldest first."""
    entries = await desk.ctx.store.read(lambda tx: timeline.recent(tx))
    return [entry.text for entry in reversed(entries) if entry.booking_id is None]


async def taken(desk: Desk, rupees: int, actor: str = "Ayesha", tender: str = "cash", reference: str = "") -> int:
    """A booking of this much, paid at the desk; its id."""
    count = await desk.ctx.store.read(lambda tx: tx.value("SELECT COUNT(*) FROM bookings"))
    booking_id = await desk.book(reference or f"TRV-{count + 1}", "ARRIVAL", rupees * RS)
    await mark_paid(desk.ctx, Mark(booking_id, actor, tender))
    return booking_id


async def counted(desk: Desk, shift_id: int, rupees: int, actor: Actor = AYESHA) -> shifts.Signed:
    return await shifts.sign_count(desk.ctx, actor, shift_id, Count((), rupees * RS))


async def test_a_day_at_the_drawer(desk: Desk) -> None:
    shift = await shifts.open_shift(desk.ctx, AYESHA, 5_000 * RS)
    first = await taken(desk, 11_500)
    await taken(desk, 20_000, tender="card")
    await taken(desk, 7_000, actor="Bilal")  # no drawer of his: not in hers
    await pay_out(desk.ctx, first, 1_500 * RS, "early leave", "Ayesha", "Chaudhry")
    await shifts.drop(desk.ctx, AYESHA, shift.id, 10_000 * RS, "envelope 4")
    signed = await shifts.sign_count(desk.ctx, AYESHA, shift.id, Count(((1000, 4), (500, 1)), 0))
    assert (signed.expected_minor, signed.counted_minor, signed.words) == (5_000 * RS, 4_500 * RS, "short Rs. 500")
    with pytest.raises(Refused, match=r"short Rs\. 500: give a reason"):
        await shifts.close(desk.ctx, AYESHA, Closing(shift.id, 0))
    closed = await shifts.close(desk.ctx, AYESHA, Closing(shift.id, 2_500 * RS, "wrong change", "safe key is with Ali"))
    assert (closed.left_minor, closed.closed_by) == (2_000 * RS, "Ayesha")
    assert await shifts.suggest_float(desk.ctx) == 2_000 * RS
    assert await house_lines(desk) == [
        "Shift opened: drawer 1, float Rs. 5,000",
        "Cash drop Rs. 10,000 from drawer 1",
        "Count signed: Rs. 4,500 in drawer 1",
        "Shift of Ayesha closed: short Rs. 500",
    ]
    assert (await verify(desk.ctx)).differences == []


async def test_one_open_shift_a_person_and_a_drawer(desk: Desk) -> None:
    await shifts.open_shift(desk.ctx, AYESHA, 0)
    with pytest.raises(Refused, match="Ayesha has a shift open already"):
        await shifts.open_shift(desk.ctx, AYESHA, 0, "2")
    with pytest.raises(Refused, match="Drawer 1 is held by Ayesha"):
        await shifts.open_shift(desk.ctx, BILAL, 0)
    await shifts.open_shift(desk.ctx, BILAL, 0, "2")
    both = await asyncio.gather(
        *(shifts.open_shift(desk.ctx, Actor(name), 0, "3") for name in ("Chidi", "Dina")), return_exceptions=True
    )
    assert sum(isinstance(result, Refused) for result in both) == 1


@pytest.mark.parametrize(
    "sql",
    [
        "INSERT INTO shifts (name, drawer, opened_at) VALUES ('Ayesha', '9', 0)",
        "INSERT INTO shifts (name, drawer, opened_at) VALUES ('Bilal', '1', 0)",
        "UPDATE shifts SET opening_minor = opening_minor + 1",
        "UPDATE shifts SET counted_minor = 7, denominations = ''",
        "UPDATE shifts SET closed_at = 5",
        "UPDATE shifts SET closed_at = 5, dropped_minor = 1, left_minor = 1",
        "UPDATE shifts SET closed_at = 5, dropped_minor = 0, left_minor = 100",
        "DELETE FROM shifts",
        "INSERT INTO cash_drops (shift_id, amount_minor, actor, at) VALUES (1, 5, 'Ayesha', 0)",
        "UPDATE cash_drops SET amount_minor = 1",
        "DELETE FROM cash_drops",
        "INSERT INTO desk_receipts (booking_id, kind, amount_minor, currency, tender, actor, shift_id, at)"
        " VALUES (1, 'mark', 5, 'PKR', 'cash', 'Ayesha', 1, 0)",
    ],
)
async def test_the_database_refuses_what_a_signed_count_forbids(desk: Desk, sql: str) -> None:
    shift = await shifts.open_shift(desk.ctx, AYESHA, 100 * RS)
    await shifts.drop(desk.ctx, AYESHA, shift.id, 1 * RS)
    await taken(desk, 10_000)
    await counted(desk, shift.id, 1)
    with pytest.raises(Conflict):
        await desk.ctx.store.write(lambda tx: tx.execute(sql))


async def test_what_is_signed_stands_and_the_drawer_rests(desk: Desk) -> None:
    shift = await shifts.open_shift(desk.ctx, AYESHA, 0)
    paid = await taken(desk, 10_000)
    await counted(desk, shift.id, 10_000)
    for late in (
        counted(desk, shift.id, 9_000),
        shifts.drop(desk.ctx, AYESHA, shift.id, 1),
        taken(desk, 5_000, reference="TRV-late"),
        pay_out(desk.ctx, paid, 1, "late", "Ayesha"),
        undo_paid(desk.ctx, paid, "late", "Ayesha"),
    ):
        with pytest.raises(Refused) as refused:
            await late
        assert refused.value.refusal.code == "counted"
    await taken(desk, 6_000, tender="card")
    await shifts.close(desk.ctx, AYESHA, Closing(shift.id, 10_000 * RS))
    with pytest.raises(Refused, match="is closed already, by Ayesha"):
        await shifts.close(desk.ctx, AYESHA, Closing(shift.id, 0))
    assert (await verify(desk.ctx)).differences == []


async def test_a_mark_is_undone_only_while_its_shift_is_open(desk: Desk) -> None:
    shift = await shifts.open_shift(desk.ctx, AYESHA, 0)
    early, late = await taken(desk, 10_000), await taken(desk, 8_000)
    await undo_paid(desk.ctx, early, "wrong booking", "Bilal")  # from the drawer it lies in, whoever undoes it
    assert (await shifts.look(desk.ctx, shift.id)).drawer.expected_minor == 8_000 * RS
    await counted(desk, shift.id, 8_000)
    await shifts.close(desk.ctx, AYESHA, Closing(shift.id, 0))
    with pytest.raises(Refused, match="is closed: pay the money out instead"):
        await undo_paid(desk.ctx, late, "wrong booking", "Ayesha")
    with pytest.raises(Refused, match="Open a shift first"):
        await pay_out(desk.ctx, late, 8_000 * RS, "wrong booking", "Ayesha")
    await shifts.open_shift(desk.ctx, AYESHA, 8_000 * RS)
    done = await pay_out(desk.ctx, late, 8_000 * RS, "wrong booking", "Ayesha")
    assert (done.voucher_no, done.status) == ("V-2026-0001", "PENDING")


async def test_a_drawer_pays_out_no_more_than_it_holds(desk: Desk) -> None:
    paid = await taken(desk, 10_000)
    shift = await shifts.open_shift(desk.ctx, AYESHA, 3_000 * RS)
    with pytest.raises(Refused, match=r"The drawer holds Rs\. 3,000"):
        await pay_out(desk.ctx, paid, 3_001 * RS, "complaint", "Ayesha")
    with pytest.raises(Refused, match=r"The drawer holds Rs\. 3,000"):
        await shifts.drop(desk.ctx, AYESHA, shift.id, 3_001 * RS)
    card = await give_back(desk.ctx, PayOut(paid, 4_000 * RS, "complaint", "Ayesha", tender="card"))
    cash = await give_back(desk.ctx, PayOut(paid, 3_000 * RS, "complaint", "Ayesha"))
    assert (card.voucher_no, cash.voucher_no) == ("V-2026-0001", "V-2026-0002")
    assert (await shifts.look(desk.ctx, shift.id)).drawer.expected_minor == 0


async def test_a_clerk_closes_their_own_shift_a_manager_anybody_s(desk: Desk) -> None:
    shift = await shifts.open_shift(desk.ctx, AYESHA, 0)
    with pytest.raises(Refused, match="the shift of Ayesha: they or a manager"):
        await counted(desk, shift.id, 0, BILAL)
    await counted(desk, shift.id, 0, CHAUDHRY)
    closed = await shifts.close(desk.ctx, CHAUDHRY, Closing(shift.id, 0))
    assert (closed.name, closed.closed_by) == ("Ayesha", "Chaudhry")


async def test_the_next_float_is_held_against_what_was_left(desk: Desk) -> None:
    shift = await shifts.open_shift(desk.ctx, AYESHA, 500 * RS)
    await counted(desk, shift.id, 500)
    await shifts.close(desk.ctx, AYESHA, Closing(shift.id, 0))
    await shifts.open_shift(desk.ctx, BILAL, 450 * RS)
    last = (await desk.ctx.store.read(lambda tx: timeline.recent(tx, 1)))[0]
    assert last.detail == "short Rs. 50 against Rs. 500 that Ayesha left"


async def test_a_hand_over_note_is_read_once(desk: Desk) -> None:
    shift = await shifts.open_shift(desk.ctx, AYESHA, 0)
    await counted(desk, shift.id, 0)
    await shifts.close(desk.ctx, AYESHA, Closing(shift.id, 0, note="312 pays tomorrow"))
    (note,) = await shifts.unread_notes(desk.ctx)
    assert (note.author, note.text) == ("Ayesha", "312 pays tomorrow")
    await shifts.note_read(desk.ctx, "Bilal", note.shift_id)
    assert await shifts.unread_notes(desk.ctx) == []


async def test_numbers_have_no_gaps_and_no_trap_ahead(desk: Desk) -> None:
    ahead = await desk.book("TRV-ahead", "ARRIVAL")
    with pytest.raises(Refused, match="R-2026-0002 is not the next one: R-2026-0001 is"):
        await mark_paid(desk.ctx, Mark(ahead, "Ayesha", "cash", receipt_no="R-2026-0002"))
    await mark_paid(desk.ctx, Mark(ahead, "Ayesha", "cash", receipt_no="R-2026-0001"))
    ids = [await desk.book(f"TRV-{number}", "ARRIVAL") for number in range(6)]
    await asyncio.gather(*(mark_paid(desk.ctx, Mark(booking_id, "Ayesha", "cash")) for booking_id in ids))
    numbers = [
        row.receipt_no
        for booking_id in (ahead, *ids)
        for row in desk.ctx.store.read_now(lambda tx, b=booking_id: receipts_of(tx, b))
    ]
    assert sorted(map(str, numbers)) == [f"R-2026-{place:04d}" for place in range(1, 8)]


@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.tuples(st.sampled_from(("mark", "undo", "payout", "drop")), st.integers(1, 40)), max_size=12))
async def test_what_the_rows_say_is_what_went_through(desk: Desk, deeds: list[tuple[str, int]]) -> None:
    """A model beside the store: whatever is done and refused, the expected sum is the float and what was accepted."""
    name = f"Ayesha {await desk.ctx.store.read(timeline.last_id)}"
    shift = await shifts.open_shift(desk.ctx, Actor(name), 20 * RS, name)
    expected, paid = 20 * RS, []
    for kind, rupees in deeds:
        try:
            if kind == "mark":
                paid.append((await taken(desk, rupees, name), rupees * RS))
                expected += rupees * RS
            elif kind == "drop":
                await shifts.drop(desk.ctx, Actor(name), shift.id, rupees * RS)
                expected -= rupees * RS
            elif paid and kind == "undo":
                booking_id, amount = paid.pop()
                await undo_paid(desk.ctx, booking_id, "model", name)
                expected -= amount
            elif paid:
                booking_id, amount = paid.pop()
                await pay_out(desk.ctx, booking_id, amount, "model", name)
                expected -= amount
        except Refused:
            continue
    standing = await desk.ctx.store.read(lambda tx: rows.drawer(tx, shift))
    assert standing.expected_minor == expected
    signed = await shifts.sign_count(desk.ctx, Actor(name), shift.id, Count((), max(0, expected)))
    assert signed.expected_minor == expected
    await shifts.close(desk.ctx, Actor(name), Closing(shift.id, 0, "model"))
    assert (await verify(desk.ctx)).differences == []


async def returned(desk: Desk, reference: str, amount_minor: int = 10_000 * RS) -> int:
    """A booking whose refund has come back to the hotel."""
    booking_id = await desk.book(reference, "ONLINE", amount_minor)
    await desk.sandbox.pay((await checkout(desk.ctx, booking_id, "Ayesha")).session_id)
    await desk.feed()
    done = await refund(desk.ctx, Request(booking_id, "Ayesha", None, uid=new_uid()))
    await desk.feed()
    await desk.sandbox.fail_refund(done.stripe_refund_id)
    await desk.feed()
    return booking_id


async def test_cash_for_a_refund_that_came_back_leaves_the_drawer_with_a_voucher(desk: Desk) -> None:
    shift = await shifts.open_shift(desk.ctx, AYESHA, 5_000 * RS)
    first = await taken(desk, 11_500)
    await pay_out(desk.ctx, first, 500 * RS, "minibar", "Ayesha")
    came_back = await returned(desk, "TRV-back")
    deed = PayBack(came_back, "Ayesha", "cash", "to herself", uid=new_uid())
    done = await pay_back(desk.ctx, deed)
    assert done.voucher_no.endswith("-0002"), "one series of vouchers"
    assert await pay_back(desk.ctx, deed) == done, "a second press is the same"
    drawer = (await shifts.look(desk.ctx, shift.id)).drawer
    assert (drawer.paid_out_minor, drawer.paid_back_minor, drawer.expected_minor) == (500 * RS, 10_000 * RS, 6_000 * RS)
    assert (await counted(desk, shift.id, 6_000)).words == "exact"
    assert (await verify(desk.ctx)).differences == []


async def test_the_drawer_s_rules_hold_for_it_as_for_money_paid_out(desk: Desk) -> None:
    came_back = await returned(desk, "TRV-back")
    shift = await shifts.open_shift(desk.ctx, AYESHA, 5_000 * RS)
    for actor, code in (("Ayesha", "drawer_short"), ("Bilal", "no_shift")):
        with pytest.raises(Refused) as refused:
            await pay_back(desk.ctx, PayBack(came_back, actor, "cash", "x"))
        assert refused.value.refusal.code == code
    await counted(desk, shift.id, 5_000)
    with pytest.raises(Refused, match="counted"):
        await pay_back(desk.ctx, PayBack(came_back, "Ayesha", "cash", "x"))
    done = await pay_back(desk.ctx, PayBack(came_back, "Ayesha", "transfer", "IBFT 9"))
    assert done.voucher_no == "", "a transfer is not the drawer's"


@pytest.mark.parametrize(
    "sql",
    [
        "UPDATE cash_returns SET amount_minor = 1",
        "DELETE FROM cash_returns",
        "INSERT INTO cash_returns (refund_uid, booking_id, shift_id, voucher_no, amount_minor, currency, actor, at)"
        " VALUES ('other', 1, 1, 'V-9', 5, 'PKR', 'Ayesha', 0)",
    ],
)
async def test_the_database_keeps_what_was_paid_back(desk: Desk, sql: str) -> None:
    shift = await shifts.open_shift(desk.ctx, AYESHA, 10_000 * RS)
    await pay_back(desk.ctx, PayBack(await returned(desk, "TRV-back"), "Ayesha", "cash", "x"))
    await counted(desk, shift.id, 0)
    with pytest.raises(Conflict):
        await desk.ctx.store.write(lambda tx: tx.execute(sql))


async def test_cash_without_a_shift_is_in_no_drawer_and_the_day_says_so(desk: Desk) -> None:
    await taken(desk, 7_000, actor="Bilal")
    await taken(desk, 2_000, actor="Bilal", tender="card")
    shift = await shifts.open_shift(desk.ctx, AYESHA, 0)
    await taken(desk, 10_000)
    day = await day_report(desk.ctx)
    assert [(total.count, total.amount_minor) for total in day.report.outside] == [(1, 7_000 * RS)]
    cash = sum(total.amount_minor for total in day.report.totals if total.how == "cash")
    drawer = (await shifts.look(desk.ctx, shift.id)).drawer
    assert cash == drawer.taken_minor + sum(total.amount_minor for total in day.report.outside)
    assert "Cash outside any shift: Rs. 7,000 in 1" in text_of(day.report, "Serena", day.shifts)
    assert (await verify(desk.ctx)).differences == []


async def test_an_undone_mark_and_cash_paid_back_outside_a_shift_are_taken_from_it(desk: Desk) -> None:
    first = await taken(desk, 7_000)
    await taken(desk, 30_000)
    await undo_paid(desk.ctx, first, "wrong booking", "Ayesha")
    await pay_back(desk.ctx, PayBack(await returned(desk, "TRV-back"), "Ayesha", "cash", "x"))
    report = (await day_report(desk.ctx)).report
    assert sum(total.amount_minor for total in report.outside) == 20_000 * RS
