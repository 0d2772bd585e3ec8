"""Payment and refund rows as intentions and as people read them. Facts and statuses are ledger.py's."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass, fields
from typing import Any

from travello_desk.payments.facts import CLOSED_DISPUTE
from travello_desk.store.tx import Row, Tx


@dataclass(frozen=True, slots=True)
class PaymentRow:
    """One Checkout attempt as stored."""

    id: int
    uid: str
    booking_id: int
    amount_minor: int
    currency: str
    booking_amount_minor: int
    booking_currency: str
    rate: str
    rate_as_of: str
    rate_source: str
    origin: str
    idempotency_key: str
    params: str
    session_id: str | None
    payment_intent_id: str
    charge_id: str
    facts: str
    accepted: int
    status: str
    is_open: int
    received_minor: int
    received_currency: str
    refunded_minor: int
    expire_asked_at: int
    attempts: int
    last_error: str
    created_at: int
    updated_at: int

    @property
    def parameters(self) -> dict[str, Any]:
        """The exact parameters of the create call, as they are sent every time."""
        parsed: dict[str, Any] = json.loads(self.params)
        return parsed


@dataclass(frozen=True, slots=True)
class RefundRow:
    """One refund as stored: ours, or one made elsewhere (`origin` dashboard)."""

    id: int
    uid: str | None
    payment_id: int
    stripe_refund_id: str | None
    amount_minor: int
    currency: str
    booking_amount_minor: int
    status: str
    facts: str
    origin: str
    reason: str
    note: str
    actor: str
    approved_by: str
    idempotency_key: str | None
    params: str
    attempts: int
    last_error: str
    created_at: int
    updated_at: int

    @property
    def parameters(self) -> dict[str, Any]:
        parsed: dict[str, Any] = json.loads(self.params)
        return parsed


PAYMENT_COLUMNS = ", ".join(field.name for field in fields(PaymentRow))
REFUND_COLUMNS = ", ".join(field.name for field in fields(RefundRow))


def payment(row: Row) -> PaymentRow:
    return PaymentRow(*row)


def get_payment(tx: Tx, payment_id: int) -> PaymentRow | None:
    row = tx.one(f"SELECT {PAYMENT_COLUMNS} FROM payments WHERE id = ?", (payment_id,))
    return PaymentRow(*row) if row else None


def payments_of(tx: Tx, booking_id: int) -> list[PaymentRow]:
    """All attempts of a booking, oldest first."""
    rows = tx.all(f"SELECT {PAYMENT_COLUMNS} FROM payments WHERE booking_id = ? ORDER BY id", (booking_id,))
    return [PaymentRow(*row) for row in rows]


def refunds_of(tx: Tx, booking_id: int) -> list[RefundRow]:
    """All refunds of a booking's payments, oldest first."""
    columns = ", ".join(f"r.{field.name}" for field in fields(RefundRow))
    rows = tx.all(
        f"SELECT {columns} FROM refunds r JOIN payments p ON p.id = r.payment_id WHERE p.booking_id = ? ORDER BY r.id",
        (booking_id,),
    )
    return [RefundRow(*row) for row in rows]


def get_refund(tx: Tx, uid: str) -> RefundRow | None:
    row = tx.one(f"SELECT {REFUND_COLUMNS} FROM refunds WHERE uid = ?", (uid,))
    return RefundRow(*row) if row else None


@dataclass(frozen=True, slots=True)
class NewPayment:
    """The intention to create a session, complete before the call (DESIGN: three steps)."""

    uid: str
    booking_id: int
    amount_minor: int
    currency: str
    booking_amount_minor: int
    booking_currency: str
    origin: str
    idempotency_key: str
    params: dict[str, Any]
    rate: str = ""
    rate_as_of: str = ""
    rate_source: str = ""


def insert_payment(tx: Tx, new: NewPayment) -> int:
    """Commit the intention; its row id. Raises Conflict when the booking has an open session already."""
    return tx.insert(
        "INSERT INTO payments (uid, booking_id, amount_minor, currency, booking_amount_minor, booking_currency, rate,"
        " rate_as_of, rate_source, origin, idempotency_key, params, facts, status, is_open, created_at, updated_at)"
        " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, '{}', 'CREATING', 1, ?, ?)",
        (
            new.uid,
            new.booking_id,
            new.amount_minor,
            new.currency,
            new.booking_amount_minor,
            new.booking_currency,
            new.rate,
            new.rate_as_of,
            new.rate_source,
            new.origin,
            new.idempotency_key,
            json.dumps(new.params, separators=(",", ":")),
            tx.now,
            tx.now,
        ),
    )


