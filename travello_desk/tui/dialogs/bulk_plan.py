"""What a bulk action does to each marked booking, and why it leaves some alone. Pure: values in, words out (UX 2.2).

A booking that has already what the action would give it is left alone, so that doing it again does nothing twice.
"""

from __future__ import annotations

import textwrap
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Final

from textual.content import Content

from travello_desk.actions import BY_ID, User, reason_against
from travello_desk.tui.badges import clean
from travello_desk.tui.detail import Detail
from travello_desk.tui.widgets.columns import cell

REFERENCE_WIDTH, GUEST_WIDTH = 11, 18
LEFT = 2 + REFERENCE_WIDTH + 1 + GUEST_WIDTH + 1


@dataclass(frozen=True, slots=True)
class Bulk:
    """One action on many. `action_id` is the action of the table whose rules hold for each booking."""

    id: str
    label: str
    action_id: str
    promise: str
    busy: str
    deed: str
    """The button, with `{count}`."""
    one: str
    many: str


BULKS: Final = (
    Bulk("link", "Make links", "link", "a link is made", "Making links", "Make {links}", "link made", "links made"),
    Bulk(
        "email", "E-mail links", "email", "the link is mailed", "Queueing mails", "E-mail {links}",
        "mail queued", "mails queued",
    ),
    Bulk(
        "close_link", "Close links", "close_link", "the link is switched off", "Closing links", "Close {links}",
        "link closed", "links closed",
    ),
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Item:
    """One booking in the list. `state`: `will`, `cannot`, `doing`, `done` or `failed`."""

    booking_id: int
    reference: str
    guest: str
    state: str
    words: str

    def now(self, state: str, words: str) -> Item:
        return replace(self, state=state, words=words)


MARKS: Final = {"will": "·", "cannot": "–", "doing": "…", "done": "✓", "failed": "✕"}
STYLES: Final = {"cannot": "$text-muted", "done": "$success", "failed": "bold $error", "doing": "bold $primary"}


def plan(bulk: Bulk, details: Iterable[Detail], user: User, mailed: frozenset[int] = frozenset()) -> list[Item]:
    """What would happen to each: first those that can, each group in the order given. `mailed`: today, in bulk."""
    items = [item_of(bulk, detail, user, mailed) for detail in details]
    return sorted(items, key=lambda item: item.state == "cannot")


def item_of(bulk: Bulk, detail: Detail, user: User, mailed: frozenset[int]) -> Item:
    subject = detail.subject(link_known=True)
    reason = reason_against(BY_ID[bulk.action_id], subject, user) or left_alone(bulk, detail, mailed)
    booking = detail.booking
    return Item(
        booking.id,
        clean(booking.reference),
        clean(booking.guest_name),
        "cannot" if reason else "will",
        reason or bulk.promise,
    )


def left_alone(bulk: Bulk, detail: Detail, mailed: frozenset[int]) -> str:
    """Why nothing is to be done although it could be: it is done already."""
    if bulk.id == "email" and detail.booking.id in mailed:
        return "mailed with a bulk of today already"
    if bulk.id == "link":
        ledger = detail.loaded.ledger
        now = (ledger.amount_minor, ledger.currency)
        asked = [view.payment.asked for view in detail.loaded.view.payments if view.payable]
        if any((one.booking_amount_minor, one.booking_currency) == now for one in asked):
            return "has a link already, it stays"
    return ""


def count_of(items: Sequence[Item], state: str) -> int:
    return sum(item.state == state for item in items)


def links(count: int) -> str:
    return f"{count} {'link' if count == 1 else 'links'}"


def summary(items: Sequence[Item]) -> str:
    """`3 bookings: 2 will be done, 1 cannot`"""
    will, cannot = count_of(items, "will"), count_of(items, "cannot")
    bookings = f"{len(items)} {'booking' if len(items) == 1 else 'bookings'}"
    return f"{bookings}: {will} will be done" + (f", {cannot} left alone" if cannot else "")


def result(bulk: Bulk, items: Sequence[Item]) -> str:
    """`2 links made, 1 not done`"""
    done, failed, left = (count_of(items, state) for state in ("done", "failed", "will"))
    text = f"{done} {bulk.one if done == 1 else bulk.many}"
    return f"{text}, {failed + left} not done" if failed + left else text


def by_trouble(items: Sequence[Item]) -> list[Item]:
    """The result as it is read: what failed, what was not reached, what is done, what was left alone."""
    return sorted(items, key=lambda item: ("failed", "doing", "will", "done", "cannot").index(item.state))


def list_content(items: Sequence[Item], width: int) -> Content:
    """One booking a line; words that are too long go on below their beginning."""
    return Content("\n").join([line for item in items for line in lines_of(item, width)])


def lines_of(item: Item, width: int) -> list[Content]:
    who = f"{MARKS[item.state]} {cell(item.reference, REFERENCE_WIDTH)} {cell(item.guest, GUEST_WIDTH)} "
    style = STYLES.get(item.state, "")
    words = textwrap.wrap(clean(item.words), max(12, width - LEFT)) or [""]
    return [
        Content.assemble((who if number == 0 else " " * LEFT, style), (text, style))
        for number, text in enumerate(words)
    ]
