"""What the day's report reads: money rows of an interval, and what is still due. Reads only; sums are report.py's."""

from __future__ import annotations

from dataclasses import dataclass

from travello_desk.store.codec import decode_attempt
from travello_desk.store.tx import Tx


@dataclass(frozen=True, slots=True)
class Movement:
    """Money that moved: taken is positive, given back negative. `at` is unix seconds.

    `how` is the tender, `refund` or `paid out`. `undone` takes a movement of the same tender back.
    """

    at: int
    how: str
    amount_minor: int
    currency: str
    actor: str
    reference: str
    undone: bool = False
    outside: bool = False
    """Cash that went through no drawer: nobody's shift was open."""


@dataclass(frozen=True, slots=True)
class Stay:
    """A guest who comes (`arriving`) or is here (`in house`), and what is still due."""

    kind: str
    reference: str
    room: str
    guest_name: str
    check_out: str
    badge: str
    balance_minor: int
    currency: str


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
        "SELECT d.at, d.kind, d.tender, d.amount_minor, d.currency, d.actor, b.reference, d.shift_id"
        " FROM desk_receipts d"
        " JOIN bookings b ON b.id = d.booking_id WHERE d.at >= ? AND d.at < ? ORDER BY d.id",
        (start_at, end_at),
    )
    return [
        Movement(
            *(at, desk_how(kind, tender), SIGN[kind] * amount, currency, actor, reference),
            undone=kind == "undo",
            outside=tender == "cash" and shift_id is None,
        )
        for at, kind, tender, amount, currency, actor, reference, shift_id in rows
    ]


def desk_how(kind: str, tender: str) -> str:
    return "paid out" if kind == "payout" else tender or "other"


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


def online_payments(tx: Tx, start_at: int, end_at: int) -> list[tuple[str, int, str, int, str]]:
    """(payment intent, sum, currency, instant, reference) of what Stripe took in [start_at, end_at)."""
    rows = tx.all(
        "SELECT p.facts, p.payment_intent_id, p.received_minor, p.received_currency, b.reference FROM payments p"
        " JOIN bookings b ON b.id = p.booking_id WHERE p.received_minor > 0 AND p.updated_at >= ? AND p.created_at < ?"
        " ORDER BY p.id",
        (start_at, end_at),
    )
    found = [(row[1], int(row[2]), str(row[3]), decode_attempt(row[0]).paid_at, row[4]) for row in rows]
    return [item for item in found if start_at <= item[3] < end_at]


def refund_movements(tx: Tx, start_at: int, end_at: int) -> list[Movement]:
    rows = tx.all(
        "SELECT r.created_at, r.reason, r.amount_minor, r.currency, r.actor, b.reference, c.shift_id FROM refunds r"
        " JOIN payments p ON p.id = r.payment_id JOIN bookings b ON b.id = p.booking_id"
        " LEFT JOIN cash_returns c ON c.refund_uid = r.uid"
        " WHERE r.created_at >= ? AND r.created_at < ? AND r.status NOT IN ('REFUSED', 'failed', 'canceled')"
        " ORDER BY r.id",
        (start_at, end_at),
    )
    return [
        Movement(
            *(at, refund_how(reason), -amount, currency, actor or "Stripe", reference),
            outside=refund_how(reason) == "cash" and shift_id is None,
        )
        for at, reason, amount, currency, actor, reference, shift_id in rows
    ]


def refund_how(reason: str) -> str:
    """`refund`, or the tender in which a refund that came back was paid instead (operations/pay_back.py)."""
    outside, _, tender = reason.partition(": ")
    return tender if outside == "outside" and tender else "refund"


def dues(tx: Tx, day: str) -> list[Due]:
    """What the day's arrivals and the guests in the house still owe. Who pays on arrival, should have come before
    today and has paid nothing has perhaps not come at all.
    """
    owing = " AND status = 'PENDING' AND balance_minor > 0 GROUP BY 1, currency ORDER BY 1, currency"
    sums = "currency, COUNT(*), SUM(balance_minor) FROM bookings"
    who = "CASE WHEN method = 'ARRIVAL' AND paid_minor = 0 THEN 'no-show' ELSE 'in house' END"
    arriving = tx.all(f"SELECT 'arriving', {sums} WHERE check_in = ?{owing}", (day,))
    here = tx.all(f"SELECT {who}, {sums} WHERE check_in < ? AND check_out >= ?{owing}", (day, day))
    return [Due(kind, currency, int(many), int(minor)) for kind, currency, many, minor in (*arriving, *here)]


def stays(tx: Tx, day: str, limit: int) -> list[Stay]:
    """Arrivals of the day, then who is in the house, each by room; cancelled ones are left out."""
    rows = tx.all(
        "SELECT CASE WHEN check_in = ? THEN 'arriving' ELSE 'in house' END, reference, room, guest_name, check_out,"
        " badge, balance_minor, currency FROM bookings WHERE check_in <= ? AND check_out >= ? AND cancelled = 0"
        " ORDER BY check_in DESC, room, id LIMIT ?",
        (day, day, day, limit),
    )
    return [Stay(*row) for row in rows]
