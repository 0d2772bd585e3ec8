"""Order proof: a booking's own events, replayed in every order and heard twice, must end in the same place, and what
is stored must know no less. Pure.

`prove` walks the lattice of subsets: what is known after a set of reports, reached by whatever order. Where every
subset has one state that covers all n! orders exactly, at the price of 2^n states; where one has several, each is
followed to its end. Many events are proved by a seeded sample of orders instead, and the proof says so.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from functools import reduce
from operator import mul

from travello_desk.money import describe_minor
from travello_desk.payments.observe import Observation
from travello_desk.payments.replica import Replica, Row
from travello_desk.payments.views import BookingView, PaymentView
from travello_desk.values import value

MOST_EXACT = 10
MOST_STATES = 64
"""So many different states of one subset are followed; more than two are a fault already."""

Order = tuple[int, ...]


@value(frozen=True, slots=True)
class Report:
    """One event: what it is called (`charge.refunded evt_...`) and what it tells."""

    label: str
    seen: Observation


@value(frozen=True, slots=True)
class Ending:
    """Where one order of the reports led: their labels as they were told, and the end in words."""

    order: tuple[str, ...]
    lines: tuple[str, ...]


@value(frozen=True, slots=True)
class Proof:
    """`exact`: every order was followed, each report also a second time at every moment. Otherwise `tried` orders were
    drawn by a seed, with duplicates. Two `endings` are the counter-example, one is the proof. `stored` is what stands
    in the store; it may know more than the events (Stripe's direct answers), but never less (`agrees`)."""

    events: int
    orders: int
    tried: int
    exact: bool
    endings: tuple[Ending, ...]
    stored: tuple[str, ...] = ()
    agrees: bool = True

    @property
    def one_end(self) -> bool:
        return len(self.endings) == 1

    @property
    def holds(self) -> bool:
        return self.one_end and self.agrees

    @property
    def sentence(self) -> str:
        count = f"{self.events} event{'' if self.events == 1 else 's'}"
        if self.exact:
            how = f"{count} in every order ({self.orders:,}), each also heard twice at every moment"
        else:
            how = f"{count}, {self.tried:,} of {self.orders:,} orders drawn by a seed, with duplicates"
        return f"{how}: {self.verdict}"

    @property
    def lines(self) -> tuple[str, ...]:
        """The end; or where two orders, or the store, differ from each other."""
        if self.one_end:
            own = self.endings[0].lines
            return own if self.agrees else ("its events end in:", *own, "the store says:", *self.stored)
        return tuple(line for one in self.endings for line in (f"told as {', '.join(one.order)}:", *one.lines))

    @property
    def verdict(self) -> str:
        if not self.one_end:
            return "TWO DIFFERENT ENDS"
        if not self.agrees:
            return "one end, but THE STORE SAYS ANOTHER"
        same = not self.stored or self.stored == self.endings[0].lines
        return "one and the same end" if same else "one and the same end; the store also knows what Stripe was asked"


def prove(
    start: Replica, reports: Sequence[Report], drawn: Sequence[Order] = (), stored: Replica | None = None
) -> Proof:
    """Follow the orders of these reports from the books before any of them was told, to what is `stored` now.

    `drawn` are the orders to follow where there are too many reports for all of them.
    """
    exact = len(reports) <= MOST_EXACT
    found: dict[tuple[str, ...], tuple[Order, Replica]] = {}
    for order, book in every_order(start, reports) if exact else some_orders(start, reports, drawn):
        found.setdefault(ending(book), (order, book))
        if len(found) == 2:
            break
    endings = tuple(Ending(tuple(reports[i].label for i in order), lines) for lines, (order, _) in found.items())
    orders = reduce(mul, range(1, len(reports) + 1), 1)
    tried = orders if exact else len(drawn)
    lines = describe(stored.view) if stored else ()
    agrees = stored is None or all(knows(stored, book) for _, book in found.values())
    return Proof(len(reports), orders, tried, exact, endings, lines, agrees)


def knows(stored: Replica, end: Replica) -> bool:
    """Whether the stored books would learn nothing from this end: joined with it they say what they say."""
    joined = stored
    for row in end.rows:
        payment = row.payment
        known = joined.by_uid(row.uid)
        if known is None:
            return False
        grown = known.payment.with_facts(known.payment.facts.merge(payment.facts))
        for refund in payment.refunds:
            grown = grown.with_refund(refund)
        for dispute in payment.disputes:
            grown = grown.with_dispute(dispute)
        rows = tuple(Row(each.uid, grown) if each is known else each for each in joined.rows)
        joined = replace(joined, rows=rows)
    return describe(joined.view) == describe(stored.view)


def every_order(start: Replica, reports: Sequence[Report]) -> Iterator[tuple[Order, Replica]]:
    """Every state that some order ends in, with such an order; a report heard again is one more way on."""
    states: dict[int, dict[Replica, Order]] = {0: {start: ()}}
    whole = (1 << len(reports)) - 1
    for subset in range(whole + 1):
        heard_twice(states[subset], reports, subset)
        for book, order in states[subset].items():
            for index, report in enumerate(reports):
                if not subset >> index & 1:
                    after = states.setdefault(subset | 1 << index, {})
                    add(after, book.told(report.seen), (*order, index))
        if subset != whole:
            del states[subset]
    for book, order in states[whole].items():
        yield order, book


def heard_twice(known: dict[Replica, Order], reports: Sequence[Report], subset: int) -> None:
    """Add the states in which one of the reports so far is told a second time: none, if it is a no-op (B2)."""
    for book, order in list(known.items()):
        for index, report in enumerate(reports):
            if subset >> index & 1:
                add(known, book.told(report.seen), (*order, index))


def add(known: dict[Replica, Order], book: Replica, order: Order) -> None:
    if len(known) < MOST_STATES:
        known.setdefault(book, order)


def some_orders(start: Replica, reports: Sequence[Report], orders: Iterable[Order]) -> Iterator[tuple[Order, Replica]]:
    """The orders that were drawn, in which some reports are told twice."""
    for order in orders:
        book = start
        for index in order:
            book = book.told(reports[index].seen)
        yield order, book


def ending(book: Replica) -> tuple[str, ...]:
    """The end in words: the booking, its payments, its alerts, and what nobody could file."""
    return (*describe(book.view), *sorted(f"never filed: {', '.join(o.keys.object_ids)}" for o in book.loose))


def describe(view: BookingView) -> tuple[str, ...]:
    """What an end is compared by. Left out is only what depends on who was asked: the card, the page's address."""
    alerts = (f"{a.kind} {a.subject} {a.amount_minor} {a.currency} {a.detail}".strip() for a in view.alerts)
    return (
        f"booking {view.status} {view.payment_status}, paid {view.paid_minor}, due {view.balance_minor}",
        *sorted(payment_line(payment) for payment in view.payments),
        *sorted(f"alert {words}" for words in alerts),
    )


def payment_line(view: PaymentView) -> str:
    facts = view.payment.facts
    refunds = sorted(f"{r.stripe_refund_id or r.uid} {r.status} {r.amount_minor}" for r in view.payment.refunds)
    parts = [
        f"payment {view.status}",
        f"received {describe_minor(view.received_minor, view.currency)}",
        f"refunded {describe_minor(view.refunded_minor, view.currency)}",
        *(["review " + view.review] if view.review else []),
        *(["duplicate"] if view.duplicate else []),
        *([view.dispute] if view.dispute else []),
        *sorted(f"declined {failure.code}" for failure in facts.failures),
        *(f"refund {words}" for words in refunds),
        *(f"dispute {d.dispute_id} {d.status}" for d in view.payment.disputes),
    ]
    return ", ".join(parts)
