"""What changed, as sentences for the timeline, the audit and the alerts. Pure: two views in, lines out.

The lines fixed word for word by INTERFACE.md stand here and nowhere else. A report that changes nothing tells nothing,
so a confirmation or a duplicate leaves no second line (B2, B5, D42).
"""

from __future__ import annotations

from typing import Protocol

from travello_desk.money import describe_minor
from travello_desk.payments.facts import BANK_FAILED, RETURNED_REFUND, Failure, RefundFacts, same_refund
from travello_desk.payments.views import Alert, PaymentView
from travello_desk.values import value

PAID_BY_WEBHOOK = "Booking marked as PAID by webhook"
PAID_BY_INTENT = "Payment confirmed via payment_intent event"
PAYMENT_REFUNDED = "Payment refunded for booking"
OUTSIDE = "refunded outside the desk"


@value(frozen=True, slots=True)
class Line:
    """One timeline entry: the verb it is filed under, its sentence, and what stands beside it."""

    kind: str
    text: str
    detail: str = ""


@value(frozen=True, slots=True)
class Cause:
    """Where a report came from: an event's type, or empty; `webhook`, `polling`, `look-up`, `reply` or `desk`."""

    event_type: str = ""
    source: str = "webhook"


class Told(Protocol):
    """What of a booking the lines are about: a whole view of it, or no more than this."""

    @property
    def status(self) -> str: ...

    @property
    def payments(self) -> tuple[PaymentView, ...]: ...


def narrate(before: Told, after: Told, cause: Cause) -> list[Line]:
    """The lines for one step from `before` to `after`, oldest first."""
    known = {view.payment.seq: view for view in before.payments}
    lines: list[Line] = []
    for view in after.payments:
        lines.extend(payment_lines(known.get(view.payment.seq), view, before, after, cause))
    if before.status == "PAID" and after.status == "PENDING" and not lines:
        lines.append(Line("pending", "Booking is PENDING again"))
    return lines


def payment_lines(was: PaymentView | None, now: PaymentView, before: Told, after: Told, cause: Cause) -> list[Line]:
    if was is not None and was.payment == now.payment:
        return []
    facts = now.payment.facts
    lines = [failure_line(failure) for failure in new_failures(was, now)] if facts.failures else []
    if facts.paid and not (was and was.payment.facts.paid):
        lines.append(paid_line(now, before, after, cause))
    elif was is None or was.status != now.status:
        lines.extend(status_lines(now))
    if now.payment.refunds or now.refunded_minor:
        lines.extend(refund_lines(was, now))
    if now.payment.disputes:
        lines.extend(dispute_lines(was, now))
    return lines


def new_failures(was: PaymentView | None, now: PaymentView) -> list[Failure]:
    known = {f.source for f in was.payment.facts.failures} if was else set()
    return sorted(f for f in now.payment.facts.failures if f.source not in known)


def failure_line(failure: Failure) -> Line:
    """A declined attempt; the link stays open, except after a bank payment that came to nothing (B16)."""
    detail = "send a new link" if failure.code == BANK_FAILED else failure.code
    return Line("failed", f"Payment failed: {failure.message}", detail)


def paid_line(now: PaymentView, before: Told, after: Told, cause: Cause) -> Line:
    """The one line that says money has come in."""
    facts = now.payment.facts
    parts = [describe_minor(now.received_minor, now.currency), facts.card]
    if facts.presentment[1] and facts.presentment[1] != now.currency:
        parts.append(f"guest saw {describe_minor(*facts.presentment)}")
    detail = " · ".join(part for part in parts if part)
    if now.review or not (before.status != "PAID" and after.status == "PAID"):
        return Line("received", "Online payment received", detail)
    if cause.event_type.startswith("payment_intent."):
        return Line("paid", PAID_BY_INTENT, detail)
    if cause.source == "webhook":
        return Line("paid", PAID_BY_WEBHOOK, detail)
    return Line("paid", f"Booking marked as PAID by {cause.source}", detail)


STATUS_LINES = {
    "SETTLING": Line("settling", "Bank payment is on its way, not settled"),
    "EXPIRED": Line("expired", "Payment link expired"),
    "REFUSED": Line("refused", "Stripe refused to make the payment link"),
}


def status_lines(now: PaymentView) -> list[Line]:
    line = STATUS_LINES.get(now.status)
    return [line] if line else []


def refund_lines(was: PaymentView | None, now: PaymentView) -> list[Line]:
    """What became of the refunds. The sum is told when it grows, and only by one line, however many reports tell it."""
    grown = now.refunded_minor > (was.refunded_minor if was else 0)
    lines = []
    for refund in now.payment.refunds:
        before = next((r for r in was.payment.refunds if same_refund(r, refund)), None) if was else None
        line = refund_line(before, refund, now, grown)
        if line:
            lines.append(line)
    if now.status == "REFUNDED" and (was is None or was.status != "REFUNDED"):
        lines.append(Line("refunded", PAYMENT_REFUNDED, refund_sum(now)))
    elif grown and not any(line.kind == "refund_waits" for line in lines):
        lines.append(Line("refunded", refund_sum(now), origin_of(was, now)))
    return lines


