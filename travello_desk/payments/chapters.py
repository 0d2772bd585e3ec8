"""The story of a whole booking: one chapter for each payment, its sentences in the order of time. Pure.

Timeline rows name the booking, not the payment: a row belongs to the payment that was the newest when it was written.
"""

from __future__ import annotations

from collections.abc import Sequence

from travello_desk.money import describe_minor
from travello_desk.payments.explain import Entry, Step, explain, row_steps
from travello_desk.payments.views import PaymentView
from travello_desk.values import value


@value(frozen=True, slots=True)
class Chapter:
    """`heading` is empty for the one chapter of a booking without payments; `payment` is None then."""

    heading: str
    payment: PaymentView | None
    steps: tuple[Step, ...]


def chapters(views: Sequence[PaymentView], made_at: Sequence[int], entries: Sequence[Entry]) -> list[Chapter]:
    """What happened, payment by payment; `made_at` says when each was made. Empty when nothing has happened yet."""
    if not views:
        own = tuple((at, text[:1].upper() + text[1:]) for entry in entries for at, text in row_steps(entry))
        return [Chapter("", None, own)] if own else []
    return [
        Chapter(heading(view, number, len(views)), view, tuple(explain(view, rows_of(made_at, number - 1, entries))))
        for number, view in enumerate(views, 1)
    ]


def heading(view: PaymentView, number: int, count: int) -> str:
    """`Payment 1 of 2: Rs. 24,000, SUCCEEDED`"""
    asked = describe_minor(view.payment.asked.amount_minor, view.payment.asked.currency)
    return f"Payment {number} of {count}: {asked}, {view.status}"


def rows_of(made_at: Sequence[int], place: int, entries: Sequence[Entry]) -> list[Entry]:
    """The timeline while this payment was the newest; what was before the first belongs to the first."""
    first = made_at[place] if place else 0
    last = made_at[place + 1] if place + 1 < len(made_at) else None
    return [entry for entry in entries if first <= entry.at and (last is None or entry.at < last)]
