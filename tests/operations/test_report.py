"""The day's report: one set of numbers, whichever way they are added up."""

from __future__ import annotations

from datetime import date

from hypothesis import given
from hypothesis import strategies as st

from tests.desk import Desk
from travello_desk.operations.arrival import Mark, mark_paid, pay_out, undo_paid
from travello_desk.operations.downtime import downtime_sheet
from travello_desk.operations.report import Report, day_report
from travello_desk.operations.report_csv import movements_csv
from travello_desk.operations.report_text import text_of
from travello_desk.operations.shifts import Actor, open_shift
from travello_desk.store.reports import Movement
from travello_desk.tui.day_text import ASCII_STEPS, STEPS, sparkline

DAY = date(2026, 11, 24)
START = 1_795_474_800
MOVEMENTS = st.builds(
    Movement,
    at=st.integers(START, START + 90_000),
    how=st.sampled_from(("online", "cash", "card", "refund", "paid out")),
    amount_minor=st.integers(-(10**9), 10**9),
    currency=st.sampled_from(("PKR", "USD")),
    actor=st.sampled_from(("Ayesha", "Bilal", "guest")),
    reference=st.just("TRV-1"),
    undone=st.just(False),
)


@given(st.lists(MOVEMENTS, max_size=40))
def test_every_way_of_adding_up_gives_the_same_sum(movements: list[Movement]) -> None:
    report = Report(DAY, START, START + 86_400, tuple(movements), ())
    for currency, net in report.net.items():
        mine = [item for item in movements if item.currency == currency]
        assert net == sum(item.amount_minor for item in mine)
        assert net == sum(total.amount_minor for total in report.totals if total.currency == currency)
        desk = sum(amount for (_, code), (_, amount) in report.by_clerk.items() if code == currency)
        assert net == desk + sum(item.amount_minor for item in mine if item.how == "online")
        assert sum(report.by_hour(currency)) == sum(max(0, item.amount_minor) for item in mine)
    assert sum(total.count for total in report.totals) == len(movements)


@given(st.lists(st.integers(0, 10**9), min_size=1, max_size=24))
def test_the_hours_line_is_as_high_as_its_hours(hours: list[int]) -> None:
    for steps in (STEPS, ASCII_STEPS):
        marks = sparkline(hours, steps)
        assert [mark == " " for mark in marks] == [value == 0 for value in hours]
        heights = [steps.find(mark) for _, mark in sorted(zip(hours, marks, strict=True), key=lambda pair: pair[0])]
        assert heights == sorted(heights)
        if max(hours):
            assert marks[hours.index(max(hours))] == steps[-1]


async def test_undone_is_not_taken_and_paid_out_stands_apart(desk: Desk) -> None:
    first, second = await desk.book("TRV-1", "ARRIVAL"), await desk.book("TRV-2", "ARRIVAL", guest_name="=1+1")
    await open_shift(desk.ctx, Actor("Ayesha"), 5_000_00)
    for booking_id in (first, second):
        await mark_paid(desk.ctx, Mark(booking_id, "Ayesha", "cash"))
    await undo_paid(desk.ctx, first, "wrong booking", "Ayesha")
    await pay_out(desk.ctx, second, 2_500_00, "early leave", "Ayesha")
    found = await day_report(desk.ctx)
    totals = [(total.how, total.count, total.amount_minor) for total in found.report.totals]
    assert totals == [("cash", 1, 10_000_00), ("paid out", 1, -2_500_00)]
    assert found.report.by_clerk == {("Ayesha", "PKR"): (2, 7_500_00)}
    text = text_of(found.report, "Serena", found.shifts)
    assert "Paid out" in text
    assert "Ayesha, drawer 1, float Rs. 5,000, open" in text
    assert len(movements_csv(found.report).splitlines()) == 5


async def test_who_never_came_is_told_apart(desk: Desk) -> None:
    await desk.book("TRV-1", "ARRIVAL", check_in="2026-11-23")
    await desk.book("TRV-2", "ONLINE", check_in="2026-11-23")
    await desk.book("TRV-3", "ARRIVAL", check_in="2026-11-24", room="312")
    dues = [(due.kind, due.bookings) for due in (await day_report(desk.ctx, DAY)).report.dues]
    assert dues == [("arriving", 1), ("in house", 1), ("no-show", 1)]
    sheet = await downtime_sheet(desk.ctx, DAY, "11:00")
    assert "Arriving: 1" in sheet
    assert "In house: 2" in sheet
    assert "TRV-3         312" in sheet
