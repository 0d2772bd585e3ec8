"""What a bulk action does to each of many bookings, and why it leaves some alone. Pure: values in, words out (UX 2.2).

A booking that has already what the action would give it is left alone, so that doing it again does nothing twice. The
desk's dialog and the commands judge by this one plan, booking by booking, with the rules of the action table.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Final, Protocol

from travello_desk.actions import BY_ID, Subject, User, reason_against
from travello_desk.store.bookings import Booking
from travello_desk.store.ledger import Loaded


class Marked(Protocol):
    """One booking as it stands."""

    @property
    def booking(self) -> Booking: ...
    @property
    def loaded(self) -> Loaded: ...


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
    already: bool = False
    """Left alone because it has what the action would give it, and not because a rule is against it."""

    def now(self, state: str, words: str) -> Item:
        return replace(self, state=state, words=words)


def plan(bulk: Bulk, marked: Iterable[Marked], user: User, mailed: frozenset[int] = frozenset()) -> list[Item]:
    """What would happen to each: first those that can, each group in the order given. `mailed`: today, in bulk."""
    items = [item_of(bulk, one, user, mailed) for one in marked]
    return sorted(items, key=lambda item: item.state == "cannot")


def item_of(bulk: Bulk, one: Marked, user: User, mailed: frozenset[int]) -> Item:
    booking, loaded = one.booking, one.loaded
    subject = Subject(loaded.ledger, loaded.view, booking.guest_email, link_revoked=bool(booking.code_revoked))
    against = reason_against(BY_ID[bulk.action_id], subject, user)
    has = "" if against else left_alone(bulk, one, mailed)
    state = "cannot" if against or has else "will"
    return Item(booking.id, booking.reference, booking.guest_name, state, against or has or bulk.promise, bool(has))


def left_alone(bulk: Bulk, one: Marked, mailed: frozenset[int]) -> str:
    """Why nothing is to be done although it could be: it is done already."""
    if bulk.id == "email" and one.booking.id in mailed:
        return "mailed with a bulk of today already"
    if bulk.id == "link":
        ledger = one.loaded.ledger
        now = (ledger.amount_minor, ledger.currency)
        asked = [view.payment.asked for view in one.loaded.view.payments if view.payable]
        if any((sum_.booking_amount_minor, sum_.booking_currency) == now for sum_ in asked):
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
