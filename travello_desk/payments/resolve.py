"""Whose facts are these? Keys of an observation -> a payment, an adoption, a loose fact, an orphan, or nothing. Pure.

The order of the questions is PAYMENTS 1.2 and stands only here; the caller brings an Index that can look things up
(the store by SQL, the tests in memory). Nothing here reads or writes by itself.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from enum import Enum
from typing import Generic, Protocol, TypeVar

from travello_desk.payments.facts import AttemptFacts, Payment
from travello_desk.payments.observe import Keys, Observation
from travello_desk.values import value


class Held(Protocol):
    """A payment that was found."""

    @property
    def paid_by(self) -> str:
        """The PaymentIntent whose money it holds, or empty while it holds none."""

    @property
    def session_id(self) -> str:
        """Its Checkout Session, or empty while that is not known."""


P = TypeVar("P", bound=Held)
Found = TypeVar("Found", bound=Held, covariant=True)


class Index(Protocol[Found]):
    """What the caller can look up; None or False is "not known here"."""

    def by_uid(self, payment_uid: str) -> Found | None: ...

    def by_stripe_id(self, stripe_id: str) -> Found | None:
        """The payment whose session, PaymentIntent or charge has this id (their prefixes never collide)."""

    def has_booking(self, booking_id: int) -> bool: ...


class Outcome(Enum):
    """What to do with an observation."""

    KNOWN = "known"  # merge it into `payment`
    ADOPT = "adopt"  # make a payment row for `booking_id`, asking what the booking asks now, and merge (B27)
    LOOSE = "loose"  # keep it under its PaymentIntent and charge until a payment learns one of them (B12)
    ORPHAN = "orphan"  # ours by its mark, and money, but no such booking: tell a person (B24)
    IGNORE = "ignore"  # another shop's or another installation's (B23, B26)


@value(frozen=True, slots=True)
class Resolution(Generic[P]):
    """The answer; `payment` with KNOWN, `booking_id` with ADOPT."""

    outcome: Outcome
    payment: P | None = None
    booking_id: int = 0


def resolve(seen: Observation, install: str, index: Index[P]) -> Resolution[P]:
    """The first hit wins, in the order of PAYMENTS 1.2. `install` is this installation's mark."""
    found = find(seen, install, index)
    if found is not None:
        return Resolution(Outcome.KNOWN, found)
    if is_foreign(seen.keys, install):
        return Resolution(Outcome.IGNORE)
    if is_about_charge(seen):
        loose = seen.keys.payment_intent_id or seen.keys.charge_id
        return Resolution(Outcome.LOOSE if loose else Outcome.IGNORE)
    if seen.keys.booking_id and index.has_booking(seen.keys.booking_id):
        return Resolution(Outcome.ADOPT, booking_id=seen.keys.booking_id)
    ours = seen.keys.marked or bool(install and seen.keys.install == install)
    money = seen.attempt is not None and seen.attempt.paid
    return Resolution(Outcome.ORPHAN if ours and money else Outcome.IGNORE)


def find(seen: Observation, install: str, index: Index[P]) -> P | None:
    """The payment these keys lead to. A foreign mark voids our own words, never an id that Stripe gave out once.

    One mark may stand on two sessions: when who had sent a request wakes up a day later, Stripe has forgotten its key.
    The second session, and the second money, is a payment of its own, or it would vanish in the first.
    """
    keys = seen.keys
    for found, by_mark in candidates(keys, is_foreign(keys, install), index):
        if not (is_other_money(seen, found) or (by_mark and is_other_session(keys, found))):
            return found
        told = index.by_stripe_id(keys.payment_intent_id) if keys.payment_intent_id else None
        if told is not None:
            return told
    return None


def candidates(keys: Keys, foreign: bool, index: Index[P]) -> Iterator[tuple[P, bool]]:
    """Where each key leads to, the strongest first, and whether the key is a mark of ours."""
    if keys.payment_uid and keys.install and not foreign:
        found = index.by_uid(keys.payment_uid)
        if found is not None:
            yield found, True
    for stripe_id in keys.object_ids:
        found = index.by_stripe_id(stripe_id)
        if found is not None:
            yield found, False
    if keys.client_reference_id and not foreign:
        found = index.by_uid(keys.client_reference_id)
        if found is not None:
            yield found, True


def is_other_session(keys: Keys, found: Held) -> bool:
    return bool(keys.session_id and found.session_id) and keys.session_id != found.session_id


def is_other_money(seen: Observation, found: Held) -> bool:
    """Whether this is a PaymentIntent's money, and the payment holds another one's."""
    paid = seen.attempt is not None and seen.attempt.paid
    intent_id = seen.keys.payment_intent_id
    return paid and bool(intent_id) and found.paid_by not in ("", intent_id)


def is_foreign(keys: Keys, install: str) -> bool:
    return bool(keys.install) and keys.install != install


def is_about_charge(seen: Observation) -> bool:
    """Refunds and disputes, which may arrive before the payment whose charge they name (PAYMENTS 1.2)."""
    returned = seen.attempt is not None and seen.attempt.charge_refunded_minor > 0
    return seen.refund is not None or seen.dispute is not None or (returned and not seen.keys.booking_id)


def links_of(facts: AttemptFacts) -> tuple[str, ...]:
    """The Stripe ids by which a payment with these facts is found."""
    return tuple(filter(None, (facts.session_id, facts.payment_intent_id, facts.charge_id)))


def absorb(payment: Payment, seen: Observation) -> Payment:
    """The payment with one more observation. The only place where an observation meets a payment.

    A refund or a dispute also teaches the ids it names, so that whatever is known by one of them is found by the other.
    """
    if seen.attempt is not None:
        payment = payment.with_facts(payment.facts.merge(seen.attempt))
    if seen.refund is not None:
        payment = payment.with_refund(seen.refund)
    if seen.dispute is not None:
        payment = payment.with_dispute(seen.dispute)
    if seen.refund is not None or seen.dispute is not None:
        learned = AttemptFacts(payment_intent_id=seen.keys.payment_intent_id, charge_id=seen.keys.charge_id)
        payment = payment.with_facts(payment.facts.merge(learned))
    return payment


def gather(payment: Payment, loose_under: Callable[[tuple[str, ...]], Iterable[Observation]]) -> Payment:
    """The payment with every loose fact kept under one of its ids.

    Each of them may teach a new id under which more is kept, so it asks until no new id is learned.
    """
    asked: tuple[str, ...] = ()
    while fresh := tuple(stripe_id for stripe_id in links_of(payment.facts) if stripe_id not in asked):
        asked += fresh
        for seen in loose_under(fresh):
            payment = absorb(payment, seen)
    return payment
