"""One line about the money of a booking, as dialogs tell it. Pure."""

from __future__ import annotations

from zoneinfo import ZoneInfo

from travello_desk.money import describe_minor
from travello_desk.payments.projection import PaymentView
from travello_desk.tui import when
from travello_desk.tui.dialogs import words
from travello_desk.tui.dialogs.reading import Seen


def last_paid(seen: Seen) -> PaymentView | None:
    """The newest online payment that went through."""
    paid = [view for view in seen.view.payments if view.payment.facts.paid]
    return max(paid, key=lambda view: (view.payment.facts.paid_at, view.payment.seq), default=None)


def paid_story(seen: Seen, zone: ZoneInfo) -> str:
    """`Rs. 24,000 · Visa 4242 · 14:33:08`"""
    view = last_paid(seen)
    if view is None:
        return ""
    facts = view.payment.facts
    parts = [describe_minor(view.received_minor, view.currency), facts.card]
    if facts.paid_at:
        parts.append(words.second(facts.paid_at, zone))
    return " · ".join(part for part in parts if part)


def open_link(seen: Seen) -> PaymentView | None:
    """The link that the guest could still pay with."""
    return next((view for view in reversed(seen.view.payments) if view.payable), None)


def link_story(seen: Seen, zone: ZoneInfo) -> str:
    """`A payment link is out, opened twice, last 14:12`, or empty."""
    if open_link(seen) is None:
        return ""
    booking = seen.booking
    if not booking.opened_count:
        return "A payment link is out, not opened yet"
    at = when.clock_text(booking.opened_at, zone)
    return f"A payment link is out, opened {words.times(booking.opened_count)}, last {at}"
