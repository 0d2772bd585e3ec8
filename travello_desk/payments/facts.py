"""Facts: what Stripe or the desk told us, in values that only ever grow. Pure.

Every merge here is a join: commutative, associative and idempotent, so that duplicates change nothing and every order
of the same reports ends in the same facts (PAYMENTS 1.1, 1.3). Nothing in this module decides a status.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Final

from travello_desk.values import value

# Ranks, left < right (PAYMENTS 1.3). Data, so that they can be read aloud; the property tests turn one around.
CREATE_RANK: Final[Mapping[str, int]] = {"CREATING": 0, "REFUSED": 1, "CREATED": 2}
SESSION_RANK: Final[Mapping[str, int]] = {"": 0, "open": 1, "expired": 2, "complete": 3}
PAYMENT_STATUS_RANK: Final[Mapping[str, int]] = {"": 0, "unpaid": 1, "no_payment_required": 2, "paid": 3}
ATTEMPT_RANK: Final[Mapping[str, int]] = {
    "open": 0,
    "card_failed": 1,
    "complete_unpaid": 2,
    "async_failed": 3,
    "paid": 4,
}
REFUND_RANK: Final[Mapping[str, int]] = {
    "SENDING": 0,
    "REFUSED": 1,
    "requires_action": 2,
    "pending": 2,
    "succeeded": 3,
    "canceled": 4,
    "failed": 4,
}
# A state that Stripe invents after this table was written: real, not final, and it takes money from the payment.
UNKNOWN_REFUND_RANK: Final = 2
# An inquiry may grow into a dispute, never the other way; the closed states are final.
DISPUTE_RANK: Final[Mapping[str, int]] = {
    "warning_needs_response": 0,
    "warning_under_review": 1,
    "needs_response": 2,
    "under_review": 3,
    "warning_closed": 4,
    "prevented": 4,
    "won": 4,
    "lost": 4,
}
CLOSED_DISPUTE: Final = frozenset({"warning_closed", "prevented", "won", "lost"})

RETURNED_REFUND: Final = frozenset({"failed", "canceled"})
DEAD_REFUND: Final = RETURNED_REFUND | {"REFUSED"}


def higher(rank: Mapping[str, int], left: str, right: str) -> str:
    """The value of higher rank; equal ranks are settled by name so that the order of arrival never matters."""
    if left == right:
        return left
    return left if (rank.get(left, -1), left) > (rank.get(right, -1), right) else right


# The code of a failure that only the session tells of: a delayed method that did not settle.
BANK_FAILED: Final = "async"


@value(frozen=True, slots=True, order=True)
class Failure:
    """One declined attempt: when Stripe saw it (unix seconds), its code and Stripe's sentence for people."""

    at: int
    code: str
    message: str
    source: str = ""


@value(frozen=True, slots=True)
class AttemptFacts:
    """Everything known about one Checkout attempt (one Payment row). Empty strings and zeros mean "not told yet"."""

    create: str = "CREATING"
    session_status: str = ""
    session_payment_status: str = ""
    attempt: str = "open"
    received: tuple[int, str] = (0, "")
    charge_refunded_minor: int = 0
    session_id: str = ""
    payment_intent_id: str = ""
    charge_id: str = ""
    session_url: str = ""
    expires_at: int = 0
    paid_at: int = 0
    card: str = ""
    presentment: tuple[int, str] = (0, "")
    failures: frozenset[Failure] = frozenset()

    def merge(self, other: AttemptFacts) -> AttemptFacts:
        """The join of two sets of facts about the same attempt."""
        if other == self:
            return self
        return AttemptFacts(
            create=higher(CREATE_RANK, self.create, other.create),
            session_status=higher(SESSION_RANK, self.session_status, other.session_status),
            session_payment_status=higher(
                PAYMENT_STATUS_RANK, self.session_payment_status, other.session_payment_status
            ),
            attempt=higher(ATTEMPT_RANK, self.attempt, other.attempt),
            received=max(self.received, other.received),
            charge_refunded_minor=max(self.charge_refunded_minor, other.charge_refunded_minor),
            session_id=max(self.session_id, other.session_id),
            payment_intent_id=max(self.payment_intent_id, other.payment_intent_id),
            charge_id=max(self.charge_id, other.charge_id),
            session_url=max(self.session_url, other.session_url),
            expires_at=max(self.expires_at, other.expires_at),
            paid_at=earliest(self.paid_at, other.paid_at),
            card=max(self.card, other.card),
            presentment=max(self.presentment, other.presentment),
            failures=merge_failures(self.failures, other.failures),
        )

    @property
    def paid(self) -> bool:
        return self.attempt == "paid"


