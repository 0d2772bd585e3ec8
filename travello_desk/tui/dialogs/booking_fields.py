"""The form's words: a stored booking as it fills the fields, and what stands beside a field while it is typed. Pure."""

from __future__ import annotations

from collections.abc import Mapping

from travello_desk.operations import booking_form
from travello_desk.operations.booking_form import Checked
from travello_desk.store.bookings import Booking
from travello_desk.tui import when
from travello_desk.tui.dialogs.amounts import as_typed, read_amount


def as_form(booking: Booking) -> dict[str, str]:
    """A stored booking as the form shows it."""
    return booking_form.as_typed(booking) | {"amount": as_typed(booking.amount_minor, booking.currency)}


def beside(name: str, typed: Mapping[str, str], currency: str, checked: Checked) -> str:
    """What stands beside a field while it is typed: the sum, the nights, or what is wrong so far."""
    text = typed.get(name, "").strip()
    if not text:
        return ""
    if name == "amount":
        return read_amount(text, currency).said
    if name == "check_out" and not checked.fault("check_out") and not checked.fault("check_in"):
        count = when.nights(checked.values["check_in"], checked.values["check_out"])
        return f"{count} night{'' if count == 1 else 's'}"
    if name == "guest_email" and checked.fault(name):
        return "not a mail address yet"
    return checked.fault(name)
