"""The money of one booking: load its facts, save what has grown, copy the projection into the status columns.

`save` is the only function that writes status columns, and it writes what payments/projection.py returns.
"""

from __future__ import annotations

from collections.abc import Sequence
from operator import attrgetter

from travello_desk.money import format_minor
from travello_desk.payments.facts import Asked, AttemptFacts, DeskEntry, DisputeFacts, Ledger, Payment, RefundFacts
from travello_desk.payments.narrative import Cause, Line, narrate
from travello_desk.payments.projection import BookingView, PaymentView, project, stand
from travello_desk.payments.rules import pointless_links
from travello_desk.store import attention, timeline
from travello_desk.store.codec import (
    decode_attempt,
    decode_dispute,
    decode_refund,
    encode_attempt,
    encode_dispute,
    encode_refund,
)
from travello_desk.store.payments import PaymentRow, ask_to_expire
from travello_desk.store.tx import Row, Tx
from travello_desk.values import value

# A booking with its payments, one row for each of them: one statement, as every event asks this.
COLUMNS = (
    "b.amount_minor, b.currency, b.method, b.cancelled, b.status, b.payment_status, b.badge, b.paid_minor,"
    " b.balance_minor, b.attention, EXISTS (SELECT 1 FROM desk_receipts d WHERE d.booking_id = b.id),"
    " p.id, p.uid, p.amount_minor, p.currency, p.booking_amount_minor, p.booking_currency, p.facts, p.accepted,"
    " p.has_extras, p.status, p.is_open, p.origin"
)
BOOKING = f"SELECT {COLUMNS} FROM bookings b LEFT JOIN payments p ON p.booking_id = b.id WHERE b.id = ? ORDER BY p.id"
REFUNDS = "SELECT facts FROM refunds WHERE payment_id = ? ORDER BY id"
DISPUTES = "SELECT facts FROM disputes WHERE payment_id = ? ORDER BY id"
DESK = "SELECT id, kind, amount_minor, actor, tender, at FROM desk_receipts WHERE booking_id = ? ORDER BY id"
SAVE_BOOKING = (
    "UPDATE bookings SET status = ?, payment_status = ?, badge = ?, paid_minor = ?, balance_minor = ?, attention = ?,"
    " updated_at = ? WHERE id = ?"
)
SAVE_PAYMENT = (
    "UPDATE payments SET facts = ?, status = ?, is_open = ?, received_minor = ?, received_currency = ?,"
    " refunded_minor = ?, payment_intent_id = ?, charge_id = ?, has_extras = ?, accepted = ?,"
    " updated_at = ? WHERE id = ?"
)
# By itself and only when it is learned: SQLite takes a unique column out of its index and puts it back whenever it is
# named in an UPDATE, which is one more scattered page for every event.
SAVE_SESSION = (
    "UPDATE payments SET session_id = ? WHERE id = ?"
    " AND NOT EXISTS (SELECT 1 FROM payments o WHERE o.session_id = ? AND o.id <> ?)"
)


@value(frozen=True, slots=True)
class Columns:
    """The projected columns as they stand in the store."""

    status: str
    payment_status: str
    badge: str
    paid_minor: int
    balance_minor: int
    attention: int


@value(frozen=True, slots=True)
class PaymentColumns:
    """What the store holds of a payment beside its facts."""

    uid: str
    status: str
    is_open: int
    origin: str


@value(frozen=True, slots=True)
class Loaded:
    """One booking's ledger as read in this transaction, with the columns that were stored."""

    booking_id: int
    ledger: Ledger
    columns: Columns
    payments: dict[int, PaymentColumns]

    @property
    def view(self) -> BookingView:
        """The projection of what was read."""
        return project(self.ledger)

    @property
    def open_payment(self) -> int:
        """The one payment whose link may be handed out, or 0."""
        return next((seq for seq, columns in self.payments.items() if columns.is_open), 0)


def load(tx: Tx, booking_id: int) -> Loaded | None:
    """Everything the projection needs about one booking, or None when there is no such booking."""
    rows = tx.all(BOOKING, (booking_id,))
    return read(tx, booking_id, rows) if rows else None


