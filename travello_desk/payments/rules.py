"""May this be paid, refunded, cancelled? The refusals, with their texts. Pure: values in, a Refusal or None out.

Texts that leave through the API stand here word for word as INTERFACE.md section 1 fixes them. Every front end
translates a Refusal once: HTTP by `http_status`, the CLI to exit code 1, the desk to a sentence.
"""

from __future__ import annotations

from dataclasses import dataclass

from travello_desk.money import charge_limit, format_minor
from travello_desk.payments.facts import Ledger
from travello_desk.payments.projection import BookingView, PaymentView

OTHER_TENDERS = ("cash", "card", "transfer", "cheque", "other")
REFUND_REASONS = ("requested_by_customer", "duplicate", "other")


@dataclass(frozen=True, slots=True)
class Refusal:
    """A rule that says no: a stable code, the sentence, and the HTTP status for the API."""

    code: str
    text: str
    http_status: int = 400


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
    """Why no payment link may be made (D6, D7, D8, settling, limits)."""
    if view.status == "CANCELLED":
        return IS_CANCELLED
    if view.status == "PAID":
        return ALREADY_PAID
    if ledger.method != "ONLINE":
        return MUST_BE_ONLINE
    if any(payment.status == "SETTLING" for payment in view.payments):
        return SETTLING
    if any(payment.review and payment.net_minor > 0 for payment in view.payments):
        return Refusal("review", "Money has arrived that staff must look at before a new link is made")
    limit = charge_limit(ledger.amount_minor, ledger.currency)
    return Refusal("limit", limit) if limit else None


def mark_paid_refusal(ledger: Ledger, view: BookingView) -> Refusal | None:
    """Why the desk may not take the money (D33 to D35)."""
    if view.status == "CANCELLED":
        return IS_CANCELLED
    if view.status == "PAID":
        entry = view.desk_entry
        by = f"already paid at the desk by {entry.actor}" if entry else "already paid online"
        return Refusal("already_paid", by)
    if ledger.method != "ARRIVAL":
        return Refusal("not_arrival", "Not for ONLINE bookings: switch it to pay on arrival first")
    if any(payment.status == "SETTLING" for payment in view.payments):
        return SETTLING
    return None


def undo_paid_refusal(view: BookingView) -> Refusal | None:
    if view.desk_minor <= 0:
        return Refusal("nothing_to_undo", "This booking was not marked paid at the desk")
    return None


def cancel_refusal(view: BookingView) -> Refusal | None:
    return Refusal("cancelled", "Booking is already cancelled") if view.status == "CANCELLED" else None


def switch_refusal(ledger: Ledger, view: BookingView, method: str) -> Refusal | None:
    """Why the booking may not move between ONLINE and ARRIVAL."""
    if method not in ("ONLINE", "ARRIVAL"):
        return Refusal("bad_method", "The method is ONLINE or ARRIVAL")
    if view.status != "PENDING":
        return IS_CANCELLED if view.status == "CANCELLED" else ALREADY_PAID
    if ledger.method == method:
        return Refusal("same_method", f"The booking is {method} already")
    if any(payment.status == "SETTLING" for payment in view.payments):
        return SETTLING
    return None


def edit_amount_refusal(view: BookingView) -> Refusal | None:
    """A price may change only while nothing is paid: afterwards the difference is refunded or booked anew."""
    if view.status == "CANCELLED":
        return IS_CANCELLED
    if view.status == "PAID" or any(p.net_minor > 0 for p in view.payments):
        return Refusal("paid_price", "A paid booking keeps its price: refund the difference instead")
    if any(payment.status == "SETTLING" for payment in view.payments):
        return SETTLING
    return None


def refundable_minor(payment: PaymentView) -> int:
    """What may still be refunded of it, in its own currency: the rest after everything not known to have failed."""
    return payment.net_minor if payment.payment.facts.paid else 0


def refund_refusal(payment: PaymentView | None, amount_minor: int) -> Refusal | None:
    """Why this refund may not leave (C7, C10, C23, C31). `amount_minor` is in the payment's own currency."""
    if payment is None or not payment.payment.facts.paid:
        return Refusal("nothing_paid", "There is nothing to refund yet")
    most = refundable_minor(payment)
    if most <= 0:
        return Refusal("all_refunded", "Everything has been refunded already")
    if amount_minor <= 0:
        return Refusal("bad_amount", "The refund must be more than nothing")
    if amount_minor > most:
        return Refusal("too_much", f"At most {format_minor(most, payment.currency)} is left to refund")
    if payment.dispute == "DISPUTED":
        return Refusal("disputed", "A dispute is open: the bank decides")
    if any(refund.status == "SENDING" for refund in payment.payment.refunds):
        return Refusal("sending", "A refund of this payment is already being sent")
    return None


def refund_target(view: BookingView) -> PaymentView | None:
    """The payment a refund without a choice means: a duplicate or money in review first, else the newest paid one."""
    paid = [payment for payment in view.payments if refundable_minor(payment) > 0]
    return max(paid, key=lambda p: (p.duplicate or bool(p.review), p.payment.seq), default=None)
