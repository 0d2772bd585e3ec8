"""What happens at Stripe, step by step: each step changes the objects and is reported, as an event and as a look-up.

A Scene writes stories; it decides nothing that the heart decides.
"""

from __future__ import annotations

from collections.abc import Callable
from copy import deepcopy
from dataclasses import dataclass, field

from tests.payments import stripe_objects as stripe
from tests.payments.stripe_objects import INSTALL, Object
from travello_desk.payments.events import observe_event, read_event
from travello_desk.payments.facts import AttemptFacts, RefundFacts
from travello_desk.payments.observe import (
    Keys,
    Observation,
    observe_charge,
    observe_dispute,
    observe_intent,
    observe_refund,
    observe_session,
)

START = 1_795_500_000

LOOK_UPS: dict[str, Callable[[Object, int], Observation]] = {
    "checkout.session": observe_session,
    "payment_intent": observe_intent,
    "charge": observe_charge,
    "refund": observe_refund,
    "dispute": observe_dispute,
}


@dataclass(frozen=True)
class Report:
    """One thing that was told: `seen` as it was sent, `looked_up` as asking at that moment would have told it."""

    label: str
    seen: Observation
    looked_up: Observation
    event: Object | None = None


@dataclass
class Scene:
    """One Stripe account and one desk. `unmarked` leaves our metadata off sessions and charges (B22)."""

    amount: int = 1_000_000
    currency: str = "pkr"
    unmarked: bool = False
    clock: int = START
    reports: list[Report] = field(default_factory=list)
    sessions: dict[int, Object] = field(default_factory=dict)
    intents: dict[int, Object] = field(default_factory=dict)
    charges: dict[int, Object] = field(default_factory=dict)
    refunds: dict[str, Object] = field(default_factory=dict)
    disputes: dict[str, Object] = field(default_factory=dict)
    serial: int = 0

    # reporting

    def tick(self, seconds: int = 60) -> int:
        self.clock += seconds
        return self.clock

    def tell(self, kind: str, source: Object) -> None:
        """Stripe sends an event."""
        self.serial += 1
        document = stripe.event(self.serial, kind, source, self.clock)
        seen = observe_event(read_event(document))
        assert seen is not None
        self.reports.append(Report(kind, seen, self.look_up(source), document))

    def look_up(self, source: Object) -> Observation:
        """What the gateway's retrieve gives now: sessions and intents come with what they point to."""
        return LOOK_UPS[source["object"]](self.expanded(source), self.clock)

    def expanded(self, source: Object) -> Object:
        found = deepcopy(source)
        if source["object"] not in EXPANDS:
            return found
        for name, known in (("payment_intent", self.intents), ("latest_charge", self.charges)):
            inner = next((o for o in known.values() if o["id"] == source.get(name)), None)
            if inner is not None:
                found[name] = self.expanded(inner)
        return found

    def know(self, label: str, seen: Observation) -> None:
        """The desk itself reports: an answer to its own call."""
        self.reports.append(Report(label, seen, seen))

    # links and attempts

    def link(self, number: int = 1, amount: int | None = None, told: bool = True) -> None:
        """The desk makes a session and reads the reply, unless it dies before (`told`)."""
        metadata = {} if self.unmarked else stripe.marks(f"pay_{number}")
        total = self.amount if amount is None else amount
        self.sessions[number] = stripe.session(number, total, self.currency, self.tick(), metadata)
        seen = self.look_up(self.sessions[number])
        if told:
            self.know(f"reply: link {number}", Observation(own_keys(f"pay_{number}"), attempt=seen.attempt))

    def refused(self, number: int = 1) -> None:
        self.know("reply: refused", Observation(own_keys(f"pay_{number}"), attempt=AttemptFacts(create="REFUSED")))

    def press_pay(self, number: int) -> Object:
        """The guest presses Pay: the first time, Stripe makes the intent. It carries our marks in any case."""
        if number not in self.intents:
            self.intents[number] = stripe.intent(number, self.sessions[number], self.tick())
            self.intents[number]["metadata"] = stripe.marks(f"pay_{number}")
        return self.intents[number]

    def decline(self, number: int = 1, attempt: str = "a") -> None:
        intent = self.press_pay(number)
        self.tick()
        intent["latest_charge"] = f"ch_{number}{attempt}"
        intent["last_payment_error"] = stripe.declined(f"ch_{number}{attempt}")
        self.tell("payment_intent.payment_failed", intent)

    def charge(self, number: int) -> None:
        intent = self.intents[number]
        metadata = {} if self.unmarked else intent["metadata"]
        self.charges[number] = stripe.charge(f"ch_{number}", intent, self.clock, metadata)
        intent |= {
            "status": "succeeded",
            "amount_received": intent["amount"],
            "latest_charge": f"ch_{number}",
            "last_payment_error": None,
        }

    def pay(self, number: int = 1, by_intent: bool = True, by_session: bool = True) -> None:
        """The guest pays by card: the intent succeeds, the session completes; Stripe tells of both, or of one."""
        self.press_pay(number)
        self.tick()
        self.charge(number)
        self.complete(number, "paid")
        if by_intent:
            self.tell("payment_intent.succeeded", self.intents[number])
        if by_session:
            self.tell("checkout.session.completed", self.sessions[number])

    def complete_free(self, number: int = 1) -> None:
        """The guest confirms a session that asks for nothing: there is no intent."""
        self.tick()
        self.complete(number, "no_payment_required")
        self.tell("checkout.session.completed", self.sessions[number])

    def complete(self, number: int, payment_status: str) -> None:
        intent = self.intents.get(number)
        self.sessions[number] |= {
            "status": "complete",
            "payment_status": payment_status,
            "payment_intent": intent["id"] if intent else None,
            "url": None,
        }

    def pay_by_bank(self, number: int = 1) -> None:
        """A delayed method: the session completes unpaid."""
        self.press_pay(number)["status"] = "processing"
        self.tick()
        self.complete(number, "unpaid")
        self.tell("checkout.session.completed", self.sessions[number])

    def bank_settles(self, number: int = 1) -> None:
        self.tick(86400)
        self.charge(number)
        self.complete(number, "paid")
        self.tell("payment_intent.succeeded", self.intents[number])
        self.tell("checkout.session.async_payment_succeeded", self.sessions[number])

    def bank_fails(self, number: int = 1) -> None:
        self.tick(86400)
        error = stripe.declined(f"ch_{number}x", "insufficient_funds", "The bank account has insufficient funds.")
        self.intents[number] |= {"status": "requires_payment_method", "last_payment_error": error}
        self.tell("payment_intent.payment_failed", self.intents[number])
        self.tell("checkout.session.async_payment_failed", self.sessions[number])

    def expire(self, number: int = 1) -> None:
        self.tick(86400)
        self.sessions[number] |= {"status": "expired", "url": None}
        self.tell("checkout.session.expired", self.sessions[number])

    # refunds

    def send_refund(self, uid: str, amount: int, number: int = 1, booking_minor: int = 0) -> None:
        """The desk commits the intention; nothing has reached Stripe yet."""
        facts = RefundFacts(uid=uid, amount_minor=amount, currency=self.currency.upper(), booking_minor=booking_minor)
        self.know(f"sending {uid}", Observation(own_keys(f"pay_{number}"), refund=facts))

    def refuse_refund(self, uid: str, amount: int, number: int = 1) -> None:
        facts = RefundFacts(uid=uid, amount_minor=amount, status="REFUSED", seen=self.clock)
        self.know(f"refused {uid}", Observation(own_keys(f"pay_{number}"), refund=facts))

    def refund(
        self,
        refund_id: str,
        amount: int,
        number: int = 1,
        uid: str = "",
        status: str = "succeeded",
        by_row: bool = True,
    ) -> None:
        """Stripe takes a refund on: the charge's sum rises at once, whatever the refund's own status."""
        charge = self.charges[number]
        metadata = {"app": "travello-desk", "install": INSTALL, "refund_uid": uid} if uid else {}
        self.refunds[refund_id] = stripe.refund(refund_id, charge, amount, self.tick(), metadata)
        self.refunds[refund_id]["status"] = status
        charge["amount_refunded"] += amount
        charge["refunded"] = charge["amount_refunded"] >= charge["amount"]
        self.tell("charge.refunded", charge)
        if by_row:
            self.tell("refund.created", self.refunds[refund_id])

    def refund_becomes(self, refund_id: str, status: str, reason: str | None = None, lowers: bool = False) -> None:
        """A later state of a refund. Whether Stripe lowers the charge's sum after a failure is not documented."""
        self.tick(86400)
        refund = self.refunds[refund_id] | {"status": status, "failure_reason": reason}
        self.refunds[refund_id] = refund
        self.tell("refund.failed" if status == "failed" else "refund.updated", refund)
        if lowers:
            charge = next(c for c in self.charges.values() if c["id"] == refund["charge"])
            charge["amount_refunded"] -= refund["amount"]

    # disputes

    def dispute(self, status: str = "needs_response", number: int = 1) -> None:
        self.disputes["dp_1"] = stripe.dispute("dp_1", self.charges[number], status, self.tick(86400))
        self.tell("charge.dispute.created", self.disputes["dp_1"])

    def dispute_becomes(self, status: str) -> None:
        self.tick(86400)
        self.disputes["dp_1"] = self.disputes["dp_1"] | {"status": status}
        closed = status in ("won", "lost", "warning_closed")
        self.tell("charge.dispute.closed" if closed else "charge.dispute.updated", self.disputes["dp_1"])


# The look-ups that come with the objects inside; charges and refunds are asked for by themselves.
EXPANDS = ("checkout.session", "payment_intent")


def own_keys(payment_uid: str) -> Keys:
    """The keys of a report that the desk makes about its own row."""
    return Keys(payment_uid=payment_uid, install=INSTALL, app="travello-desk")
