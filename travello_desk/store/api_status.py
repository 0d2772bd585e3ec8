"""What the status endpoint tells of a booking, in one look-up by key. Reads only; the words are the projection's."""

from __future__ import annotations

from dataclasses import dataclass

from travello_desk.payments.projection import strength
from travello_desk.store import ledger
from travello_desk.store.tx import Row, Tx

SQL = (
    "SELECT b.user_id, b.guest_code, b.code_revoked, b.status, b.payment_status, b.method, b.amount_minor, b.currency,"
    " b.updated_at, p.session_id, p.status, p.is_open, p.amount_minor,"
    " COALESCE(NULLIF(p.received_currency, ''), p.currency), p.received_minor, p.refunded_minor"
    " FROM bookings b LEFT JOIN payments p ON p.booking_id = b.id WHERE b.id = ? ORDER BY p.id"
)


@dataclass(frozen=True, slots=True)
class Attempt:
    """One Checkout attempt as its columns stand. `currency` is what money came in, or else what was asked in."""

    session_id: str | None
    status: str
    is_open: int
    asked_minor: int
    currency: str
    received_minor: int
    refunded_minor: int


@dataclass(frozen=True, slots=True)
class ApiStatus:
    """A booking as the API tells of it, and by what a caller may prove to know it."""

    booking_id: int
    attempts: tuple[Attempt, ...]
    refunded_minor: int
    user_id: int | None
    guest_code: str
    code_revoked: int
    status: str
    payment_status: str
    method: str
    amount_minor: int
    currency: str
    updated_at: int

    @property
    def leading(self) -> Attempt | None:
        """The attempt that speaks for the booking, by the order of PAYMENTS 1.4."""
        if len(self.attempts) < 2:
            return self.attempts[0] if self.attempts else None
        newest_first = reversed(self.attempts)
        return max(newest_first, key=lambda attempt: strength(attempt.status, bool(attempt.is_open)))


def load(tx: Tx, booking_id: int) -> ApiStatus | None:
    """The booking, or None when there is none. Ids beyond the column's range are none."""
    rows = tx.all(SQL, (booking_id,)) if 0 < booking_id < 2**63 else []
    if not rows:
        return None
    attempts = tuple(Attempt(*row[9:]) for row in rows if row[10] is not None)
    refunded = refunded_minor(tx, booking_id, rows[0], attempts)
    return ApiStatus(booking_id, attempts, refunded, *rows[0][:9])


def refunded_minor(tx: Tx, booking_id: int, booking: Row, attempts: tuple[Attempt, ...]) -> int:
    """Everything given back, in the booking's currency: the columns' sum, or the ledger's where a rate is needed."""
    refunded = [attempt for attempt in attempts if attempt.refunded_minor]
    if all(attempt.currency == booking[7] for attempt in refunded):
        return sum(attempt.refunded_minor for attempt in refunded)
    loaded = ledger.load(tx, booking_id)
    return sum(view.refunded_in_booking_currency for view in loaded.view.payments) if loaded else 0


def owner(tx: Tx, booking_id: int) -> tuple[int | None] | None:
    """The web account that owns the booking, in a tuple because it may be None; None when there is no booking."""
    return tx.one("SELECT user_id FROM bookings WHERE id = ?", (booking_id,))
