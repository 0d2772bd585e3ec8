"""What the detail pane says about a booking: sums, state, next steps with reasons, timeline. Pure.

The sentences follow the projection; nothing is decided here. Guests' texts are cleaned, never read as markup.
"""

from __future__ import annotations

import re
import textwrap
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date
from typing import Final
from zoneinfo import ZoneInfo

from rich.cells import cell_len
from textual.content import Content

from travello_desk.actions import Action, Subject, User, actions_for, next_actions, off_words
from travello_desk.money import describe_minor
from travello_desk.payments.views import BookingView, PaymentView
from travello_desk.store.timeline import Entry
from travello_desk.tui.badges import Glyphs, badge_of, clean
from travello_desk.tui.bars import Part, assemble, key_name
from travello_desk.tui.detail import Detail
from travello_desk.tui.when import long_day, moment, nights, span
from travello_desk.tui.widgets.columns import cell

Line = list[Part]
DOT: Final = re.compile(r"^(\s*)· | ·$")


@dataclass(frozen=True, slots=True)
class Frame:
    """For whom, when and how wide."""

    width: int
    user: User
    now: float
    today_on: date
    zone: ZoneInfo
    glyphs: Glyphs
    link_known: bool = True
    fault: str = ""
    """Why the store cannot be written, if it cannot."""


def detail_content(detail: Detail, frame: Frame) -> Content:
    """The whole pane."""
    subject = detail.subject(link_known=frame.link_known)
    blocks = (
        who_lines(detail, frame),
        sum_lines(detail, frame),
        state_lines(detail, frame),
        next_lines(subject, frame),
        timeline_lines(detail.entries, frame),
    )
    lines: list[Line] = []
    for block in blocks:
        lines.extend([*([[]] if lines and block else []), *block])
    return Content("\n").join([assemble(line, frame.glyphs) for line in lines])


def ends(left: str, right: str, width: int, style: str = "", right_style: str = "") -> Line:
    """Two texts at the two ends of a line."""
    gap = width - cell_len(left) - cell_len(right)
    if gap < 1:
        left, gap = cell(left, max(1, width - cell_len(right) - 1)), 1
    return [Part(left, style), Part(" " * gap), Part(right, right_style or style)]


def wrapped(text: str, width: int, style: str = "", indent: str = "") -> list[Line]:
    """A paragraph, its later lines indented; where it breaks at a dot, the break is enough."""
    lines = textwrap.wrap(clean(text), max(10, width), subsequent_indent=indent) or [""]
    return [[Part(DOT.sub(r"\1", line), style)] for line in lines]


def who_lines(detail: Detail, frame: Frame) -> list[Line]:
    booking = detail.booking
    place = f"{clean(booking.reference)}  {clean(booking.room) or '—'}"
    count = nights(booking.check_in, booking.check_out)
    stay = f"{long_day(booking.check_in, frame.today_on)} → {long_day(booking.check_out, frame.today_on)}"
    lines = [ends(clean(booking.guest_name), place, frame.width, "bold", "bold")]
    lines += wrapped(f"{stay} · {count} {'night' if count == 1 else 'nights'}", frame.width, "$quiet")
    contact = " · ".join(part for part in (booking.guest_phone, booking.guest_email) if part)
    if contact:
        lines += wrapped(contact, frame.width, "$quiet")
    if booking.notes:
        lines += wrapped(f"Note: {booking.notes}", frame.width, "italic")
    return lines


def sum_lines(detail: Detail, frame: Frame) -> list[Line]:
    """Total, paid, given back, kept, due: in the booking's currency, and so that the lines add up."""
    view, ledger = detail.loaded.view, detail.loaded.ledger
    back = sum(p.refunded_in_booking_currency for p in view.payments if p.payment.facts.paid)
    rows = [("Booking total", ledger.amount_minor, ""), ("Paid", view.paid_minor + back, "")]
    if back:
        rows += [("Refunded", -back, ""), ("Kept", view.paid_minor, "")]
    if view.status == "PENDING":
        rows.append(("Balance due", view.balance_minor, "bold"))
    return [ends(label, describe_minor(minor, ledger.currency), frame.width, style) for label, minor, style in rows]