def merge_failures(left: frozenset[Failure], right: frozenset[Failure]) -> frozenset[Failure]:
    """One failure per attempt (its charge), as first seen: an event and a later look-up tell of the same one."""
    if not left and not right:
        return left
    first: dict[str, Failure] = {}
    for failure in sorted(left | right):
        first.setdefault(failure.source, failure)
    return frozenset(first.values())


def earliest(left: int, right: int) -> int:
    """The smaller of two instants where 0 means unknown."""
    return min(left, right) if left and right else left or right


@value(frozen=True, slots=True)
class RefundFacts:
    """One refund: our row or one made elsewhere. `uid` is ours (empty for Dashboard refunds).

    `booking_minor` is what the desk meant in the booking's currency, when the payment was charged in another one.
    """

    stripe_refund_id: str = ""
    uid: str = ""
    amount_minor: int = 0
    currency: str = ""
    status: str = "SENDING"
    failure_reason: str = ""
    pending_reason: str = ""
    reason: str = ""
    seen: int = 0
    created_at: int = 0
    booking_minor: int = 0

    def merge(self, other: RefundFacts) -> RefundFacts:
        """The join. `seen` is when the status was told: between two of one rank (pending, requires_action) the later
        report speaks, so it travels with its status and is never the time of another one."""
        newest = max(self.standing, other.standing)
        return RefundFacts(
            stripe_refund_id=max(self.stripe_refund_id, other.stripe_refund_id),
            uid=max(self.uid, other.uid),
            amount_minor=max(self.amount_minor, other.amount_minor),
            currency=max(self.currency, other.currency),
            status=newest[2],
            failure_reason=max(self.failure_reason, other.failure_reason),
            pending_reason=max(self.pending_reason, other.pending_reason),
            reason=max(self.reason, other.reason),
            seen=newest[1],
            created_at=earliest(self.created_at, other.created_at),
            booking_minor=max(self.booking_minor, other.booking_minor),
        )

    @property
    def standing(self) -> tuple[int, int, str]:
        """What decides between two reports of this refund: rank, then time, then name."""
        return REFUND_RANK.get(self.status, UNKNOWN_REFUND_RANK), self.seen, self.status

    @property
    def counts(self) -> bool:
        """Whether this refund takes money from the payment: everything that has not failed (PAYMENTS 1.3)."""
        return self.status not in DEAD_REFUND

    @property
    def accepted(self) -> bool:
        """Whether Stripe has taken it on and it has not failed (PAYMENTS 1.4: yes for the status)."""
        return self.counts and self.status != "SENDING"

    @property
    def settled(self) -> bool:
        return self.status == "succeeded"

    @property
    def outside(self) -> bool:
        """Given back without Stripe, after a refund of Stripe's had failed (operations/pay_back.py)."""
        return self.settled and not self.stripe_refund_id


@value(frozen=True, slots=True)
class DisputeFacts:
    """One dispute or inquiry on a charge."""

    dispute_id: str
    status: str = "needs_response"
    amount_minor: int = 0
    currency: str = ""
    reason: str = ""
    evidence_due_at: int = 0
    created_at: int = 0
    seen: int = 0

    def merge(self, other: DisputeFacts) -> DisputeFacts:
        """The join of two reports of one dispute."""
        newest = max(self.standing, other.standing)
        return DisputeFacts(
            dispute_id=max(self.dispute_id, other.dispute_id),
            status=newest[2],
            amount_minor=max(self.amount_minor, other.amount_minor),
            currency=max(self.currency, other.currency),
            reason=max(self.reason, other.reason),
            evidence_due_at=max(self.evidence_due_at, other.evidence_due_at),
            created_at=earliest(self.created_at, other.created_at),
            seen=newest[1],
        )

    @property
    def standing(self) -> tuple[int, int, str]:
        return DISPUTE_RANK.get(self.status, 0), self.seen, self.status

    @property
    def inquiry(self) -> bool:
        return self.status.startswith("warning_")

    @property
    def open(self) -> bool:
        return self.status not in CLOSED_DISPUTE