def origin_of(was: PaymentView | None, now: PaymentView) -> str:
    """Beside the sum: whether somebody refunded in Stripe's Dashboard (C16, C17)."""
    known = was.payment.refunds if was else ()
    ours = any(r.uid for r in now.payment.refunds if r not in known) or any(r.status == "SENDING" for r in known)
    return "" if ours else OUTSIDE


def refund_sum(now: PaymentView) -> str:
    """`Rs. 2,000 of Rs. 10,000 refunded`."""
    done = describe_minor(now.refunded_minor, now.currency)
    return f"{done} of {describe_minor(now.received_minor, now.currency)} refunded"


def refund_line(was: RefundFacts | None, now: RefundFacts, view: PaymentView, grown: bool) -> Line | None:
    """A line when one refund must wait, went through after waiting, was refused or failed."""
    if was is not None and was.status == now.status:
        return None
    amount = describe_minor(now.amount_minor, now.currency or view.currency)
    origin = "" if now.uid else OUTSIDE
    if now.status in RETURNED_REFUND:
        why = now.failure_reason or now.status
        return Line("refund_failed", f"Refund of {amount} FAILED ({why})", "the money is back with the hotel")
    if now.status == "REFUSED":
        return Line("refund_refused", f"Stripe refused the refund of {amount}", now.failure_reason)
    if now.status == "requires_action":
        return Line("refund_waits", f"Refund of {amount}: guest must act, Stripe e-mailed them", origin)
    if now.status == "pending" and "insufficient" in now.pending_reason:
        return Line("refund_waits", f"Refund of {amount} waits for Stripe balance", origin)
    if now.status == "pending" and (grown or was is not None):
        return Line("refund_waits", f"Refund of {amount} on its way", origin)
    if now.status == "succeeded" and was is not None and was.status in ("pending", "requires_action"):
        return Line("refund_settled", f"Refund of {amount} went through", origin)
    return None


def dispute_lines(was: PaymentView | None, now: PaymentView) -> list[Line]:
    known = {d.dispute_id: d for d in was.payment.disputes} if was else {}
    lines = []
    for dispute in now.payment.disputes:
        before = known.get(dispute.dispute_id)
        if before is None or before.status != dispute.status:
            amount = describe_minor(dispute.amount_minor, dispute.currency)
            word = dispute.status.replace("_", " ").replace("warning", "inquiry")
            lines.append(Line("dispute", f"Dispute over {amount}: {word}", dispute.reason))
    return lines


def alert_sentence(alert: Alert, asked: str = "") -> str:
    """The facts of an alert in one sentence (issue: attention inbox)."""
    amount = describe_minor(alert.amount_minor, alert.currency) if alert.currency else ""
    return {
        "money_on_cancelled": f"{amount} is on a cancelled booking: refund it?",
        "paid_twice": f"Paid twice ({'at the desk and ' if alert.detail == 'desk' else ''}online): "
        f"{amount} is too much",
        "wrong_amount": wrong_amount_sentence(alert, amount, asked),
        "online_for_arrival": f"{amount} came online for a booking that pays at the hotel",
        "refund_failed": f"Refund of {amount} FAILED ({alert.detail or 'no reason given'}): the money is back with "
        "the hotel, pay the guest another way",
        "inquiry": f"Inquiry over {amount} ({alert.detail or 'no reason given'}): refund now avoids a dispute",
        "dispute": f"Dispute over {amount} ({alert.detail or 'no reason given'}): answer it in Stripe",
        "dispute_lost": f"Dispute lost: {amount} and Stripe's fee are gone",
        "orphan": f"{amount} was paid for a booking this desk does not have ({alert.detail})",
        "mail_failed": f"E-mail to the guest could not be delivered: {alert.detail}",
        "secret_mismatch": "Events arrive, but the webhook secret does not match: payments do not confirm by webhook",
        "clock": f"{alert.detail[:1].upper()}{alert.detail[1:]}: webhooks may be refused, times may be wrong",
        "store_older": f"The store is older than it was ({alert.detail}): reconcile brings back what Stripe knows, "
        "what was taken at the desk has to be entered again",
        "not_applied": f"An event of Stripe's could not be applied by a fault of the desk: {alert.detail}",
        "stuck_refund": f"Refund of {amount}: Stripe has not said whether it was made ({alert.detail})",
        "stuck_link": f"A payment link for {amount} could not be made yet ({alert.detail})",
        "link_live": f"An old payment link for {amount} is still live ({alert.detail})",
        "livemode": f"A {alert.detail} event arrived on a desk of the other mode: nothing was applied",
    }.get(alert.kind, " ".join(part for part in (alert.kind.replace("_", " "), amount, alert.detail) if part))


def wrong_amount_sentence(alert: Alert, amount: str, asked: str) -> str:
    if alert.detail == "price":
        return f"Paid {amount}, but the price has changed to {asked} since the link was made"
    return f"Paid {amount}, booking asks {asked}"