def state_lines(detail: Detail, frame: Frame) -> list[Line]:
    """The badge with one sentence of what it means here, then every open problem."""
    booking, view = detail.booking, detail.loaded.view
    badge = badge_of(view.badge, bool(booking.no_show))
    sentence = STATES.get(view.badge, nothing_more)(detail, frame)
    style = f"bold ${badge.tone}" + (" reverse" if badge.reverse else "")
    lines: list[Line] = [[Part(frame.glyphs.label(badge), style), Part(f"  {booking.method}", "$quiet")]]
    lines += wrapped(sentence, frame.width) if sentence else []
    for problem in detail.problems:
        lines += wrapped(f"▲ {problem.sentence}", frame.width, "bold $error", "  ")
    return lines


def newest(view: BookingView, wanted: Callable[[PaymentView], bool]) -> PaymentView | None:
    return max((p for p in view.payments if wanted(p)), key=lambda p: p.payment.seq, default=None)


def nothing_more(detail: Detail, frame: Frame) -> str:
    return ""


def say_link_out(detail: Detail, frame: Frame) -> str:
    payment = newest(detail.loaded.view, lambda p: p.payable)
    parts = [opened(detail, frame)]
    if payment and payment.payment.facts.expires_at:
        left = payment.payment.facts.expires_at - frame.now
        parts.append(f"ends in {span(left)}, renews when opened" if left > 0 else "has ended, renews when opened")
    return "; ".join(part for part in parts if part)


def opened(detail: Detail, frame: Frame) -> str:
    """How often the page was opened: mail scanners open links too, so it is not said that the guest did."""
    count = detail.booking.opened_count
    if not count:
        return "page not opened yet"
    times = {1: "once", 2: "twice"}.get(count, f"{count} times")
    return f"page opened {times}, last {moment(detail.booking.opened_at, frame.zone, frame.now)}"


def say_failed(detail: Detail, frame: Frame) -> str:
    payment = newest(detail.loaded.view, lambda p: bool(p.payment.facts.failures))
    if payment is None:
        return "the payment did not go through"
    failure = max(payment.payment.facts.failures)
    return f"{moment(failure.at, frame.zone, frame.now)} {failure.message or failure.code}"


def say_paid(detail: Detail, frame: Frame) -> str:
    view = detail.loaded.view
    if view.desk_entry is not None:
        entry = view.desk_entry
        return f"{entry.tender or 'at the desk'}, {entry.actor}, {moment(entry.at, frame.zone, frame.now)}"
    payment = newest(view, lambda p: p.payment.facts.paid)
    if payment is None:
        return ""
    facts = payment.payment.facts
    parts = [facts.card or "online", moment(facts.paid_at, frame.zone, frame.now) if facts.paid_at else ""]
    if payment.currency != detail.loaded.ledger.currency:
        parts.append(describe_minor(payment.received_minor, payment.currency))
    if payment.in_flight_minor:
        parts.append(f"{describe_minor(payment.in_flight_minor, payment.currency)} is on its way back")
    return " · ".join(part for part in parts if part)


def say_arrival(detail: Detail, frame: Frame) -> str:
    return "pays at the hotel"


SENTENCES: Final = {
    "DUE": "no link is out",
    "EXPIRED": "the payment page has ended; the guest's link makes a new one",
    "SETTLING": "a bank payment is on its way and has not settled",
    "CHECKING": "asked Stripe, no answer yet: the desk finds out by itself",
    "REVIEW": "money has come that differs from what was asked: accept or refund it",
    "REFUNDED": "given back; the booking can be paid again",
}