@value(frozen=True, slots=True)
class Asked:
    """What was asked when the payment was made: the snapshot that the answer is checked against (PAYMENTS 1.4)."""

    amount_minor: int
    currency: str
    booking_amount_minor: int
    booking_currency: str


@value(frozen=True, slots=True)
class Payment:
    """One attempt with what was asked, its facts, its refunds and disputes. `seq` orders attempts, newest highest."""

    seq: int
    asked: Asked
    facts: AttemptFacts
    refunds: tuple[RefundFacts, ...] = ()
    disputes: tuple[DisputeFacts, ...] = ()
    accepted: bool = False

    def with_facts(self, facts: AttemptFacts) -> Payment:
        """This payment with other facts. `dataclasses.replace` would cost five times as much, on every event."""
        return Payment(self.seq, self.asked, facts, self.refunds, self.disputes, self.accepted)

    def with_refund(self, refund: RefundFacts) -> Payment:
        """This payment with one more report of a refund, matched on our uid first, then Stripe's id (C15).

        One report may join two rows (uid only, id only) that nobody knew to be one. A uid names one Stripe refund: a
        second Stripe refund that claims the same uid is money gone twice, and is kept as a refund made elsewhere.
        """
        if any(claims_taken_uid(known, refund) for known in self.refunds):
            refund = replace(refund, uid="")
        rest = tuple(known for known in self.refunds if not same_refund(known, refund))
        merged = refund
        for known in self.refunds:
            if same_refund(known, refund):
                merged = merged.merge(known)
        return replace(self, refunds=tuple(sorted((*rest, merged), key=refund_key)))

    def with_dispute(self, dispute: DisputeFacts) -> Payment:
        """This payment with one more report of a dispute."""
        known = {item.dispute_id: item for item in self.disputes}
        if dispute.dispute_id in known:
            dispute = known[dispute.dispute_id].merge(dispute)
        known[dispute.dispute_id] = dispute
        return replace(self, disputes=tuple(known[key] for key in sorted(known)))


def claims_taken_uid(known: RefundFacts, refund: RefundFacts) -> bool:
    """Whether `refund` says it is ours by a uid that already belongs to another refund of Stripe's."""
    ids = {known.stripe_refund_id, refund.stripe_refund_id}
    return bool(refund.uid) and known.uid == refund.uid and "" not in ids and len(ids) == 2


def same_refund(left: RefundFacts, right: RefundFacts) -> bool:
    """Whether two reports are of one refund."""
    return bool(
        (left.uid and left.uid == right.uid)
        or (left.stripe_refund_id and left.stripe_refund_id == right.stripe_refund_id)
    )


def refund_key(refund: RefundFacts) -> tuple[str, str]:
    return (refund.uid, refund.stripe_refund_id)


@value(frozen=True, slots=True)
class DeskEntry:
    """A row of the desk's own ledger: `mark` takes the balance, `undo` takes the mark back, `payout` gives cash back.

    Entries are written by one writer and read in the order of `seq`.
    """

    seq: int
    kind: str
    amount_minor: int = 0
    actor: str = ""
    tender: str = ""
    at: int = 0


@value(frozen=True, slots=True)
class Ledger:
    """Everything that is known about one booking's money: the only input of the projection."""

    amount_minor: int
    currency: str
    method: str
    cancelled: bool = False
    payments: tuple[Payment, ...] = ()
    desk: tuple[DeskEntry, ...] = ()

    def payment(self, seq: int) -> Payment:
        """The payment with this number. Raises LookupError when the booking has no such one."""
        for payment in self.payments:
            if payment.seq == seq:
                return payment
        raise LookupError(f"no payment {seq} among {len(self.payments)}")