def read(tx: Tx, booking_id: int, rows: Sequence[Row]) -> Loaded:
    """The same from its rows, each of which begins with COLUMNS."""
    booking = rows[0]
    payments = tuple(load_payment(tx, row[11:]) for row in rows if row[11] is not None)
    stored = {row[11]: PaymentColumns(row[12], *row[20:23]) for row in rows}
    desk = tuple(DeskEntry(*entry) for entry in tx.all(DESK, (booking_id,))) if booking[10] else ()
    ledger = Ledger(booking[0], booking[1], booking[2], bool(booking[3]), payments, desk)
    return Loaded(booking_id, ledger, Columns(*booking[4:10]), stored)


def load_payment(tx: Tx, row: Row) -> Payment:
    seq, _, amount_minor, currency, booking_amount_minor, booking_currency, facts, accepted, has_extras, *_ = row
    asked = Asked(amount_minor, currency, booking_amount_minor, booking_currency)
    if not has_extras:
        return Payment(seq, asked, decode_attempt(facts), accepted=bool(accepted))
    refunds = tuple(decode_refund(item[0]) for item in tx.all(REFUNDS, (seq,)))
    disputes = tuple(decode_dispute(item[0]) for item in tx.all(DISPUTES, (seq,)))
    return Payment(seq, asked, decode_attempt(facts), refunds, disputes, bool(accepted))


BY_SEQ = attrgetter("seq")


def with_payment(ledger: Ledger, payment: Payment) -> Ledger:
    """The ledger with one payment replaced or added."""
    rest = [known for known in ledger.payments if known.seq != payment.seq]
    payments = tuple(sorted((*rest, payment), key=BY_SEQ)) if rest else (payment,)
    return Ledger(ledger.amount_minor, ledger.currency, ledger.method, ledger.cancelled, payments, ledger.desk)


def save(tx: Tx, loaded: Loaded, ledger: Ledger, cause: Cause, actor: str) -> BookingView:
    """Store what has grown since `loaded`, project, write the columns, the timeline and the alerts."""
    view = project(ledger)
    known = {payment.seq: payment for payment in loaded.ledger.payments}
    for payment_view in view.payments:
        save_payment(tx, loaded, known.get(payment_view.payment.seq), payment_view)
    for payment_id in pointless_links(ledger, view, loaded.open_payment):
        ask_to_expire(tx, payment_id)
    if ledger == loaded.ledger and loaded.columns.status == view.status:
        return view
    for line in narrate(stand(loaded.ledger), view, cause):
        add_line(tx, loaded.booking_id, actor, line)
    save_columns(tx, loaded, ledger, view)
    return view


def add_line(tx: Tx, booking_id: int, actor: str, line: Line) -> None:
    timeline.add(tx, booking_id, actor, line.kind, line.text, line.detail)


def save_columns(tx: Tx, loaded: Loaded, ledger: Ledger, view: BookingView) -> None:
    """Copy the projection into the booking's columns, and the alerts into the attention table."""
    open_alerts = loaded.columns.attention
    if view.alerts or open_alerts:
        open_alerts = attention.sync(tx, loaded.booking_id, view.alerts, ledger)
    columns = (view.status, view.payment_status, view.badge, view.paid_minor, view.balance_minor, open_alerts)
    tx.execute(SAVE_BOOKING, (*columns, tx.now, loaded.booking_id))
    tx.changed.add(loaded.booking_id)


