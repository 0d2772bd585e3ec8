"""The columns of the bookings list: STATUS first, and what goes when the window is narrow (UX 2.7). Pure."""

from __future__ import annotations

from datetime import date

from travello_desk.money import describe_minor
from travello_desk.store.browse import BookingRow
from travello_desk.tui.badges import WIDTH, Glyphs, badge_of, clean
from travello_desk.tui.when import short_day
from travello_desk.tui.widgets.columns import Column, Tone, money_cell

MONEY_WIDTH = 13
DAY_WIDTH = 9


def booking_columns(glyphs: Glyphs, today_on: date) -> tuple[Column[BookingRow], ...]:
    """As in the plan's pictures: OUT drops first, then PAY, REF, IN, RM; STATUS, GUEST and BALANCE never."""

    def status(row: BookingRow) -> str:
        return glyphs.label(badge_of(row.badge, bool(row.no_show)))

    def tone(row: BookingRow) -> Tone:
        badge = badge_of(row.badge, bool(row.no_show))
        return Tone(badge.tone, bold=True, reverse=badge.reverse)

    def balance(row: BookingRow) -> str:
        return glyphs.text(money_cell(describe_minor(row.balance_minor, row.currency), MONEY_WIDTH))

    def guest(row: BookingRow) -> str:
        return ("! " if row.attention else "") + clean(row.guest_name)

    def room(row: BookingRow) -> str:
        return clean(row.room) or glyphs.text("—")

    return (
        Column("status", "STATUS", WIDTH, status, tone),
        Column("guest", "GUEST", 16, guest, grow=True),
        Column("balance", "BALANCE", MONEY_WIDTH, balance, right=True),
        Column("room", "RM", 4, room, drop=5),
        Column("in", "IN", DAY_WIDTH, lambda row: short_day(row.check_in, today_on), drop=4),
        Column("out", "OUT", DAY_WIDTH, lambda row: short_day(row.check_out, today_on), drop=1),
        Column("ref", "REF", 11, lambda row: clean(row.reference), drop=3),
        Column("pay", "PAY", 7, lambda row: row.method, drop=2),
    )
