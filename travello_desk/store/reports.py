"""What the day's report reads: money rows of an interval, and what is still due. Reads only; sums are report.py's."""

from __future__ import annotations

from dataclasses import dataclass

from travello_desk.store.codec import decode_attempt
from travello_desk.store.tx import Tx


@dataclass(frozen=True, slots=True)
class Movement:
    """Money that moved: taken is positive, given back negative. `at` is unix seconds."""

    at: int
    how: str
    amount_minor: int
    currency: str
    actor: str
    reference: str


@dataclass(frozen=True, slots=True)
class Due:
    """What bookings of one kind still owe, per currency."""

    kind: str
    currency: str
    bookings: int
    amount_minor: int


SIGN = {"mark": 1, "undo": -1, "payout": -1}


def movements(tx: Tx, start_at: int, end_at: int) -> list[Movement]:
    """Everything that moved in [start_at, end_at), in order of time."""
    found = [*desk_movements(tx, start_at, end_at), *online_movements(tx, start_at, end_at)]
    return sorted([*found, *refund_movements(tx, start_at, end_at)], key=lambda item: item.at)


def desk_movements(tx: Tx, start_at: int, end_at: int) -> list[Movement]:
    rows = tx.all(
        "SELECT d.at, d.kind, d.tender, d.amount_minor, d.currency, d.actor, b.reference FROM desk_receipts d"
        " JOIN bookings b ON b.id = d.booking_id WHERE d.at >= ? AND d.at < ? ORDER BY d.id",
        (start_at, end_at),
    )
    return [
        Movement(at, tender or "other", SIGN[kind] * amount, currency, actor, reference)
        for at, kind, tender, amount, currency, actor, reference in rows
    ]


def online_movements(tx: Tx, start_at: int, end_at: int) -> list[Movement]:
    """Online money by the instant Stripe took it, not by when we heard of it."""
    rows = tx.all(
        "SELECT p.facts, p.received_minor, p.received_currency, b.reference FROM payments p"
        " JOIN bookings b ON b.id = p.booking_id WHERE p.received_minor > 0 AND p.updated_at >= ? AND p.created_at < ?",
        (start_at, end_at),
    )
    return [
        Movement(facts.paid_at, "online", received, currency, "guest", reference)
        for facts, received, currency, reference in ((decode_attempt(row[0]), *row[1:]) for row in rows)
        if start_at <= facts.paid_at < end_at
    ]


def refund_movements(tx: Tx, start_at: int, end_at: int) -> list[Movement]:
    rows = tx.all(
        "SELECT r.created_at, r.reason, r.amount_minor, r.currency, r.actor, b.reference FROM refunds r"
        " JOIN payments p ON p.id = r.payment_id JOIN bookings b ON b.id = p.booking_id"
        " WHERE r.created_at >= ? AND r.created_at < ? AND r.status NOT IN ('REFUSED', 'failed', 'canceled')"
        " ORDER BY r.id",
        (start_at, end_at),
    )
    return [
        Movement(at, refund_how(reason), -amount, currency, actor or "Stripe", reference)
        for at, reason, amount, currency, actor, reference in rows
    ]


def refund_how(reason: str) -> str:
    """`refund`, or the tender in which a refund that came back was paid instead (operations/pay_back.py)."""
    outside, _, tender = reason.partition(": ")
    return tender if outside == "outside" and tender else "refund"


def dues(tx: Tx, day: str) -> list[Due]:
    """What the day's arrivals and the guests in the house still owe."""
    arriving = "SELECT 'arriving', currency, COUNT(*), SUM(balance_minor) FROM bookings WHERE check_in = ?"
    in_house = (
        "SELECT 'in house', currency, COUNT(*), SUM(balance_minor) FROM bookings WHERE check_in < ? AND check_out >= ?"
    )
    owing = " AND status = 'PENDING' AND balance_minor > 0 GROUP BY currency ORDER BY currency"
    rows = [*tx.all(arriving + owing, (day,)), *tx.all(in_house + owing, (day, day))]
    return [Due(*row) for row in rows]
