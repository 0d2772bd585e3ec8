"""Columns: what drops, what grows, and that a sum is shown whole or not at all."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.cells import cell_len

from travello_desk.store.browse import BookingRow
from travello_desk.tui.badges import BADGES, Glyphs
from travello_desk.tui.screens.booking_columns import booking_columns
from travello_desk.tui.widgets.columns import cell, fit, money_cell, needed

TODAY = date(2026, 11, 24)
ALWAYS = {"status", "guest", "balance"}


def row(**more: object) -> BookingRow:
    values: dict[str, object] = {
        "id": 1, "badge": "DUE", "guest_name": "Ayesha", "balance_minor": 100, "currency": "PKR", "room": "312",
        "check_in": "2026-11-24", "check_out": "2027-01-02", "reference": "TRV-1", "method": "ONLINE",
        "status": "PENDING", "amount_minor": 100, "paid_minor": 0, "attention": 0, "no_show": 0,
    }  # fmt: skip
    return BookingRow(**{**values, **more})  # type: ignore[arg-type]


@pytest.mark.parametrize("width", range(20, 200))
def test_status_guest_and_balance_are_always_there(width: int) -> None:
    shown = fit(booking_columns(Glyphs(), TODAY), width)
    assert {column.id for column in shown} >= ALWAYS
    assert needed(shown) == width or {column.id for column in shown} == ALWAYS


def test_columns_drop_in_order_of_their_use() -> None:
    columns = booking_columns(Glyphs(), TODAY)
    everything = {column.id for column in columns}
    gone = []
    for width in range(140, 40, -1):
        shown = {column.id for column in fit(columns, width)}
        gone += [name for name in sorted(everything - shown) if name not in gone]
    assert gone == ["out", "pay", "ref", "in", "room"]


def test_at_the_sizes_of_the_plan() -> None:
    columns = booking_columns(Glyphs(), TODAY)
    assert [c.id for c in fit(columns, 78)] == ["status", "guest", "balance", "room", "in", "ref", "pay"]
    assert [c.id for c in fit(columns, 72)] == ["status", "guest", "balance", "room", "in", "ref"]


def test_cells_of_a_row() -> None:
    texts = {column.id: column.text(row(no_show=1, badge="CANCEL")) for column in booking_columns(Glyphs(), TODAY)}
    assert texts == {
        "status": "– NO-SHOW",
        "guest": "Ayesha",
        "balance": "        Rs. 1",
        "room": "312",
        "in": "24 Nov",
        "out": " 2 Jan 27",
        "ref": "TRV-1",
        "pay": "ONLINE",
    }


def test_a_booking_with_a_problem_is_marked_in_words_too() -> None:
    guest = booking_columns(Glyphs(), TODAY)[1]
    assert guest.text(row(attention=1)) == "! Ayesha"


@given(st.text(max_size=30), st.integers(1, 30), st.booleans())
def test_a_cell_is_exactly_as_wide_as_its_column(text: str, width: int, right: bool) -> None:
    from travello_desk.tui.badges import clean

    assert cell_len(cell(clean(text), width, right=right)) == width


@pytest.mark.parametrize(
    ("text", "width", "shown"),
    [
        ("Rs. 24,000", 12, "  Rs. 24,000"),
        ("Rs. 24,000.50", 10, " 24,000.50"),
        ("−Rs. 24,000.50", 10, "−24,000.50"),
        ("Rs. 1,234,567.50", 6, "######"),
    ],
)
def test_a_sum_is_whole_or_not_there(text: str, width: int, shown: str) -> None:
    assert money_cell(text, width) == shown


@pytest.mark.parametrize(
    ("text", "width", "shown"),
    [
        ("Refunded Rs. 10,400 today", 16, "Refunded Rs. …  "),
        ("Refunded Rs. 10,400 today", 19, "Refunded Rs. …     "),
        ("Refunded Rs. 10,400 today", 20, "Refunded Rs. 10,400…"),
        ("Refunded −$82.40", 14, "Refunded …    "),
        ("Refunded US$82.40", 15, "Refunded …     "),
        ("+92 300 555 0117", 11, "+92 300 …  "),
        ("BOOKING-123456", 12, "BOOKING-123…"),
    ],
)
def test_a_number_is_not_cut_into_another(text: str, width: int, shown: str) -> None:
    assert cell(text, width) == shown


def test_every_badge_is_distinct_without_colour() -> None:
    for glyphs in (Glyphs(), Glyphs(ascii=True)):
        labels = [glyphs.label(badge) for badge in BADGES.values()]
        assert len(set(labels)) == len(labels)
        assert all(cell_len(label) <= 12 for label in labels)


def test_every_badge_of_the_projection_has_a_look() -> None:
    from travello_desk.actions import NEXT

    assert set(NEXT) <= set(BADGES)
