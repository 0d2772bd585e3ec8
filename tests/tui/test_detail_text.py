"""What the detail pane says: sums, states, next steps, reasons; for every state the hotel can be in."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from zoneinfo import ZoneInfo

import pytest
from rich.cells import cell_len

from tests.desk import NOW, Desk
from tests.tui.hotel import CLERK, Model
from travello_desk.actions import actions_for
from travello_desk.operations import shifts
from travello_desk.operations.arrival import Mark, mark_paid
from travello_desk.payments.drawer import Count
from travello_desk.tui.badges import Glyphs
from travello_desk.tui.detail import Detail, load_detail
from travello_desk.tui.detail_text import Frame, detail_content
from travello_desk.tui.undoable import last_undoable

AYESHA = shifts.Actor("Ayesha")
FRAME = Frame(42, CLERK, NOW, date(2026, 11, 24), ZoneInfo("Asia/Karachi"), Glyphs())


def detail_of(desk: Desk, booking_id: int) -> Detail:
    detail = desk.ctx.store.read_now(lambda tx: load_detail(tx, booking_id))
    assert detail is not None
    return detail


def text_of(desk: Desk, model: Model, reference: str, frame: Frame = FRAME) -> str:
    return detail_content(detail_of(desk, model.ids[reference]), frame).plain


@pytest.mark.parametrize(
    ("reference", "sentences"),
    [
        ("TRV-10482", ["◔ LINK OUT  ONLINE", "page not opened yet; ends in 1 d 0 h", "Next    l  Link    e  E-mail"]),
        ("TRV-10479", ["▹ ON ARRIVAL  ARRIVAL", "pays at the hotel", "Next    m  Mark paid"]),
        ("TRV-10477", ["✕ FAILED  ONLINE", "11:00 Your card was declined.", "Next    l  Link"]),
        ("TRV-10470", ["● PAID  ONLINE", "online · 11:00", "l  link: Payment already processed"]),
        ("TRV-10466", ["● PAID  ARRIVAL", "cash, Bilal, 11:00", "m  mark paid: already paid by Bilal"]),
        ("TRV-10463", ["◌ EXPIRED  ONLINE", "the guest's link makes a new one"]),
        ("TRV-10460", ["○ DUE  ONLINE", "no link is out"]),
        ("TRV-10448", ["◑ PART REF", "Paid Rs. 73,800 Refunded −Rs. 12,300 Kept Rs. 61,500"]),
        ("TRV-10440", ["↩ REFUNDED", "can be paid again", "Sana [Iqbal]"]),
        ("TRV-10437", ["– CANCEL", "Next    z  Undo"]),
    ],
)
def test_each_state_says_what_it_means(hotel: Desk, model: Model, reference: str, sentences: list[str]) -> None:
    text = " ".join(text_of(hotel, model, reference).split())
    for sentence in sentences:
        assert " ".join(sentence.split()) in text


@pytest.mark.parametrize("width", [30, 42, 76, 96])
def test_no_line_is_wider_than_the_pane(hotel: Desk, model: Model, width: int) -> None:
    for reference in model.ids:
        for line in text_of(hotel, model, reference, replace(FRAME, width=width)).splitlines():
            assert cell_len(line) <= width, line


@pytest.mark.parametrize("width", range(24, 60))
def test_no_line_begins_or_ends_with_a_dot_that_parts_nothing(hotel: Desk, model: Model, width: int) -> None:
    contact = "+92 300 555 0117 · ayesha@example.com"
    text = text_of(hotel, model, "TRV-10482", replace(FRAME, width=width))
    assert [line for line in text.splitlines() if line.strip().startswith("·") or line.rstrip().endswith("·")] == []
    assert (contact in text) == (width >= len(contact))


def test_every_action_on_money_is_either_offered_or_explained(hotel: Desk, model: Model) -> None:
    for reference in model.ids:
        text = text_of(hotel, model, reference).lower()
        for label in ("link", "mark paid", "refund", "switch method", "cancel"):
            assert label in text


def test_openings_are_counted_and_not_ascribed_to_the_guest(hotel: Desk, model: Model) -> None:
    detail = detail_of(hotel, model.ids["TRV-10482"])
    opened = replace(detail, booking=replace(detail.booking, opened_count=2, opened_at=NOW - 60))
    text = detail_content(opened, FRAME).plain
    assert "page opened twice, last 10:59" in text
    assert "guest opened" not in text


def test_texts_of_guests_are_cleaned(hotel: Desk, model: Model) -> None:
    detail = detail_of(hotel, model.ids["TRV-10482"])
    evil = replace(detail.booking, guest_name="\x1b]0;x\x07Khan [b]", notes="line\none\u202e")
    text = detail_content(replace(detail, booking=evil), FRAME).plain
    assert "?]0;x?Khan [b]" in text
    assert "Note: line one" in text


def test_the_newest_entry_of_the_timeline_stands_first(hotel: Desk, model: Model) -> None:
    text = text_of(hotel, model, "TRV-10448")
    assert text.index("Rs. 12,300 of") < text.index("Payment link made")


def test_there_is_no_detail_of_a_booking_that_is_not_there(hotel: Desk) -> None:
    assert hotel.ctx.store.read_now(lambda tx: load_detail(tx, 4711)) is None


async def test_undo_says_before_its_window_that_the_shift_is_counted_or_closed(hotel: Desk) -> None:
    booking_id = await hotel.book("TRV-77", "ARRIVAL")
    shift = await shifts.open_shift(hotel.ctx, AYESHA, 0)
    await mark_paid(hotel.ctx, Mark(booking_id, "Ayesha", "cash"))
    assert why_no_undo(hotel, booking_id) is None
    await shifts.sign_count(hotel.ctx, AYESHA, shift.id, Count((), 1_000_000))
    assert why_no_undo(hotel, booking_id) == "The drawer it lies in is counted already: pay the money out instead"
    await shifts.close(hotel.ctx, AYESHA, shifts.Closing(shift.id, 0))
    assert why_no_undo(hotel, booking_id) == "The shift it was taken in is closed: pay the money out instead"
    assert hotel.ctx.store.read_now(lambda tx: last_undoable(tx, CLERK)) != booking_id
    text = " ".join(detail_content(detail_of(hotel, booking_id), FRAME).plain.split())
    assert "z undo: The shift it was taken in is closed: pay the money out instead" in text


def test_a_store_that_cannot_be_written_offers_no_step(hotel: Desk, model: Model) -> None:
    """And says why once, not for each key."""
    detail = detail_of(hotel, model.ids["TRV-10479"])
    well = detail_content(detail, FRAME).plain
    full = detail_content(detail, replace(FRAME, fault="database or disk is full")).plain
    assert "Next    m  Mark paid" in well
    assert "Next" not in full
    assert "Also" not in full
    assert " ".join(full.split()).count("off, database or disk is full") == 1
    (told,) = [line for line in full.splitlines() if "off, database" in line]
    assert {"l", "m", "r", "x", "X", "E"} <= set(told.split())


def why_no_undo(hotel: Desk, booking_id: int) -> str | None:
    subject = detail_of(hotel, booking_id).subject(link_known=True)
    return next(reason for action, reason in actions_for(subject, CLERK) if action.id == "undo")
