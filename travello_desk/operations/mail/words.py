"""What a mail to a guest says, from what is true of the booking now; and why it should not leave any more."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from travello_desk.mailer.letters import Contents, Letter, write
from travello_desk.money import describe_minor
from travello_desk.operations.context import Context
from travello_desk.operations.guest_view import Standing, first_name, pay_link, standing
from travello_desk.operations.receipt import Receipt, read_receipt
from travello_desk.payments.facts import RETURNED_REFUND, RefundFacts
from travello_desk.payments.projection import BookingView, PaymentView
from travello_desk.payments.rules import NOT_FOUND, Refused
from travello_desk.settings.model import Settings
from travello_desk.store import bookings, ledger
from travello_desk.store.bookings import Booking
from travello_desk.store.outbox import Mail
from travello_desk.store.tx import Tx
from travello_desk.texts import Ltr, language

ASKS_FOR_MONEY = frozenset({"link", "reminder"})


@dataclass(frozen=True, slots=True)
class Occasion:
    """A booking and what a mail about it is about. `amount` is the payment's or refund's, as text."""

    kind: str
    booking: Booking
    stands: Standing
    receipt: Receipt
    amount: str = ""
    obsolete: str = ""
    """Why the mail should not leave, or empty."""


def occasion(tx: Tx, settings: Settings, kind: str, booking_id: int, facts: dict[str, object]) -> Occasion:
    """Read everything a mail needs, in one transaction. Raises Refused: not found."""
    booking, loaded = bookings.get(tx, booking_id), ledger.load(tx, booking_id)
    if booking is None or loaded is None:
        raise Refused(NOT_FOUND)
    stands = standing(loaded.ledger, loaded.view)
    return Occasion(
        kind=kind,
        booking=booking,
        stands=stands,
        receipt=read_receipt(tx, settings, booking_id),
        amount=amount_of(kind, loaded.view, facts),
        obsolete=why_obsolete(kind, booking, stands, loaded.view, facts),
    )


def why_obsolete(kind: str, booking: Booking, stands: Standing, view: BookingView, facts: dict[str, object]) -> str:
    """A mail that waited may have been overtaken by what it was about."""
    if booking.code_revoked:
        return "the guest's link was revoked"
    if kind in ASKS_FOR_MONEY and not stands.payable:
        return f"the booking is not to be paid online any more ({stands.state})"
    refund = refund_of(view, facts)
    if kind == "refund" and (refund is None or refund[1].status in RETURNED_REFUND):
        return "the refund came back"
    if kind == "refund_failed" and (refund is None or refund[1].status not in RETURNED_REFUND):
        return "the refund did not come back"
    return ""


def amount_of(kind: str, view: BookingView, facts: dict[str, object]) -> str:
    """The sum the mail is about: of one payment, of one refund, in the currency that was charged."""
    if kind == "receipt":
        paid = [payment for payment in view.payments if payment.payment.seq == facts.get("payment_id")]
        return describe_minor(paid[0].received_minor, paid[0].currency) if paid else ""
    found = refund_of(view, facts)
    return describe_minor(found[1].amount_minor, found[0].currency) if found else ""


def refund_of(view: BookingView, facts: dict[str, object]) -> tuple[PaymentView, RefundFacts] | None:
    """The refund a mail names, by Stripe's id."""
    for payment in view.payments:
        for refund in payment.payment.refunds:
            if refund.stripe_refund_id and refund.stripe_refund_id == facts.get("refund_id"):
                return payment, refund
    return None


def letter_of(found: Occasion, settings: Settings, code: str) -> Letter:
    """The words of the mail."""
    booking, speech = found.booking, language(code)
    arrival, departure = date.fromisoformat(booking.check_in), date.fromisoformat(booking.check_out)
    received = found.amount or found.stands.paid
    values: dict[str, object] = {
        "reference": Ltr(booking.reference),
        "amount": Ltr(found.stands.amount),
        "received": Ltr(received),
        "refunded": Ltr(found.amount or found.stands.refunded),
        "arrival": speech.day(arrival),
    }
    rows: list[tuple[str, object]] = [
        ("stay.booking", Ltr(booking.reference)),
        ("stay.arrival", speech.day(arrival)),
        ("stay.departure", speech.day(departure)),
        ("stay.room", booking.room),
        ("stay.amount", Ltr(found.stands.amount)),
    ]
    link = pay_link(settings, booking.guest_code)
    contents = Contents(
        kind=found.kind,
        hotel=settings.hotel_name,
        contact=Ltr(settings.hotel_contact),
        name=first_name(booking.guest_name),
        address=link if found.kind in ASKS_FOR_MONEY else f"{link}/receipt",
        values=values,
        rows=[row for row in rows if row[1]],
        mode=settings.mode.lower() if settings.mode in ("TEST", "SANDBOX") else "",
    )
    return write(contents, speech)


async def preview(ctx: Context, booking_id: int, kind: str, facts: dict[str, object] | None = None) -> Letter:
    """The mail as it would leave now, for the dialog before it is sent. Raises Refused."""
    found = await ctx.store.read(lambda tx: occasion(tx, ctx.settings, kind, booking_id, facts or {}))
    return letter_of(found, ctx.settings, found.booking.language)


async def letter_sent(ctx: Context, mail: Mail) -> tuple[str, str]:
    """Subject and text of a mail: as it was sent, or as it would leave now. Raises Refused."""
    told = mail.facts
    if "text" in told:
        return str(told["subject"]), str(told["text"])
    letter = await preview(ctx, mail.booking_id or 0, mail.kind, told)
    return letter.subject, letter.text