def save_payment(tx: Tx, loaded: Loaded, before: Payment | None, view: PaymentView) -> None:
    payment = view.payment
    if payment == before and loaded.payments[payment.seq].status == view.status:
        return
    facts = payment.facts
    # Another one is open, or it was never ours to hand out: its link is switched off (rules.pointless_links).
    apart = loaded.payments[payment.seq].origin == "adopted" or loaded.open_payment not in (0, payment.seq)
    tx.execute(
        SAVE_PAYMENT,
        (
            encode_attempt(facts),
            view.status,
            int(view.payable and not apart),
            view.received_minor,
            view.currency,
            view.refunded_minor,
            facts.payment_intent_id,
            facts.charge_id,
            int(bool(payment.refunds or payment.disputes)),
            int(payment.accepted),
            tx.now,
            payment.seq,
        ),
    )
    if before is None or facts.session_id != before.facts.session_id:
        tx.execute(SAVE_SESSION, (facts.session_id or None, payment.seq) * 2)
    for refund in payment.refunds:
        save_refund(tx, payment, before, refund)
    for dispute in payment.disputes:
        if before is None or dispute not in before.disputes:
            save_dispute(tx, payment.seq, dispute)


def save_refund(tx: Tx, payment: Payment, before: Payment | None, refund: RefundFacts) -> None:
    """Our own row is found by uid or Stripe's id; a refund made elsewhere gets a row of its own."""
    if before is not None and refund in before.refunds:
        return
    values = (refund.stripe_refund_id or None, refund.status, encode_refund(refund), tx.now)
    saved = tx.execute(
        "UPDATE refunds SET stripe_refund_id = ?, status = ?, facts = ?, updated_at = ?"
        " WHERE payment_id = ? AND (uid = ? OR stripe_refund_id = ?)",
        (*values, payment.seq, refund.uid or None, refund.stripe_refund_id or None),
    )
    if not saved:
        tx.insert(
            "INSERT INTO refunds (stripe_refund_id, status, facts, updated_at, uid, payment_id, amount_minor, currency,"
            " origin, reason, created_at) VALUES (?, ?, ?, ?, ?, ?, ?, ?, 'dashboard', ?, ?)",
            (
                *values,
                refund.uid or None,
                payment.seq,
                refund.amount_minor,
                refund.currency,
                refund.reason,
                refund.created_at or tx.now,
            ),
        )


def save_dispute(tx: Tx, payment_id: int, dispute: DisputeFacts) -> None:
    tx.execute(
        "INSERT INTO disputes (dispute_id, payment_id, status, facts, updated_at) VALUES (?, ?, ?, ?, ?)"
        " ON CONFLICT (dispute_id) DO UPDATE SET status = excluded.status, facts = excluded.facts,"
        " updated_at = excluded.updated_at",
        (dispute.dispute_id, payment_id, dispute.status, encode_dispute(dispute), tx.now),
    )


def facts_of(row: PaymentRow) -> AttemptFacts:
    return decode_attempt(row.facts)


def payment_facts(tx: Tx, payment_id: int) -> AttemptFacts:
    """The facts of one payment as they stand."""
    return decode_attempt(tx.value("SELECT facts FROM payments WHERE id = ?", (payment_id,)) or "{}")


def format_asked(row: PaymentRow) -> str:
    """`Rs. 24,000`, or `$85.71 for Rs. 24,000` when another currency is charged."""
    asked = format_minor(row.amount_minor, row.currency)
    if row.currency == row.booking_currency:
        return asked
    return f"{asked} for {format_minor(row.booking_amount_minor, row.booking_currency)} at {row.rate}"


def payment_differences(tx: Tx, loaded: Loaded) -> list[str]:
    """Stored payment columns against the projection, and refund rows against the payment's sum."""
    found = []
    for view in loaded.view.payments:
        stored = tx.one("SELECT status, received_minor, refunded_minor FROM payments WHERE id = ?", (view.payment.seq,))
        computed = (view.status, view.received_minor, view.refunded_minor)
        if stored != computed:
            found.append(f"payment {view.payment.seq}: stored {stored}, its facts say {computed}")
    return found


def rewrite(tx: Tx, loaded: Loaded) -> None:
    """Write every projected column of the booking anew."""
    for view in loaded.view.payments:
        tx.execute(
            "UPDATE payments SET status = ?, received_minor = ?, received_currency = ?, refunded_minor = ?"
            " WHERE id = ?",
            (view.status, view.received_minor, view.currency, view.refunded_minor, view.payment.seq),
        )
    save_columns(tx, loaded, loaded.ledger, loaded.view)
