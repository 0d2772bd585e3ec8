"""May this be paid, refunded, cancelled? The refusals, with their texts. Pure: values in, a Refusal or None out.

Texts that leave through the API stand here word for word as INTERFACE.md section 1 fixes them. Every front end
translates a Refusal once: HTTP by `http_status`, the CLI to exit code 1, the desk to a sentence.
"""

from __future__ import annotations

from travello_desk.money import STEP, charge_limit, describe_minor, share
from travello_desk.payments.facts import Ledger
from travello_desk.payments.projection import BookingView, PaymentView
from travello_desk.values import value

OTHER_TENDERS = ("cash", "card", "transfer", "cheque", "other")
REFUND_REASONS = ("requested_by_customer", "duplicate", "other")


@value(frozen=True, slots=True)
class Refusal:
    """A rule that says no: a stable code, the sentence, the HTTP status for the API.

    `at` (unix seconds) is the instant the sentence is about, where there is one: front ends add it in the hotel's zone.
    """

    code: str
    text: str
    http_status: int = 400
    at: int = 0


class Refused(Exception):
    """Raised by operations when a rule refuses; nothing was changed."""

    def __init__(self, refusal: Refusal) -> None:
        super().__init__(refusal.text)
        self.refusal = refusal


NOT_FOUND = Refusal("not_found", "Booking not found", 404)
NOT_AUTHORIZED = Refusal("not_authorized", "User not authorized", 403)
MUST_BE_ONLINE = Refusal("not_online", "Payment method must be ONLINE")
ALREADY_PAID = Refusal("already_paid", "Payment already processed")
IS_CANCELLED = Refusal("cancelled", "Booking is cancelled")
SETTLING = Refusal("settling", "Payment is still settling")


def checkout_refusal(ledger: Ledger, view: BookingView) -> Refusal | None:
    """Why no payment link may be made (D6, D7, D8, settling, limits), in the order of INTERFACE.md section 1."""
    if ledger.method != "ONLINE":
        return MUST_BE_ONLINE
    if view.status == "PAID":
        return ALREADY_PAID
    if view.status == "CANCELLED":
        return IS_CANCELLED
    if is_settling(view):
        return SETTLING
    if any(payment.review and payment.net_minor > 0 for payment in view.payments):
        return Refusal("review", "Money has arrived that staff must look at before a new link is made")
    limit = charge_limit(ledger.amount_minor, ledger.currency)
    return Refusal("limit", limit) if limit else None


def is_settling(view: BookingView) -> bool:
    """Whether a delayed method is on its way: any second way to pay could double the money."""
    return any(payment.status == "SETTLING" for payment in view.payments)


def pointless_links(ledger: Ledger, view: BookingView, kept: int = 0) -> list[int]:
    """The payments whose link a guest could still use though nobody should: they are to be switched off.

    `kept` is the one that the booking's guest was given. A link can come to life late, when a request that was given
    up had reached Stripe after all, or when a lost session is adopted; two live links are two payments.
    """
    live = [each.payment for each in view.payments if each.payable]
    live = [payment for payment in live if payment.facts.session_id or payment.facts.create == "CREATING"]
    if not live:
        return []
    if ledger.method != "ONLINE" or view.status != "PENDING":
        return [payment.seq for payment in live]
    price = (ledger.amount_minor, ledger.currency)
    good = [p.seq for p in live if (p.asked.booking_amount_minor, p.asked.booking_currency) == price]
    stays = kept if kept in good else max(good, default=0)
    return [payment.seq for payment in live if payment.seq != stays]


def mark_paid_refusal(ledger: Ledger, view: BookingView) -> Refusal | None:
    """Why the desk may not take the money (D33 to D35)."""
    if view.status == "CANCELLED":
        return IS_CANCELLED
    if view.status == "PAID":
        entry = view.desk_entry
        by = f"already paid by {entry.actor}" if entry else "already paid online"
        return Refusal("already_paid", by, at=entry.at if entry else 0)
    if ledger.method != "ARRIVAL":
        return Refusal("not_arrival", "Not for ONLINE bookings: switch it to pay on arrival first")
    return SETTLING if is_settling(view) else None


def undo_paid_refusal(view: BookingView) -> Refusal | None:
    """Why there is no mark to take back."""
    if view.desk_entry is None:
        return Refusal("nothing_to_undo", "This booking was not marked paid at the desk")
    return None


def payout_refusal(view: BookingView, amount_minor: int, currency: str) -> Refusal | None:
    """Why the desk may not give this much back from the drawer; `currency` is the booking's."""
    if view.desk_minor <= 0:
        return Refusal("nothing_paid", "Nothing was paid at the desk: refund the online payment instead")
    if amount_minor <= 0:
        return Refusal("bad_amount", "The amount must be more than nothing")
    if amount_minor > view.desk_minor:
        return Refusal("too_much", f"At most {describe_minor(view.desk_minor, currency)} was paid at the desk")
    return None


def cancel_refusal(view: BookingView) -> Refusal | None:
    """Why it cannot be cancelled: only because it is. Money on it is settled afterwards (D37)."""
    return Refusal("cancelled", "Booking is already cancelled") if view.status == "CANCELLED" else None