@dataclass(frozen=True, slots=True)
class NewRefund:
    """The intention to refund, complete before the call."""

    uid: str
    payment_id: int
    amount_minor: int
    currency: str
    booking_amount_minor: int
    facts: str
    reason: str
    note: str
    actor: str
    approved_by: str
    idempotency_key: str
    params: dict[str, Any]


def insert_refund(tx: Tx, new: NewRefund) -> int:
    """Commit the intention. Raises Conflict when it would exceed what was received (the database's own guard)."""
    row_id = tx.insert(
        "INSERT INTO refunds (uid, payment_id, amount_minor, currency, booking_amount_minor, status, facts, origin,"
        " reason, note, actor, approved_by, idempotency_key, params, created_at, updated_at)"
        " VALUES (?, ?, ?, ?, ?, 'SENDING', ?, 'desk', ?, ?, ?, ?, ?, ?, ?, ?)",
        (
            new.uid,
            new.payment_id,
            new.amount_minor,
            new.currency,
            new.booking_amount_minor,
            new.facts,
            new.reason,
            new.note,
            new.actor,
            new.approved_by,
            new.idempotency_key,
            json.dumps(new.params, separators=(",", ":")),
            tx.now,
            tx.now,
        ),
    )
    tx.execute("UPDATE payments SET has_extras = 1 WHERE id = ?", (new.payment_id,))
    return row_id


def note_attempt(tx: Tx, table: str, row_id: int, error: str) -> None:
    """Count a try that brought no answer, with what was said. `table` is `payments` or `refunds`."""
    if table not in ("payments", "refunds"):
        raise ValueError(table)
    tx.execute(
        f"UPDATE {table} SET attempts = attempts + 1, last_error = ?, updated_at = ? WHERE id = ?",
        (error, tx.now, row_id),
    )


def ask_to_expire(tx: Tx, payment_id: int) -> None:
    """Queue "switch this link off"; done by operations.expire, again and again until Stripe has answered. Asked twice
    it waits since the first time."""
    tx.execute("UPDATE payments SET expire_asked_at = ? WHERE id = ? AND expire_asked_at = 0", (tx.now, payment_id))


def expire_done(tx: Tx, payment_id: int) -> None:
    tx.execute("UPDATE payments SET expire_asked_at = 0 WHERE id = ?", (payment_id,))


def unfinished(tx: Tx) -> tuple[list[PaymentRow], list[RefundRow], list[PaymentRow]]:
    """Intentions without an answer: sessions being created, refunds being sent, links to switch off."""
    creating = tx.all(f"SELECT {PAYMENT_COLUMNS} FROM payments WHERE status = 'CREATING' ORDER BY id")
    sending = tx.all(f"SELECT {REFUND_COLUMNS} FROM refunds WHERE status = 'SENDING' ORDER BY id")
    expiring = tx.all(f"SELECT {PAYMENT_COLUMNS} FROM payments WHERE expire_asked_at > 0 ORDER BY id")
    return (
        [PaymentRow(*row) for row in creating],
        [RefundRow(*row) for row in sending],
        [PaymentRow(*row) for row in expiring],
    )


def oldest_at(tx: Tx) -> int:
    """When the first link of all was made, or 0."""
    at: int = tx.value("SELECT created_at FROM payments ORDER BY id LIMIT 1") or 0
    return at


def accept(tx: Tx, payment_id: int) -> None:
    """Staff accept money that differs from what was asked; the caller saves the ledger."""
    tx.execute("UPDATE payments SET accepted = 1 WHERE id = ?", (payment_id,))


def to_look_at(tx: Tx, since: int, named: Iterable[str] = ()) -> tuple[list[str], list[str]]:
    """Session ids without an end, and PaymentIntents that may have changed: touched since (unix seconds), without an
    end, with a dispute under way, or among the `named` ones, of which those that are not ours are left out."""
    sessions = tx.all(
        "SELECT session_id FROM payments WHERE session_id IS NOT NULL AND payment_intent_id = ''"
        " AND status NOT IN ('EXPIRED', 'REFUSED') ORDER BY id"
    )
    intents = tx.all(
        "SELECT payment_intent_id FROM payments WHERE payment_intent_id <> ''"
        " AND (updated_at >= ? OR is_open = 1 OR status = 'SETTLING' OR id IN (SELECT payment_id FROM disputes"
        f" WHERE status NOT IN ({', '.join('?' * len(CLOSED_DISPUTE))})))"
        " GROUP BY payment_intent_id ORDER BY MIN(id)",
        (since, *sorted(CLOSED_DISPUTE)),
    )
    found = dict.fromkeys(row[0] for row in intents)
    found |= dict.fromkeys(i for i in named if tx.one("SELECT 1 FROM stripe_links WHERE object_id = ?", (i,)))
    return [row[0] for row in sessions], list(found)
