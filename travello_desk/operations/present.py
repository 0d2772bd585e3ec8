"""Bookings as JSON documents for `--json` and exports (INTERFACE 3). Amounts in major units, times ISO 8601 UTC."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from travello_desk.money import major_number, told_number
from travello_desk.operations.context import Context
from travello_desk.payments.rules import NOT_FOUND, Refused
from travello_desk.store import bookings, desk, ledger, payments, timeline
from travello_desk.store.bookings import Booking
from travello_desk.store.payments import PaymentRow, RefundRow
from travello_desk.store.tx import Tx


def iso(at: int) -> str | None:
    """`2026-11-24T09:31:00Z`, or None for never."""
    return datetime.fromtimestamp(at, UTC).strftime("%Y-%m-%dT%H:%M:%SZ") if at else None


def booking_summary(booking: Booking) -> dict[str, Any]:
    """One booking as `bookings --json` lists it."""
    return {
        "id": booking.id,
        "reference": booking.reference,
        "guest_name": booking.guest_name,
        "guest_email": booking.guest_email,
        "guest_phone": booking.guest_phone,
        "language": booking.language,
        "room": booking.room,
        "check_in": booking.check_in,
        "check_out": booking.check_out,
        "amount": major_number(booking.amount_minor, booking.currency),
        "currency": booking.currency,
        "payment_method": booking.method,
        "status": booking.status,
        "payment_status": booking.payment_status,
        "badge": booking.badge,
        "balance": major_number(booking.balance_minor, booking.currency),
        "attention": booking.attention,
    }


def payment_document(row: PaymentRow, api_status: str) -> dict[str, Any]:
    received, charged_currency = row.received_minor, row.received_currency or row.currency
    return {
        "id": row.id,
        "status": api_status,
        "state": row.status,
        "stripe_session_id": row.session_id,
        "stripe_payment_intent_id": row.payment_intent_id or None,
        "amount": major_number(row.booking_amount_minor, row.booking_currency),
        "currency": row.booking_currency,
        "charged_amount": told_number(received or row.amount_minor, charged_currency),
        "charged_currency": charged_currency,
        "refunded_amount": told_number(row.refunded_minor, charged_currency),
        "created_at": iso(row.created_at),
    }


def refund_document(row: RefundRow) -> dict[str, Any]:
    return {
        "id": row.id,
        "payment_id": row.payment_id,
        "stripe_refund_id": row.stripe_refund_id,
        "amount": told_number(row.amount_minor, row.currency),
        "currency": row.currency,
        "status": row.status,
        "origin": row.origin,
        "reason": row.reason,
        "note": row.note,
        "actor": row.actor,
        "approved_by": row.approved_by,
        "created_at": iso(row.created_at),
    }


def receipt_document(row: desk.DeskReceipt) -> dict[str, Any]:
    return {
        "id": row.id,
        "kind": row.kind,
        "amount": major_number(row.amount_minor, row.currency),
        "currency": row.currency,
        "tender": row.tender,
        "reference": row.reference,
        "receipt_no": row.receipt_no,
        "actor": row.actor,
        "at": iso(row.at),
    }


def entry_document(entry: timeline.Entry) -> dict[str, Any]:
    return {"at": iso(entry.at), "actor": entry.actor, "text": entry.text, "detail": entry.detail, "kind": entry.kind}


def booking_document(tx: Tx, booking_id: int) -> dict[str, Any]:
    """One booking with everything that hangs on it, as `booking ID --json` prints it. Raises Refused: not found."""
    booking = bookings.get(tx, booking_id)
    loaded = ledger.load(tx, booking_id) if booking else None
    if booking is None or loaded is None:
        raise Refused(NOT_FOUND)
    words = {view.payment.seq: view.api_status for view in loaded.view.payments}
    return {
        **booking_summary(booking),
        "user_id": booking.user_id,
        "guest_code": booking.guest_code,
        "paid": major_number(booking.paid_minor, booking.currency),
        "payments": [payment_document(row, words[row.id]) for row in payments.payments_of(tx, booking_id)],
        "refunds": [refund_document(row) for row in payments.refunds_of(tx, booking_id)],
        "desk_receipts": [receipt_document(row) for row in desk.receipts_of(tx, booking_id)],
        "timeline": [entry_document(entry) for entry in timeline.for_booking(tx, booking_id)],
    }


async def find_booking(ctx: Context, wanted: str) -> Booking:
    """By id, else by the hotel's own reference. Raises Refused: not found."""

    def look(tx: Tx) -> Booking | None:
        is_id = wanted.isascii() and wanted.isdigit() and len(wanted) < 19
        known = bookings.get(tx, int(wanted)) if is_id else None
        return known or bookings.by_reference(tx, wanted)

    booking = await ctx.store.read(look)
    if booking is None:
        raise Refused(NOT_FOUND)
    return booking