def switch_refusal(ledger: Ledger, view: BookingView, method: str) -> Refusal | None:
    """Why the booking may not move between ONLINE and ARRIVAL."""
    if method not in ("ONLINE", "ARRIVAL"):
        return Refusal("bad_method", "The method is ONLINE or ARRIVAL")
    if view.status != "PENDING":
        return IS_CANCELLED if view.status == "CANCELLED" else ALREADY_PAID
    if ledger.method == method:
        return Refusal("same_method", f"The booking is {method} already")
    return SETTLING if is_settling(view) else None


def edit_amount_refusal(view: BookingView) -> Refusal | None:
    """A price may change only while nothing is paid: afterwards the difference is refunded or booked anew."""
    if view.status == "CANCELLED":
        return IS_CANCELLED
    if view.status == "PAID" or any(p.net_minor > 0 for p in view.payments):
        return Refusal("paid_price", "A paid booking keeps its price: refund the difference instead")
    return SETTLING if is_settling(view) else None


def accept_refusal(payment: PaymentView | None) -> Refusal | None:
    """Why a payment in review may not be taken as it is (PAYMENTS 1.4: one key of staff's)."""
    if payment is None or not payment.review:
        return Refusal("no_review", "This payment is not in review")
    if payment.net_minor <= 0:
        return Refusal("nothing_paid", "Nothing of this payment is left to accept")
    return None


def refundable_minor(payment: PaymentView) -> int:
    """What may still be refunded of it, in its own currency: the rest after everything not known to have failed."""
    return payment.refundable_minor


def refund_share(payment: PaymentView, booking_minor: int) -> int:
    """A refund meant in the booking's currency, in minor units of the payment's own (PAYMENTS 2.5 point 8, C29).

    Each refund is the share of all that was meant so far less all that was given, so partial refunds never drift and
    the one that reaches the whole takes what is left. The rate is the snapshot's, never today's.
    """
    asked = payment.payment.asked
    if payment.currency == asked.booking_currency:
        return booking_minor
    whole_minor = payment.in_booking_currency(payment.received_minor)
    if whole_minor <= 0:
        return 0
    meant_minor = payment.refunded_in_booking_currency + booking_minor
    if meant_minor >= whole_minor:
        return payment.refundable_minor
    due_minor = share(meant_minor, whole_minor, payment.received_minor) - payment.refunded_minor
    return max(0, min(due_minor, payment.refundable_minor))


def refund_refusal(payment: PaymentView | None, amount_minor: int) -> Refusal | None:
    """Why this refund may not leave (C2, C7, C10, C23, C31). `amount_minor` is in the payment's own currency."""
    if payment is None or not payment.payment.facts.paid:
        return Refusal("nothing_paid", "There is nothing to refund yet")
    if any(refund.status == "SENDING" for refund in payment.payment.refunds):
        return Refusal("sending", "A refund of this payment is already being sent")
    if payment.dispute == "DISPUTED":
        return Refusal("disputed", "A dispute is open: the bank decides")
    most = payment.refundable_minor
    if most <= 0 and payment.lost_minor > 0:
        return Refusal("lost", "The dispute was lost: the guest has the money back already")
    if most <= 0:
        return Refusal("all_refunded", "Everything has been refunded already")
    return refund_amount_refusal(payment, amount_minor, most)


def booking_refund_refusal(view: BookingView, payment: PaymentView | None, amount_minor: int) -> Refusal | None:
    """The same of a booking, whose money may lie at the desk: that has its own way back."""
    paid_online = payment is not None and payment.payment.facts.paid
    if view.desk_minor > 0 and not paid_online:
        return Refusal("paid_at_desk", "Nothing was paid online: pay the desk money out instead")
    return refund_refusal(payment, amount_minor)


def no_show_refusal(check_in: str, today: str) -> Refusal | None:
    """Nobody has failed to come before the day of arrival. Both are ISO days."""
    if check_in <= today:
        return None
    return Refusal("not_expected", f"The guest is expected on {check_in}: until then it is a cancellation")


def refund_amount_refusal(payment: PaymentView, amount_minor: int, most: int) -> Refusal | None:
    """Why this sum is wrong: nothing, too much, or one that Stripe cannot move."""
    if amount_minor <= 0:
        return Refusal("bad_amount", "The refund must be more than nothing")
    if amount_minor > most:
        return Refusal("too_much", f"At most {describe_minor(most, payment.currency)} is left to refund")
    step = STEP.get(payment.currency, 1)
    if amount_minor % step and amount_minor != most:
        return Refusal("bad_amount", f"{payment.currency} moves in steps of {describe_minor(step, payment.currency)}")
    return None


def refund_target(view: BookingView) -> PaymentView | None:
    """The payment a refund without a choice means: a duplicate or money in review first, else the newest paid one."""
    paid = [payment for payment in view.payments if payment.refundable_minor > 0]
    return max(paid, key=lambda p: (p.duplicate or bool(p.review), p.payment.seq), default=None)
