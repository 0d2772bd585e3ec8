"""A receipt: what was paid and given back for one booking, as data. Pages, mails, PDF and printers draw it. Pure.

Only money that has moved stands on it: no open links, no declined cards, no refunds that came back.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from travello_desk.money import describe_minor
from travello_desk.operations.context import Context
from travello_desk.payments.projection import BookingView, PaymentView
from travello_desk.payments.rules import NOT_FOUND, Refused
from travello_desk.settings.model import Settings
from travello_desk.store import bookings, desk, ledger
from travello_desk.store.bookings import Booking
from travello_desk.store.desk import DeskReceipt
from travello_desk.store.tx import Tx
from travello_desk.texts import Language, Ltr


@dataclass(frozen=True, slots=True)
class Entry:
    """One line. `kind` is a key of `[receipt]` in the texts; `amount_minor` is negative for money given back.

    `card` names the card (`Visa ·· 4242`), `number` a receipt of the desk's, `charged` the sum in another currency.
    """

    at: int
    kind: str
    amount_minor: int
    card: str = ""
    number: str = ""
    charged: str = ""


@dataclass(frozen=True, slots=True)
class Receipt:
    """Everything on the paper. Amounts are minor units of `currency`; `made_at` is unix seconds."""

    hotel: str
    contact: str
    reference: str
    guest_name: str
    room: str
    check_in: str
    check_out: str
    currency: str
    price_minor: int
    paid_minor: int
    refunded_minor: int
    balance_minor: int
    entries: tuple[Entry, ...]
    test: bool
    made_at: int

    @property
    def net_minor(self) -> int:
        return self.paid_minor - self.refunded_minor


async def receipt_of(ctx: Context, booking_id: int) -> Receipt:
    """The receipt as it stands now. Raises Refused: not found."""
    return await ctx.store.read(lambda tx: read_receipt(tx, ctx.settings, booking_id))


def read_receipt(tx: Tx, settings: Settings, booking_id: int) -> Receipt:
    """The same inside a transaction."""
    booking, loaded = bookings.get(tx, booking_id), ledger.load(tx, booking_id)
    if booking is None or loaded is None:
        raise Refused(NOT_FOUND)
    return make_receipt(settings, booking, loaded.view, desk.receipts_of(tx, booking_id), tx.now)


def make_receipt(
    settings: Settings, booking: Booking, view: BookingView, rows: list[DeskReceipt], made_at: int
) -> Receipt:
    """From what is known of a booking to its receipt."""
    entries = [entry for payment in view.payments for entry in payment_entries(payment)]
    entries.extend(desk_entry(row) for row in rows if row.amount_minor)
    entries.sort(key=lambda entry: entry.at)
    return Receipt(
        hotel=settings.hotel_name,
        contact=settings.hotel_contact,
        reference=booking.reference,
        guest_name=booking.guest_name,
        room=booking.room,
        check_in=booking.check_in,
        check_out=booking.check_out,
        currency=booking.currency,
        price_minor=booking.amount_minor,
        paid_minor=sum(entry.amount_minor for entry in entries if entry.amount_minor > 0),
        refunded_minor=-sum(entry.amount_minor for entry in entries if entry.amount_minor < 0),
        balance_minor=view.balance_minor,
        entries=tuple(entries),
        test=settings.mode in ("TEST", "SANDBOX"),
        made_at=made_at,
    )


def payment_entries(payment: PaymentView) -> list[Entry]:
    """The money that came in by one payment, and what went back. In the booking's currency where there is a rate."""
    if payment.received_minor <= 0:
        return []
    facts = payment.payment.facts
    received = payment.in_booking_currency(payment.received_minor)
    kind = "online_card" if facts.card else "online"
    found = [Entry(facts.paid_at, kind, received, facts.card, charged=charged(payment, payment.received_minor))]
    given_back = [refund for refund in payment.payment.refunds if refund.accepted]
    for refund in given_back:
        minor = refund.booking_minor or payment.in_booking_currency(refund.amount_minor)
        kind = "refund" if refund.settled else "refund_waiting"
        found.append(Entry(refund.created_at, kind, -minor, charged=charged(payment, refund.amount_minor)))
    rest = payment.refunded_minor - sum(refund.amount_minor for refund in given_back)
    if rest > 0:
        found.append(Entry(facts.paid_at, "refund", -payment.in_booking_currency(rest), charged=charged(payment, rest)))
    return found


def charged(payment: PaymentView, amount_minor: int) -> str:
    """The sum as it stands on the guest's card statement, where that is another currency."""
    asked = payment.payment.asked
    return "" if payment.currency == asked.booking_currency else describe_minor(amount_minor, payment.currency)


def desk_entry(row: DeskReceipt) -> Entry:
    if row.kind != "mark":
        return Entry(row.at, row.kind, -row.amount_minor)
    return Entry(row.at, f"desk_{row.tender or 'other'}", row.amount_minor, number=row.receipt_no or "")


def entry_text(entry: Entry, language: Language) -> str:
    """What a line is about, in the reader's language."""
    text = language.text(f"receipt.{entry.kind}", card=Ltr(entry.card))
    number = f", {language.text('receipt.number', number=Ltr(entry.number))}" if entry.number else ""
    return f"{text}{number}"


def charged_text(entry: Entry, language: Language) -> str:
    """`charged as $85.71`, or nothing."""
    return language.text("receipt.charged", amount=Ltr(entry.charged)) if entry.charged else ""


def sum_text(amount_minor: int, currency: str) -> str:
    """`Rs. 24,000`, and `−Rs. 24,000` for what went back."""
    return describe_minor(amount_minor, currency)


def totals(receipt: Receipt) -> list[tuple[str, int]]:
    """The foot of the paper: keys of the texts with their sums; what would say the same twice is left out."""
    rows = [("receipt.price", receipt.price_minor), ("receipt.paid", receipt.paid_minor)]
    if receipt.refunded_minor:
        rows += [("receipt.refunded", -receipt.refunded_minor), ("receipt.net", receipt.net_minor)]
    if receipt.balance_minor:
        rows.append(("receipt.balance", receipt.balance_minor))
    return rows


def stay_rows(receipt: Receipt, language: Language) -> list[tuple[str, str]]:
    """The head of the paper: label and value, in the order they are read."""
    arrival, departure = date.fromisoformat(receipt.check_in), date.fromisoformat(receipt.check_out)
    rows = [
        (language.text("stay.guest"), receipt.guest_name),
        (language.text("stay.booking"), Ltr(receipt.reference)),
        (language.text("stay.arrival"), language.day(arrival)),
        (language.text("stay.departure"), language.day(departure)),
        (language.text("stay.nights"), language.count("stay.nights", max(0, (departure - arrival).days))),
        (language.text("stay.room"), receipt.room),
    ]
    return [(label, value) for label, value in rows if value]
