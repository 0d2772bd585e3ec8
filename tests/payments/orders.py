"""Proof that the order of reports does not matter.

`every_order` walks the lattice of subsets: what is known after a set of reports must not depend on how it was reached.
By induction over the size of the set that covers all n! orders exactly, at the price of 2^n states, and it looks at
every step of every order on the way: no step may take a forbidden transition (PAYMENTS 1.5).
"""

from __future__ import annotations

from itertools import pairwise

from tests.payments.book import Book, outcome
from tests.payments.stories import Story
from travello_desk.payments.projection import BookingView

# PAYMENTS 1.5, forbidden for ever.
NEVER_FROM_PAID = frozenset({"OPEN", "FAILED", "EXPIRED", "CREATING", "SETTLING", "REFUSED"})


class Broken(AssertionError):
    """An order of reports that ends elsewhere, or passes where it must not."""


def every_order(story: Story) -> None:
    """Raise Broken unless every order of the story's reports ends in its ending, by allowed steps only."""
    observations = [report.seen for report in story.reports]
    whole = (1 << len(observations)) - 1
    states: dict[int, Book] = {0: story.book}
    for size in range(len(observations)):
        for subset in [s for s in states if s.bit_count() == size]:
            before = states[subset]
            for index, seen in enumerate(observations):
                if subset >> index & 1:
                    continue
                after = before.told(seen)
                check_step(story, before, after)
                known = states.setdefault(subset | 1 << index, after)
                if known != after:
                    raise Broken(f"{story.name}: {story.reports[index].label} depends on what came before it")
    check_ending(story, states[whole])


def check_ending(story: Story, book: Book) -> None:
    if outcome(book) != story.ending:
        raise Broken(f"{story.name}: ends in\n{outcome(book)}\ninstead of\n{story.ending}")


def check_step(story: Story, before: Book, after: Book) -> None:
    broken = forbidden(before.view, after.view)
    if broken:
        raise Broken(f"{story.name}: {broken}")


def forbidden(before: BookingView, after: BookingView) -> str:
    """The forbidden transition that lies between two views of one booking, or empty."""
    was = {view.payment.seq: view for view in before.payments}
    for view in after.payments:
        known = was.get(view.payment.seq)
        if known and known.payment.facts.paid and view.status in NEVER_FROM_PAID:
            return f"{known.status} -> {view.status}"
    if before.status == "CANCELLED" and after.status != "CANCELLED":
        return f"CANCELLED -> {after.status}"
    good = [v for v in after.payments if v.payment.facts.paid and not v.review]
    if after.status == "PAID" and not good and after.desk_entry is None:
        return "PAID by money in review"
    return ""


def along(story: Story, books: list[Book]) -> None:
    """Check one order step by step, to its ending."""
    for before, after in pairwise(books):
        check_step(story, before, after)
    check_ending(story, books[-1])