def say_fixed(sentence: str) -> Callable[[Detail, Frame], str]:
    return lambda detail, frame: sentence


STATES: Final[dict[str, Callable[[Detail, Frame], str]]] = {
    **{badge: say_fixed(sentence) for badge, sentence in SENTENCES.items()},
    "LINK OUT": say_link_out,
    "FAILED": say_failed,
    "PAID": say_paid,
    "PART REF": say_paid,
    "ON ARRIVAL": say_arrival,
}

# What the list of reasons is about: the actions on money and on the booking's fate.
EXPLAINED: Final = (
    "link",
    "email",
    "mark_paid",
    "refund",
    "receipt",
    "switch",
    "cancel",
    "undo",
    "close_link",
    "accept",
    "edit",
)
SHY: Final = frozenset({"accept", "close_link", "receipt", "undo"})
"""Not worth a line while there is nothing to accept, close, undo or show."""


def next_lines(subject: Subject, frame: Frame) -> list[Line]:
    """The sensible next steps, what else is possible, and of the rest why not (UX 0.2)."""
    first = next_actions(subject, frame.user, frame.fault)
    known = {action.id: (action, reason) for action, reason in actions_for(subject, frame.user, frame.fault)}
    others = [known[name] for name in EXPLAINED if name in known and known[name][0] not in first]
    lines: list[Line] = [[Part("Next   ", "bold"), *step_parts(first)]] if first else []
    also = [action for action, reason in others if reason is None]
    lines += also_lines(also, frame.width)
    if frame.fault:  # one line, not one for each of them
        off = off_words(frame.fault)
        keys = " ".join(key_name(action.keys[0]) for action, reason in others if reason == off)
        lines += wrapped(f"{keys}  {off}", frame.width, "$warning", "   ")
        others = [(action, reason) for action, reason in others if reason != off]
    for action, reason in others:
        if reason is not None and (action.id not in SHY or reason == subject.undo_fault):
            text = f"{key_name(action.keys[0])}  {action.label.lower()}: {reason}"
            lines += wrapped(text, frame.width, "$quiet", "   ")
    return lines


def step_parts(actions: Iterable[Action]) -> Line:
    parts: Line = []
    for action in actions:
        key = Part(f" {key_name(action.keys[0])} ", "reverse bold", action.id)
        parts += [key, Part(f" {action.label}", "", action.id)]
        parts.append(Part("   "))
    return parts[:-1]


def also_lines(actions: Iterable[Action], width: int) -> list[Line]:
    """`Also   x Switch method  X Cancel`, as many lines as it takes."""
    lines: list[Line] = []
    for action in actions:
        key, label = key_name(action.keys[0]), f" {action.label}"
        needed = 2 + len(key) + len(label)
        if not lines or width_of_line(lines[-1]) + needed > width:
            lines.append([Part("       " if lines else "Also   ", "$quiet")])
        else:
            lines[-1].append(Part("  "))
        lines[-1] += [Part(key, "bold $accent", action.id), Part(label, "", action.id)]
    return lines


def timeline_lines(entries: tuple[Entry, ...], frame: Frame) -> list[Line]:
    """Newest first: when, what, who."""
    lines: list[Line] = [[Part("Timeline", "bold")]] if entries else []
    for entry in reversed(entries):
        at = moment(entry.at, frame.zone, frame.now)
        text = f"{entry.text} · {entry.detail}" if entry.detail else entry.text
        body = wrapped(f"{at}  {text}", frame.width, "", "       ")
        last = body[-1]
        room = frame.width - width_of_line(last) - 1
        actor = clean(entry.actor)
        if cell_len(actor) <= room:
            last.append(Part(" " * (room + 1 - cell_len(actor)) + actor, "$quiet"))
        else:
            body.append([Part(actor.rjust(frame.width), "$quiet")])
        lines += body
    return lines


def width_of_line(line: Line) -> int:
    return sum(cell_len(part.text) for part in line)
